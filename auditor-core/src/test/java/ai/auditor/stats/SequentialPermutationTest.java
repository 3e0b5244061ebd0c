package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SequentialPermutationTest {
    private static SequentialPermutation test(int most, long seed) {
        return new SequentialPermutation(most, seed, () -> {});
    }

    @Test
    void fewPairsHaveTheExactP() {
        // All four positive: of 16 signs one sum is as large.
        double p = test(200_000, 1).ofPairs(new double[] {1, 2, 3, 4}, 0);
        assertThat(p).isCloseTo(1 / 16.0, within(0.03));
        assertThat(test(200_000, 1).ofPairs(new double[0], 0)).isEqualTo(1);
    }

    @Test
    void fewRowsHaveTheExactP() {
        // Three of six rows are candidates and hold all three values: 1 of 20 ways.
        double p = test(200_000, 2).ofRows(new double[] {1, 1, 1}, 3, 3, 6, 0);
        assertThat(p).isCloseTo(1 / 20.0, within(0.025));
    }

    @Test
    void whatNoDrawReachesIsTheSmallestThatDrawsTellOrABoundBelow() {
        double[] some = new double[12];
        java.util.Arrays.fill(some, 1);
        SequentialPermutation test = test(999, 3);
        // The exact p is 2^-12, the bound e^-6: above what 999 draws tell, so it is drawn.
        assertThat(test.ofPairs(some, 5)).isBetween(1e-3, 3e-3);
        double[] many = new double[60];
        java.util.Arrays.fill(many, 1);
        assertThat(test.ofPairs(many, 5)).isEqualTo(Math.exp(-30)).isGreaterThan(Math.pow(2, -60));
        assertThat(test.ofRows(many, 60, 100, 200, 5)).isLessThan(1e-3).isGreaterThan(1e-20);
    }

    @Test
    void boundsAreAboveTheExactP() {
        Random random = new Random(41);
        for (int run = 0; run < 300; run++) {
            double[] values = new double[14];
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.exp(1.5 * random.nextGaussian());
            }
            // With one draw a bound is used wherever it is below one half.
            double bound = test(1, run).ofPairs(values, 0);
            if (bound < 0.5) {
                assertThat(bound).as("seed 41, run %d", run).isGreaterThanOrEqualTo(exact(values));
            }
        }
    }

    /** Share of all signs under which the sum is as large as with none turned. */
    private static double exact(double[] values) {
        double observed = java.util.Arrays.stream(values).sum();
        int reached = 0;
        for (int signs = 0; signs < 1 << values.length; signs++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += (signs >> i & 1) == 0 ? values[i] : -values[i];
            }
            reached += sum >= observed - 1e-9 ? 1 : 0;
        }
        return (double) reached / (1 << values.length);
    }

    @Test
    void boundsOfRowsAreAboveTheExactP() {
        Random random = new Random(43);
        int seen = 0;
        for (int run = 0; run < 300; run++) {
            double[] values = new double[9];
            for (int i = 0; i < values.length; i++) {
                values[i] = 1 + random.nextDouble();
            }
            double observed = java.util.Arrays.stream(values).sum();
            double bound = test(1, run).ofRows(values, observed, 10, 30, 0);
            if (bound < 0.5) {
                seen++;
                // All nine stand among ten of thirty: C(21,1) / C(30,10) ways, and no other reaches the sum.
                assertThat(bound).as("seed 43, run %d", run).isGreaterThan(21.0 / 30_045_015);
            }
        }
        assertThat(seen).isPositive();
    }

    @Test
    void aLookStopsTheDraws() {
        SequentialPermutation test = new SequentialPermutation(1_000_000, 1, () -> {
            throw new IllegalStateException("stopped");
        });
        double[] few = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        assertThatThrownBy(() -> test.ofPairs(few, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void underTheNullPIsNoSmallerThanItSays() {
        for (boolean paired : new boolean[] {true, false}) {
            int at05 = 0;
            int at01 = 0;
            int runs = 4_000;
            Random random = new Random(20261128);
            for (int run = 0; run < runs; run++) {
                SequentialPermutation test = test(999, run);
                double[] values = new double[25];
                double sum = 0;
                int placed = 0;
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.exp(2 * random.nextGaussian());
                    if (paired) {
                        values[i] = random.nextBoolean() ? values[i] : -values[i];
                    } else if (random.nextInt(60 - i) < 30 - placed) {
                        sum += values[i];
                        placed++;
                    }
                }
                double p = paired ? test.ofPairs(values, run) : test.ofRows(values, sum, 30, 60, run);
                at05 += p <= 0.05 ? 1 : 0;
                at01 += p <= 0.01 ? 1 : 0;
            }
            // Three standard errors above the level.
            assertThat(at05).as("paired %s, seed 20261128", paired).isLessThan((int)
                    (0.05 * runs + 3 * Math.sqrt(0.0475 * runs)));
            assertThat(at01).as("paired %s, seed 20261128", paired).isLessThan((int)
                    (0.01 * runs + 3 * Math.sqrt(0.0099 * runs)));
            assertThat(at05).isGreaterThan((int) (0.05 * runs - 4 * Math.sqrt(0.0475 * runs)));
        }
    }

    @Test
    void noStreamIsTheOneBeforeItADrawLater() {
        double[] values = new double[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 - 0.9;
        }
        for (long seed = 0; seed < 5; seed++) {
            SequentialPermutation test = test(9_999, seed);
            int beside = 0;
            long before = 0;
            for (int stream = 0; stream < 200; stream++) {
                // The draws that it took to reach the sum twenty times: of generators a draw apart they differ by one
                // at most.
                long draws = Math.round(20 / test.ofPairs(values, stream));
                beside += Math.abs(draws - before) <= 1 ? 1 : 0;
                before = draws;
            }
            // About one in fifteen by chance.
            assertThat(beside).as("seed %d", seed).isLessThan(40);
        }
    }

    @Test
    void equalSeedsAndStreamsDrawAlikeOthersDoNot() {
        double[] values = new double[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 - 0.7;
        }
        SequentialPermutation test = test(9_999, 8);
        assertThat(test.ofPairs(values, 1)).isEqualTo(test.ofPairs(values, 1)).isNotEqualTo(test.ofPairs(values, 2));
    }
}
