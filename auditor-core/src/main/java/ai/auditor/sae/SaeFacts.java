package ai.auditor.sae;

import java.nio.file.Path;

/**
 * What is known of an autoencoder without its weights.
 *
 * @param name how a message names it: its directory or file
 * @param format whose files they are ("SAELens", "Gemma Scope")
 * @param architecture in the words of its files ("jumprelu")
 * @param inputWidth d_in, width of the states that it reads
 * @param features d_sae, width of the dictionary
 * @param digest SHA-256 of the files, in hex
 */
public record SaeFacts(
        String name,
        String format,
        String architecture,
        int inputWidth,
        int features,
        Hook hook,
        Declared declared,
        String digest) {
    public SaeFacts {
        if (inputWidth < 1 || features < 1) {
            throw new IllegalArgumentException("an autoencoder of " + inputWidth + " by " + features);
        }
    }

    /** The last part of its name, which does not tell of the machine that it lies on: what reports call it. */
    public String shortName() {
        Path last = Path.of(name).getFileName();
        return last == null ? name : last.toString();
    }
}
