package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BlockPermutationsTest {
    private static final int PERMUTATIONS = 199;

    private static double[][] scores(int classes, int blocks, long seed) {
        Gaussian source = new Gaussian(seed);
        double[][] scores = new double[classes][classes * blocks];
        for (int block = 0; block < blocks; block++) {
            for (int c = 0; c < classes; c++) {
                double prompt = 5 * source.next();
                for (int row = 0; row < classes; row++) {
                    // Heavy tails: cubes of normal numbers.
                    scores[c][block * classes + row] = prompt + StrictMath.pow(source.next(), 3);
                }
            }
        }
        return scores;
    }

    @Test
    void theStatisticIsThatOfDifferencesFromTheRestOfTheBlock() {
        double[][] scores = {{1, 2, 6, 4, 0, 2, 3, 3, 9}, {0, 0, 3, 0, 1, 0, 0, 5, 1}, {0, 0, 0, 0, 0, 0, 0, 0, 0}};
        List<Exchanged> found = new BlockPermutations(3, 3, 5, 1).studentised(scores);
        // Of class 0: 1 - (2 + 6) / 2 = -3, 4 - 1 = 3, 3 - 6 = -3.
        assertThat(found.get(0).shift()).isEqualTo(-1, within(1e-12));
        assertThat(found.get(0).standardError()).isEqualTo(2, within(1e-12));
        assertThat(found.get(0).observed()).isEqualTo(-0.5, within(1e-12));
        // Of class 1: 0 - 1.5, 1 - 0, 5 - 0.5.
        assertThat(found.get(1).shift()).isEqualTo(4.0 / 3, within(1e-12));
        // Equal scores tell nothing.
        assertThat(found.get(2).observed()).isZero();
        assertThat(found.get(2).exchanged()).containsOnly(0);
    }

    @Test
    void oneBlockOfThreeHasTheValuesOfItsRows() {
        double[][] scores = new double[3][6];
        scores[0] = new double[] {1, 2, 6, 10, 30, 80};
        double[] exchanged =
                new BlockPermutations(3, 2, 2_000, 7).studentised(scores).get(0).exchanged();
        // Nine pairs of rows, each as likely as any other.
        TreeSet<Double> different = new TreeSet<>();
        Arrays.stream(exchanged).forEach(different::add);
        assertThat(different).hasSize(9);
        for (double value : different) {
            long times = Arrays.stream(exchanged).filter(one -> one == value).count();
            // 2,000 / 9, five standard deviations either way.
            assertThat(times).isBetween(222L - 71, 222L + 71);
        }
    }

    @Test
    void withTwoClassesItIsThePairedStatistic() {
        for (long seed = 1; seed <= 10; seed++) {
            double[][] scores = scores(2, 40, seed);
            Exchanged pairs = Exchanges.ofPairs(40, 1, seed).studentised(scores[0]);
            Exchanged blocks =
                    new BlockPermutations(2, 40, 1, seed).studentised(scores).get(0);
            assertThat(blocks.observed()).as("seed %d", seed).isEqualTo(pairs.observed(), within(1e-9));
            assertThat(blocks.standardError()).isEqualTo(pairs.standardError(), within(1e-9));
        }
    }

    @Test
    void eachPIsUniformAndTheMaximumKeepsTheFamily() {
        int runs = 2_000;
        double[] p = new double[runs];
        int any = 0;
        for (int seed = 0; seed < runs; seed++) {
            List<Exchanged> family =
                    new BlockPermutations(4, 20, PERMUTATIONS, seed).studentised(scores(4, 20, 31L * seed + 5));
            p[seed] = PValue.greater(family.get(2));
            any += Arrays.stream(MaxStatistic.of(family).p()).min().orElseThrow() <= 0.05 ? 1 : 0;
        }
        // Five standard deviations of a share of 2,000.
        for (double level : new double[] {0.05, 0.25, 0.5, 0.75}) {
            double share = Arrays.stream(p).filter(one -> one <= level).count() / (double) runs;
            assertThat(share).as("level %s", level).isEqualTo(level, within(5 * Math.sqrt(level * (1 - level) / runs)));
        }
        assertThat(any / (double) runs).isEqualTo(0.05, within(5 * Math.sqrt(0.05 * 0.95 / runs)));
    }

    @Test
    void aClassThatDiffersIsFound() {
        SplittableRandom random = new SplittableRandom(3);
        double[][] scores = scores(5, 60, 11);
        for (int block = 0; block < 60; block++) {
            scores[3][block * 5 + 3] += 3 + random.nextDouble();
        }
        double[] p = MaxStatistic.of(new BlockPermutations(5, 60, 999, 1).studentised(scores))
                .p();
        assertThat(p[3]).isEqualTo(0.001, within(1e-12));
        assertThat(p[0]).isGreaterThan(0.05);
    }

    @Test
    void whatIsNoBlockIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockPermutations(1, 5, 9, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockPermutations(2, 5, 0, 1));
        BlockPermutations two = new BlockPermutations(2, 1, 9, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> two.studentised(new double[1][2]));
        assertThatIllegalArgumentException().isThrownBy(() -> two.studentised(new double[2][3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> two.studentised(new double[][] {{1, Double.NaN}, {1, 2}}));
        // One block varies by nothing that is known.
        assertThat(two.studentised(new double[][] {{5, 1}, {1, 2}}).get(0).observed())
                .isZero();
    }
}
