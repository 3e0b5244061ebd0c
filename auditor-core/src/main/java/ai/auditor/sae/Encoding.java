package ai.auditor.sae;

import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;

/** An activation with its numbers in native memory. */
sealed interface Encoding {
    /** Features from an encoder's linear map, {@code [tokens, d_sae]}; the given tensor stays open. */
    Tensor features(Tensor pre);

    /** Copies an activation's numbers into a scope, with those of the encoder's bias that it needs. */
    static Encoding of(Scope scope, Activation activation, float[] encoderBias) {
        if (activation instanceof Activation.JumpRelu jump) {
            return new Jump(scope.floats(jump.thresholds(), jump.thresholds().length));
        }
        if (activation instanceof Activation.TopK top) {
            return top.scales().length == 0
                    ? new Top(top.k())
                    : new ScaledTop(top.k(), scope.floats(top.scales(), top.scales().length));
        }
        if (activation instanceof Activation.Gated gated) {
            return new Gate(
                    scope.floats(encoderBias, encoderBias.length),
                    scope.floats(gated.scales(), gated.scales().length),
                    scope.floats(gated.biases(), gated.biases().length),
                    scope.zeros(1));
        }
        return new Rectified();
    }

    /** {@link Activation.Relu}. */
    record Rectified() implements Encoding {
        @Override
        public Tensor features(Tensor pre) {
            return pre.above(0);
        }
    }

    /** {@link Activation.JumpRelu}. */
    record Jump(Tensor thresholds) implements Encoding {
        @Override
        public Tensor features(Tensor pre) {
            try (Tensor kept = pre.keptAbove(thresholds)) {
                return kept.above(0);
            }
        }
    }

    /** {@link Activation.TopK} without scales. */
    record Top(int k) implements Encoding {
        @Override
        public Tensor features(Tensor pre) {
            try (Tensor positive = pre.above(0)) {
                return positive.keptTop(k);
            }
        }
    }

    /** {@link Activation.TopK} that ranks what a feature adds to the reconstruction. */
    record ScaledTop(int k, Tensor scales) implements Encoding {
        @Override
        public Tensor features(Tensor pre) {
            try (Tensor positive = pre.above(0);
                    Tensor scaled = positive.times(scales);
                    Tensor kept = scaled.keptTop(k)) {
                return kept.over(scales);
            }
        }
    }

    /** {@link Activation.Gated}. */
    record Gate(Tensor gateBias, Tensor scales, Tensor biases, Tensor zero) implements Encoding {
        @Override
        public Tensor features(Tensor pre) {
            try (Tensor bare = pre.minus(gateBias);
                    Tensor scaled = bare.times(scales);
                    Tensor shifted = scaled.plus(biases);
                    Tensor magnitudes = shifted.above(0)) {
                return magnitudes.keptWhere(pre, zero);
            }
        }
    }
}
