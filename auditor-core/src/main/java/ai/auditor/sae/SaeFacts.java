package ai.auditor.sae;

import java.nio.file.Path;
import java.util.Set;

/**
 * What is known of an autoencoder without its weights.
 *
 * @param name how a message names it: its directory or file
 * @param format whose files they are ("SAELens", "Gemma Scope")
 * @param architecture in the words of its files ("jumprelu")
 * @param inputWidth d_in, width of the states that it reads
 * @param features d_sae, width of the dictionary
 * @param digest SHA-256 of the files, in hex
 * @param trainedOn content digests of the datasets that it was trained on; empty where its files name none
 */
public record SaeFacts(
        String name,
        String format,
        String architecture,
        int inputWidth,
        int features,
        Hook hook,
        Declared declared,
        String digest,
        Set<String> trainedOn) {
    /** The field of a SAELens directory of our own that holds the content digests of its data, by their names. */
    public static final String TRAINED_ON = "auditor_data_digests";

    public SaeFacts {
        if (inputWidth < 1 || features < 1) {
            throw new IllegalArgumentException("an autoencoder of " + inputWidth + " by " + features);
        }
        trainedOn = Set.copyOf(trainedOn);
    }

    /** Of one whose files do not tell what it was trained on. */
    public SaeFacts(
            String name,
            String format,
            String architecture,
            int inputWidth,
            int features,
            Hook hook,
            Declared declared,
            String digest) {
        this(name, format, architecture, inputWidth, features, hook, declared, digest, Set.of());
    }

    /** The last part of its name, which does not tell of the machine that it lies on: what reports call it. */
    public String shortName() {
        Path last = Path.of(name).getFileName();
        return last == null ? name : last.toString();
    }
}
