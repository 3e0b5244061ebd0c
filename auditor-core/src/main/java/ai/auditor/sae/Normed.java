package ai.auditor.sae;

import ai.auditor.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Tokens under an {@link InputNorm}, and what undoes it.
 *
 * @param states {@code [tokens, d_in]}
 * @param factor what a reconstruction is multiplied with, {@code [tokens, 1]}; null for nothing
 * @param addend what is added to it then, {@code [tokens, 1]}; null for nothing
 */
record Normed(
        Tensor states, @Nullable Tensor factor, @Nullable Tensor addend) implements AutoCloseable {
    /** The reconstruction of the states as they were, a new tensor. */
    Tensor undone(Tensor decoded) {
        Tensor scaled = factor == null ? decoded.reshaped(decoded.shape()) : decoded.times(factor);
        if (addend == null) {
            return scaled;
        }
        try (scaled) {
            return scaled.plus(addend);
        }
    }

    @Override
    public void close() {
        states.close();
        if (factor != null) {
            factor.close();
        }
        if (addend != null) {
            addend.close();
        }
    }
}
