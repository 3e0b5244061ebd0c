package ai.auditor.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * In-place steps of optimisers on vectors, under no recording.
 *
 * <p>A vector is walked in pieces that stay in the processor's cache, so that a step reads and writes memory once however many
 * operations it has.
 */
public final class Updates {
    /** Four vectors and two temporaries of this many floats fit into a second-level cache of 1 MiB. */
    private static final long PIECE = 1 << 15;

    private Updates() {}

    /** What one step is made of; each vector {@code [n]}. */
    @FunctionalInterface
    private interface Step {
        void on(NDManager scratch, long from, long to);
    }

    /**
     * Numbers of one AdamW step.
     *
     * @param rate of the step itself: learning rate over the bias correction of the first moment
     * @param secondScale what the root of the second moment is multiplied with: one over the root of its bias correction
     */
    public record AdamStep(double beta1, double beta2, double epsilon, double rate, double secondScale) {}

    /** One step of Adam: both moments, then the parameters; epsilon stands outside the root, after the bias correction. */
    public static void adam(Tensor parameters, Tensor gradient, Tensor first, Tensor second, AdamStep step) {
        pieces(parameters, (scratch, from, to) -> {
            NDArray g = piece(scratch, gradient, from, to);
            NDArray m = piece(scratch, first, from, to);
            NDArray v = piece(scratch, second, from, to);
            m.muli(step.beta1).addi(g.mul(1 - step.beta1));
            v.muli(step.beta2).addi(g.square().muli(1 - step.beta2));
            NDArray size = v.sqrt().muli(step.secondScale).addi(step.epsilon);
            piece(scratch, parameters, from, to).addi(m.div(size).muli(-step.rate));
        });
    }

    /** {@code momentum = decay * momentum + gradient; parameters -= rate * momentum}. */
    public static void momentum(Tensor parameters, Tensor gradient, Tensor momentum, double decay, double rate) {
        pieces(parameters, (scratch, from, to) -> {
            NDArray m = piece(scratch, momentum, from, to);
            m.muli(decay).addi(piece(scratch, gradient, from, to));
            piece(scratch, parameters, from, to).addi(m.mul(-rate));
        });
    }

    /** {@code target += factor * other}, over the first entries. */
    public static void add(Tensor target, Tensor other, double factor, long count) {
        pieces(
                count,
                target,
                (scratch, from, to) -> piece(scratch, target, from, to)
                        .addi(piece(scratch, other, from, to).mul(factor)));
    }

    /** Multiplies the first entries of a vector by a number. */
    public static void scale(Tensor vector, double factor, long count) {
        try (NDManager scratch = vector.array().getManager().newSubManager()) {
            piece(scratch, vector, 0, count).muli(factor);
        }
    }

    /** The Euclidean length of a vector. */
    public static double norm(Tensor vector) {
        try (Tensor norm = new Tensor(JniUtils.norm(vector.array(), 2, new int[] {0}, false))) {
            return norm.toFloats()[0];
        }
    }

    private static void pieces(Tensor vector, Step step) {
        pieces(vector.size(), vector, step);
    }

    private static void pieces(long size, Tensor vector, Step step) {
        for (long from = 0; from < size; from += PIECE) {
            try (NDManager scratch = vector.array().getManager().newSubManager()) {
                step.on(scratch, from, Math.min(from + PIECE, size));
            }
        }
    }

    /** A view; whatever is computed from it belongs to the scratch too. */
    private static NDArray piece(NDManager scratch, Tensor vector, long from, long to) {
        PtNDArray view = JniUtils.slice(vector.array(), 0, from, to, 1);
        view.attach(scratch);
        return view;
    }
}
