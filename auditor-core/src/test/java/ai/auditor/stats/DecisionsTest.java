package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** P-values, families, false discovery, power and parts, worked by hand. */
class DecisionsTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    @Test
    void pCountsTiesAndNeverReachesZero() {
        assertThat(PValue.greater(2, new double[] {1, 2, 3})).isEqualTo(0.75);
        assertThat(PValue.greater(9, new double[] {1, 2, 3})).isEqualTo(0.25);
        assertThat(PValue.smallest(9_999)).isEqualTo(1e-4);
        assertThat(PValue.greater(0.1 + 0.2, new double[] {0.3})).isEqualTo(1);
        assertThat(PValue.greater(0.3 + 1e-6, new double[] {0.3})).isEqualTo(0.5);
        assertThatIllegalArgumentException().isThrownBy(() -> PValue.greater(Double.NaN, new double[] {1}));
    }

    @Test
    void twiceTheMedian() {
        assertThat(PValue.twiceMedian(new double[] {0.9, 0.01, 0.03})).isEqualTo(0.06, CLOSE);
        assertThat(PValue.twiceMedian(new double[] {0.04, 0.02})).isEqualTo(0.04, CLOSE);
        assertThat(PValue.twiceMedian(new double[] {0.5, 0.02, 0.9, 0.03})).isEqualTo(0.06, CLOSE);
        assertThat(PValue.needed(1)).isEqualTo(1);
        assertThat(PValue.needed(2)).isEqualTo(1);
        assertThat(PValue.needed(3)).isEqualTo(2);
        assertThat(PValue.needed(4)).isEqualTo(2);
        assertThat(PValue.twiceMedian(new double[] {0.6, 0.7, 0.8})).isEqualTo(1);
        assertThat(PValue.twiceMedian(new double[] {0.03})).isEqualTo(0.03);
    }

    @Test
    void familyOfTwoStatistics() {
        MaxStatistic family = MaxStatistic.of(List.of(exchanged(3, 1, 0, 2.5, -1), exchanged(1, 0.5, 1.5, 0, 0.2)));
        // Maxima are 1, 1.5, 2.5 and 0.2.
        assertThat(family.p()).containsExactly(new double[] {0.2, 0.8}, CLOSE);
        assertThat(family.critical(0.2)).isEqualTo(2.5);
        assertThat(family.critical(0.4)).isEqualTo(1.5);
        assertThat(family.critical(0.1)).isInfinite();
    }

    @Test
    void membersOfAFamilyShareTheirExchanges() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MaxStatistic.of(List.of(exchanged(1, 0), exchanged(1, 0, 0))));
        assertThatIllegalArgumentException().isThrownBy(() -> MaxStatistic.of(List.of()));
    }

    @Test
    void falseDiscoveryByHandAndInAnyOrder() {
        double[] p = {0.01, 0.02, 0.03, 0.5};
        assertThat(FalseDiscovery.benjaminiHochberg(p)).containsExactly(new double[] {0.04, 0.04, 0.04, 0.5}, CLOSE);
        assertThat(FalseDiscovery.benjaminiHochberg(new double[] {0.5, 0.03, 0.01, 0.02}))
                .containsExactly(new double[] {0.5, 0.04, 0.04, 0.04}, CLOSE);
        assertThat(FalseDiscovery.benjaminiHochberg(new double[0])).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FalseDiscovery.benjaminiHochberg(new double[] {Double.NaN}));
    }

    @Test
    void falseDiscoveryUnderAnyDependenceByHandAndInAnyOrder() {
        // 1 + 1/2 + 1/3 + 1/4 = 25/12 times what Benjamini and Hochberg give, and never above 1.
        double[] expected = {0.04 * 25 / 12, 0.04 * 25 / 12, 0.04 * 25 / 12, 1};
        assertThat(FalseDiscovery.benjaminiYekutieli(new double[] {0.01, 0.02, 0.03, 0.5}))
                .containsExactly(expected, CLOSE);
        assertThat(FalseDiscovery.benjaminiYekutieli(new double[] {0.5, 0.03, 0.01, 0.02}))
                .containsExactly(new double[] {expected[3], expected[0], expected[0], expected[0]}, CLOSE);
        assertThat(FalseDiscovery.benjaminiYekutieli(new double[0])).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FalseDiscovery.benjaminiYekutieli(new double[] {Double.NaN}));
    }

    @Test
    void holmByHandAndInAnyOrder() {
        // 3 * 0.01, then 2 * 0.02, then 0.03, which may not be below the one before it.
        assertThat(FamilyWise.holm(new double[] {0.03, 0.01, 0.02}))
                .containsExactly(new double[] {0.04, 0.03, 0.04}, CLOSE);
        assertThat(FamilyWise.holm(new double[] {0.9, 0.8})).containsExactly(1, 1);
        assertThat(FamilyWise.holm(new double[0])).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> FamilyWise.holm(new double[] {Double.NaN}));
        assertThatIllegalArgumentException().isThrownBy(() -> FamilyWise.holm(new double[] {0.5, 1.1}));
    }

    @Test
    void detectableFractionByHand() {
        Exchanged statistic = new Exchanged(0, new double[0], 0, 0.02, 1, 5_000);
        // (2.326 + 0.842) * 0.02 / 0.5
        assertThat(Power.detectableFraction(statistic, 2.3263478740408408, 0.8, 0.5))
                .isEqualTo(0.12671876, within(1e-7));
        Exchanged few = new Exchanged(0, new double[0], 0, 0.5, 1, 8);
        assertThat(Power.detectableFraction(few, 2.33, 0.8, 0.5)).isGreaterThan(1);
    }

    @Test
    void whatCannotTellDetectsNoFraction() {
        Exchanged blind = Exchanges.ofPairs(3, 9, 1).studentised(new double[] {1, 1, 2, 2, 3, 3});
        assertThat(Power.detectableFraction(blind, 2, 0.8, 0.5)).isInfinite();
        Exchanged single = Exchanges.ofPairs(1, 9, 1).studentised(new double[] {1, 2});
        assertThat(Power.detectableFraction(single, 2, 0.8, 0.5)).isInfinite();
    }

    @Test
    void closedFormOfPowerAgreesWithSimulation() {
        for (long seed = 1; seed <= 3; seed++) {
            Gaussian source = new Gaussian(seed);
            int rows = 800;
            double[] scores = new double[rows];
            for (int row = 0; row < rows; row += 2) {
                double prompt = source.next();
                scores[row] = prompt + source.next();
                scores[row + 1] = prompt + source.next();
            }
            boolean[] candidate = new boolean[rows];
            for (int row = 0; row < rows; row += 2) {
                candidate[row] = true;
            }
            List<Exchanges> kinds = List.of(
                    Exchanges.ofPairs(rows / 2, 999, seed), Exchanges.ofRows(candidate, new int[rows], 999, seed));
            for (Exchanges exchanges : kinds) {
                Exchanged statistic = exchanges.studentised(scores);
                double critical = MaxStatistic.of(List.of(statistic)).critical(0.05);
                double fraction = Power.detectableFraction(statistic, critical, 0.8, 0.5);
                assertThat(fraction).isBetween(0.05, 0.9);
                int runs = 2_000;
                double simulated = simulatedPower(exchanges, scores, fraction, critical, runs, seed);
                // Beyond chance, the closed form leaves out that a mixture spreads a little more.
                assertThat(simulated)
                        .as("seed %d of %s", seed, exchanges.getClass().getSimpleName())
                        .isEqualTo(0.8, within(0.04));
            }
        }
    }

    /**
     * The share of simulations in which the test fires: labels are exchanged, and a random fraction of candidate rows is shifted
     * by half a control standard deviation.
     */
    private static double simulatedPower(
            Exchanges exchanges, double[] scores, double fraction, double critical, int simulations, long seed) {
        double shift = 0.5 * Exchanges.controlDeviation(scores, exchanges.candidate());
        SplittableRandom random = new SplittableRandom(seed);
        int detected = 0;
        for (int simulation = 0; simulation < simulations; simulation++) {
            boolean[] candidate = exchanges.swapped(random.nextLong());
            double[] affected = scores.clone();
            for (int row = 0; row < affected.length; row++) {
                if (candidate[row] && random.nextDouble() < fraction) {
                    affected[row] += shift;
                }
            }
            // One exchange: only the observed statistic is read.
            Exchanges labelled = exchanges instanceof PairExchanges
                    ? Exchanges.ofPairs(scores.length / 2, 1, seed).relabelled(candidate)
                    : Exchanges.ofRows(candidate, new int[scores.length], 1, seed);
            detected += labelled.studentised(affected).observed() > critical ? 1 : 0;
        }
        return detected / (double) simulations;
    }

    @Test
    void partsKeepGroupsWholeAndAreBalanced() {
        int[] groups = new int[300];
        Arrays.setAll(groups, row -> 1_000 - row / 2);
        int[] parts = Parts.byGroup(groups, 3, 5);
        int[] sizes = new int[3];
        for (int row = 0; row < 300; row++) {
            sizes[parts[row]]++;
            assertThat(parts[row]).isEqualTo(parts[row / 2 * 2]);
        }
        assertThat(sizes).containsOnly(100);
        assertThat(Parts.byGroup(groups, 3, 5)).containsExactly(parts);
        assertThat(Parts.byGroup(groups, 3, 6)).isNotEqualTo(parts);
    }

    @Test
    void partOfAGroupDoesNotDependOnTheOrderOfRows() {
        for (long seed = 1; seed <= 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int[] groups = random.ints(200, 0, 40).toArray();
            int[] reversed = new int[200];
            Arrays.setAll(reversed, row -> groups[199 - row]);
            int[] parts = Parts.byGroup(groups, 4, seed);
            int[] ofReversed = Parts.byGroup(reversed, 4, seed);
            for (int row = 0; row < 200; row++) {
                assertThat(ofReversed[199 - row])
                        .as("seed %d row %d", seed, row)
                        .isEqualTo(parts[row]);
            }
        }
    }

    private static Exchanged exchanged(double observed, double... exchanged) {
        return new Exchanged(observed, exchanged, 0, 1, 1, 10);
    }

    @Test
    void theUpperLimitOfARateIsThatOfClopperAndPearson() {
        // scipy.stats.beta.ppf(0.95, k + 1, n - k)
        assertThat(Power.upperRate(0, 40, 0.95)).isEqualTo(0.07215752450551455, CLOSE);
        assertThat(Power.upperRate(3, 100, 0.95)).isEqualTo(0.07571079374983004, CLOSE);
        assertThat(Power.upperRate(5, 5, 0.95)).isEqualTo(1);
    }
}
