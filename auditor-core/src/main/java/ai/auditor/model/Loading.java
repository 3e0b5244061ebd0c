package ai.auditor.model;

import ai.auditor.tensor.WeightType;

/**
 * How a decoder is loaded.
 *
 * @param fused whether to take the fused kernels; the plain ones are slow and serve as a check
 * @param weights how matrices are held; the plain kernels have them in 32 bits always
 * @param blocks how many blocks are loaded, from the first on, for passes that stop there; 0 for all
 */
public record Loading(boolean fused, WeightType weights, int blocks) {
    /** All blocks, matrices in 32 bits. */
    public static Loading whole(boolean fused) {
        return new Loading(fused, WeightType.FLOAT32, 0);
    }
}
