package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.stats.Estimate.VarianceComponent;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EstimateTest {
    private static final double CLOSE = 1e-6;

    /** statsmodels.stats.proportion.proportion_confint(…, method="wilson"). */
    @Test
    void aShareHasItsScoreInterval() {
        assertInterval(Estimate.ofShare(7, 10, 0.95), 0.7, 0.3967781, 0.8922087);
        assertInterval(Estimate.ofShare(0, 20, 0.95), 0, 0, 0.1611252);
        assertInterval(Estimate.ofShare(20, 20, 0.95), 1, 0.8388748, 1);
    }

    /** scipy.stats.ttest_1samp(…).confidence_interval(0.95) and, of two samples, ttest_ind(…, equal_var=False). */
    @Test
    void oneComponentIsStudentsIntervalAndTwoAreWelchs() {
        double[] one = {0.21, 0.25, 0.19, 0.33, 0.28};
        double[] other = {0.06, 0.07, 0.05, 0.09};
        assertInterval(Estimate.of(0.252, List.of(VarianceComponent.ofMean(one)), 0.95), 0.252, 0.18264442, 0.32135558);
        assertInterval(
                Estimate.of(
                        0.252 - 0.0675, List.of(VarianceComponent.ofMean(one), VarianceComponent.ofMean(other)), 0.95),
                0.1845,
                0.11622107,
                0.25277893);
    }

    @Test
    void aValueAboveABoundHasTheTailOfItsT() {
        // scipy: t.sf((0.252 - 0.2) / sqrt(0.001), 4)
        assertThat(Estimate.above(0.2, 0.252, List.of(new VarianceComponent(0.001, 4))))
                .isCloseTo(0.0877209925, within(CLOSE));
        assertThat(Estimate.above(0.2, 0.2, List.of(new VarianceComponent(0.001, 4))))
                .isCloseTo(0.5, within(CLOSE));
        assertThat(Estimate.above(0.2, 0.3, List.of(new VarianceComponent(0, 4))))
                .isZero();
        assertThat(Estimate.above(0.2, 0.2, List.of(new VarianceComponent(0, 4))))
                .isEqualTo(1);
    }

    @Test
    void withoutVarianceTheIntervalIsTheValue() {
        assertInterval(Estimate.of(3, List.of(VarianceComponent.ofMean(new double[] {2, 2, 2})), 0.95), 3, 3, 3);
    }

    @Test
    void aMeansIntervalIsThatOfItsStandardError() {
        SplittableRandom random = new SplittableRandom(4);
        double[] values = random.doubles(400).toArray();
        Estimate estimate = Estimate.ofMean(values, 0.95, 9);
        double half = 1.96 * Math.sqrt(1.0 / 12 / values.length);
        assertThat(estimate.value()).isCloseTo(0.5, within(0.05));
        assertThat(estimate.value() - estimate.interval().low()).isCloseTo(half, within(half / 5));
        assertThat(estimate.interval().high() - estimate.value()).isCloseTo(half, within(half / 5));
        assertThat(Estimate.ofMean(values, 0.95, 9)).isEqualTo(estimate);
        assertThat(Estimate.ofMean(values, 0.95, 10)).isNotEqualTo(estimate);
    }

    @Test
    void whatCannotBeEstimatedIsRefused() {
        assertThatThrownBy(() -> Estimate.ofShare(3, 2, 0.95)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VarianceComponent.ofMean(new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertInterval(Estimate estimate, double value, double low, double high) {
        assertThat(estimate.value()).isCloseTo(value, within(CLOSE));
        assertThat(estimate.interval().low()).isCloseTo(low, within(CLOSE));
        assertThat(estimate.interval().high()).isCloseTo(high, within(CLOSE));
    }
}
