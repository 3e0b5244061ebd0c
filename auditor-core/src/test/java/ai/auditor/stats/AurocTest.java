package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AurocTest {
    @Test
    void countsWonComparisonsAndHalfOfTies() {
        assertThat(Auroc.of(new double[] {3, 2}, new double[] {1, 2})).isEqualTo(3.5 / 4);
        assertThat(Auroc.of(new double[] {1}, new double[] {2})).isZero();
        assertThat(Auroc.of(new double[] {-0.0, 5}, new double[] {0.0})).isEqualTo(0.75);
    }

    @Test
    void rowsWithoutAScoreAreLeftOut() {
        assertThat(Auroc.of(new double[] {3, Double.NaN, 2}, new double[] {1, 2, Double.NaN}))
                .isEqualTo(3.5 / 4);
        assertThatIllegalArgumentException().isThrownBy(() -> Auroc.of(new double[] {Double.NaN}, new double[] {1}));
    }

    @Test
    void isTheShareOfWonPairsInAnyOrderOfRows() {
        for (long seed = 1; seed <= 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] scores = random.ints(60, 0, 12).asDoubleStream().toArray();
            boolean[] candidate = new boolean[60];
            Arrays.setAll(scores, row -> {
                candidate[row] = random.nextInt(3) == 0 || row == 0;
                return scores[row];
            });
            candidate[1] = false;
            double won = 0;
            int pairs = 0;
            for (int i = 0; i < 60; i++) {
                for (int j = 0; j < 60; j++) {
                    if (candidate[i] && !candidate[j]) {
                        pairs++;
                        won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                    }
                }
            }
            assertThat(Auroc.of(scores, candidate)).as("seed %d", seed).isEqualTo(won / pairs, within(1e-12));
        }
    }

    @Test
    void bagsOfOneRowAreRows() {
        double[] scores = {5, 1, 4, 2, 3, 3};
        boolean[] candidate = {true, false, true, false, true, false};
        assertThat(Auroc.bags(scores, candidate, 1, 3, 1).orElseThrow())
                .isEqualTo(Auroc.of(scores, candidate), within(1e-12));
    }

    @Test
    void bagsSharpenAShift() {
        Gaussian source = new Gaussian(4);
        double[] scores = new double[4_000];
        boolean[] candidate = new boolean[4_000];
        for (int row = 0; row < scores.length; row++) {
            candidate[row] = row % 2 == 0;
            scores[row] = source.next() + (candidate[row] ? 0.35 : 0);
        }
        scores[0] = Double.NaN;
        double bag = Auroc.bags(scores, candidate, 16, Auroc.PARTITIONS, 1).orElseThrow();
        // A shift of 0.35 sd is one of 1.4 sd for means of 16: the normal AUROC is Phi(1.4 / sqrt 2) = 0.839.
        assertThat(bag).isEqualTo(0.839, within(0.04));
        assertThat(Auroc.bags(scores, candidate, 16, 50, 1).orElseThrow()).isEqualTo(bag);
    }

    @Test
    void tooFewRowsMakeNoBag() {
        assertThat(Auroc.bags(new double[] {1, 2, 3}, new boolean[] {true, true, false}, 2, 5, 1))
                .isEmpty();
    }
}
