package ai.auditor.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one block. Projections are stored {@code [in, out]}, which the fused kernels read at full speed and gradients can
 * pass through, so that one copy serves both. The halves of each query and key head are interleaved: a rotation is then a
 * product of complex numbers.
 */
public final class BlockWeights {
    private static final String LIST = "w[]";
    private final List<Tensor> tensors;

    private BlockWeights(List<Tensor> tensors) {
        this.tensors = tensors;
        tensors.forEach(tensor -> tensor.array().setName(LIST));
    }

    /**
     * Takes the weights of a block.
     *
     * @param qkv queries, keys and values beside each other, {@code [width, (heads + 2 groups) headWidth]}
     * @param output {@code [heads headWidth, width]}
     * @param gate {@code [width, inner]}
     * @param up {@code [width, inner]}
     * @param down {@code [inner, width]}
     */
    public static BlockWeights of(
            Tensor attentionNorm,
            Tensor mlpNorm,
            Tensor qkv,
            Tensor output,
            Tensor gate,
            Tensor up,
            Tensor down,
            Biases biases) {
        List<Tensor> tensors = new ArrayList<>(List.of(attentionNorm, mlpNorm, qkv, output, gate, up, down));
        for (@Nullable
        Tensor bias : new @Nullable Tensor[] {biases.qkv, biases.output, biases.gate, biases.up, biases.down}) {
            if (bias != null) {
                tensors.add(bias);
            }
        }
        return new BlockWeights(List.copyOf(tensors));
    }

    /** The biases of a block, null where it has none. */
    public record Biases(
            @Nullable Tensor qkv,
            @Nullable Tensor output,
            @Nullable Tensor gate,
            @Nullable Tensor up,
            @Nullable Tensor down) {}

    List<Tensor> tensors() {
        return tensors;
    }
}
