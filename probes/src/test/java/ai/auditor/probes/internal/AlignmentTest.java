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
    /** Wide beside the units, and a spectrum that falls as 1 / i, as activations have: few dimensions hold most. */
    private static final int WIDTH = 64;

    private static final int UNITS = 150;
    private static final int TRAITS = 8;
    private static final int TRIALS = 80;
    private static final double LEVEL = 0.05;

    /** Four probes of the deep tier have decoys; a rank among n of them is at least 1 / (n + 1), times all places that are asked for. */
    @Test
    void howeverManyPointsAreAskedForDecoysCanReachTheLeastLevelOfAPolicy() {
        for (int points = 1; points <= 200; points++) {
            assertThat(4.0 * points / (Alignment.decoys(points) + 1))
                    .as("%d points", points)
                    .isLessThanOrEqualTo(0.02);
        }
    }

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
        return 2 / Math.sqrt(column + 1);
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

    private static Decoys.Shifts decoys(Alignment alignment, List<double[]> traits, long seed) {
        return alignment.decoys(
                alignment.directions(199, seed),
                alignment.directions(64, seed + 1).toList(),
                traits,
                seed + 2);
    }

    private static double p(Alignment alignment, List<double[]> traits, long seed) {
        double largest = traits.stream().mapToDouble(alignment::along).max().orElseThrow();
        return PValue.greater(largest, decoys(alignment, traits, seed).values());
    }

    /** Small shifts, near what can be seen, are where a size that is taken for known is wrong most often. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shiftsOfNoInterestStandOutAtTheLevelWhateverTheirSize(long seed) {
        for (double size : new double[] {0, 0.15, 0.3, 0.5, 2}) {
            Random random = new Random(seed);
            int found = 0;
            for (int trial = 0; trial < TRIALS; trial++) {
                double[] nuisance = new double[WIDTH];
                for (int j = 0; j < WIDTH; j++) {
                    nuisance[j] = deviation(j) * random.nextGaussian();
                }
                Sample sample = Sample.of(madeBy(nuisance, size), random);
                found += p(sample.alignment(), traits(random), random.nextLong()) <= LEVEL ? 1 : 0;
            }
            double limit = LEVEL * TRIALS + 3.5 * Math.sqrt(LEVEL * (1 - LEVEL) * TRIALS);
            assertThat((double) found).as("seed %d, size %s", seed, size).isLessThanOrEqualTo(limit);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aShiftThatATraitMadeStandsOut(long seed) {
        Random random = new Random(seed);
        List<double[]> traits = traits(random);
        Sample sample = Sample.of(madeBy(traits.get(2), 1.5), random);
        Alignment alignment = sample.alignment();
        assertThat(p(alignment, traits, seed)).as("seed %d", seed).isLessThanOrEqualTo(0.02);
        assertThat(alignment.along(traits.get(2))).isCloseTo(1.5, within(0.5));
        assertThat(traits)
                .allSatisfy(trait ->
                        assertThat(alignment.along(trait)).isLessThanOrEqualTo(alignment.along(traits.get(2))));
    }

    /** A vector as training finds it: what added to the model makes the shift that was measured, error and all. */
    private static double[] recovered(Sample sample) {
        double[] vector = sample.shift().clone();
        for (int j = 0; j < WIDTH; j++) {
            vector[j] /= deviation(j) * deviation(j);
        }
        return vector;
    }

    private static double rank(Sample sample, List<double[]> traits, long seed) {
        Alignment alignment = sample.alignment();
        double[] vector = recovered(sample);
        double size = alignment.along(vector);
        Decoys.Shifts decoys = alignment.decoys(size, alignment.directions(199, seed), traits);
        double largest = Arrays.stream(alignment.cosines(vector, traits)).max().orElseThrow();
        return PValue.greater(size * largest, decoys.values());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void vectorsOfNoInterestStandOutAtTheLevelAmongDecoysOfTheirLength(long seed) {
        for (double size : new double[] {0, 0.3, 2}) {
            Random random = new Random(seed);
            int found = 0;
            for (int trial = 0; trial < TRIALS; trial++) {
                double[] nuisance = new double[WIDTH];
                for (int j = 0; j < WIDTH; j++) {
                    nuisance[j] = deviation(j) * random.nextGaussian();
                }
                Sample sample = Sample.of(madeBy(nuisance, size), random);
                found += rank(sample, traits(random), random.nextLong()) <= LEVEL ? 1 : 0;
            }
            double limit = LEVEL * TRIALS + 3.5 * Math.sqrt(LEVEL * (1 - LEVEL) * TRIALS);
            assertThat((double) found).as("seed %d, size %s", seed, size).isLessThanOrEqualTo(limit);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aVectorThatATraitMadeStandsOutAmongDecoysOfItsLength(long seed) {
        Random random = new Random(seed);
        List<double[]> traits = traits(random);
        Sample sample = Sample.of(madeBy(traits.get(2), 3), random);
        assertThat(rank(sample, traits, seed)).as("seed %d", seed).isLessThanOrEqualTo(0.02);
        double[] cosines = sample.alignment().cosines(recovered(sample), traits);
        assertThat(cosines[2]).isEqualTo(Arrays.stream(cosines).max().orElseThrow());
    }

    @Test
    void decoysOfALengthAreRankedByCosines() {
        Random random = new Random(5);
        Alignment alignment = Sample.of(madeBy(gaussian(random), 2), random).alignment();
        double[][] directions = alignment.directions(50, 1).toArray(double[][]::new);
        List<double[]> traits = traits(random);
        double[] values =
                alignment.decoys(1.7, Arrays.stream(directions), traits).values();
        for (int i = 0; i < directions.length; i++) {
            double largest = Arrays.stream(alignment.cosines(directions[i], traits))
                    .max()
                    .orElseThrow();
            assertThat(values[i]).isCloseTo(1.7 * largest, within(1e-9));
        }
        assertThat(alignment.cosines(directions[0], List.of(directions[0])))
                .satisfies(one -> assertThat(one[0]).isCloseTo(1, within(1e-9)));
    }

    @Test
    void aDecoyMeasuresWhatTheCandidateMeasures() {
        Random random = new Random(7);
        List<double[]> traits = traits(random);
        Alignment alignment = Sample.of(madeBy(gaussian(random), 2), random).alignment();
        Decoys.Shifts decoys = decoys(alignment, traits, 3);
        assertThat(decoys.candidates()).hasSize(199).allSatisfy(candidate -> {
            // Without an error and cosines of one the largest value is the length.
            Decoys.Candidate bare = new Decoys.Candidate(
                    candidate.own(), candidate.mixed(), candidate.error(), new double[] {1}, new double[] {0});
            double length = bare.largest(decoys.measured(), 0);
            double measured = length * length * candidate.own() + 2 * length * candidate.mixed() + candidate.error();
            assertThat(measured).isCloseTo(decoys.measured(), within(1e-9));
            assertThat(bare.largest(decoys.measured(), length + 1)).isEqualTo(length + 1);
        });
    }

    @Test
    void moreOfATraitMakesDecoysLarger() {
        Random random = new Random(3);
        Alignment alignment = Sample.of(new double[WIDTH], random).alignment();
        Decoys decoys = decoys(alignment, traits(random), 2);
        assertThat(decoys.values()).hasSize(199).isEqualTo(decoys.values(0));
        double before = Arrays.stream(decoys.values()).max().orElseThrow();
        assertThat(Arrays.stream(decoys.values(3)).max().orElseThrow()).isGreaterThan(before + 1);
    }

    @Test
    void aDirectionOfNoLengthIsNotAlongAnything() {
        Alignment alignment = Sample.of(new double[WIDTH], new Random(4)).alignment();
        assertThat(alignment.along(new double[WIDTH])).isZero();
        assertThat(decoys(alignment, List.of(new double[WIDTH]), 2).values()).containsOnly(0);
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
