package ai.auditor.probes.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.Progress;
import ai.auditor.probes.linear.ClassComparison.Outcome;
import ai.auditor.probes.linear.DatasetComparison.Pair;
import ai.auditor.probes.linear.DatasetComparison.Separation;
import ai.auditor.stats.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On activations that are drawn, with differences put where a test wants them. */
class ClassComparisonTest {
    private static final int CLASSES = 4;
    private static final int WIDTH = 6;
    private static final int FORMATS = 2;

    /** What is planted in the rows of class 2. */
    private enum Planted {
        NOTHING,
        ACTIVATION,
        FORMAT_THAT_ACTIVATIONS_SHOW
    }

    private static Outcome compared(int prompts, Planted planted, long seed) {
        Random random = new Random(seed);
        float[] values = new float[prompts * CLASSES * WIDTH];
        double[][] format = new double[prompts * CLASSES][FORMATS];
        for (int block = 0; block < prompts; block++) {
            double prompt = random.nextGaussian();
            for (int c = 0; c < CLASSES; c++) {
                int row = block * CLASSES + c;
                format[row][0] = random.nextInt(8);
                format[row][1] =
                        planted == Planted.FORMAT_THAT_ACTIVATIONS_SHOW && c == 2 && random.nextInt(4) > 0 ? 1 : 0;
                for (int j = 0; j < WIDTH; j++) {
                    double shift = planted == Planted.ACTIVATION && c == 2 && j == 1 ? 1 : 0;
                    values[row * WIDTH + j] =
                            (float) (random.nextGaussian() + prompt + shift + (j == 3 ? 2 * format[row][1] : 0));
                }
            }
        }
        return ClassComparison.of(
                BlockDesign.of(CLASSES, IntStream.range(0, prompts).toArray(), seed),
                List.of(new Inputs.Activations("here", new Matrix(prompts * CLASSES, WIDTH, values))),
                format,
                Progress.NONE);
    }

    private static double[] p(List<Separation> separations) {
        return separations.stream().mapToDouble(Separation::p).toArray();
    }

    private static List<Separation> pairsWithout(Outcome outcome, int c) {
        return outcome.pairs().stream()
                .filter(pair -> pair.first() != c && pair.second() != c)
                .map(Pair::separation)
                .toList();
    }

    private static List<Separation> pairsWith(Outcome outcome, int c) {
        return outcome.pairs().stream()
                .filter(pair -> pair.first() == c || pair.second() == c)
                .map(Pair::separation)
                .toList();
    }

    @Test
    void whereAllAreMadeAlikeTheFamiliesErrAsOftenAsTheyMay() {
        int draws = 120;
        int rest = 0;
        int pairs = 0;
        double accuracy = 0;
        for (int seed = 1; seed <= draws; seed++) {
            Outcome outcome = compared(60, Planted.NOTHING, seed);
            rest += Arrays.stream(p(outcome.rest())).min().orElseThrow() <= 0.05 ? 1 : 0;
            pairs += outcome.pairs().stream()
                                    .mapToDouble(pair -> pair.separation().p())
                                    .min()
                                    .orElseThrow()
                            <= 0.05
                    ? 1
                    : 0;
            accuracy += outcome.accuracy().value() / draws;
        }
        // Of 120 at 0.05 there are 16 or more once in a thousand.
        assertThat(rest).isBetween(1, 15);
        assertThat(pairs).isBetween(0, 15);
        assertThat(accuracy).isBetween(0.24, 0.26);
    }

    @Test
    void aClassThatDiffersIsNamedAndPairsWithoutItAreNot() {
        int falsely = 0;
        for (int seed = 1; seed <= 8; seed++) {
            Outcome outcome = compared(200, Planted.ACTIVATION, seed);
            assertThat(outcome.rest().get(2).p()).as("seed %d", seed).isLessThanOrEqualTo(0.001);
            assertThat(outcome.rest().get(2).auroc().value()).isBetween(0.65, 0.85);
            assertThat(outcome.rest().get(2).auroc().interval().low()).isGreaterThan(0.6);
            assertThat(outcome.rest().get(2).baseline()).isBetween(0.4, 0.6);
            assertThat(pairsWith(outcome, 2))
                    .hasSize(3)
                    .allMatch(pair -> pair.p() <= 0.01 && pair.auroc().value() > 0.65);
            assertThat(pairsWithout(outcome, 2))
                    .hasSize(3)
                    .allMatch(pair -> Math.abs(pair.auroc().value() - 0.5) < 0.1);
            falsely += Arrays.stream(p(pairsWithout(outcome, 2))).min().orElseThrow() <= 0.05 ? 1 : 0;
            assertThat(outcome.confusion()[2][2]).isGreaterThan(outcome.confusion()[0][2] + 0.2);
            assertThat(outcome.accuracy().interval().low()).isGreaterThan(0.25);
            for (double[] truth : outcome.confusion()) {
                assertThat(Arrays.stream(truth).sum()).isBetween(1 - 1e-9, 1 + 1e-9);
            }
        }
        assertThat(falsely).isLessThanOrEqualTo(2);
    }

    @Test
    void aDifferenceInFormatAloneIsTheBaselinesAndNotTested() {
        int rest = 0;
        int pairs = 0;
        for (int seed = 1; seed <= 12; seed++) {
            Outcome outcome = compared(200, Planted.FORMAT_THAT_ACTIVATIONS_SHOW, seed);
            assertThat(outcome.rest().get(2).baseline()).as("seed %d", seed).isGreaterThan(0.8);
            assertThat(outcome.rest().get(2).auroc().value()).isGreaterThan(0.7);
            assertThat(outcome.baseline().value()).isGreaterThan(0.35);
            rest += outcome.rest().get(2).p() <= 0.05 ? 1 : 0;
            pairs += Arrays.stream(p(pairsWith(outcome, 2))).min().orElseThrow() <= 0.05 ? 1 : 0;
        }
        assertThat(rest).isLessThanOrEqualTo(2);
        assertThat(pairs).isLessThanOrEqualTo(3);
    }

    @Test
    void theSameSeedGivesTheSameNumbers() {
        Outcome one = compared(60, Planted.ACTIVATION, 5);
        Outcome other = compared(60, Planted.ACTIVATION, 5);
        assertThat(one.rest()).isEqualTo(other.rest());
        assertThat(one.pairs()).isEqualTo(other.pairs());
        assertThat(one.confusion()).isDeepEqualTo(other.confusion());
        assertThat(one.probes()).isEqualTo(other.probes());
        assertThat(one.smallestPairP()).isEqualTo(6 * 2 / 10_000.0, within(1e-12));
    }
}
