package ai.auditor.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of training a sparse autoencoder, with its gradients written out: only the encoder is a dense product, where features are few.
 * Results belong to the scope of the states. For one thread.
 */
public interface SaeKernels extends AutoCloseable {
    /** Our own TorchScript. */
    static SaeKernels fused(Scope scope, SaeRule rule, int width, int features) {
        return new ScriptSaeKernels(scope, rule, width, features);
    }

    /** The same in plain array operations, all of them dense: to check by, and for where no fused kernels exist. */
    static SaeKernels plain(SaeRule rule, int width, int features) {
        return new PlainSaeKernels(rule, width, features);
    }

    /**
     * What is learnt, or a gradient of it.
     *
     * @param encoder {@code [features, width]}
     * @param encoderBias {@code [features]}
     * @param decoder {@code [features, width]}
     * @param decoderBias {@code [width]}, taken off the input too
     * @param thresholds {@code [features]}, made 0 by a step where they are below; null where features have none
     */
    record Parameters(
            Tensor encoder,
            Tensor encoderBias,
            Tensor decoder,
            Tensor decoderBias,
            @Nullable Tensor thresholds) {
        /** All of them, in one order. */
        public List<Tensor> all() {
            return thresholds == null
                    ? List.of(encoder, encoderBias, decoder, decoderBias)
                    : List.of(encoder, encoderBias, decoder, decoderBias, thresholds);
        }
    }

    /**
     * What a step found.
     *
     * @param error mean squared distance of a token from its reconstruction
     * @param added what the rule adds to it in the loss
     * @param active how many features are active, over all tokens
     * @param smallest the smallest active value times the length of its decoder row; 0 where none is active
     * @param variance mean squared distance of a token from the batch's mean
     * @param length Euclidean length of the whole gradient
     */
    record Sums(double error, double added, double active, double smallest, double variance, double length) {
        static Sums of(Tensor sums) {
            float[] values = sums.toFloats();
            return new Sums(values[0], values[1], values[2], values[3], values[4], Math.sqrt(values[5]));
        }
    }

    /**
     * A step's results.
     *
     * @param gradient of the loss, mean over tokens
     * @param fired in how many tokens each feature is active, {@code [features]}
     */
    record Step(Sums sums, Parameters gradient, Tensor fired) {}

    /**
     * Loss and gradient of a batch.
     *
     * @param states {@code [tokens, width]}
     * @param dead indices of the features that have died; empty for none
     * @param level of {@link SaeRule.Top} across a batch: a value that the chosen ones are likely above, 0 or more, which changes the time
     *     and not the result; of {@link SaeRule.Jump}: what the penalty is multiplied with
     */
    Step step(Tensor states, Parameters parameters, int[] dead, double level);

    /** One step of Adam on a parameter, in place; the gradient may be changed. */
    void adam(Tensor parameter, Tensor gradient, Tensor first, Tensor second, Adam step);

    /**
     * Numbers of one step of Adam (Kingma and Ba, arXiv 1412.6980).
     *
     * @param number of the step, 1 for the first
     * @param factor that the gradient is multiplied with before, above 0
     */
    record Adam(int number, double rate, double factor) {
        static final double BETA1 = 0.9;
        static final double BETA2 = 0.999;
        static final double EPSILON = 1e-8;
    }

    @Override
    void close();
}
