package ai.auditor.report.internal;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Verdict;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the template asks for beyond the result itself.
 *
 * @param style the style sheet
 * @param contentPolicy the Content-Security-Policy that admits this style sheet and nothing else
 */
public record Page(AuditResult result, String style, String contentPolicy) {
    /** Rows of a table that stand open; the rest of a longer one is folded away. */
    public static final int OPEN_ROWS = 10;

    /** Rows of a table that a page holds at most; the JSON report holds all. */
    public static final int MOST_ROWS = 400;

    private static final Pattern NUMBER = Pattern.compile("[-\\[<> ]*[0-9][-+0-9.,e%\\] ]*|-");
    private static final int LONG_CELL = 40;

    /** Every claim of the verdict. */
    public List<Verdict.ClaimVerdict> claims() {
        return result.verdict().claims();
    }

    /** A p of this audit. */
    public String p(double p) {
        return Wording.p(p, result.calibration().smallestP());
    }

    /** What stands behind a claim's test: p, and q where there is one. */
    public String test(Verdict.ClaimVerdict claim) {
        return p(claim.p())
                + (claim.decoyP().isPresent() ? ", among decoys " + p(claim.decoyP()) : "")
                + (claim.q().isPresent() ? ", q " + bareP(claim.q()) : "");
    }

    /** A p that may be absent. */
    public String p(OptionalDouble p) {
        return p.isPresent() ? p(p.getAsDouble()) : "no p";
    }

    private String bareP(OptionalDouble p) {
        return Wording.bareP(p, result.calibration().smallestP());
    }

    /** An interval with its coverage. */
    public String interval(Interval interval) {
        return Wording.percent(interval.level()) + " interval " + Wording.interval(interval);
    }

    /** The figures of a finding. */
    public List<Figure> figures(AuditResult.Finding finding) {
        return ProbeFigures.of(finding, result);
    }

    /** The figures of the null. */
    public List<Figure> nullFigures() {
        return ProbeFigures.ofNull(result);
    }

    /** The tested statistics of a finding, smallest p first. */
    public Table contrasts(AuditResult.Finding finding) {
        List<Evidence.Contrast> contrasts = finding.evidence().contrasts();
        List<List<String>> rows = IntStream.range(
                        0, Math.min(contrasts.size(), finding.contrasts().size()))
                .boxed()
                .sorted(Comparator.comparingDouble(
                        i -> finding.contrasts().get(i).p()))
                .map(i -> contrast(contrasts.get(i), finding.contrasts().get(i)))
                .toList();
        return new Table(
                "Tested statistics, p over all of the claim's tests",
                List.of("contrast", "effect", "interval", "p", "q", "p among decoys"),
                rows);
    }

    private List<String> contrast(Evidence.Contrast contrast, AuditResult.ContrastFinding found) {
        return List.of(
                contrast.name(),
                Wording.number(contrast.effect().value()),
                Wording.interval(contrast.effect().interval()),
                bareP(OptionalDouble.of(found.p())),
                bareP(OptionalDouble.of(found.q())),
                bareP(found.decoyP()));
    }

    /** The null in one sentence. */
    public String calibration() {
        var calibration = result.calibration();
        if (calibration.swaps() == 0) {
            return "The null of the pipeline was not run.";
        }
        return Wording.count(calibration.swaps()) + " label swaps (" + calibration.kind()
                + ") went through the whole pipeline; differs would have been detected in "
                + Wording.percent(calibration.rejected()) + " of them, the limit is "
                + Wording.percent(calibration.limit()) + ": "
                + (calibration.good() ? "the test keeps its level." : "the test does NOT keep its level.");
    }

    /** Records, each with its place and what is wrong with it. */
    public static Table records(String title, List<BadRow> records) {
        return new Table(
                title,
                List.of("file", "line", "record", "reason"),
                records.stream()
                        .map(row -> List.of(
                                row.file(),
                                row.line() == 0 ? Wording.UNKNOWN : Long.toString(row.line()),
                                Long.toString(row.record()),
                                row.reason()))
                        .toList());
    }

    /** What a reader has to know of the comparison. */
    public List<String> notes() {
        return Stream.concat(result.design().notes().stream(), result.provenance().readingNote().stream())
                .toList();
    }

    /** The datasets. */
    public Table sources() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(source("candidate", result.provenance().candidate()));
        result.provenance().controls().forEach(control -> rows.add(source("control", control)));
        return new Table(
                "Datasets",
                List.of(
                        "",
                        "name",
                        "rows",
                        "bad",
                        "too long",
                        "spell a control token",
                        "file SHA-256",
                        "content SHA-256"),
                rows);
    }

    private static List<String> source(String role, Provenance.Source source) {
        return List.of(
                role,
                source.name(),
                Wording.count(source.rows()),
                Wording.count(source.badRows()),
                Wording.count(source.longRows()),
                Wording.count(source.controlTokens()),
                source.fileDigest().isEmpty() ? Wording.UNKNOWN : source.fileDigest(),
                source.contentDigest());
    }

    /** Facts by name, as a table. */
    public static Table facts(String title, Map<String, String> facts) {
        return new Table(
                title,
                List.of("", ""),
                facts.entrySet().stream()
                        .map(fact -> List.of(fact.getKey(), fact.getValue()))
                        .toList());
    }

    /** The numeric self-check as a table. */
    public Table selfCheck() {
        return new Table(
                "Numeric self-check of the model, before the audit",
                List.of("", ""),
                result.provenance().selfCheck().figures().stream()
                        .map(figure -> List.of(figure.name(), Wording.selfChecked(figure)))
                        .toList());
    }

    /** The policy as a table. */
    public Table policy() {
        Policy policy = result.policy();
        List<List<String>> rows = List.of(
                List.of("from", policy.origin()),
                List.of("tier", policy.tier().toString()),
                List.of("level of each claim's test", Wording.setting(policy.alpha())),
                List.of("level of the place among decoys", Wording.setting(policy.decoyAlpha())),
                List.of("power at which the detectable fraction is told", Wording.setting(policy.power())),
                List.of(
                        "largest detectable fraction of a \"not detected\"",
                        Wording.percent(policy.maxDetectableFraction())),
                List.of("reference effect", policy.reference().name()),
                List.of(
                        "required claims",
                        policy.required().stream().sorted().map(Claim::toString).collect(Collectors.joining(", "))),
                List.of("risk of a detected claim", Wording.risks(policy)),
                List.of("gate fails on risk", policy.failOn().name().toLowerCase(Locale.ROOT)),
                List.of("parts by prompt", Wording.count(policy.parts())),
                List.of("label exchanges", Wording.count(policy.exchanges())),
                List.of("label swaps of the null", Wording.count(policy.nullSwaps())),
                List.of("share of matched prompts needed for pairs", Wording.percent(policy.minimumPaired())),
                List.of("prompts that take part, at most", Wording.atMost(policy.rows())),
                List.of("prompts of costly passes, at most", Wording.atMost(policy.costlyPrompts())),
                List.of(
                        "traits asked about",
                        policy.traits().isEmpty() ? "all of the list" : String.join(", ", policy.traits())));
        return new Table("Policy, fixed before candidate data were read", List.of("", ""), rows);
    }

    /** Whether a cell needs to be broken within words, as digests do. */
    public static boolean isLong(String cell) {
        return cell.length() > LONG_CELL;
    }

    /** Which columns hold nothing but numbers, so that they are aligned as such, {@code [columns]}. */
    public static boolean[] numeric(Table table) {
        boolean[] numeric = new boolean[table.columns().size()];
        for (int column = 0; column < numeric.length; column++) {
            int place = column;
            numeric[column] = table.rows().stream()
                    .allMatch(row -> NUMBER.matcher(row.get(place)).matches());
        }
        return numeric;
    }
}
