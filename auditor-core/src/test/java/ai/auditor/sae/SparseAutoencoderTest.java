package ai.auditor.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SparseAutoencoderTest {
    private static final int WIDTH = 6;
    private static final int FEATURES = 10;
    private static final int TOKENS = 5;

    private final Engine engine = Engine.start(1);

    private static List<Activation> activations() {
        float[] some = new float[FEATURES];
        Arrays.fill(some, 0.7f);
        float[] scales = new float[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            scales[j] = 0.5f + j;
        }
        return List.of(
                new Activation.Relu(),
                new Activation.JumpRelu(some),
                new Activation.TopK(3, new float[0]),
                new Activation.TopK(3, scales),
                new Activation.Gated(scales, some));
    }

    @ParameterizedTest
    @EnumSource(InputNorm.class)
    void eachActivationIsThatOfItsDefinition(InputNorm norm) {
        float[] states = TinyAutoencoder.drawn(new Random(3), TOKENS * WIDTH);
        for (Activation activation : activations()) {
            SaeWeights weights = TinyAutoencoder.weights(WIDTH, FEATURES, activation, norm, 11);
            try (Scope scope = engine.open();
                    SparseAutoencoder sae =
                            SparseAutoencoder.of(scope, TinyAutoencoder.facts(WIDTH, FEATURES), weights);
                    Tensor given = scope.floats(states, TOKENS, WIDTH)) {
                List<float[]> features = new ArrayList<>();
                List<float[]> again = new ArrayList<>();
                sae.read(given, read -> {
                    features.add(read.features().toFloats());
                    again.add(read.reconstruction().toFloats());
                });
                assertThat(features).hasSize(1);
                for (int token = 0; token < TOKENS; token++) {
                    double[] state = new double[WIDTH];
                    for (int i = 0; i < WIDTH; i++) {
                        state[i] = states[token * WIDTH + i];
                    }
                    Expected expected = Expected.of(weights, state);
                    for (int j = 0; j < FEATURES; j++) {
                        assertThat((double) features.get(0)[token * FEATURES + j])
                                .as("%s, %s, token %d, feature %d", activation, norm, token, j)
                                .isCloseTo(expected.features[j], within(1e-5));
                    }
                    for (int i = 0; i < WIDTH; i++) {
                        assertThat((double) again.get(0)[token * WIDTH + i])
                                .as("%s, %s, token %d, state %d", activation, norm, token, i)
                                .isCloseTo(expected.reconstruction[i], within(2e-5));
                    }
                }
            }
        }
    }

    /** The definition, in double precision, one token at a time. */
    private record Expected(double[] features, double[] reconstruction) {
        static Expected of(SaeWeights weights, double[] state) {
            double mean = Arrays.stream(state).average().orElseThrow();
            double squares = Arrays.stream(state).map(x -> x * x).sum();
            double variance =
                    Arrays.stream(state).map(x -> (x - mean) * (x - mean)).sum() / (state.length - 1);
            double addend = weights.norm() == InputNorm.LAYER ? mean : 0;
            double divisor = switch (weights.norm()) {
                case NONE -> 1;
                case UNIT_LENGTH -> Math.sqrt(squares / state.length);
                case LAYER -> Math.sqrt(variance) + 1e-5;
            };
            double factor = weights.norm() == InputNorm.LAYER ? Math.sqrt(variance) : divisor;
            double[] pre = new double[FEATURES];
            for (int j = 0; j < FEATURES; j++) {
                pre[j] = weights.encoderBias()[j];
                for (int i = 0; i < state.length; i++) {
                    pre[j] += ((state[i] - addend) / divisor - weights.shift()[i])
                            * weights.encoder().asFloatBuffer().get(i * FEATURES + j);
                }
            }
            double[] features = activated(weights, pre);
            double[] reconstruction = new double[state.length];
            for (int i = 0; i < state.length; i++) {
                reconstruction[i] = weights.decoderBias()[i];
                for (int j = 0; j < FEATURES; j++) {
                    reconstruction[i] +=
                            features[j] * weights.decoder().asFloatBuffer().get(j * WIDTH + i);
                }
                reconstruction[i] = reconstruction[i] * factor + addend;
            }
            return new Expected(features, reconstruction);
        }

        private static double[] activated(SaeWeights weights, double[] pre) {
            double[] features = new double[FEATURES];
            Activation activation = weights.activation();
            for (int j = 0; j < FEATURES; j++) {
                if (activation instanceof Activation.JumpRelu jump) {
                    features[j] = pre[j] > jump.thresholds()[j] ? Math.max(0, pre[j]) : 0;
                } else if (activation instanceof Activation.Gated gated) {
                    double bare = pre[j] - weights.encoderBias()[j];
                    features[j] = pre[j] > 0 ? Math.max(0, bare * gated.scales()[j] + gated.biases()[j]) : 0;
                } else if (activation instanceof Activation.TopK top) {
                    features[j] = Math.max(0, pre[j]) > 0 && above(top, pre, j) < top.k() ? pre[j] : 0;
                } else {
                    features[j] = Math.max(0, pre[j]);
                }
            }
            return features;
        }

        private static int above(Activation.TopK top, double[] pre, int feature) {
            int above = 0;
            for (int j = 0; j < pre.length; j++) {
                above += ranked(top, pre, j) > ranked(top, pre, feature) ? 1 : 0;
            }
            return above;
        }

        private static double ranked(Activation.TopK top, double[] pre, int j) {
            return Math.max(0, pre[j]) * (top.scales().length == 0 ? 1 : top.scales()[j]);
        }
    }

    @Test
    void manyTokensAreReadInPiecesAndNothingIsLeft() {
        int features = 1 << 22;
        try (Scope scope = engine.open()) {
            SaeWeights weights = new SaeWeights(
                    SaeWeights.room(features),
                    new float[features],
                    SaeWeights.room(features),
                    new float[1],
                    new float[1],
                    new Activation.Relu(),
                    InputNorm.NONE);
            try (SparseAutoencoder sae = SparseAutoencoder.of(scope, TinyAutoencoder.facts(1, features), weights);
                    Tensor given = scope.floats(new float[9], 9, 1)) {
                List<Integer> pieces = new ArrayList<>();
                int before = scope.arrays();
                sae.read(given, read -> {
                    assertThat(read.first())
                            .isEqualTo(pieces.stream().mapToInt(n -> n).sum());
                    pieces.add((int) read.states().shape()[0]);
                });
                assertThat(pieces).containsExactly(4, 4, 1);
                assertThat(scope.arrays()).isEqualTo(before);
                assertThat(sae.directions(new int[] {7})[0]).containsExactly(0f);
                assertThat(scope.arrays()).isEqualTo(before);
            }
        }
    }

    @Test
    void everyNormLeavesNoArraysBehind() {
        for (InputNorm norm : InputNorm.values()) {
            for (Activation activation : activations()) {
                try (Scope scope = engine.open();
                        SparseAutoencoder sae = TinyAutoencoder.of(scope, WIDTH, FEATURES, activation, norm, 5);
                        Tensor given = scope.floats(new float[] {1, 2, 3, 4, 5, 7}, 1, WIDTH)) {
                    int before = scope.arrays();
                    sae.read(given, read -> {});
                    sae.encode(given).close();
                    assertThat(scope.arrays()).as("%s, %s", norm, activation).isEqualTo(before);
                }
            }
        }
    }
}
