package ai.auditor.tensor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one block. Projections are stored {@code [in, out]}, which the fused kernels read at full speed and gradients can
 * pass through, so that one copy serves both. The halves of the rotated part of each query and key head are interleaved: a rotation is
 * then a product of complex numbers.
 */
public final class BlockWeights {
    private static final String LIST = "w[]";

    /** What a tensor is to a block; without a shape given, a vector as long as what it is added to or multiplied with. */
    public enum Part {
        ATTENTION_NORM,
        ATTENTION_NORM_BIAS,
        MLP_NORM,
        MLP_NORM_BIAS,
        /** Queries, keys and values beside each other, {@code [width, (heads + 2 groups) headWidth]}. */
        QKV,
        QKV_BIAS,
        /** {@code [headWidth]}, for every query head. */
        QUERY_NORM,
        /** {@code [headWidth]}, for every key head. */
        KEY_NORM,
        /** {@code [heads headWidth, width]}. */
        OUTPUT,
        OUTPUT_BIAS,
        ATTENTION_POST_NORM,
        /** {@code [width, inner]}. */
        GATE,
        GATE_BIAS,
        /** {@code [width, inner]}. */
        UP,
        UP_BIAS,
        /** {@code [inner, width]}. */
        DOWN,
        DOWN_BIAS,
        MLP_POST_NORM;

        /** Whether it is the matrix of a projection. */
        public boolean matrix() {
            return switch (this) {
                case QKV, OUTPUT, GATE, UP, DOWN -> true;
                case ATTENTION_NORM,
                        ATTENTION_NORM_BIAS,
                        MLP_NORM,
                        MLP_NORM_BIAS,
                        QKV_BIAS,
                        QUERY_NORM,
                        KEY_NORM,
                        OUTPUT_BIAS,
                        ATTENTION_POST_NORM,
                        GATE_BIAS,
                        UP_BIAS,
                        DOWN_BIAS,
                        MLP_POST_NORM -> false;
            };
        }

        boolean in(BlockShape shape) {
            return switch (this) {
                case ATTENTION_NORM, MLP_NORM, QKV, OUTPUT, UP, DOWN -> true;
                case ATTENTION_NORM_BIAS, MLP_NORM_BIAS -> shape.norm() == BlockShape.Norm.LAYER;
                case QKV_BIAS -> shape.qkvBias();
                case QUERY_NORM, KEY_NORM -> shape.headNorms();
                case OUTPUT_BIAS -> shape.outputBias();
                case ATTENTION_POST_NORM, MLP_POST_NORM -> shape.postNorms();
                case GATE -> shape.gated();
                case GATE_BIAS -> shape.gated() && shape.mlpBias();
                case UP_BIAS, DOWN_BIAS -> shape.mlpBias();
            };
        }
    }

    private final Map<Part, Tensor> parts;
    private final List<Tensor> tensors;

    private BlockWeights(Map<Part, Tensor> parts) {
        this.parts = parts;
        this.tensors = List.copyOf(parts.values());
        tensors.forEach(tensor -> tensor.array().setName(LIST));
    }

    /**
     * Takes the weights of a block.
     *
     * @param parts exactly those of {@link BlockShape#parts}
     */
    public static BlockWeights of(BlockShape shape, Map<Part, Tensor> parts) {
        EnumMap<Part, Tensor> ordered = new EnumMap<>(parts);
        if (!new ArrayList<>(ordered.keySet()).equals(shape.parts())) {
            throw new IllegalArgumentException(
                    "a block of this shape has " + shape.parts() + ", not " + ordered.keySet());
        }
        return new BlockWeights(ordered);
    }

    /** A part that the block has. */
    public Tensor at(Part part) {
        Tensor tensor = parts.get(part);
        if (tensor == null) {
            throw new IllegalArgumentException("the block has no " + part);
        }
        return tensor;
    }

    @Nullable
    Tensor orNull(Part part) {
        return parts.get(part);
    }

    /** In the order of their parts. */
    List<Tensor> tensors() {
        return tensors;
    }
}
