package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One more value beside a few: against scipy, and how often one more run of a generator is told from the others. */
class PredictionTest {
    private static final long SEED = 20_261_129;
    private static final double[] FOUR = {1, 2.5, 0.5, 3};

    /**
     * By scipy 1.17.1: {@code t.sf((7 - m) / (s * sqrt(1 + 1/4)), 3)}, {@code m + t.isf(.005, 3) * s * sqrt(1 + 1/4)} of the mean m and the
     * sample deviation s of four values, {@code t.sf((40 - 1.5) / (sqrt(.5) * sqrt(1.5)), 1)}, {@code t.isf(.005, R - 1) * sqrt(1 + 1/R)}.
     */
    @Test
    void isWhatScipySays() {
        assertThat(Prediction.greater(7, FOUR, 0)).isCloseTo(0.014518059498127322, within(1e-12));
        assertThat(Prediction.critical(FOUR, 0, 0.005)).isCloseTo(9.522653495033396, within(1e-9));
        assertThat(Prediction.greater(40, new double[] {1, 2}, 0)).isCloseTo(0.007158908248427249, within(1e-12));
        assertThat(Prediction.deviations(2, 0.005)).isCloseTo(77.96326726872883, within(1e-9));
        assertThat(Prediction.deviations(4, 0.005)).isCloseTo(6.530335133487581, within(1e-9));
        assertThat(Prediction.deviations(20, 0.005)).isCloseTo(2.931585605707665, within(1e-9));
    }

    @Test
    void theCriticalValueAndTheNumberWantedAreWhereTheChanceIsTheLevel() {
        double critical = Prediction.critical(FOUR, 0, 0.02);
        assertThat(Prediction.greater(critical, FOUR, 0)).isCloseTo(0.02, within(1e-9));
        assertThat(Prediction.wanted(critical + 1e-6, FOUR, 0.02, 100)).hasValue(4);
        int wanted = Prediction.wanted(5.5, FOUR, 0.02, 100).orElseThrow();
        double distance = (5.5 - 1.75) / Vectors.deviation(FOUR);
        assertThat(distance)
                .isGreaterThanOrEqualTo(Prediction.deviations(wanted, 0.02))
                .isLessThan(Prediction.deviations(wanted - 1, 0.02));
        assertThat(Prediction.wanted(2, FOUR, 0.02, 100)).isEmpty();
    }

    @Test
    void oneValueOrEqualValuesTellNothing() {
        assertThat(Prediction.greater(9, new double[] {1}, 5)).isEqualTo(1);
        assertThat(Prediction.greater(9, new double[] {1, 1, 1}, 0)).isEqualTo(1);
        assertThat(Prediction.critical(new double[] {1, 1, 1}, 0, 0.01)).isInfinite();
    }

    /** The share of draws in which the first of so many values is told from the others at a two-sided level. */
    private static double told(int runs, double level, Function<Random, double[]> values) {
        Random random = new Random(SEED);
        int draws = 20_000;
        int told = 0;
        for (int draw = 0; draw < draws; draw++) {
            double[] drawn = values.apply(random);
            told += Prediction.greater(drawn[0], Arrays.copyOfRange(drawn, 1, runs + 1), 0) <= level / 2 ? 1 : 0;
        }
        return told / (double) draws;
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 20", "24, 4", "24, 8", "96, 8", "96, 20"})
    void theLargestOfManyStatisticsIsSkewedButStaysNearTheLevel(int statistics, int runs) {
        double told = told(
                runs,
                0.01,
                random -> IntStream.rangeClosed(0, runs)
                        .mapToDouble(run -> IntStream.range(0, statistics)
                                .mapToDouble(k -> random.nextGaussian())
                                .max()
                                .orElseThrow())
                        .toArray());
        // One side has half of the level.
        assertThat(told).as("seed %d", SEED).isBetween(0.003, 0.018);
    }

    /** What the interval does not hold: run effects along one line that a probe squares, each against the mean of the others. */
    @ParameterizedTest
    @ValueSource(ints = {4, 8, 20})
    void squaresOfOneDimensionAreToldMoreOften(int runs) {
        double told = told(runs, 0.01, random -> {
            double[] places = IntStream.rangeClosed(0, runs)
                    .mapToDouble(run -> random.nextGaussian())
                    .toArray();
            double mean = Arrays.stream(places).average().orElseThrow();
            return Arrays.stream(places)
                    .map(place -> (place - mean) * (place - mean))
                    .toArray();
        });
        assertThat(told).as("seed %d", SEED).isBetween(0.01, 0.06);
    }

    /** What an audit makes of one draw of runs. */
    private record Trial(boolean exchanges, boolean runs) {
        boolean both() {
            return exchanges && runs;
        }
    }

    /**
     * A candidate and runs of rows with several statistics each, every run shifted by an effect of its own; each in turn against partners of
     * the same prompts drawn from the others, as {@code RunLayout} lays them out, the largest statistic of each held against the others'.
     *
     * @param tau standard deviation of a run's effect, in standard deviations of a row
     * @param shift of the candidate in its first statistic, in standard deviations of a row
     */
    private static Trial trial(int runs, double tau, double shift, double alpha, Random random) {
        int pairs = 100;
        int statistics = 3;
        double[][][] rows = new double[runs + 1][statistics][pairs];
        for (int run = 0; run <= runs; run++) {
            for (int k = 0; k < statistics; k++) {
                double effect = tau * random.nextGaussian() + (run == 0 && k == 0 ? shift : 0);
                for (int pair = 0; pair < pairs; pair++) {
                    rows[run][k][pair] = effect + random.nextGaussian();
                }
            }
        }
        Exchanges exchanges = Exchanges.ofPairs(pairs, 199, random.nextLong());
        double[] largest = new double[runs + 1];
        double p = 1;
        for (int run = 0; run <= runs; run++) {
            int[] partner = new int[pairs];
            for (int pair = 0; pair < pairs; pair++) {
                int other = random.nextInt(runs);
                partner[pair] = other < run ? other : other + 1;
            }
            List<Exchanged> told = new ArrayList<>();
            for (int k = 0; k < statistics; k++) {
                double[] scores = new double[2 * pairs];
                double[] differences = new double[pairs];
                for (int pair = 0; pair < pairs; pair++) {
                    scores[2 * pair] = rows[run][k][pair];
                    scores[2 * pair + 1] = rows[partner[pair]][k][pair];
                    differences[pair] = scores[2 * pair] - scores[2 * pair + 1];
                }
                largest[run] = Math.max(
                        k == 0 ? Double.NEGATIVE_INFINITY : largest[run],
                        Arrays.stream(differences).average().orElseThrow()
                                / Vectors.deviation(differences)
                                * Math.sqrt(pairs));
                if (run == 0) {
                    told.add(exchanges.studentised(scores));
                }
            }
            if (run == 0) {
                p = Arrays.stream(MaxStatistic.of(told).p()).min().orElseThrow();
            }
        }
        double beyond = Prediction.greater(largest[0], Arrays.copyOfRange(largest, 1, runs + 1), 0);
        return new Trial(p <= alpha, beyond <= alpha / 2);
    }

    private static List<Trial> trials(int count, int runs, double tau, double shift, double alpha) {
        Random random = new Random(SEED);
        return IntStream.range(0, count)
                .mapToObj(trial -> trial(runs, tau, shift, alpha, random))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "2, 0",
        "2, 0.05",
        "2, 0.2",
        "4, 0",
        "4, 0.05",
        "4, 0.2",
        "8, 0",
        "8, 0.05",
        "8, 0.2",
        "20, 0",
        "20, 0.05",
        "20, 0.2"
    })
    void oneMoreRunIsSeldomToldFromTheOthers(int runs, double tau) {
        double alpha = 0.05;
        List<Trial> trials = trials(1_000, runs, tau, 0, alpha);
        double limit = alpha + 3 * Math.sqrt(alpha * (1 - alpha) / trials.size());
        double together = trials.stream().filter(Trial::both).count() / (double) trials.size();
        double alone = trials.stream().filter(Trial::exchanges).count() / (double) trials.size();
        assertThat(together).as("seed %d", SEED).isLessThanOrEqualTo(limit);
        if (tau >= 0.2) {
            // What the check is there for: by exchanges of rows alone, a run is a signal.
            assertThat(alone).as("seed %d", SEED).isGreaterThan(2 * limit);
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 0, 0.8", "8, 0.05, 0.9", "20, 0.2, 0.6"})
    void aShiftBeyondTheRunsIsSeen(int runs, double tau, double least) {
        List<Trial> trials = trials(300, runs, tau, 0.8, 0.05);
        double power = trials.stream().filter(Trial::both).count() / (double) trials.size();
        assertThat(power).as("seed %d", SEED).isGreaterThan(least);
    }
}
