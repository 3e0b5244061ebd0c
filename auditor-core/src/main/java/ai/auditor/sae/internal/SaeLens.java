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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;

/** SAELens: {@code cfg.json} and {@code sae_weights.safetensors}, flat as before version 6 or with metadata of their own as since. */
final class SaeLens implements Format {
    private static final String CONFIG = "cfg.json";
    private static final String FILE = "sae_weights.safetensors";
    private static final String SPARSITY = "sparsity.safetensors";

    /** By which the logarithm of a share may lie above 0. */
    private static final float ROUNDING = 1e-6f;

    @Override
    public String name() {
        return "SAELens";
    }

    @Override
    public String files() {
        return CONFIG + " with " + FILE;
    }

    @Override
    public boolean liesAt(Place place) {
        return place.has(CONFIG, FILE);
    }

    @Override
    public SaeFile read(Place place) {
        Config config = Config.read(place.file(CONFIG));
        int width = config.width("d_in");
        int features = config.width("d_sae");
        String architecture = architecture(config);
        InputNorm norm = norm(config);
        Hook hook = hook(config);
        requireWhole(config, width);
        Declared declared = declared(config, place, features);
        List<String> files = new ArrayList<>(List.of(CONFIG, FILE));
        if (place.exists(SPARSITY)) {
            files.add(SPARSITY);
        }
        try (WeightSource source = SafetensorsFile.open(place.file(FILE))) {
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            architecture,
                            width,
                            features,
                            hook,
                            declared,
                            place.digest(files.toArray(String[]::new)),
                            trainedOn(config)),
                    weights(config, architecture, new Tensors(source), norm, width, features));
        }
    }

    /** Of our own training the figures on rows held out; of others what the frequencies of the features add up to. */
    private static Declared declared(Config config, Place place, int features) {
        Config metadata = metadata(config);
        OptionalDouble l0 = metadata.optionalNumber(Declared.L0);
        if (l0.isEmpty() && place.exists(SPARSITY)) {
            l0 = l0(place, features);
        }
        return new Declared(l0, metadata.optionalNumber(Declared.FVU));
    }

    /** Of our own training the content digests of its data. */
    private static Set<String> trainedOn(Config config) {
        return metadata(config)
                .optionalObject(SaeFacts.TRAINED_ON)
                .map(Config::texts)
                .orElse(Set.of());
    }

    private static Config metadata(Config config) {
        return config.optionalObject("metadata").orElse(config);
    }

    private static String architecture(Config config) {
        // New configurations have no activation function: there the architecture says all.
        String activation = config.optionalText("activation_fn_str")
                .or(() -> config.optionalText("activation_fn"))
                .orElse("relu");
        String named = config.optionalText("architecture").orElse("standard");
        if (activation.equals("topk") && named.equals("standard")) {
            return "topk";
        }
        if (!activation.equals("relu") && !activation.equals("topk")) {
            throw config.refused(
                    config.has("activation_fn_str") ? "activation_fn_str" : "activation_fn",
                    "is " + Printable.quoted(activation) + "; read are relu and topk");
        }
        return switch (named) {
            case "standard", "jumprelu", "topk", "batchtopk", "matryoshka_batchtopk", "gated" -> named;
            case "transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder" ->
                throw config.refused("architecture", "is " + Printable.quoted(named) + ": " + TRANSCODER);
            case "temporal" ->
                throw config.refused(
                        "architecture",
                        "is \"temporal\": its features of a token depend on the tokens before, so single tokens cannot be read");
            default ->
                throw config.refused(
                        "architecture",
                        "is " + Printable.quoted(named)
                                + "; read are standard, jumprelu, topk, batchtopk, matryoshka_batchtopk, gated");
        };
    }

    private static InputNorm norm(Config config) {
        String key = "normalize_activations";
        if (config.isFlag(key)) {
            return InputNorm.NONE;
        }
        return switch (config.optionalText(key).orElse("none")) {
            // The scale is folded in when training ends; SAELens, too, runs what is on disk as it is.
            case "none", "expected_average_only_in" -> InputNorm.NONE;
            case "constant_norm_rescale" -> InputNorm.UNIT_LENGTH;
            case "layer_norm" -> InputNorm.LAYER;
            case "covariance_whitening" ->
                throw config.refused(
                        key,
                        "is \"covariance_whitening\": the whitening is folded in when SAELens saves a finished one; this one is not finished");
            default ->
                throw config.refused(
                        key,
                        "is " + Printable.quoted(config.text(key))
                                + "; read are none, expected_average_only_in, constant_norm_rescale, layer_norm");
        };
    }

    private static Hook hook(Config config) {
        Config metadata = metadata(config);
        if (metadata.has("hook_head_index") || metadata.has("hook_point_head_index")) {
            throw metadata.refused(
                    metadata.has("hook_head_index") ? "hook_head_index" : "hook_point_head_index",
                    "names one head, and single heads are no point of ours");
        }
        Optional<Point> point = metadata.optionalText("hook_name")
                .or(() -> metadata.optionalText("hook_point"))
                .map(hook -> Format.point(config.file(), hook));
        Optional<String> ours = metadata.optionalText(Hook.POINT);
        if (ours.isPresent()
                && point.isPresent()
                && !ours.get().equals(point.get().toString())) {
            throw metadata.refused(
                    Hook.POINT,
                    "is " + Printable.quoted(ours.get()) + ", where the hook's name says " + point.get()
                            + ": one of the two is wrong");
        }
        return new Hook(metadata.optionalText("model_name"), metadata.optionalText(Hook.MODEL_DIGEST), point);
    }

    private static void requireWhole(Config config, int width) {
        Optional<String> reshaped = config.optionalText("reshape_activations");
        if (reshaped.isPresent() && !reshaped.get().equals("none")) {
            throw config.refused("reshape_activations", "is " + Printable.quoted(reshaped.get()) + ": " + HEADS);
        }
        if (config.has("d_out") && config.whole("d_out") != width) {
            throw config.refused("d_out", "is another than d_in: " + TRANSCODER);
        }
    }

    private static SaeWeights weights(
            Config config, String architecture, Tensors tensors, InputNorm norm, int width, int features) {
        boolean gated = architecture.equals("gated");
        boolean batch = architecture.endsWith("batchtopk");
        tensors.requireOnes("scaling_factor", features);
        List<String> known = new ArrayList<>(List.of("W_enc", "W_dec", "b_dec", "scaling_factor"));
        known.addAll(
                switch (architecture) {
                    case "gated" -> List.of("b_gate", "b_mag", "r_mag");
                    case "jumprelu" -> List.of("b_enc", tensors.has("log_threshold") ? "log_threshold" : "threshold");
                    case "standard", "topk" -> List.of("b_enc");
                    default -> List.of("b_enc", "topk_threshold");
                });
        tensors.requireOnly(known.toArray(String[]::new));
        // What needs little is read first: a wrong one is refused before memory is taken for the matrices.
        float[] bias = tensors.vector(gated ? "b_gate" : "b_enc", features);
        float[] decoderBias = tensors.vector("b_dec", width);
        Activation activation = switch (architecture) {
            case "gated" ->
                new Activation.Gated(tensors.exponentials("r_mag", features), tensors.vector("b_mag", features));
            case "jumprelu" ->
                new Activation.JumpRelu(
                        tensors.has("log_threshold")
                                ? tensors.exponentials("log_threshold", features)
                                : tensors.vector("threshold", features));
            case "topk" -> new Activation.TopK(k(config, features), new float[0]);
            // Trained over batches and saved with one threshold, which is what a finished one has for each feature.
            case "batchtopk", "matryoshka_batchtopk" ->
                new Activation.JumpRelu(tensors.vectorOrOne("topk_threshold", "b_enc", features));
            default -> new Activation.Relu();
        };
        ByteBuffer encoder = tensors.matrix("W_enc", width, features);
        ByteBuffer decoder = tensors.matrix("W_dec", features, width);
        if ((architecture.equals("topk") || batch) && config.flag("rescale_acts_by_decoder_norm", false)) {
            Folding.decoderNorms(encoder, bias, decoder);
        }
        float[] shift = config.flag("apply_b_dec_to_input", true) ? decoderBias.clone() : new float[width];
        return new SaeWeights(encoder, bias, decoder, decoderBias, shift, activation, norm);
    }

    private static int k(Config config, int features) {
        Optional<Config> arguments =
                config.optionalObject("activation_fn_kwargs").filter(given -> given.has("k"));
        return arguments.isPresent() ? arguments.get().k("k", features) : config.k("k", features);
    }

    /** How often features fired, as logarithms, adds up to how many did at once. */
    private static OptionalDouble l0(Place place, int features) {
        try (WeightSource source = SafetensorsFile.open(place.file(SPARSITY))) {
            Tensors tensors = new Tensors(source);
            float[] logarithms = tensors.vector("sparsity", features);
            return OptionalDouble.of(IntStream.range(0, features)
                    .mapToDouble(i -> {
                        if (logarithms[i] > ROUNDING) {
                            throw tensors.refused(
                                    "sparsity", "is above 0 at " + i + ", so no logarithm of a frequency");
                        }
                        return Math.pow(10, Math.min(0, logarithms[i]));
                    })
                    .sum());
        }
    }
}
