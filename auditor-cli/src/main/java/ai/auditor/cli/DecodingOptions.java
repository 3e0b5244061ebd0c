package ai.auditor.cli;

import ai.auditor.model.Decoding;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** How a model writes. */
final class DecodingOptions {
    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description = "Divides the logits; 0 takes the most likely token (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description =
                    "Only the most likely tokens that together have this probability (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "256",
            converter = CountConverter.class,
            description = "Most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the choices; take another for each dataset (default: ${DEFAULT-VALUE}).")
    private long seed;

    /**
     * The decoding, ended by the model's own tokens.
     *
     * @throws ai.auditor.AuditException {@code USAGE} for a number that cannot be
     */
    Decoding decoding(List<Integer> endTokens) {
        return new Decoding(temperature, topP, maxTokens, Set.copyOf(endTokens), seed);
    }

    /** As a provenance tells it. */
    Map<String, String> facts() {
        return new TreeMap<>(Map.of(
                "temperature", Double.toString(temperature),
                "topP", Double.toString(topP),
                "maxTokens", Integer.toString(maxTokens),
                "seed", Long.toString(seed)));
    }
}
