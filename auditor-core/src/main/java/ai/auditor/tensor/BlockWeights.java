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
    private final Biases biases;

    private BlockWeights(List<Tensor> tensors, Biases biases) {
        this.tensors = tensors;
        this.biases = biases;
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
        return new BlockWeights(List.copyOf(tensors), biases);
    }

    /** The biases of a block, null where it has none. */
    public record Biases(
            @Nullable Tensor qkv,
            @Nullable Tensor output,
            @Nullable Tensor gate,
            @Nullable Tensor up,
            @Nullable Tensor down) {}

    /** {@code [width]}. */
    public Tensor attentionNorm() {
        return tensors.get(0);
    }

    /** {@code [width]}. */
    public Tensor mlpNorm() {
        return tensors.get(1);
    }

    /** Queries, keys and values beside each other. */
    public Tensor qkv() {
        return tensors.get(2);
    }

    /** {@code [heads headWidth, width]}. */
    public Tensor output() {
        return tensors.get(3);
    }

    /** {@code [width, inner]}. */
    public Tensor gate() {
        return tensors.get(4);
    }

    /** {@code [width, inner]}. */
    public Tensor up() {
        return tensors.get(5);
    }

    /** {@code [inner, width]}. */
    public Tensor down() {
        return tensors.get(6);
    }

    /** Those that the block has. */
    public Biases biases() {
        return biases;
    }

    List<Tensor> tensors() {
        return tensors;
    }
}
