package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DecoyTestTest {
    private static final double NOISE = 0.05;
    private static final double LEVEL = 0.01;
    private static final double POWER = 0.8;
    private static final double[] NONE = {};

    /** Decoys of which each measures its own length and nothing of its error, so that they are as long as the candidate. */
    private static Decoys.Shifts shifts(double size, long seed) {
        Random random = new Random(seed);
        return new Decoys.Shifts(
                size * size,
                1,
                size,
                Stream.generate(() -> candidate(random)).limit(999).toList());
    }

    private static Decoys.Candidate candidate(Random random) {
        double[] cosines = new double[3];
        double[] errors = new double[3];
        Arrays.setAll(cosines, trait -> 0.2 * random.nextGaussian());
        Arrays.setAll(errors, trait -> NOISE * random.nextGaussian());
        return new Decoys.Candidate(1, 0, 0, cosines, errors);
    }

    private static Decoys.Candidate candidate(double... cosines) {
        return new Decoys.Candidate(1, 0, 0, cosines, new double[cosines.length]);
    }

    private static ReferenceEffect.Moved along(double shift) {
        return new ReferenceEffect.Moved(shift, shift, shift);
    }

    private static Evidence.DecoyPlace place(double value, Decoys decoys, double... placebos) {
        return new Evidence.DecoyPlace("sd", value, decoys, placebos, 1, NOISE);
    }

    @Test
    void theRankAmongShiftsIsCorrectedForHowManyWereAsked() {
        Decoys decoys =
                new Decoys.Shifts(1, 1, 1, List.of(candidate(0.1, 0.5), candidate(0.3, 0.2), candidate(0.9, 0)));
        assertThat(decoys.values()).containsExactly(0.5, 0.3, 0.9);
        assertThat(DecoyTest.p(place(1, decoys), 1)).isEqualTo(0.25);
        assertThat(DecoyTest.p(place(0.6, decoys), 1)).isEqualTo(0.5);
        assertThat(DecoyTest.p(place(1, decoys), 3)).isEqualTo(0.75);
        assertThat(DecoyTest.p(place(1, decoys), 9)).isEqualTo(1);
    }

    @Test
    void aPlaceboAboveTheTraitCountsByItsRank() {
        Decoys decoys = shifts(0, 1);
        double[] placebos = new double[19];
        assertThat(DecoyTest.p(place(1, decoys, placebos), 1)).isEqualTo(0.001);
        placebos[4] = 1.1;
        assertThat(DecoyTest.p(place(1, decoys, placebos), 1)).isEqualTo(0.1);
        double[] many = new double[199];
        many[7] = 1.1;
        assertThat(DecoyTest.p(place(1, decoys, many), 1)).isEqualTo(0.01);
    }

    @Test
    void fewOthersAreJudgedByTheirSpreadButNeverCloserThanTheSamplingError() {
        double[] others = {-1, -0.5, 0, 0.5, 1};
        // t of 4 degrees of freedom at 4 / (0.790569 · √1.2), of scipy.stats.t.sf.
        assertThat(DecoyTest.p(place(4, new Decoys.Others(others)), 1)).isCloseTo(0.0049449953, within(1e-9));
        assertThat(DecoyTest.p(place(0.05, new Decoys.Others(new double[5])), 1))
                .isGreaterThan(0.1);
        assertThat(DecoyTest.p(place(4, new Decoys.Others(new double[] {0})), 1))
                .isEqualTo(1);
    }

    @Test
    void theDetectableFractionIsWhatIsDetectedWithThePower() {
        for (double size : new double[] {0, 0.3}) {
            Decoys.Shifts decoys = shifts(size, 5);
            double fraction = DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, along(1));
            assertThat(fraction).isBetween(2 * NOISE, 1.5);
            // A signal of that size is added to the candidate: the trait moves by it, and so does the size of the
            // shift.
            Random random = new Random(9);
            Decoys moved = new Decoys.Shifts(
                    size * size + fraction * fraction, 1, Math.hypot(size, fraction), decoys.candidates());
            double seen = IntStream.range(0, 500)
                            .filter(i ->
                                    DecoyTest.p(place(fraction + NOISE * random.nextGaussian(), moved), 1) <= LEVEL)
                            .count()
                    / 500.0;
            assertThat(seen).as("size %s", size).isCloseTo(POWER, within(0.06));
            assertThat(DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, along(2)))
                    .isCloseTo(fraction / 2, within(1e-6));
        }
    }

    @Test
    void anEffectThatIsMostlyNotAlongTheTraitIsSeenLaterOrNever() {
        Decoys.Shifts decoys = shifts(0, 5);
        double all = DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, along(1));
        double part =
                DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, new ReferenceEffect.Moved(1, 1.25, 1));
        assertThat(part).isGreaterThan(1.1 * all);
        assertThat(DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, new ReferenceEffect.Moved(1, 4, 1)))
                .isInfinite();
    }

    @Test
    void aPlaceIsMovedByWhatMovesWhatItIsReadOf() {
        Decoys decoys = new Decoys.Others(new double[] {0.1, -0.1, 0.05, -0.05});
        double alike = DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, along(1));
        double less =
                DecoyTest.detectableFraction(place(0, decoys), LEVEL, POWER, new ReferenceEffect.Moved(1, 1, 0.25));
        assertThat(less).isCloseTo(4 * alike, within(1e-6));
    }

    @Test
    void anErrorThatMeasuresMoreThanTheCandidateLeavesItsDecoyNoLength() {
        Decoys.Candidate noisy = new Decoys.Candidate(1, 0.1, 5, new double[] {0.9}, new double[] {0.2});
        assertThat(noisy.largest(1, 0)).isEqualTo(0.2);
        assertThat(noisy.largest(5 + 4 + 0.4, 0)).isEqualTo(2 * 0.9 + 0.2);
    }

    @Test
    void whatCannotBeRankedSoHighIsNeverSeen() {
        assertThat(DecoyTest.detectableFraction(place(0, shifts(0, 2)), 1e-4, POWER, along(1)))
                .isInfinite();
        Evidence.DecoyPlace still = new Evidence.DecoyPlace("sd", 0, shifts(0, 2), NONE, 0, NOISE);
        assertThat(DecoyTest.detectableFraction(still, LEVEL, POWER, along(1))).isInfinite();
    }
}
