package ai.auditor.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.tensor.SaeKernels.Adam;
import ai.auditor.tensor.SaeKernels.Parameters;
import ai.auditor.tensor.SaeKernels.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients by hand against differences of a loss in double precision, and the fused kernels against the plain ones. */
class SaeKernelsTest {
    private static final int WIDTH = 6;
    private static final int FEATURES = 14;
    private static final int TOKENS = 9;
    private static final int[] DEAD = {1, 5, 6, 8, 12};
    private static final double LEVEL = 0.3;

    private final Engine engine = Engine.start(1);

    static Stream<SaeRule> rules() {
        return Stream.of(
                new SaeRule.Top(3, false, 1),
                new SaeRule.Top(3, true, 0.7),
                new SaeRule.Jump(0.4, SaeRule.Penalty.STEP, 4, false, 0.05),
                new SaeRule.Jump(0.4, SaeRule.Penalty.STEP, 4, true, 0.05),
                new SaeRule.Jump(0.4, SaeRule.Penalty.TANH, 1.5, false, 0.05),
                new SaeRule.Jump(0.4, SaeRule.Penalty.TANH, 1.5, true, 0));
    }

    /** The start of everything: states, then parameters in their order. */
    private static float[][] numbers(boolean jumps) {
        Random random = new Random(3);
        int[] sizes = {TOKENS * WIDTH, FEATURES * WIDTH, FEATURES, FEATURES * WIDTH, WIDTH, FEATURES};
        float[][] numbers = new float[jumps ? sizes.length : sizes.length - 1][];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = new float[sizes[i]];
            for (int j = 0; j < sizes[i]; j++) {
                numbers[i][j] = i == 5 ? 0.2f + 0.3f * random.nextFloat() : (float) random.nextGaussian() * 0.5f;
            }
        }
        return numbers;
    }

    private static Parameters parameters(Scope scope, float[][] numbers) {
        return new Parameters(
                scope.floats(numbers[1], FEATURES, WIDTH),
                scope.floats(numbers[2], FEATURES),
                scope.floats(numbers[3], FEATURES, WIDTH),
                scope.floats(numbers[4], WIDTH),
                numbers.length == 5 ? null : scope.floats(numbers[5], FEATURES));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void fusedIsPlain(SaeRule rule) {
        float[][] numbers = numbers(rule instanceof SaeRule.Jump);
        try (Scope scope = engine.open();
                SaeKernels fused = SaeKernels.fused(scope, rule, WIDTH, FEATURES);
                SaeKernels plain = SaeKernels.plain(rule, WIDTH, FEATURES)) {
            Tensor states = scope.floats(numbers[0], TOKENS, WIDTH);
            Parameters parameters = parameters(scope, numbers);
            for (int[] dead : List.of(new int[0], new int[] {4}, DEAD)) {
                for (double level : new double[] {0, LEVEL, 100}) {
                    Step one = fused.step(states, parameters, dead, level);
                    Step other = plain.step(states, parameters, dead, level);
                    assertThat(numbers(one.sums())).containsExactly(numbers(other.sums()), within(level * 1e-3 + 1e-3));
                    assertThat(one.fired().toFloats())
                            .containsExactly(other.fired().toFloats());
                    for (int i = 0; i < one.gradient().all().size(); i++) {
                        assertThat(one.gradient().all().get(i).toFloats())
                                .as("gradient %d", i)
                                .containsExactly(
                                        other.gradient().all().get(i).toFloats(),
                                        within((float) level * 1e-4f + 1e-4f));
                    }
                }
            }
        }
    }

    private static double[] numbers(SaeKernels.Sums sums) {
        return new double[] {sums.error(), sums.added(), sums.active(), sums.smallest(), sums.variance(), sums.length()
        };
    }

    @ParameterizedTest
    @MethodSource("rules")
    void gradientsAreThoseOfTheLoss(SaeRule rule) {
        float[][] numbers = numbers(rule instanceof SaeRule.Jump);
        double[][] exact = Arrays.stream(numbers)
                .map(part -> IntStream.range(0, part.length)
                        .mapToDouble(i -> part[i])
                        .toArray())
                .toArray(double[][]::new);
        try (Scope scope = engine.open();
                SaeKernels fused = SaeKernels.fused(scope, rule, WIDTH, FEATURES)) {
            for (int[] dead : List.of(new int[0], new int[] {4}, DEAD)) {
                Step step =
                        fused.step(scope.floats(numbers[0], TOKENS, WIDTH), parameters(scope, numbers), dead, LEVEL);
                SaeLoss loss = new SaeLoss(rule, TOKENS, WIDTH, FEATURES, dead, LEVEL);
                SaeLoss.Frozen frozen = loss.freeze(exact);
                assertThat(step.sums().error() + step.sums().added()).isEqualTo(loss.of(exact, frozen), within(1e-3));
                for (int part = 1; part < exact.length; part++) {
                    float[] found = step.gradient().all().get(part - 1).toFloats();
                    for (int i = 0; i < found.length; i++) {
                        double before = exact[part][i];
                        exact[part][i] = before + 1e-5;
                        double more = loss.of(exact, frozen);
                        exact[part][i] = before - 1e-5;
                        double less = loss.of(exact, frozen);
                        exact[part][i] = before;
                        assertThat((double) found[i])
                                .as("parameter %d, entry %d", part - 1, i)
                                .isEqualTo((more - less) / 2e-5, within(2e-4));
                    }
                }
            }
        }
    }

    @Test
    void adamIsAdamAndNothingIsLeft() {
        Random random = new Random(4);
        float[] start = new float[40_001];
        float[] slope = new float[start.length];
        for (int i = 0; i < start.length; i++) {
            start[i] = (float) random.nextGaussian();
            slope[i] = (float) random.nextGaussian();
        }
        SaeRule rule = new SaeRule.Top(3, false, 1);
        try (Scope scope = engine.open();
                SaeKernels fused = SaeKernels.fused(scope, rule, WIDTH, FEATURES);
                SaeKernels plain = SaeKernels.plain(rule, WIDTH, FEATURES)) {
            Tensor[] ends = new Tensor[2];
            int before = scope.arrays();
            for (int i = 0; i < 2; i++) {
                SaeKernels kernels = i == 0 ? fused : plain;
                Tensor parameter = scope.floats(start, start.length);
                Tensor first = scope.zeros(start.length);
                Tensor second = scope.zeros(start.length);
                for (int step = 1; step <= 4; step++) {
                    try (Tensor gradient = scope.floats(slope, slope.length)) {
                        kernels.adam(parameter, gradient, first, second, new Adam(step, 1e-2, step == 2 ? 0.3 : 1));
                    }
                }
                ends[i] = parameter;
            }
            assertThat(scope.arrays()).isEqualTo(before + 6);
            float[] one = ends[0].toFloats();
            float[] other = ends[1].toFloats();
            float largest = 0;
            for (int i = 0; i < one.length; i++) {
                largest = Math.max(largest, Math.abs(one[i] - other[i]));
            }
            assertThat(largest).isLessThan(5e-6f);
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aStepLeavesNothingBehind(SaeRule rule) {
        float[][] numbers = numbers(rule instanceof SaeRule.Jump);
        try (Scope scope = engine.open();
                SaeKernels fused = SaeKernels.fused(scope, rule, WIDTH, FEATURES);
                SaeKernels plain = SaeKernels.plain(rule, WIDTH, FEATURES)) {
            Parameters parameters = parameters(scope, numbers);
            for (SaeKernels kernels : List.of(fused, plain)) {
                try (Scope first = scope.child()) {
                    // What is kept from step to step.
                    kernels.step(first.floats(numbers[0], TOKENS, WIDTH), parameters, DEAD, LEVEL);
                }
                int outside = scope.arrays();
                try (Scope step = scope.child()) {
                    kernels.step(step.floats(numbers[0], TOKENS, WIDTH), parameters, DEAD, LEVEL);
                    // The states, a gradient a parameter, and how often each feature fired.
                    assertThat(step.arrays()).isEqualTo(2 + parameters.all().size());
                }
                assertThat(scope.arrays()).isEqualTo(outside);
            }
        }
    }

    @Test
    void roomThatThereIsNotIsTold() {
        // 2^48 bytes: more than a process can address.
        int many = 1 << 23;
        try (Scope scope = engine.open();
                SaeKernels fused = SaeKernels.fused(scope, new SaeRule.Top(1, false, 0), 1, many)) {
            Tensor one = scope.zeros(1, 1);
            Parameters parameters = new Parameters(one, one, one, one, null);
            Tensor states = scope.zeros(many, 1);
            assertThatThrownBy(() -> fused.step(states, parameters, new int[0], 0))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContaining("lower the batch size");
        }
    }
}
