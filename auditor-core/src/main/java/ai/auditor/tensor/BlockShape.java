package ai.auditor.tensor;

/**
 * The sizes and switches of a transformer block that the kernels are compiled for.
 *
 * @param width d_model
 * @param heads query heads
 * @param groups key and value heads; each serves {@code heads / groups} consecutive query heads
 * @param headWidth size of a head, even
 * @param epsilon of the RMS norms
 * @param qkvBias whether the fused query, key and value projection has a bias
 * @param outputBias whether the attention's output projection has a bias
 * @param mlpBias whether gate, up and down projections have biases
 */
public record BlockShape(
        int width,
        int heads,
        int groups,
        int headWidth,
        double epsilon,
        boolean qkvBias,
        boolean outputBias,
        boolean mlpBias) {}
