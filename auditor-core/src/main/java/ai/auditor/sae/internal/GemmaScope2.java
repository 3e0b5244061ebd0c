package ai.auditor.sae.internal;

import ai.auditor.Printable;
import ai.auditor.model.Point;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.Activation;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.InputNorm;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import ai.auditor.sae.SaeWeights;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Gemma Scope 2: {@code resid_post/layer_L_width_W_l0_small/params.safetensors}, with or without a {@code config.json}. */
final class GemmaScope2 implements Format {
    private static final String FILE = "params.safetensors";
    private static final String CONFIG = "config.json";
    private static final String SKIP = "affine_skip_connection";
    private static final Pattern LAYER = Pattern.compile("^layer_(\\d{1,4})(?!\\d)");
    private static final Pattern SITE =
            Pattern.compile("^(resid_post|attn_out|mlp_out|transcoder|crosscoder|clt)(?:_all)?$");
    private static final Pattern MODULE = Pattern.compile("(?:^|\\.)layers\\.(\\d{1,4})\\.(.+)$");
    private static final Pattern REPOSITORY = Pattern.compile("gemma-scope-2-((?:270m|1b|4b|12b|27b)-(?:pt|it))");

    @Override
    public String name() {
        return "Gemma Scope 2";
    }

    @Override
    public String files() {
        return FILE;
    }

    @Override
    public boolean liesAt(Place place) {
        return place.has(FILE) || (place.exists(FILE) && place.has(CONFIG));
    }

    @Override
    public SaeFile read(Place place) {
        Optional<Config> config =
                place.exists(CONFIG) ? Optional.of(Config.read(place.file(CONFIG))) : Optional.empty();
        config.ifPresent(GemmaScope2::requireAutoencoder);
        Hook hook = new Hook(model(place, config), Optional.empty(), point(place, config));
        try (WeightSource source = SafetensorsFile.open(place.file(FILE))) {
            Tensors tensors = new Tensors(source);
            if (tensors.has(SKIP)) {
                throw tensors.refused(SKIP, "adds what was read to what is reconstructed, so it is no autoencoder");
            }
            tensors.requireOnly("w_enc", "w_dec", "b_enc", "b_dec", "threshold");
            int[] sizes = tensors.sizes("w_enc");
            int width = sizes[0];
            int features = sizes[1];
            SaeWeights weights = new SaeWeights(
                    tensors.matrix("w_enc", width, features),
                    tensors.vector("b_enc", features),
                    tensors.matrix("w_dec", features, width),
                    tensors.vector("b_dec", width),
                    new float[width],
                    new Activation.JumpRelu(tensors.vector("threshold", features)),
                    InputNorm.NONE);
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            "jump_relu",
                            width,
                            features,
                            hook,
                            Declared.nothing(),
                            config.isPresent() ? place.digest(CONFIG, FILE) : place.digest(FILE)),
                    weights);
        }
    }

    private static void requireAutoencoder(Config config) {
        String architecture = config.text("architecture");
        if (!architecture.equals("jump_relu")) {
            throw config.refused(
                    "architecture", "is " + Printable.quoted(architecture) + "; of this format jump_relu is read");
        }
        if (config.flag("affine_connection", false)) {
            throw config.refused(
                    "affine_connection",
                    "is true: it adds what was read to what is reconstructed, so it is no autoencoder");
        }
        Optional<String> out = config.optionalText("hf_hook_point_out");
        if (out.isPresent() && !out.equals(config.optionalText("hf_hook_point_in"))) {
            throw config.refused("hf_hook_point_out", "is another than hf_hook_point_in: " + TRANSCODER);
        }
    }

    /** By the directories first, as SAELens does it, then by the configuration. */
    private static Optional<Point> point(Place place, Optional<Config> config) {
        Optional<MatchResult> site = place.around(SITE);
        if (site.isPresent()) {
            String name = site.get().group(1);
            return place.around(LAYER)
                    .map(match -> Integer.parseInt(match.group(1)))
                    .map(layer -> switch (name) {
                        case "resid_post" -> Point.residPost(layer);
                        case "mlp_out" -> new Point(Point.Kind.MLP_OUT, layer);
                        case "attn_out" -> throw Refused.of(place.file(FILE), "is of " + name + ": " + HEADS);
                        default -> throw Refused.of(place.file(FILE), "is a " + name + ": " + TRANSCODER);
                    });
        }
        return config.flatMap(known -> known.optionalText("hf_hook_point_in")
                .map(module -> MODULE.matcher(module))
                .map(matcher -> {
                    int layer = matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
                    return switch (layer < 0 ? "" : matcher.group(2)) {
                        case "output" -> Point.residPost(layer);
                        case "post_feedforward_layernorm.output" -> new Point(Point.Kind.MLP_OUT, layer);
                        case "self_attn.o_proj.input" -> throw known.refused("hf_hook_point_in", "says that " + HEADS);
                        default ->
                            throw known.refused(
                                    "hf_hook_point_in",
                                    "is " + Printable.quoted(known.text("hf_hook_point_in"))
                                            + ", which is no point that can be read");
                    };
                }));
    }

    private static Optional<String> model(Place place, Optional<Config> config) {
        return config.flatMap(known -> known.optionalText("model_name"))
                .map(name -> name.replace("-v3", "-3"))
                .or(() -> place.around(REPOSITORY).map(match -> "gemma-3-" + match.group(1)));
    }
}
