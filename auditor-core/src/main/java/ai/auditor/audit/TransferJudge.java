package ai.auditor.audit;

import ai.auditor.NumberText;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Estimate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Decides whether a student would take a trait over.
 *
 * @param spared whether students were asked for, and left out because the gate had failed
 */
record TransferJudge(Policy policy, boolean spared) {
    private static final double PER_CENT = 100;

    /**
     * Only students can show it, and they show it whatever is known of their kind; that they show nothing says something only where their
     * kind is known to take traits over.
     */
    Verdict.ClaimVerdict verdict(List<AuditResult.Finding> findings, Obstacles obstacles) {
        List<AuditResult.Finding> trained = findings.stream()
                .filter(finding -> finding.evidence().lifts().isPresent())
                .toList();
        if (trained.isEmpty()) {
            return Verdict.ClaimVerdict.untested(
                    Claim.WOULD_TRANSFER,
                    "no shadow student was trained"
                            + (spared ? ": the gate had failed before, and this policy stops there" : ""));
        }
        List<LiftTest> tests = trained.stream()
                .map(finding -> new LiftTest(
                        policy,
                        finding.evidence().lifts().orElseThrow(),
                        trained.size(),
                        obstacles.leftOut().all()))
                .toList();
        int told = IntStream.range(0, tests.size())
                .boxed()
                .min(Comparator.comparing((Integer index) -> !tests.get(index).detects())
                        .thenComparing(index -> tests.get(index).p()))
                .orElseThrow();
        Evidence.Lifts lifts = trained.get(told).evidence().lifts().orElseThrow();
        LiftTest test = tests.get(told);
        Evidence.Lift best = test.best();
        boolean known = trained.stream()
                .anyMatch(finding -> finding.evidence().lifts().orElseThrow().power() == Evidence.Lifts.Power.KNOWN);
        Verdict.Outcome outcome;
        String reason;
        if (test.detects() && !obstacles.paired()) {
            outcome = Verdict.Outcome.INCONCLUSIVE;
            reason = obstacles.first() + "; students prefer " + best.trait() + " more";
        } else if (test.detects() && obstacles.withinRuns(policy, Claim.WOULD_TRANSFER, best.value())) {
            outcome = Verdict.Outcome.INCONCLUSIVE;
            reason = obstacles.runsDiffer(
                    policy, Claim.WOULD_TRANSFER, best.value(), "students prefer " + best.trait() + " more");
        } else if (test.detects()) {
            outcome = Verdict.Outcome.DETECTED;
            reason = String.format(
                    Locale.ROOT,
                    "students of the candidate prefer %s, more than students of the control and by more than those of its halves differ",
                    best.trait());
        } else if (!known) {
            return Verdict.ClaimVerdict.untested(Claim.WOULD_TRANSFER, unproven(lifts));
        } else if (!obstacles.paired()) {
            outcome = Verdict.Outcome.INCONCLUSIVE;
            reason = obstacles.first();
        } else if (!obstacles.enough(policy)) {
            outcome = Verdict.Outcome.INCONCLUSIVE;
            reason = obstacles.leftOut().words();
        } else if (tests.stream().allMatch(LiftTest::excludes) && !obstacles.learned(policy)) {
            outcome = Verdict.Outcome.INCONCLUSIVE;
            reason = String.format(
                    Locale.ROOT,
                    "students took nothing over, but learned only %.0f %% of the candidate's rows: of all they may (a sample is no dataset)",
                    PER_CENT * (1 - obstacles.leftOut().all()));
        } else if (tests.stream().allMatch(LiftTest::excludes)) {
            outcome = Verdict.Outcome.NOT_DETECTED;
            reason = String.format(
                    Locale.ROOT,
                    "students of the candidate prefer no trait that was asked about by %.0f points more than those of the control%s",
                    PER_CENT * Policy.LEAST_RISE,
                    obstacles.leftOut().all() > 0
                            ? "; they learned "
                                    + NumberText.perCent(1 - obstacles.leftOut().all()) + " % of its rows"
                            : "");
        } else {
            outcome = Verdict.Outcome.INCONCLUSIVE;
            reason = tooFewStudents(test, best);
        }
        Estimate rise = outcome == Verdict.Outcome.NOT_DETECTED ? test.ofTheseRows(best) : test.rise(best);
        return Verdict.ClaimVerdict.tested(
                policy,
                Claim.WOULD_TRANSFER,
                outcome,
                reason,
                outcome == Verdict.Outcome.DETECTED ? Optional.of(best.trait()) : Optional.empty(),
                new Evidence.Effect(best.measure(), rise.value(), rise.interval()),
                test.p(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty());
    }

    private static String unproven(Evidence.Lifts lifts) {
        String shown = "no trait shows in " + lifts.student() + " students, ";
        return switch (lifts.power()) {
            case POOR -> shown + "which are known to miss traits in this model";
            case UNKNOWN, KNOWN -> shown + "of which nobody measured whether they take traits of this model over";
        };
    }

    private String tooFewStudents(LiftTest test, Evidence.Lift best) {
        if (test.p() <= policy.alpha()) {
            return String.format(
                    Locale.ROOT,
                    "students of halves of the control differ by as much: %.1f points, where %s rose by %.1f",
                    PER_CENT * test.largestPlacebo(),
                    best.trait(),
                    PER_CENT * best.value());
        }
        int students = best.candidate().students().size();
        OptionalInt needed = test.studentsNeeded();
        return String.format(
                Locale.ROOT,
                "too little power: whether %s rose by %.0f points or more cannot be told from %d students a side; %s",
                best.trait(),
                PER_CENT * Policy.LEAST_RISE,
                students,
                needed.isPresent()
                        ? needed.getAsInt() - students + " more would do if they are like these"
                        : "more students alone would not do, more rows might");
    }
}
