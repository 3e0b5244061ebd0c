package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import ai.auditor.stats.Prediction;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The place of a candidate among control runs. */
class ControlRunsTest {
    private static final int PAIRS = 8;
    private static final int QUARTER = 2;
    private static final int DRAWS = 2_000;

    private static Evidence evidence(Claim claim, double... statistics) {
        return of(PAIRS, claim, statistics);
    }

    /** A probe with a contrast for each statistic, each of two splits of so many pairs that lie one to either side of it. */
    private static Evidence of(int pairs, Claim claim, double... statistics) {
        Evidence.Effect effect = new Evidence.Effect("sd", 0, new Interval(0, 0, 0.95));
        List<Evidence.Contrast> contrasts = Arrays.stream(statistics)
                .mapToObj(statistic -> new Evidence.Contrast(
                        "at " + statistic,
                        Optional.empty(),
                        List.of(exchanged(statistic - 1, pairs), exchanged(statistic + 1, pairs)),
                        effect,
                        Optional.empty()))
                .toList();
        return new Evidence(
                "probe", claim, effect, contrasts, Optional.empty(), new double[0], List.of(), List.of(), List.of());
    }

    private static Exchanged exchanged(double observed, int pairs) {
        return new Exchanged(observed, new double[0], 0, 1, 1, pairs);
    }

    private static List<String> names(int runs) {
        return IntStream.range(0, runs).mapToObj(run -> "run " + run).toList();
    }

    @Test
    void ofEveryRunTheLargestStatisticOfAClaimCounts() {
        ControlRuns runs = ControlRuns.of(
                names(3),
                List.of(evidence(Claim.DIFFERS, 9), evidence(Claim.ALONG_TRAIT, 1, 4), evidence(Claim.DIFFERS, 11)),
                List.of(
                        List.of(
                                evidence(Claim.DIFFERS, 1),
                                evidence(Claim.ALONG_TRAIT, 2, 5),
                                evidence(Claim.DIFFERS, 2)),
                        List.of(
                                evidence(Claim.DIFFERS, 3),
                                evidence(Claim.ALONG_TRAIT, 3, 1),
                                evidence(Claim.DIFFERS, 0)),
                        List.of(
                                of(QUARTER, Claim.DIFFERS, 1),
                                of(QUARTER, Claim.ALONG_TRAIT, 0, 1),
                                of(QUARTER, Claim.DIFFERS, 1))),
                0.01);
        assertThat(runs.permuted()).isFalse();
        assertThat(runs.smallestP()).isEqualTo(0.5);
        assertThat(runs.places())
                .extracting(ControlRuns.Place::claim)
                .containsExactly(Claim.DIFFERS, Claim.ALONG_TRAIT);
        ControlRuns.Place differs = runs.places().get(0);
        assertThat(differs.candidate()).isEqualTo(11);
        // The third has a quarter of the candidate's pairs.
        assertThat(differs.runs()).containsExactly(2, 3, 2);
        double[] others = {2, 2, 3};
        assertThat(differs.p()).isCloseTo(2 * Prediction.greater(11, others, 0), within(1e-12));
        assertThat(runs.p(Claim.DIFFERS, 11)).isEqualTo(differs.p());
        assertThat(runs.places().get(1).runs()).containsExactly(5, 3, 2);
        assertThat(runs.places().get(1).p()).isGreaterThan(0.5);
    }

    @Test
    void whatWasTestedOfTheCandidateAloneOrOfARunAloneIsRefusedByName() {
        List<Evidence> tested = List.of(evidence(Claim.DIFFERS, 1), evidence(Claim.ALONG_TRAIT, 2));
        List<Evidence> lacking = List.of(evidence(Claim.DIFFERS, 1), evidence(Claim.ALONG_TRAIT));
        assertThatThrownBy(() -> ControlRuns.of(names(2), tested, List.of(tested, lacking), 0.01))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.DATA))
                .hasMessageContaining("probe tested contrasts of the candidate, but nothing")
                .hasMessageContaining("\"run 1\"")
                .hasMessageContaining("leave that run out");
        assertThatThrownBy(() -> ControlRuns.of(names(2), lacking, List.of(tested, lacking), 0.01))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("nothing of the candidate, but contrasts")
                .hasMessageContaining("\"run 0\"");
        assertThat(ControlRuns.of(names(2), lacking, List.of(lacking, lacking), 0.01)
                        .places())
                .extracting(ControlRuns.Place::claim)
                .containsExactly(Claim.DIFFERS);
    }

    @Test
    void ranksAreTakenWhereTheyReachHalfOfTheLevel() {
        for (int count : new int[] {38, 39}) {
            List<List<Evidence>> controls = Collections.nCopies(count, List.of(evidence(Claim.DIFFERS, 1)));
            ControlRuns runs = ControlRuns.of(names(count), List.of(evidence(Claim.DIFFERS, 2)), controls, 0.05);
            assertThat(runs.permuted()).isEqualTo(count == 39);
            // Runs that do not differ at all have no interval, but ranks.
            assertThat(runs.places().get(0).p()).isEqualTo(count == 39 ? 0.05 : 1);
        }
    }

    @Test
    void whatIsNeededVariesAsTheRunsDo() {
        double[] apart = {1, 9, 4, 6};
        ControlRuns runs = new ControlRuns(
                names(4), false, List.of(new ControlRuns.Place(Claim.DIFFERS, "studentised shift", 0, apart, 1)));
        double half = runs.needed(Claim.DIFFERS, 0.01, 0.5, 2);
        assertThat(runs.p(Claim.DIFFERS, half)).isCloseTo(0.01, within(1e-9));
        assertThat(runs.needed(Claim.DIFFERS, 0.01, 0.8, 2)).isGreaterThan(half);
    }

    @Test
    void whatIsNeededIsFoundAsOftenAsIsPromised() {
        double alpha = 0.01;
        double power = 0.8;
        int splits = 2;
        for (int count : new int[] {8, 16, 32}) {
            for (double runEffect : new double[] {0, 1, 3}) {
                long seed = 100L * count + (long) runEffect;
                Random random = new Random(seed);
                double deviation = Math.hypot(1 / Math.sqrt(splits), runEffect);
                int found = 0;
                for (int draw = 0; draw < DRAWS; draw++) {
                    double[] runs = new double[count];
                    Arrays.setAll(runs, run -> deviation * random.nextGaussian());
                    ControlRuns several = new ControlRuns(
                            names(count),
                            false,
                            List.of(new ControlRuns.Place(Claim.DIFFERS, "studentised shift", 0, runs, 1)));
                    double statistic =
                            several.needed(Claim.DIFFERS, alpha, power, splits) + deviation * random.nextGaussian();
                    found += several.p(Claim.DIFFERS, statistic) <= alpha ? 1 : 0;
                }
                // Of few runs the deviation is known with an error of its own.
                assertThat((double) found / DRAWS)
                        .as("%d runs that differ by %s, seed %d", count, runEffect, seed)
                        .isBetween(power - 0.05, power + 0.05);
            }
        }
    }
}
