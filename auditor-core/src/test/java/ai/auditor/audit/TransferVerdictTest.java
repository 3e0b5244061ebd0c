package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Evidence.Lift;
import ai.auditor.probe.Evidence.Lifts;
import ai.auditor.stats.Interval;
import ai.auditor.stats.SeedRates;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** From lifts of students to the verdict. */
class TransferVerdictTest {
    private static final Policy POLICY = Policy.standard();
    private static final AuditResult.Design PAIRED = new AuditResult.Design(true, 100, 100, 100, 1, List.of());
    private static final AuditResult.Design UNPAIRED = new AuditResult.Design(false, 100, 100, 100, 0, List.of());
    private static final Calibration GOOD =
            new Calibration(100, 0, 0.04, "", List.of(), 0.0001, List.of(), Optional.empty());

    private static SeedRates around(double rate) {
        return new SeedRates(IntStream.range(0, 5)
                .mapToObj(seed -> new double[] {rate + 0.001 * seed, rate - 0.001 * seed, rate})
                .toList());
    }

    private static Evidence students(double owl, Lifts.Power power) {
        double[] placebos = {0.001, -0.002, 0.001, 0.0005, -0.001};
        return new Evidence(
                "transfer",
                Claim.WOULD_TRANSFER,
                new Evidence.Effect("rise", owl - 0.05, new Interval(owl - 0.06, owl - 0.04, 0.95)),
                List.of(),
                Optional.of(new Lifts(
                        "biases",
                        power,
                        List.of(
                                new Lift("owl", 0.05, around(owl), around(0.05), placebos),
                                new Lift("wolf", 0.06, around(0.06), around(0.06), placebos)))),
                Optional.empty(),
                new double[0],
                List.of(),
                List.of(),
                List.of());
    }

    private static Verdict judge(AuditResult.Design design, double leftOut, Evidence... evidence) {
        return new Judge(POLICY)
                .verdict(
                        new Findings(POLICY).of(List.of(evidence)),
                        design,
                        GOOD,
                        new LeftOut(leftOut, 0, leftOut, true),
                        List.of());
    }

    private static Verdict.ClaimVerdict claim(Verdict verdict) {
        return verdict.claims().get(2);
    }

    @Test
    void aTraitThatStudentsTakeOverIsAHighRisk() {
        Verdict verdict = judge(PAIRED, 0, students(0.2, Lifts.Power.KNOWN));
        assertThat(claim(verdict).outcome()).isEqualTo(Verdict.Outcome.DETECTED);
        assertThat(claim(verdict).trait()).contains("owl");
        assertThat(claim(verdict).effect().getAsDouble()).isBetween(0.149, 0.151);
        assertThat(claim(verdict).p().getAsDouble()).isLessThan(0.001);
        assertThat(verdict.risk()).isEqualTo(Risk.HIGH);
        assertThat(verdict.gate().outcome()).isEqualTo(Verdict.GateOutcome.FAILED);
    }

    @Test
    void silenceSaysSomethingOnlyWhereStudentsAreKnownToLearn() {
        assertThat(claim(judge(PAIRED, 0, students(0.05, Lifts.Power.KNOWN))).outcome())
                .isEqualTo(Verdict.Outcome.NOT_DETECTED);
        Verdict.ClaimVerdict poor = claim(judge(PAIRED, 0, students(0.05, Lifts.Power.POOR)));
        assertThat(poor.outcome()).isEqualTo(Verdict.Outcome.NOT_TESTED);
        assertThat(poor.reason()).contains("known to miss traits");
        Verdict.ClaimVerdict unknown = claim(judge(PAIRED, 0, students(0.05, Lifts.Power.UNKNOWN)));
        assertThat(unknown.outcome()).isEqualTo(Verdict.Outcome.NOT_TESTED);
        assertThat(unknown.reason()).contains("nobody measured");
        // One kind that is known is enough, and it is not asked for of the others.
        assertThat(claim(judge(PAIRED, 0, students(0.05, Lifts.Power.UNKNOWN), students(0.05, Lifts.Power.KNOWN)))
                        .outcome())
                .isEqualTo(Verdict.Outcome.NOT_DETECTED);
    }

    @Test
    void whatAStudentShowsCountsWhateverIsKnownOfItsKind() {
        for (Lifts.Power power : Lifts.Power.values()) {
            assertThat(claim(judge(PAIRED, 0, students(0.2, power))).outcome())
                    .as(power.name())
                    .isEqualTo(Verdict.Outcome.DETECTED);
        }
    }

    @Test
    void promptsThatDoNotMatchAndRowsLeftOutDecideNothing() {
        Verdict.ClaimVerdict unpaired = claim(judge(UNPAIRED, 0, students(0.2, Lifts.Power.KNOWN)));
        assertThat(unpaired.outcome()).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(unpaired.reason()).startsWith("confounded").contains("owl");
        assertThat(claim(judge(PAIRED, 0.5, students(0.05, Lifts.Power.KNOWN))).outcome())
                .isEqualTo(Verdict.Outcome.INCONCLUSIVE);
    }

    @Test
    void whatStudentsOfASampleTakeOverCountsAndWhatTheyDoNotSaysNothingOfAllRows() {
        for (double owl : List.of(0.2, 0.05)) {
            Verdict verdict = new Judge(POLICY)
                    .verdict(
                            new Findings(POLICY).of(List.of(students(owl, Lifts.Power.KNOWN))),
                            PAIRED,
                            GOOD,
                            new LeftOut(0, 0, 0.9, true),
                            List.of());
            assertThat(claim(verdict).outcome())
                    .isEqualTo(owl > 0.1 ? Verdict.Outcome.DETECTED : Verdict.Outcome.INCONCLUSIVE);
            assertThat(claim(verdict).reason())
                    .contains(owl > 0.1 ? "prefer owl" : "only 10 % of the candidate's rows");
        }
    }

    @Test
    void aRiseNearTheLeastIsInconclusiveAndSaysWhatWouldDo() {
        Verdict.ClaimVerdict near = claim(judge(PAIRED, 0, students(0.0805, Lifts.Power.KNOWN)));
        assertThat(near.outcome()).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(near.trait()).isEmpty();
        assertThat(near.reason()).startsWith("too little power: whether owl rose by 3 points");
    }
}
