package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class EProcessTest {
    private static final int PAIRS = 400;

    /** Share of streams whose wealth ever reaches 1/alpha. */
    private static double alarms(ToDoubleFunction<SplittableRandom> difference, double alpha, int streams, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int alarms = 0;
        for (int stream = 0; stream < streams; stream++) {
            EProcess process = new EProcess();
            for (int pair = 0; pair < PAIRS; pair++) {
                process.add(difference.applyAsDouble(random));
            }
            alarms += process.p() <= alpha ? 1 : 0;
        }
        return alarms / (double) streams;
    }

    @Test
    void whoeverLooksAfterEveryPairIsAlarmedNoMoreOftenThanPromised() {
        int streams = 4_000;
        List<ToDoubleFunction<SplittableRandom>> nulls = List.of(
                SplittableRandom::nextGaussian,
                // Cauchy: without a mean.
                random -> Math.tan(Math.PI * (random.nextDouble() - 0.5)),
                // A few differences far larger than all others.
                random -> random.nextGaussian() * (random.nextInt(50) == 0 ? 1_000 : 1),
                // Most pairs are equal.
                random -> random.nextInt(4) == 0 ? random.nextGaussian() : 0);
        for (double alpha : new double[] {0.01, 0.05, 0.2}) {
            for (int i = 0; i < nulls.size(); i++) {
                assertThat(alarms(nulls.get(i), alpha, streams, 10 + i))
                        .as("null %d at %s, seed %d", i, alpha, 10 + i)
                        .isLessThanOrEqualTo(alpha + 3 * Math.sqrt(alpha * (1 - alpha) / streams));
            }
        }
    }

    @Test
    void aScaleThatFollowsThePastKeepsTheLevel() {
        // Each pair is as wide as the last was far from zero: symmetric given the past, not independent of it.
        SplittableRandom random = new SplittableRandom(3);
        int streams = 4_000;
        int alarms = 0;
        for (int stream = 0; stream < streams; stream++) {
            EProcess process = new EProcess();
            double last = 1;
            for (int pair = 0; pair < PAIRS; pair++) {
                last = random.nextGaussian() * (0.2 + 0.9 * Math.abs(last));
                process.add(last);
            }
            alarms += process.p() <= 0.05 ? 1 : 0;
        }
        assertThat(alarms / (double) streams)
                .as("seed 3")
                .isLessThanOrEqualTo(0.05 + 3 * Math.sqrt(0.05 * 0.95 / streams));
    }

    @Test
    void aShiftIsSeenAndTheOtherWayIsNot() {
        assertThat(alarms(random -> random.nextGaussian() + 0.4, 0.01, 500, 21)).isGreaterThan(0.98);
        assertThat(alarms(random -> random.nextGaussian() - 0.4, 0.01, 500, 22)).isZero();
    }

    @Test
    void countsByHand() {
        EProcess process = new EProcess();
        process.add(2);
        // Nothing was known, so nothing was staked.
        assertThat(process.value()).isEqualTo(1);
        process.add(3);
        // A payoff of 1 was seen: mean 1/6, square (1 + 5/4)/6, so the stake is a half at most; 3 of 3 x 2 pays a half.
        assertThat(process.value()).isCloseTo(1 + (1 / 2.25) * 0.5, within(1e-12));
        process.add(-100);
        // Payoffs of 1 and 0.5: mean 1.5/7, square (1.25 + 1.25)/7, stake 0.5 at most of 0.6; all of it is lost.
        assertThat(process.value()).isCloseTo((1 + 0.5 / 2.25) * 0.5, within(1e-12));
        assertThat(process.largest()).isCloseTo(1 + 0.5 / 2.25, within(1e-12));
        assertThat(process.p()).isCloseTo(1 / process.largest(), within(1e-12));
        assertThat(process.count()).isEqualTo(3);
        assertThatThrownBy(() -> process.add(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
