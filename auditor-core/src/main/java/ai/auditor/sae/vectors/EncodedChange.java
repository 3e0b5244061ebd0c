package ai.auditor.sae.vectors;

import java.util.List;

/**
 * What the encoder says of a vector that is a difference of means: how much each feature's mean activation differs, tokens pooled to rows first.
 *
 * @param vector its name
 * @param changed how many features change
 * @param explained sum of the shares of all that change: 1 where the change of the reconstruction, laid along the vector, is as long as the vector
 * @param parts those with the largest shares of either sign, the largest first
 */
public record EncodedChange(String vector, int changed, double explained, List<Part> parts) {
    public EncodedChange {
        parts = List.copyOf(parts);
    }

    /**
     * One feature.
     *
     * @param change of its activation
     * @param share change times the product of the decoder direction with the vector, over the vector's squared length; below zero where the
     *     feature's change points against the vector. Where the autoencoder scales each token (its input norm), before that is undone
     */
    public record Part(int feature, double change, double share) {}
}
