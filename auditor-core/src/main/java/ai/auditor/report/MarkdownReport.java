package ai.auditor.report;

import static ai.auditor.report.internal.MarkdownText.code;
import static ai.auditor.report.internal.MarkdownText.head;
import static ai.auditor.report.internal.MarkdownText.row;

import ai.auditor.AtomicFile;
import ai.auditor.Printable;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Verdict;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.report.internal.CoverageSummary;
import ai.auditor.report.internal.MarkdownText;
import ai.auditor.report.internal.Wording;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A summary in GitHub's Markdown, to be the comment on a pull request: the verdict, what the tests could have seen, and how to run it again.
 *
 * <p>It is shorter than the 65,536 characters that GitHub takes as a comment, whatever the result holds: lists and texts are cut, and what
 * was left away is counted. Text of data, models and trait lists marks nothing up and mentions nobody.
 */
public final class MarkdownReport {
    private static final int NAME = 80;
    private static final int SENTENCE = 320;
    private static final int DIGEST = 64;
    private static final int PROBES = 16;
    private static final int CONTROLS = 8;
    private static final int NOTES = 8;
    private static final int HIDDEN = 12;
    private static final int BAD_ROWS = 5;
    private static final int COMMAND = 3_000;

    private final AuditResult result;
    private final List<String> command;
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(AuditResult result, List<String> command) {
        this.result = result;
        this.command = List.copyOf(command);
    }

    /**
     * Writes the summary; it appears whole or not at all.
     *
     * @param command the words of the command that made the result, to be shown; may be empty
     * @throws ai.auditor.AuditException {@code OUTPUT} naming the path
     */
    public static void write(AuditResult result, List<String> command, Path target) {
        AtomicFile.write(target, of(result, command));
    }

    /**
     * The summary, ending in a line feed.
     *
     * @param command the words of the command that made the result, to be shown; may be empty
     */
    public static String of(AuditResult result, List<String> command) {
        MarkdownReport report = new MarkdownReport(result, command);
        report.verdict();
        report.claims();
        report.probes();
        report.coverage();
        report.comparison();
        report.provenance();
        report.again();
        return report.text.toString();
    }

    private static String sentence(String sentence) {
        return MarkdownText.of(sentence, SENTENCE);
    }

    private static String ended(String sentence) {
        return sentence.isBlank() || sentence.endsWith(".") ? sentence : sentence + ".";
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void heading(String heading) {
        line("\n### " + heading + "\n");
    }

    private void verdict() {
        Verdict verdict = result.verdict();
        Verdict.GateOutcome gate = verdict.gate().outcome();
        line("## Audit of " + code(result.provenance().candidate().name(), NAME) + ": risk "
                + Wording.shown(verdict.risk()) + "\n");
        line("**Gate " + Wording.gate(gate) + " (exit " + gate.exitCode() + ").** "
                + Wording.meaning(verdict) + " Why: "
                + sentence(ended(verdict.gate().reason())));
    }

    private void claims() {
        heading("Claims");
        text.append(head("claim", "outcome", "trait", "effect", "p", "among decoys", "smallest share of rows seen"));
        for (Verdict.ClaimVerdict claim : result.verdict().claims()) {
            boolean detected = claim.outcome() == Verdict.Outcome.DETECTED;
            String outcome = Wording.outcome(claim.outcome());
            text.append(row(List.of(
                    claim.claim().toString(),
                    detected ? "**" + outcome + "**" : outcome,
                    claim.trait().map(trait -> code(trait, NAME)).orElse(Wording.UNKNOWN),
                    claim.effect().isEmpty()
                            ? Wording.UNKNOWN
                            : Wording.number(claim.effect())
                                    + claim.interval()
                                            .map(known -> " " + Wording.interval(known))
                                            .orElse(""),
                    p(claim.p()),
                    p(claim.decoyP()),
                    figure(Wording.detectable(claim.detectableFraction())))));
        }
        line("");
        text.append(head("claim", "why, and what could have stayed unseen"));
        for (Verdict.ClaimVerdict claim : result.verdict().claims()) {
            boolean tested = claim.outcome() != Verdict.Outcome.NOT_TESTED;
            text.append(row(List.of(
                    claim.claim().toString(),
                    sentence(ended(claim.reason()))
                            + (tested ? " " + sentence(Wording.power(claim)) : "")
                            + (tested
                                    ? Wording.effect(claim)
                                            .map(effect -> " " + sentence(effect))
                                            .orElse("")
                                    : ""))));
        }
    }

    private String p(OptionalDouble p) {
        return figure(Wording.bareP(p, result.calibration().smallestP()));
    }

    /** A number of our own wording, which may be a bound. */
    private static String figure(String number) {
        return number.replace("<", "&lt;").replace(">", "&gt;");
    }

    private void probes() {
        if (result.findings().isEmpty()) {
            return;
        }
        heading("What the probes found");
        text.append(head("probe", "claim", "effect", "p", "among decoys", "AUROC a row", "of the baseline"));
        each(result.findings(), PROBES, 7, finding -> {
            Evidence evidence = finding.evidence();
            return List.of(
                    code(evidence.probe(), NAME),
                    evidence.claim().toString(),
                    Wording.number(evidence.effect().value()) + " "
                            + Wording.interval(evidence.effect().interval()),
                    p(OptionalDouble.of(finding.p())),
                    p(finding.decoyP()),
                    evidence.discrimination()
                            .map(found -> Wording.number(found.row().value()))
                            .orElse(Wording.UNKNOWN),
                    evidence.discrimination()
                            .map(found -> Wording.number(found.baseline().value()))
                            .orElse(Wording.UNKNOWN));
        });
        line("");
        line(sentence(Wording.calibration(result.calibration())));
        line("");
        line(sentence(Wording.spikeIn(result.calibration())));
        result.calibration().runs().ifPresent(runs -> line("\n" + sentence(Wording.runs(runs))));
    }

    /** The first of a list as rows of a table, then how many more there are. */
    private <T> void each(List<T> entries, int most, int columns, Function<T, List<String>> cells) {
        entries.stream().limit(most).map(cells).map(MarkdownText::row).forEach(text::append);
        if (entries.size() > most) {
            List<String> more = new ArrayList<>(List.of("and " + Wording.count(entries.size() - most) + " more"));
            while (more.size() < columns) {
                more.add("");
            }
            text.append(row(more));
        }
    }

    private void coverage() {
        CoverageSummary coverage = new CoverageSummary(result);
        if (coverage.claims().isEmpty()) {
            return;
        }
        heading("Teachers that these probes can and cannot see");
        Table table = coverage.byClaim();
        text.append(head(table.columns().toArray(String[]::new)));
        table.rows().forEach(cells -> text.append(row(cells)));
        line("\n<details><summary>What a generator that knows these tests could hide</summary>\n");
        text.append(head("hidden"));
        each(coverage.hidden(), HIDDEN, 1, hidden -> List.of(sentence(hidden)));
        line("\n</details>");
    }

    private void comparison() {
        heading("What was compared, and what was left out");
        AuditResult.Design design = result.design();
        line(Wording.count(design.candidateRows()) + " rows of the candidate with "
                + Wording.count(design.controlRows()) + " of the control, "
                + (design.paired() ? "in pairs of one prompt" : "without pairs: a difference may come from the prompts")
                + ", in " + Wording.count(design.prompts()) + " independent groups; "
                + Wording.percent(design.pairedShare())
                + " of the candidate's rows have a control row of the same prompt.\n");
        text.append(head("left out or changed", "rows"));
        counted("bad rows, left out", Provenance.Source::badRows);
        counted("rows over the model's context, left out or cut", Provenance.Source::longRows);
        counted("rows that spell a control token, read as plain text", Provenance.Source::controlTokens);
        counted("rows whose system message went before the user's turn", Provenance.Source::movedSystems);
        List<String> notes = new ArrayList<>(design.notes());
        result.provenance().readingNote().ifPresent(notes::add);
        line("");
        line(sentence(Wording.differing(result).orElse("Nothing else stands out between candidate and control."))
                + result.confounders()
                        .authorship()
                        .filter(Confounders.Authorship::mismatch)
                        .map(control -> " " + MarkdownText.of(Wording.authorship(control), 2 * SENTENCE))
                        .orElse(""));
        table("note", notes, NOTES, note -> List.of(sentence(note)));
        table("the first bad rows", result.badRows(), BAD_ROWS, bad -> List.of(place(bad)));
    }

    private void counted(String what, ToLongFunction<Provenance.Source> rows) {
        text.append(row(List.of(what, Wording.count(result.provenance().total(rows)))));
    }

    private <T> void table(String column, List<T> entries, int most, Function<T, List<String>> cells) {
        if (!entries.isEmpty()) {
            line("");
            text.append(head(column));
            each(entries, most, 1, cells);
        }
    }

    private static String place(BadRow bad) {
        return code(bad.file(), NAME) + " "
                + (bad.line() == 0 ? "record " + bad.record() : "line " + bad.line()) + ": "
                + sentence(bad.reason());
    }

    private void provenance() {
        Provenance provenance = result.provenance();
        line("\n<details><summary>Provenance</summary>\n");
        text.append(head("", "name", "rows", "SHA-256 of the content"));
        text.append(source("candidate", provenance.candidate()));
        each(provenance.controls(), CONTROLS, 4, control -> cells("control", control));
        text.append(row(List.of(
                "model",
                code(provenance.model().getOrDefault("name", ""), NAME),
                "",
                code(provenance.model().getOrDefault("digest", ""), DIGEST))));
        text.append(row(List.of("policy", "", "", code(provenance.policy(), DIGEST))));
        line("");
        line("Made by " + MarkdownText.of(provenance.tool(), NAME) + " at " + code(provenance.created(), NAME)
                + ", seed " + code(provenance.seed(), NAME) + ".\n");
        line("</details>");
    }

    private static String source(String role, Provenance.Source source) {
        return row(cells(role, source));
    }

    private static List<String> cells(String role, Provenance.Source source) {
        return List.of(
                role, code(source.name(), NAME), Wording.count(source.rows()), code(source.contentDigest(), DIGEST));
    }

    private void again() {
        if (command.isEmpty()) {
            return;
        }
        String shown = Printable.cut(Printable.command(command), COMMAND);
        StringBuilder fence = new StringBuilder("```");
        while (shown.contains(fence)) {
            fence.append('`');
        }
        heading("To run it again");
        line(fence + "sh");
        line(shown);
        line(fence.toString());
    }
}
