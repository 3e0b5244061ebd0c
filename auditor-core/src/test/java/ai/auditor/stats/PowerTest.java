package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class PowerTest {
    private static final int PAIRS = 600;
    private static final double CRITICAL = 3;
    private static final double POWER = 0.8;

    /** By Python's statistics.NormalDist. */
    @Test
    void whatHasToGainOverABaselineNeedsRoomAboveIt() {
        Interval gain = new Interval(-0.012, 0.008, 0.95);
        assertThat(Power.fractionToGain(0.5, gain, POWER, 0.5)).isCloseTo(0.1013639740, within(1e-9));
        assertThat(Power.fractionToGain(0.48, gain, POWER, 0.5)).isCloseTo(0.1013639740, within(1e-9));
        assertThat(Power.fractionToGain(0.9, gain, POWER, 0.5)).isCloseTo(1.3510813319, within(1e-9));
        assertThat(Power.fractionToGain(1, new Interval(0, 0, 0.95), POWER, 0.5))
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Power.fractionToGain(0.5, gain, POWER, 1)).isCloseTo(0.1013639740 / 2, within(1e-9));
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
