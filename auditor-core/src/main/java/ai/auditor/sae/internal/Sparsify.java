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
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** EleutherAI's sparsify: {@code cfg.json} and {@code sae.safetensors} in a directory that is named after the module whose output it reads. */
final class Sparsify implements Format {
    private static final String CONFIG = "cfg.json";
    private static final String FILE = "sae.safetensors";
    private static final String RUN = "../config.json";
    private static final Pattern MODULE =
            Pattern.compile("(?:model\\.|gpt_neox\\.|transformer\\.)?(?:layers|h)\\.(\\d{1,4})(\\..+)?");

    @Override
    public String name() {
        return "sparsify";
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
        requireAutoencoder(config);
        int width = config.width("d_in");
        int features = features(config, width);
        int k = config.k("k", features);
        Optional<Config> run = place.exists(RUN) ? Optional.of(Config.read(place.file(RUN))) : Optional.empty();
        Hook hook = new Hook(run.flatMap(known -> known.optionalText("model")), Optional.empty(), point(place));
        try (WeightSource source = SafetensorsFile.open(place.file(FILE))) {
            Tensors tensors = new Tensors(source);
            tensors.requireOnly("encoder.weight", "encoder.bias", "W_dec", "b_dec");
            float[] bias = tensors.vector("encoder.bias", features);
            float[] decoderBias = tensors.vector("b_dec", width);
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            "topk",
                            width,
                            features,
                            hook,
                            Declared.nothing(),
                            run.isPresent() ? place.digest(CONFIG, FILE, RUN) : place.digest(CONFIG, FILE)),
                    new SaeWeights(
                            tensors.turned("encoder.weight", width, features),
                            bias,
                            tensors.matrix("W_dec", features, width),
                            decoderBias,
                            decoderBias.clone(),
                            new Activation.TopK(k, new float[0]),
                            InputNorm.NONE));
        }
    }

    private static void requireAutoencoder(Config config) {
        String activation = config.optionalText("activation").orElse("topk");
        if (activation.equals("groupmax")) {
            throw config.refused(
                    "activation", "is \"groupmax\", the largest of each of k groups of features, which is not read");
        }
        if (!activation.equals("topk")) {
            throw config.refused("activation", "is " + Printable.quoted(activation) + "; of this format topk is read");
        }
        if (config.flag("transcode", false)) {
            throw config.refused("transcode", "is true: " + TRANSCODER);
        }
        if (config.flag("skip_connection", false)) {
            throw config.refused(
                    "skip_connection",
                    "is true: it adds what was read to what is reconstructed, so it is no autoencoder");
        }
        if (config.flag("signed", false)) {
            throw config.refused("signed", "is true: features below zero are not read");
        }
    }

    private static int features(Config config, int width) {
        OptionalInt latents = config.optionalWhole("num_latents");
        if (latents.isPresent() && latents.getAsInt() > 0) {
            return latents.getAsInt();
        }
        long product = (long) width * config.width("expansion_factor");
        if (product > Integer.MAX_VALUE) {
            throw config.refused("expansion_factor", "gives " + product + " features");
        }
        return (int) product;
    }

    private static Optional<Point> point(Place place) {
        String name = place.above().isEmpty() ? "" : place.above().get(0);
        if (name.equals("embed_tokens")) {
            return Optional.of(new Point(Point.Kind.EMBEDDINGS, 0));
        }
        Matcher matcher = MODULE.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int block = Integer.parseInt(matcher.group(1));
        if (matcher.group(2) == null) {
            return Optional.of(Point.residPost(block));
        }
        if (matcher.group(2).equals(".mlp")) {
            return Optional.of(new Point(Point.Kind.MLP_OUT, block));
        }
        throw Refused.of(
                place.file(FILE),
                "is of the module " + Printable.quoted(name)
                        + ", whose output is no point of ours; read are layers.N, layers.N.mlp and embed_tokens");
    }
}
