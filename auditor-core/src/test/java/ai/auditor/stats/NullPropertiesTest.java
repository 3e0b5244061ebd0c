package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What must hold where nothing is to be found; all seeds are fixed and named in a failure. */
class NullPropertiesTest {
    private static final int EXCHANGES = 199;
    private static final double ALPHA = 0.05;

    @Test
    void pairedPIsUniform() {
        assertUniform(3_000, seed -> {
            Gaussian source = new Gaussian(seed);
            double[] scores = new double[50];
            for (int pair = 0; pair < 25; pair++) {
                double prompt = 5 * source.next();
                // Heavy tails: cubes of normal numbers.
                scores[2 * pair] = prompt + StrictMath.pow(source.next(), 3);
                scores[2 * pair + 1] = prompt + StrictMath.pow(source.next(), 3);
            }
            return PValue.greater(Exchanges.ofPairs(25, EXCHANGES, seed).studentised(scores));
        });
    }

    @Test
    void unpairedPIsUniformWithUnequalClassesAndParts() {
        boolean[] candidate = new boolean[60];
        Arrays.fill(candidate, 0, 15, true);
        int[] part = new int[60];
        Arrays.setAll(part, row -> row % 3);
        assertUniform(3_000, seed -> {
            Gaussian source = new Gaussian(seed);
            double[] scores = new double[60];
            // Parts are scored by different fits, so their levels differ.
            Arrays.setAll(scores, row -> source.next() + 4 * part[row]);
            return PValue.greater(
                    Exchanges.ofRows(candidate, part, EXCHANGES, seed).studentised(scores));
        });
    }

    @Test
    void pOfShiftSizeIsUniformWithMoreColumnsThanPairs() {
        assertUniform(1_000, seed -> {
            Gaussian source = new Gaussian(seed);
            float[] values = new float[24 * 20];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) source.next();
            }
            return ShiftSize.of(new Matrix(24, 20, values), Exchanges.ofPairs(12, EXCHANGES, seed))
                    .p();
        });
    }

    @Test
    void maximumKeepsTheFamilyWiseErrorOfCorrelatedStatistics() {
        int runs = 3_000;
        int rejected = 0;
        int aboveCritical = 0;
        for (long seed = 0; seed < runs; seed++) {
            MaxStatistic family = MaxStatistic.of(correlated(seed, 0));
            boolean reject = Arrays.stream(family.p()).min().orElseThrow() <= ALPHA;
            rejected += reject ? 1 : 0;
            double largest = correlated(seed, 0).stream()
                    .mapToDouble(Exchanged::observed)
                    .max()
                    .orElseThrow();
            aboveCritical += largest > family.critical(ALPHA) == reject ? 0 : 1;
        }
        assertThat(rejected / (double) runs)
                .as("seeds 0 to %d", runs)
                .isEqualTo(ALPHA, within(threeStandardErrors(runs)));
        assertThat(aboveCritical)
                .as("runs where p and the critical value disagree")
                .isZero();
    }

    @Test
    void aStrongEffectRejectsNoTrueNullBesideItMoreOftenThanTheLevel() {
        int runs = 2_000;
        int rejected = 0;
        for (long seed = 0; seed < runs; seed++) {
            double[] p = MaxStatistic.of(correlated(seed, 3)).p();
            rejected += Arrays.stream(p, 1, p.length).min().orElseThrow() <= ALPHA ? 1 : 0;
        }
        // A single step is the stricter the more effects are true.
        assertThat(rejected / (double) runs)
                .as("seeds 0 to %d", runs)
                .isBetween(0.0, ALPHA + threeStandardErrors(runs));
    }

    @Test
    void benjaminiHochbergFindsNothingMoreOftenThanItsLevelUnderAGlobalNull() {
        int runs = 20_000;
        int found = 0;
        for (long seed = 0; seed < runs; seed++) {
            double[] p = new SplittableRandom(seed).doubles(20).toArray();
            double least =
                    Arrays.stream(FalseDiscovery.benjaminiHochberg(p)).min().orElseThrow();
            found += least <= ALPHA ? 1 : 0;
        }
        // Simes: with independent uniform p-values the rate equals the level.
        assertThat(found / (double) runs).as("seeds 0 to %d", runs).isEqualTo(ALPHA, within(threeStandardErrors(runs)));
    }

    @Test
    void benjaminiYekutieliKeepsItsLevelUnderTheDependenceThatBreaksBenjaminiHochberg() {
        // With chance level / j, for each j, some j of the tests have p in the j-th step below the level, all others
        // above it: each p is
        // uniform over all tests, and Benjamini and Hochberg find something in every such draw (Guo and Rao 2008).
        int tests = 20;
        double harmonic =
                IntStream.rangeClosed(1, tests).mapToDouble(j -> 1.0 / j).sum();
        int runs = 20_000;
        int hochberg = 0;
        int yekutieli = 0;
        for (long seed = 0; seed < runs; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] p = new double[tests];
            Arrays.setAll(p, test -> ALPHA + (1 - ALPHA) * random.nextDouble());
            double draw = random.nextDouble();
            for (int together = 1; together <= tests; together++) {
                draw -= ALPHA / together;
                if (draw < 0) {
                    for (int test = 0; test < together; test++) {
                        p[test] = ALPHA * (together - random.nextDouble()) / tests;
                    }
                    break;
                }
            }
            hochberg += finds(FalseDiscovery.benjaminiHochberg(p));
            yekutieli += finds(FalseDiscovery.benjaminiYekutieli(p));
        }
        assertThat(hochberg / (double) runs)
                .as("seeds 0 to %d", runs)
                .isEqualTo(ALPHA * harmonic, within(2 * threeStandardErrors(runs)));
        assertThat(yekutieli / (double) runs)
                .as("seeds 0 to %d", runs)
                .isBetween(0.0, ALPHA + threeStandardErrors(runs));
    }

    private static int finds(double[] q) {
        return Arrays.stream(q).min().orElseThrow() <= ALPHA ? 1 : 0;
    }

    @Test
    void bagsOfANullAreAtOneHalfOnAverage() {
        int runs = 300;
        double[] values = new double[runs];
        for (int seed = 0; seed < runs; seed++) {
            Gaussian source = new Gaussian(seed);
            double[] scores = new double[200];
            boolean[] candidate = new boolean[200];
            for (int row = 0; row < 200; row++) {
                scores[row] = source.next();
                candidate[row] = row % 2 == 0;
            }
            values[seed] = Auroc.bags(scores, candidate, 8, 10, seed).orElseThrow();
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (runs - 1));
        assertThat(mean).as("seeds 0 to %d", runs).isEqualTo(0.5, within(3 * deviation / Math.sqrt(runs)));
    }

    @Test
    void twiceTheMedianOfDependentPValuesKeepsItsLevel() {
        int runs = 5_000;
        int rejected = 0;
        for (long seed = 0; seed < runs; seed++) {
            double shared = new SplittableRandom(seed).nextDouble();
            rejected += PValue.twiceMedian(new double[] {shared, shared, shared}) <= ALPHA ? 1 : 0;
        }
        assertThat(rejected / (double) runs)
                .as("seeds 0 to %d", runs)
                .isLessThanOrEqualTo(ALPHA / 2 + threeStandardErrors(runs));
    }

    @Test
    void twiceTheMedianOfTwoIndependentPValuesUsesItsLevel() {
        int runs = 20_000;
        int rejected = 0;
        for (long seed = 0; seed < runs; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            rejected += PValue.twiceMedian(new double[] {random.nextDouble(), random.nextDouble()}) <= ALPHA ? 1 : 0;
        }
        assertThat(rejected / (double) runs)
                .as("seeds 0 to %d", runs)
                .isBetween(0.9 * ALPHA - threeStandardErrors(runs), ALPHA + threeStandardErrors(runs));
    }

    /** Six statistics of 30 pairs with a common part; the first shifted by so many standard deviations. */
    private static List<Exchanged> correlated(long seed, double shift) {
        Gaussian source = new Gaussian(seed);
        double[] common = new double[60];
        Arrays.setAll(common, row -> source.next());
        Exchanges exchanges = Exchanges.ofPairs(30, EXCHANGES, seed);
        List<Exchanged> family = new ArrayList<>();
        for (int member = 0; member < 6; member++) {
            double first = member == 0 ? shift : 0;
            double[] scores = new double[60];
            Arrays.setAll(scores, row -> common[row] + source.next() + (row % 2 == 0 ? first : 0));
            family.add(exchanges.studentised(scores));
        }
        return family;
    }

    private static double threeStandardErrors(int runs) {
        return 3 * Math.sqrt(ALPHA * (1 - ALPHA) / runs);
    }

    /** Kolmogorov and Smirnov at the values that p can take, 1/200 to 1, where a uniform p has P(p <= v) = v exactly. */
    private static void assertUniform(int runs, LongToDoubleFunction pOfSeed) {
        int[] counts = new int[EXCHANGES + 2];
        for (long seed = 0; seed < runs; seed++) {
            counts[(int) Math.round(pOfSeed.applyAsDouble(seed) * (EXCHANGES + 1))]++;
        }
        double distance = 0;
        int below = 0;
        for (int k = 0; k <= EXCHANGES + 1; k++) {
            below += counts[k];
            distance = Math.max(distance, Math.abs(below / (double) runs - k / (EXCHANGES + 1.0)));
        }
        // Exceeded by a uniform p once in a thousand.
        assertThat(distance).as("seeds 0 to %d", runs).isLessThan(1.95 / Math.sqrt(runs));
    }
}
