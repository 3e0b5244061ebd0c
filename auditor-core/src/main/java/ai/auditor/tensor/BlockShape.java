package ai.auditor.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * The sizes and switches of a transformer block, and of what follows the last, that the kernels are compiled for.
 *
 * @param width d_model
 * @param heads query heads
 * @param groups key and value heads; each serves {@code heads / groups} consecutive query heads
 * @param headWidth size of a head, even
 * @param epsilon of the norms
 * @param norm of the residual stream
 * @param headNorms whether each query and key head has an RMS norm, before rotation
 * @param postNorms whether what attention and MLP give has an RMS norm before it joins the residual stream
 * @param parallel whether the MLP reads the stream that the attention reads, and not what that made of it
 * @param gated whether the MLP multiplies its activation with a second projection
 * @param activation of the MLP
 * @param scale what attention scores are multiplied with
 * @param scoreCap scores are held within plus and minus this by a tanh; 0 for no cap. Such a block needs a mask always
 * @param logitCap the same for logits
 * @param qkvBias whether the fused query, key and value projection has a bias
 * @param outputBias whether the attention's output projection has a bias
 * @param mlpBias whether the MLP's projections have biases
 */
public record BlockShape(
        int width,
        int heads,
        int groups,
        int headWidth,
        double epsilon,
        Norm norm,
        boolean headNorms,
        boolean postNorms,
        boolean parallel,
        boolean gated,
        Activation activation,
        double scale,
        double scoreCap,
        double logitCap,
        boolean qkvBias,
        boolean outputBias,
        boolean mlpBias) {
    /** How the residual stream is normed before it is read. */
    public enum Norm {
        /** By its root mean square, times a weight. */
        RMS,
        /** To mean zero and variance one, times a weight, plus a bias. */
        LAYER
    }

    /** What stands between the MLP's projections. */
    public enum Activation {
        SILU,
        /** Gaussian error linear unit by a hyperbolic tangent. */
        GELU_TANH,
        /** The same by the error function. */
        GELU
    }

    /** A block in the manner of Llama: RMS norms, a gated SiLU, no biases, scores over the root of the head's width. */
    public static BlockShape llama(int width, int heads, int groups, int headWidth, double epsilon) {
        return new BlockShape(
                width,
                heads,
                groups,
                headWidth,
                epsilon,
                Norm.RMS,
                false,
                false,
                false,
                true,
                Activation.SILU,
                1 / Math.sqrt(headWidth),
                0,
                0,
                false,
                false,
                false);
    }

    /** The weights that such a block has, in the order in which the kernels take them. */
    public List<BlockWeights.Part> parts() {
        return Arrays.stream(BlockWeights.Part.values())
                .filter(part -> part.in(this))
                .toList();
    }

    boolean capped() {
        return scoreCap > 0;
    }
}
