package ai.auditor.report;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Risk;
import ai.auditor.audit.Verdict;
import ai.auditor.probe.Evidence;
import ai.auditor.report.internal.CoverageSummary;
import ai.auditor.report.internal.StyledText;
import ai.auditor.report.internal.StyledText.Style;
import ai.auditor.report.internal.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** The report as text for a terminal: the verdict first, then the claims, then one line a probe. */
public final class TerminalReport {
    /** Below this the line of a probe does not fit. */
    private static final int NARROWEST = 77;

    private static final int CLAIM = 16;
    private static final int OUTCOME = 14;
    private static final int EFFECT = 9;
    private static final int INTERVAL = 18;
    private static final int P = 9;
    private static final int BASELINE = 9;
    private static final int DETECTABLE = 10;
    private static final int UNIT = 12;
    private static final int NULL = 14;
    private static final List<Integer> EVIDENCE = List.of(EFFECT, INTERVAL, P, P, BASELINE, DETECTABLE);
    private static final List<Integer> AUROC = List.of(UNIT, EFFECT, INTERVAL, NULL);
    private static final int LONGEST_PROBE = 24;

    private final AuditResult result;
    private final StyledText text;
    private final int probe;

    private TerminalReport(AuditResult result, int width, boolean colour) {
        this.result = result;
        this.text = new StyledText(width, colour);
        this.probe = Math.min(LONGEST_PROBE, width - 2 - EFFECT - INTERVAL - 2 * P - BASELINE - DETECTABLE);
    }

    /**
     * The report, ending in a line feed.
     *
     * @param width code points a line; fewer than 77 count as 77
     * @param colour whether ANSI colours are used
     */
    public static String of(AuditResult result, int width, boolean colour) {
        TerminalReport report = new TerminalReport(result, Math.max(NARROWEST, width), colour);
        report.verdict();
        report.claims();
        report.probes();
        report.coverage();
        report.footing();
        return report.text.toString();
    }

    /** A line of text folded as a report's are, each piece ended by a line feed. */
    public static String folded(String line, int width) {
        return new StyledText(width, false).paragraph(Style.PLAIN, 0, line).toString();
    }

    private void verdict() {
        Verdict verdict = result.verdict();
        Verdict.GateOutcome gate = verdict.gate().outcome();
        text.add(style(gate), "GATE " + Wording.gate(gate).toUpperCase(Locale.ROOT) + " (exit " + gate.exitCode() + ")")
                .add(Style.PLAIN, "   ")
                .add(style(verdict.risk()), "risk " + Wording.shown(verdict.risk()))
                .end();
        text.paragraph(Style.PLAIN, 0, Wording.meaning(verdict));
        text.paragraph(Style.PLAIN, 0, verdict.gate().reason());
        text.end();
    }

    private void claims() {
        text.add(Style.STRONG, "Claims").end();
        for (Verdict.ClaimVerdict claim : result.verdict().claims()) {
            text.add(Style.PLAIN, "  ")
                    .cell(Style.STRONG, claim.claim().toString(), CLAIM)
                    .cell(style(claim.outcome()), Wording.outcome(claim.outcome()), OUTCOME)
                    .add(Style.PLAIN, numbers(claim))
                    .end();
            text.paragraph(Style.QUIET, 4, claim.reason());
            if (claim.outcome() != Verdict.Outcome.NOT_TESTED) {
                Wording.effect(claim).ifPresent(effect -> text.paragraph(Style.QUIET, 4, effect));
                claim.decoyP()
                        .ifPresent(decoyP -> text.paragraph(
                                Style.QUIET,
                                4,
                                "Place among decoys: " + p(decoyP) + " (level "
                                        + Wording.setting(result.policy().decoyAlpha()) + "; of p "
                                        + Wording.setting(result.policy().alpha()) + ")."));
                text.paragraph(Style.QUIET, 4, Wording.power(claim));
            }
        }
        text.end();
    }

    private String numbers(Verdict.ClaimVerdict claim) {
        List<String> numbers = new ArrayList<>();
        claim.trait().ifPresent(numbers::add);
        claim.effect()
                .ifPresent(effect -> numbers.add(Wording.number(effect)
                        + claim.interval()
                                .map(known -> " " + Wording.interval(known))
                                .orElse("")));
        claim.p().ifPresent(p -> numbers.add(p(p)));
        claim.q()
                .ifPresent(q ->
                        numbers.add("q " + Wording.bareP(q, result.calibration().smallestP())));
        return String.join("  ", numbers);
    }

    private void probes() {
        if (result.findings().isEmpty()) {
            text.add(Style.QUIET, "No probe ran.").end();
            return;
        }
        text.add(Style.STRONG, "Probes").end();
        String interval = Wording.heading(result.findings().stream()
                .map(finding -> finding.evidence().effect().interval()));
        row(Style.QUIET, EVIDENCE, List.of("", "effect", interval, "p", "decoys p", "baseline", "detectable"));
        for (AuditResult.Finding finding : result.findings()) {
            Evidence evidence = finding.evidence();
            row(
                    Style.PLAIN,
                    EVIDENCE,
                    List.of(
                            evidence.probe(),
                            Wording.number(evidence.effect().value()),
                            Wording.interval(evidence.effect().interval()),
                            Wording.bareP(finding.p(), result.calibration().smallestP()),
                            Wording.bareP(finding.decoyP(), result.calibration().smallestP()),
                            evidence.discrimination()
                                    .map(found ->
                                            Wording.number(found.baseline().value()))
                                    .orElse(Wording.UNKNOWN),
                            Wording.detectable(finding.detectableFraction())));
        }
        if (result.findings().stream().anyMatch(finding -> finding.decoyP().isPresent())) {
            text.paragraph(
                    Style.QUIET,
                    2,
                    "Decoys p: whether a trait stands out from directions and prompts of no interest; both p have to be small.");
        }
        measures()
                .forEach((measure, probes) -> text.paragraph(
                        Style.QUIET, 2, "Effect of " + String.join(", ", probes) + ": " + measure + "."));
        if (result.findings().stream()
                .anyMatch(finding -> finding.evidence().discrimination().isPresent())) {
            text.paragraph(
                    Style.QUIET,
                    2,
                    "Baseline: AUROC a row of format and length. p is of the held-out score, freed of the baseline.");
            discriminations();
        }
    }

    /** Every AUROC beside its spread under the null. */
    private void discriminations() {
        text.end();
        text.add(Style.STRONG, "AUROC").end();
        String interval = Wording.heading(result.findings().stream()
                .flatMap(finding -> finding.evidence().discrimination().stream())
                .map(found -> found.row().interval()));
        row(Style.QUIET, AUROC, List.of("", "of", "AUROC", interval, "null (sd)"));
        for (AuditResult.Finding finding : result.findings()) {
            finding.evidence()
                    .discrimination()
                    .ifPresent(found -> discrimination(finding.evidence().probe(), found));
        }
    }

    private void discrimination(String probe, Evidence.Discrimination found) {
        Optional<Calibration.Spread> spread = result.calibration().spread(probe);
        row(
                Style.PLAIN,
                AUROC,
                List.of(
                        probe,
                        "row",
                        Wording.number(found.row().value()),
                        Wording.interval(found.row().interval()),
                        spread.map(known -> Wording.spread(known.row())).orElse(Wording.UNKNOWN)));
        for (Evidence.Discrimination.Bag bag : found.bags()) {
            spread.filter(known -> known.bagSize() > 1 && known.bagSize() == bag.size())
                    .ifPresent(known -> row(
                            Style.PLAIN,
                            AUROC,
                            List.of(
                                    "",
                                    "bag of " + bag.size(),
                                    Wording.number(bag.auroc()),
                                    Wording.interval(bag.interval()),
                                    Wording.spread(known.bag()))));
        }
    }

    /** The name of a probe, then cells of the given widths. */
    private void row(Style style, List<Integer> widths, List<String> cells) {
        text.add(Style.PLAIN, "  ")
                .cell(style == Style.PLAIN ? Style.STRONG : style, cells.get(0), probe - 1)
                .add(Style.PLAIN, " ");
        for (int i = 0; i < widths.size(); i++) {
            text.cell(style, cells.get(i + 1), widths.get(i));
        }
        text.end();
    }

    private Map<String, List<String>> measures() {
        Map<String, List<String>> measures = new LinkedHashMap<>();
        for (AuditResult.Finding finding : result.findings()) {
            measures.computeIfAbsent(finding.evidence().effect().measure(), measure -> new ArrayList<>())
                    .add(finding.evidence().probe());
        }
        return measures;
    }

    private void coverage() {
        CoverageSummary coverage = new CoverageSummary(result);
        if (!coverage.claims().isEmpty()) {
            text.end();
            text.add(Style.STRONG, "Coverage").end();
            coverage.claims().forEach(claim -> text.paragraph(Style.QUIET, 2, coverage.line(claim)));
        }
    }

    private void footing() {
        var calibration = result.calibration();
        text.end();
        text.paragraph(
                calibration.good() ? Style.QUIET : Style.WARNING,
                0,
                calibration.swaps() == 0
                        ? "The null of the pipeline was not run."
                        : "Null: differs would have been detected in " + Wording.rejections(calibration) + ".");
        text.paragraph(calibration.missedSpikeIn() ? Style.WARNING : Style.QUIET, 0, Wording.spikeIn(calibration));
        calibration.runs().ifPresent(runs -> text.paragraph(Style.QUIET, 0, Wording.runs(runs)));
        var design = result.design();
        text.paragraph(
                Style.QUIET,
                0,
                "Compared: " + Wording.count(design.candidateRows()) + " rows with "
                        + Wording.count(design.controlRows()) + " of the control, "
                        + (design.paired() ? "in pairs of one prompt" : "without pairs") + ", in "
                        + Wording.count(design.prompts()) + " independent groups.");
        text.paragraph(Style.QUIET, 0, policy());
        text.paragraph(Style.QUIET, 0, Wording.selfCheck(result.provenance().selfCheck()));
        design.notes().forEach(note -> text.paragraph(Style.QUIET, 0, note));
        Wording.differing(result).ifPresent(line -> text.paragraph(Style.QUIET, 0, line));
        result.confounders()
                .authorship()
                .filter(Confounders.Authorship::mismatch)
                .ifPresent(control -> text.paragraph(Style.WARNING, 0, Wording.authorship(control)));
        result.provenance().readingNote().ifPresent(how -> text.paragraph(Style.WARNING, 0, how));
        counted("Bad rows left out", Provenance.Source::badRows);
        counted("Rows over the context, left out or cut", Provenance.Source::longRows);
        counted("Rows that spell a control token, read as plain text", Provenance.Source::controlTokens);
        words();
    }

    /** The words that the lines above do not explain. */
    private void words() {
        if (!result.findings().isEmpty()) {
            text.end();
            text.paragraph(
                    Style.QUIET,
                    0,
                    "Words: AUROC, the chance that a row of the candidate scores above one of the control (0.5 tells nothing apart;"
                            + " tests ask only whether it is more);"
                            + " detectable, the smallest share of rows with the reference effect that would have been seen;"
                            + " decoys, directions and prompts of no interest; null, the pipeline where labels are swapped;"
                            + " spike-in, a signal that the audit planted itself.");
        }
    }

    private String policy() {
        var policy = result.policy();
        return "Policy: " + policy.origin() + "; tier " + policy.tier() + ". Risk of a detected claim: "
                + Wording.risks(policy) + "; the gate fails on " + policy.failOn() + ".";
    }

    private void counted(String what, ToLongFunction<Provenance.Source> rows) {
        long count = result.provenance().total(rows);
        if (count > 0) {
            text.paragraph(Style.WARNING, 0, what + ": " + Wording.count(count) + ".");
        }
    }

    private String p(double p) {
        return Wording.p(p, result.calibration().smallestP());
    }

    private static Style style(Risk risk) {
        return switch (risk) {
            case NONE -> Style.STRONG;
            case LOW -> Style.WARNING;
            case ELEVATED, HIGH -> Style.ALARM;
        };
    }

    private static Style style(Verdict.GateOutcome gate) {
        return switch (gate) {
            case PASSED -> Style.CALM;
            case FAILED -> Style.ALARM;
            case INCONCLUSIVE -> Style.WARNING;
        };
    }

    private static Style style(Verdict.Outcome outcome) {
        return switch (outcome) {
            case DETECTED -> Style.ALARM;
            case NOT_DETECTED -> Style.CALM;
            case INCONCLUSIVE -> Style.WARNING;
            case NOT_TESTED -> Style.QUIET;
        };
    }
}
