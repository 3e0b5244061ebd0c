package ai.auditor.sae.internal;

import ai.auditor.model.Point;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import java.util.Optional;
import java.util.regex.Pattern;

/** Llama Scope (arXiv 2410.20526): {@code hyperparams.json} and {@code checkpoints/final.safetensors}. */
final class LlamaScope implements Format {
    private static final String CONFIG = "hyperparams.json";
    private static final String FILE = "checkpoints/final.safetensors";
    private static final Pattern MODEL = Pattern.compile("Llama3_1-8B-Base");

    @Override
    public String name() {
        return "Llama Scope";
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
        LlamaScopeScale.requireKnown(config);
        Point point = LlamaScopeScale.point(config);
        int width = config.width("d_model");
        int features = config.width("d_sae");
        Config norms = config.object("dataset_average_activation_norm");
        double norm = norms.number("in");
        if (!(norm > 0)) {
            throw norms.refused("in", "is " + norm + ", which is no length");
        }
        double scale = Math.sqrt(width) / norm;
        // SAELens scales the threshold as well.
        float threshold = (float) (config.number("jump_relu_threshold") * scale);
        try (WeightSource source = SafetensorsFile.open(place.file(FILE))) {
            Tensors tensors = new Tensors(source);
            tensors.requireOnly("encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias");
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            "jumprelu",
                            width,
                            features,
                            new Hook(
                                    place.around(MODEL).map(found -> "meta-llama/Llama-3.1-8B"),
                                    Optional.empty(),
                                    Optional.of(point)),
                            Declared.nothing(),
                            place.digest(CONFIG, FILE)),
                    LlamaScopeScale.folded(
                            tensors, width, features, scale, tensors.repeated(threshold, "encoder.bias", features)));
        }
    }
}
