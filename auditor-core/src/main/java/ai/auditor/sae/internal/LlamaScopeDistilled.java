package ai.auditor.sae.internal;

import ai.auditor.model.Point;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Llama Scope R1 Distill: {@code config.json} and {@code sae_weights.safetensors}, with thresholds as logarithms and the scale as a tensor. */
final class LlamaScopeDistilled implements Format {
    private static final String CONFIG = "config.json";
    private static final String FILE = "sae_weights.safetensors";
    private static final String THRESHOLDS = "log_jumprelu_threshold";
    private static final String NORM = "dataset_average_activation_norm.";

    @Override
    public String name() {
        return "Llama Scope R1 Distill";
    }

    @Override
    public String files() {
        return CONFIG + " with " + FILE;
    }

    @Override
    public boolean liesAt(Place place) {
        return place.has(CONFIG, FILE) && !place.exists("cfg.json");
    }

    @Override
    public SaeFile read(Place place) {
        Config config = Config.read(place.file(CONFIG));
        LlamaScopeScale.requireKnown(config);
        Point point = LlamaScopeScale.point(config);
        int width = config.width("d_model");
        double product = width * config.number("expansion_factor");
        if (product < 1 || product > Integer.MAX_VALUE || product != Math.rint(product)) {
            throw config.refused("expansion_factor", "gives " + product + " features");
        }
        int features = (int) product;
        try (WeightSource source = SafetensorsFile.open(place.file(FILE))) {
            Tensors tensors = new Tensors(source);
            List<String> known = new ArrayList<>(tensors.beginning(NORM));
            known.addAll(List.of("encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias", THRESHOLDS));
            tensors.requireOnly(known.toArray(String[]::new));
            String normName = NORM + config.text("hook_point_in");
            float norm = tensors.scalar(normName);
            if (!(norm > 0)) {
                throw tensors.refused(normName, "is " + norm + ", which is no length");
            }
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            "jumprelu",
                            width,
                            features,
                            new Hook(Optional.empty(), Optional.empty(), Optional.of(point)),
                            Declared.nothing(),
                            place.digest(CONFIG, FILE)),
                    LlamaScopeScale.folded(
                            tensors,
                            width,
                            features,
                            Math.sqrt(width) / norm,
                            tensors.exponentials(THRESHOLDS, features)));
        }
    }
}
