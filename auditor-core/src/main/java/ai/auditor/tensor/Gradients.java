package ai.auditor.tensor;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/**
 * Gradients by the chain rule over cut graphs; safe from several threads at once, since grad mode belongs to a thread.
 *
 * <p>DJL's own collector is one a process and cannot start from a given gradient, so this goes one level below it.
 */
public final class Gradients {
    private Gradients() {}

    /** Records what is computed inside, on this thread only; afterwards grad mode is what it was. */
    public static <T> T record(Supplier<T> computation) {
        boolean before = recording();
        JniUtils.setGradMode(true);
        try {
            return computation.get();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** The same values as a new leaf whose gradient can be asked for; what lies below is cut off. */
    public static Tensor leaf(Tensor tensor) {
        PtNDArray leaf = JniUtils.detachGradient(tensor.array());
        JniUtils.attachGradient(leaf, true);
        return new Tensor(leaf);
    }

    /**
     * The gradient at a leaf, given the gradient at an output computed from it under {@link #record}; frees the recorded graph.
     *
     * @param output the recorded result
     * @param seed the gradient at the output, of the output's shape
     * @param leaf from {@link #leaf}; each leaf can be asked once
     */
    public static Tensor pull(Tensor output, Tensor seed, Tensor leaf) {
        JniUtils.backward(output.array(), seed.array(), false, false);
        return new Tensor(JniUtils.getGradient(leaf.array()));
    }

    /** Makes a tensor a leaf: what is computed from it under {@link #record} can be pulled back to it, again and again. */
    public static Tensor variable(Tensor tensor) {
        JniUtils.attachGradient(tensor.array(), true);
        return tensor;
    }

    /** Adds the gradient at an output to that of each variable below it; frees the recorded graph. */
    public static void accumulate(Tensor output, Tensor seed) {
        JniUtils.backward(output.array(), seed.array(), false, false);
    }

    /** What was accumulated at a variable, as a live view, in the variable's scope; zero it with {@link #clear}. */
    public static Tensor accumulated(Tensor variable) {
        return new Tensor(JniUtils.getGradient(variable.array()));
    }

    /** Sets what was accumulated at a variable to zero. */
    public static void clear(Tensor variable) {
        JniUtils.zeroGrad(variable.array());
    }

    /** Whether what this thread computes is recorded. */
    public static boolean recording() {
        return JniUtils.isGradMode();
    }
}
