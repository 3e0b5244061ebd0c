package ai.auditor.report.internal;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a verdict as the test case of a build.
 *
 * @param name the claim, {@code calibration}, {@code spike-in} or {@code gate}
 * @param reason why it ends so, a sentence
 * @param details the numbers behind it, a line each
 */
public record TestCase(String name, End end, String reason, List<String> details) {
    /** How a test case ends. */
    public enum End {
        PASSED,
        SKIPPED,
        ERROR,
        FAILURE
    }

    public TestCase {
        details = List.copyOf(details);
    }

    /**
     * The cases of an audit: its claims, its null and its spike-in, and the gate where neither shows why it ends as it does. One fails exactly where the gate
     * fails, one is an error where the gate could not tell, and none is either where the gate passes.
     */
    public static List<TestCase> of(AuditResult result) {
        Verdict verdict = result.verdict();
        Verdict.Gate gate = verdict.gate();
        List<TestCase> cases = new ArrayList<>();
        verdict.claims().forEach(claim -> cases.add(ofClaim(claim, result)));
        cases.add(ofNull(result));
        cases.add(ofSpikeIn(result));
        End end = gateEnd(gate.outcome());
        if (end != End.PASSED && cases.stream().noneMatch(one -> one.end() == end)) {
            cases.add(new TestCase("gate", end, gate.reason(), List.of()));
        }
        return cases;
    }

    private static End gateEnd(Verdict.GateOutcome gate) {
        return switch (gate) {
            case PASSED -> End.PASSED;
            case FAILED -> End.FAILURE;
            case INCONCLUSIVE -> End.ERROR;
        };
    }

    private static TestCase ofClaim(Verdict.ClaimVerdict claim, AuditResult result) {
        return new TestCase(
                claim.claim().toString(),
                end(claim, result.policy(), result.verdict().gate().outcome()),
                claim.reason(),
                Wording.figures(claim, result.calibration().smallestP()));
    }

    private static End end(Verdict.ClaimVerdict claim, Policy policy, Verdict.GateOutcome gate) {
        return switch (claim.outcome()) {
            case DETECTED ->
                gate == Verdict.GateOutcome.FAILED && policy.failOn().failedBy(policy.risk(claim.claim()))
                        ? End.FAILURE
                        : End.PASSED;
            case NOT_DETECTED -> End.PASSED;
            case INCONCLUSIVE, NOT_TESTED -> open(policy.required().contains(claim.claim()), gate);
        };
    }

    private static TestCase ofNull(AuditResult result) {
        Calibration calibration = result.calibration();
        End end = calibration.good()
                ? calibration.swaps() == 0 ? End.SKIPPED : End.PASSED
                : open(true, result.verdict().gate().outcome());
        return new TestCase("calibration", end, Wording.calibration(calibration), List.of());
    }

    private static TestCase ofSpikeIn(AuditResult result) {
        Calibration calibration = result.calibration();
        End end = calibration.missedSpikeIn()
                ? open(true, result.verdict().gate().outcome())
                : calibration.spikeIns().isEmpty() ? End.SKIPPED : End.PASSED;
        return new TestCase("spike-in", end, Wording.spikeIn(calibration), List.of());
    }

    /** What the audit could not tell is an error only where the gate asks for it. */
    private static End open(boolean required, Verdict.GateOutcome gate) {
        return required && gate != Verdict.GateOutcome.PASSED ? End.ERROR : End.SKIPPED;
    }
}
