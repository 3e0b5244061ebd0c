package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SequentialPermutationTest {
    @Test
    void fewPairsHaveTheExactP() {
        // All four positive: of 16 signs one sum is as large.
        double p = new SequentialPermutation(200_000, 1).ofPairs(new double[] {1, 2, 3, 4}, 0);
        assertThat(p).isCloseTo(1 / 16.0, within(0.03));
        assertThat(new SequentialPermutation(200_000, 1).ofPairs(new double[0], 0))
                .isEqualTo(1);
    }

    @Test
    void fewRowsHaveTheExactP() {
        // Three of six rows are candidates and hold all three values: 1 of 20 ways.
        double p = new SequentialPermutation(200_000, 2).ofRows(new double[] {1, 1, 1}, 3, 3, 6, 0);
        assertThat(p).isCloseTo(1 / 20.0, within(0.025));
    }

    @Test
    void whatNoExchangeReachesHasTheSmallestP() {
        double[] many = new double[60];
        java.util.Arrays.fill(many, 1);
        SequentialPermutation test = new SequentialPermutation(999, 3);
        assertThat(test.ofPairs(many, 5)).isEqualTo(1e-3).isEqualTo(test.smallest());
        assertThat(test.ofRows(many, 60, 100, 200, 5)).isEqualTo(1e-3);
    }

    @Test
    void underTheNullPIsNoSmallerThanItSays() {
        for (boolean paired : new boolean[] {true, false}) {
            int at05 = 0;
            int at01 = 0;
            int runs = 4_000;
            Random random = new Random(20261128);
            for (int run = 0; run < runs; run++) {
                SequentialPermutation test = new SequentialPermutation(999, run);
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
    void equalSeedsAndStreamsDrawAlikeOthersDoNot() {
        double[] values = new double[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 - 0.7;
        }
        SequentialPermutation test = new SequentialPermutation(9_999, 8);
        assertThat(test.ofPairs(values, 1)).isEqualTo(test.ofPairs(values, 1)).isNotEqualTo(test.ofPairs(values, 2));
    }
}
