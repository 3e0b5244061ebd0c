package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class PowerTest {
    private static final int PAIRS = 600;
    private static final double CRITICAL = 3;
    private static final double POWER = 0.8;
    private static final double NORMAL_95 = 1.959964;

    /** Normal scores, weighed as is best; the gain's standard error is that of the simulated sets themselves. */
    @Test
    void withTheFractionThatIsToldAGainOverABaselineIsSureAsOftenAsPromised() {
        int rows = 400;
        int sets = 500;
        double shift = 2;
        double error = Math.sqrt((2.0 * rows + 1) / (12.0 * rows * rows));
        Interval row = new Interval(0.5 - NORMAL_95 * error, 0.5 + NORMAL_95 * error, 0.95);
        for (double apart : new double[] {0, 0.2, 0.55, 1}) {
            double baseline = auroc(apart);
            double fraction = Power.fractionToGain(baseline, row, POWER, shift);
            SplittableRandom random = new SplittableRandom(17);
            double[] gains = new double[sets];
            for (int set = 0; set < sets; set++) {
                gains[set] = gain(apart, fraction * shift, rows, random);
            }
            double deviation = Vectors.deviation(gains);
            double power = Arrays.stream(gains)
                            .filter(gain -> gain > NORMAL_95 * deviation)
                            .count()
                    / (double) sets;
            assertThat(power)
                    .as("baseline %.3f, fraction %.3f, seed 17", baseline, fraction)
                    .isBetween(POWER - 0.1, POWER + 0.15);
        }
        assertThat(Power.fractionToGain(1, new Interval(1, 1, 0.95), POWER, shift))
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Power.fractionToGain(0.48, row, POWER, shift))
                .isEqualTo(Power.fractionToGain(0.5, row, POWER, shift));
    }

    private static double gain(double baseline, double added, int rows, SplittableRandom random) {
        double[] before = new double[2 * rows];
        double[] together = new double[2 * rows];
        boolean[] candidate = new boolean[2 * rows];
        for (int i = 0; i < before.length; i++) {
            candidate[i] = i % 2 == 0;
            before[i] = random.nextGaussian() + (candidate[i] ? baseline : 0);
            double probe = random.nextGaussian() + (candidate[i] ? added : 0);
            together[i] = baseline * before[i] + added * probe;
        }
        return Auroc.of(together, candidate) - Auroc.of(before, candidate);
    }

    private static double auroc(double apart) {
        return NormalDistribution.of(0, 1).cumulativeProbability(apart / Math.sqrt(2));
    }

    private static double difference(ToDoubleFunction<SplittableRandom> score, SplittableRandom random) {
        double candidate = score.applyAsDouble(random);
        return candidate - score.applyAsDouble(random);
    }

    private static double[] differences(ToDoubleFunction<SplittableRandom> score, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] differences = new double[PAIRS];
        Arrays.setAll(differences, i -> difference(score, random));
        return differences;
    }

    /** Share of data sets with so many affected rows that are detected, each drawn anew. */
    private static double detected(ToDoubleFunction<SplittableRandom> score, double fraction, double shift, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int sets = 2_000;
        int detected = 0;
        for (int set = 0; set < sets; set++) {
            double sum = 0;
            double squares = 0;
            for (int pair = 0; pair < PAIRS; pair++) {
                double value = difference(score, random) + (random.nextDouble() < fraction ? shift : 0);
                sum += value;
                squares += value * value;
            }
            double variance = (squares - sum * sum / PAIRS) / (PAIRS - 1);
            detected += sum / PAIRS / Math.sqrt(variance / PAIRS) > CRITICAL ? 1 : 0;
        }
        return detected / (double) sets;
    }

    @Test
    void whatIsSimulatedIsSeenAsOftenAsIsSaid() {
        // Normal scores, and scores of which a few are far from all others.
        ToDoubleFunction<SplittableRandom> normal = SplittableRandom::nextGaussian;
        ToDoubleFunction<SplittableRandom> skewed = random -> Math.exp(random.nextGaussian());
        for (ToDoubleFunction<SplittableRandom> score : java.util.List.of(normal, skewed)) {
            double shift = 1;
            double fraction = Power.simulatedFraction(differences(score, 1), CRITICAL, POWER, shift, 2);
            assertThat(fraction).isBetween(0.05, 0.9);
            // The differences at hand are one sample: their deviation is known to some per cent.
            assertThat(detected(score, fraction, shift, 3)).isBetween(0.65, 0.92);
        }
    }

    @Test
    void agreesWithTheClosedFormWhereScoresAreNormal() {
        double[] differences = differences(SplittableRandom::nextGaussian, 4);
        Exchanged statistic = new Exchanged(0, new double[0], 0, Math.sqrt(2.0 / PAIRS), 1, PAIRS);
        double closed = Power.detectableFraction(statistic, CRITICAL, POWER, 0.5);
        double simulated = Power.simulatedFraction(differences, CRITICAL, POWER, 0.5, 5);
        assertThat(simulated).isCloseTo(closed, within(0.1 * closed));
    }

    @Test
    void theAffectedFractionLiesInItsIntervalAsOftenAsIsSaid() {
        int sets = 1_000;
        double level = 0.95;
        double width = 1.959964;
        SplittableRandom random = new SplittableRandom(8);
        for (double fraction : new double[] {0, 0.3, 1}) {
            int covered = 0;
            for (int set = 0; set < sets; set++) {
                double[] scores = new double[2 * PAIRS];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = random.nextGaussian() + (i % 2 == 0 && random.nextDouble() < fraction ? 0.5 : 0);
                }
                Exchanged statistic = Exchanges.ofPairs(PAIRS, 1, set).studentised(scores);
                Estimate affected = Power.affectedFraction(statistic, width, 0.5, level);
                covered += affected.interval().low() <= fraction
                                && fraction <= affected.interval().high()
                        ? 1
                        : 0;
                assertThat(affected.value())
                        .isBetween(
                                affected.interval().low(), affected.interval().high());
            }
            assertThat(covered / (double) sets)
                    .as("fraction %s, seed 8", fraction)
                    .isGreaterThanOrEqualTo(level - 3 * Math.sqrt(level * (1 - level) / sets));
        }
    }

    @Test
    void scoresThatCannotTellLeaveAllFractionsOpen() {
        Exchanged still = new Exchanged(0, new double[0], 0, 0, 0, PAIRS);
        assertThat(Power.affectedFraction(still, 2, 0.5, 0.95)).isEqualTo(new Estimate(0, new Interval(0, 1, 0.95)));
    }

    @Test
    void eachOfSeveralTestsNeedsWhatMakesThemEnoughTogether() {
        assertThat(Power.ofEach(0.8, 1, 1)).isEqualTo(0.8);
        assertThat(Power.ofEach(0.8, 2, 2)).isCloseTo(Math.sqrt(0.8), within(1e-9));
        assertThat(Power.ofEach(0.8, 1, 2)).isCloseTo(1 - Math.sqrt(0.2), within(1e-9));
        // Two or more of three: 3 q^2 - 2 q^3 = 0.8.
        double each = Power.ofEach(0.8, 2, 3);
        assertThat(3 * each * each - 2 * each * each * each).isCloseTo(0.8, within(1e-9));
    }

    @Test
    void whatNoFractionShowsIsTold() {
        double[] differences = differences(SplittableRandom::nextGaussian, 6);
        assertThat(Power.simulatedFraction(differences, CRITICAL, POWER, 0.05, 7))
                .isInfinite();
        assertThat(Power.simulatedFraction(differences, CRITICAL, POWER, 0, 7)).isInfinite();
        assertThat(Power.simulatedFraction(new double[] {1}, CRITICAL, POWER, 1, 7))
                .isInfinite();
    }
}
