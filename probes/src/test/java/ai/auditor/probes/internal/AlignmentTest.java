package ai.auditor.probes.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.probe.Decoys;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlignmentTest {
    private static final int WIDTH = 12;
    private static final int UNITS = 150;
    private static final int TRAITS = 5;
    private static final int TRIALS = 120;

    /** Rows of unequal spread; the mean shift of a candidate that differs by {@code truth}; what its error is made of. */
    private record Sample(Matrix control, double[] shift, double[][] deviations) {
        static Sample of(double[] truth, Random random) {
            float[] control = new float[UNITS * WIDTH];
            double[][] differences = new double[UNITS][WIDTH];
            for (int i = 0; i < UNITS; i++) {
                for (int j = 0; j < WIDTH; j++) {
                    double deviation = deviation(j);
                    control[i * WIDTH + j] = (float) (deviation * random.nextGaussian());
                    differences[i][j] = truth[j] + deviation * random.nextGaussian() - control[i * WIDTH + j];
                }
            }
            double[] shift = Vectors.mean(List.of(differences));
            double[][] deviations = Arrays.stream(differences)
                    .map(difference -> {
                        double[] one = new double[WIDTH];
                        Vectors.addScaled(
                                one, 1 / Math.sqrt(UNITS * (UNITS - 1.0)), Vectors.difference(difference, shift));
                        return one;
                    })
                    .toArray(double[][]::new);
            return new Sample(new Matrix(UNITS, WIDTH, control), shift, deviations);
        }

        Alignment alignment() {
            return new Alignment(control, shift, deviations);
        }
    }

    private static double deviation(int column) {
        return 0.3 + 2.0 * column / WIDTH;
    }

    private static double[] gaussian(Random random) {
        return random.doubles(WIDTH, -1, 1).map(one -> random.nextGaussian()).toArray();
    }

    private static List<double[]> traits(Random random) {
        return IntStream.range(0, TRAITS).mapToObj(i -> gaussian(random)).toList();
    }

    /** What adding a direction to the model does to the mean, brought to a length in control standard deviations. */
    private static double[] madeBy(double[] direction, double size) {
        double[] made = new double[WIDTH];
        double squares = 0;
        for (int j = 0; j < WIDTH; j++) {
            made[j] = deviation(j) * deviation(j) * direction[j];
            squares += made[j] * made[j] / deviation(j) / deviation(j);
        }
        for (int j = 0; j < WIDTH; j++) {
            made[j] *= size / Math.sqrt(squares);
        }
        return made;
    }

    private static double p(Alignment alignment, List<double[]> traits, long seed) {
        Decoys decoys = alignment.decoys(alignment.directions(seed), traits, seed + 1);
        double largest = traits.stream().mapToDouble(alignment::along).max().orElseThrow();
        return PValue.greater(largest, decoys.values());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shiftsOfNoInterestStandOutAtTheLevelWhateverTheirSize(long seed) {
        for (double size : new double[] {0, 0.3, 2}) {
            Random random = new Random(seed);
            int found = 0;
            for (int trial = 0; trial < TRIALS; trial++) {
                double[] nuisance = new double[WIDTH];
                for (int j = 0; j < WIDTH; j++) {
                    nuisance[j] = deviation(j) * random.nextGaussian();
                }
                Sample sample = Sample.of(madeBy(nuisance, size), random);
                found += p(sample.alignment(), traits(random), random.nextLong()) <= 0.1 ? 1 : 0;
            }
            double limit = 0.1 * TRIALS + 3.5 * Math.sqrt(0.1 * 0.9 * TRIALS);
            assertThat((double) found).as("seed %d, size %s", seed, size).isLessThanOrEqualTo(limit);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aShiftThatATraitMadeStandsOut(long seed) {
        Random random = new Random(seed);
        List<double[]> traits = traits(random);
        Sample sample = Sample.of(madeBy(traits.get(2), 1), random);
        Alignment alignment = sample.alignment();
        assertThat(p(alignment, traits, seed)).as("seed %d", seed).isLessThanOrEqualTo(0.01);
        assertThat(alignment.along(traits.get(2))).isCloseTo(1, within(0.45));
        assertThat(traits)
                .allSatisfy(trait ->
                        assertThat(alignment.along(trait)).isLessThanOrEqualTo(alignment.along(traits.get(2))));
    }

    @Test
    void theSizeOfTheShiftIsFreedOfItsSamplingError() {
        Random random = new Random(7);
        for (double size : new double[] {0, 1}) {
            double[] squares = new double[TRIALS];
            for (int trial = 0; trial < TRIALS; trial++) {
                Alignment alignment =
                        Sample.of(madeBy(gaussian(random), size), random).alignment();
                double measured = alignment
                        .decoys(alignment.directions(trial), traits(random), trial)
                        .size();
                squares[trial] = measured * measured;
            }
            double mean = Arrays.stream(squares).average().orElseThrow();
            // Sampling error alone would be √(2 · 12 / 150) = 0.4.
            assertThat(Math.sqrt(mean)).as("size %s", size).isCloseTo(size, within(0.2));
        }
    }

    @Test
    void moreOfATraitMakesDecoysLarger() {
        Random random = new Random(3);
        Alignment alignment = Sample.of(new double[WIDTH], random).alignment();
        Decoys decoys = alignment.decoys(alignment.directions(1), traits(random), 2);
        assertThat(decoys.values()).hasSize(Alignment.DECOYS).isEqualTo(decoys.values(0));
        double before = Arrays.stream(decoys.values()).max().orElseThrow();
        assertThat(Arrays.stream(decoys.values(3)).max().orElseThrow()).isGreaterThan(before + 1);
    }

    @Test
    void aDirectionOfNoLengthIsNotAlongAnything() {
        Alignment alignment = Sample.of(new double[WIDTH], new Random(4)).alignment();
        assertThat(alignment.along(new double[WIDTH])).isZero();
        assertThat(alignment
                        .decoys(alignment.directions(1), List.of(new double[WIDTH]), 2)
                        .values())
                .containsOnly(0);
    }

    @Test
    void aControlThatCannotTellIsRefused() {
        refused(new Matrix(1, 2, new float[] {1, 2}), "fewer than two", AuditException.Code.NOTHING_TO_AUDIT);
        refused(new Matrix(2, 2, new float[] {1, 2, 1, 2}), "do not vary", AuditException.Code.NOTHING_TO_AUDIT);
        refused(new Matrix(2, 2, new float[] {1, Float.NaN, 1, 2}), "not finite", AuditException.Code.NUMERIC);
    }

    private static void refused(Matrix control, String message, AuditException.Code code) {
        assertThatThrownBy(() -> new Alignment(control, new double[2], new double[0][]))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
