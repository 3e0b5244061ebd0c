package ai.auditor.report.internal;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Verdict;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private static final Pattern NUMBER = Pattern.compile("[-\\[<> ]*[0-9][-+0-9.,e%\\] ]*|-?");
    private static final int LONG_CELL = 40;

    /** Contrasts of a probe that are told beside their decoys; all stand in the table of the probe. */
    private static final int PLACES = 3;

    /** Every claim of the verdict. */
    public List<Verdict.ClaimVerdict> claims() {
        return result.verdict().claims();
    }

    /** A p of this audit. */
    public String p(double p) {
        return Wording.p(p, result.calibration().smallestP());
    }

    /** What stands behind a claim's test. */
    public String test(Verdict.ClaimVerdict claim) {
        return Wording.test(claim, result.calibration().smallestP());
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
        return Wording.leveled(interval);
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
                List.of(
                        "contrast",
                        "effect",
                        Wording.heading(contrasts.stream()
                                .map(contrast -> contrast.effect().interval())),
                        "p",
                        "q",
                        "p among decoys"),
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
        return Wording.calibration(result.calibration());
    }

    /** What the probes that ran can see. */
    public CoverageSummary coverage() {
        return new CoverageSummary(result);
    }

    /** Every AUROC beside what the pipeline gives where there is nothing. */
    public Table nulls() {
        List<List<String>> rows = new ArrayList<>();
        for (Calibration.Spread spread : result.calibration().spreads()) {
            Optional<Evidence.Discrimination> found = result.findings().stream()
                    .map(AuditResult.Finding::evidence)
                    .filter(evidence -> evidence.probe().equals(spread.probe()))
                    .flatMap(evidence -> evidence.discrimination().stream())
                    .findFirst();
            rows.add(nullOf(
                    spread.probe(),
                    "row",
                    spread.row(),
                    found.map(known -> known.row().value())));
            rows.add(nullOf(
                    spread.probe(),
                    "bag of " + spread.bagSize(),
                    spread.bag(),
                    found.flatMap(known -> known.bags().stream()
                            .filter(bag -> bag.size() == spread.bagSize())
                            .map(Evidence.Discrimination.Bag::auroc)
                            .findFirst())));
        }
        return new Table(
                "AUROC beside its null",
                List.of("probe", "of a", "observed", "null: mean (sd)", "lowest", "highest", "swaps as high"),
                rows);
    }

    private static List<String> nullOf(String probe, String unit, double[] swaps, Optional<Double> observed) {
        double[] finite = Arrays.stream(swaps).filter(Double::isFinite).toArray();
        return List.of(
                probe,
                unit,
                observed.map(Wording::number).orElse(Wording.UNKNOWN),
                Wording.spread(finite),
                Wording.number(Arrays.stream(finite).min()),
                Wording.number(Arrays.stream(finite).max()),
                observed.map(value -> Wording.count(Arrays.stream(finite)
                                        .filter(swap -> swap >= value)
                                        .count())
                                + " of " + Wording.count(finite.length))
                        .orElse(Wording.UNKNOWN));
    }

    /** Of every probe that has decoys, the contrasts that stand highest among them. */
    public Table places() {
        List<List<String>> rows = new ArrayList<>();
        for (AuditResult.Finding finding : result.findings()) {
            List<Evidence.Contrast> contrasts = finding.evidence().contrasts();
            IntStream.range(0, Math.min(contrasts.size(), finding.contrasts().size()))
                    .filter(i -> contrasts.get(i).decoys().isPresent())
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) ->
                                    finding.contrasts().get(i).decoyP().orElse(1))
                            .thenComparingDouble(i -> finding.contrasts().get(i).p())
                            .thenComparing(i -> contrasts.get(i).name()))
                    .limit(PLACES)
                    .forEach(i -> rows.add(place(
                            finding.evidence().probe(),
                            contrasts.get(i),
                            finding.contrasts().get(i))));
        }
        return new Table(
                "Places among decoys, the " + PLACES + " highest of each probe",
                List.of(
                        "probe",
                        "contrast",
                        "value",
                        "decoys as high",
                        "decoys: median",
                        "highest",
                        "placebos: highest",
                        "p among decoys",
                        "p"),
                rows);
    }

    private List<String> place(String probe, Evidence.Contrast contrast, AuditResult.ContrastFinding found) {
        Evidence.DecoyPlace place = contrast.decoys().orElseThrow();
        double[] decoys = Arrays.stream(place.decoys().values())
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        double[] placebos =
                Arrays.stream(place.placebos()).filter(Double::isFinite).toArray();
        return List.of(
                probe,
                contrast.name(),
                Wording.number(place.value()) + (place.measure().isBlank() ? "" : " " + place.measure()),
                Wording.count(Arrays.stream(decoys)
                                .filter(decoy -> decoy >= place.value())
                                .count())
                        + " of " + Wording.count(decoys.length),
                decoys.length == 0 ? Wording.UNKNOWN : Wording.number(decoys[decoys.length / 2]),
                decoys.length == 0 ? Wording.UNKNOWN : Wording.number(decoys[decoys.length - 1]),
                Wording.number(Arrays.stream(placebos).max()),
                bareP(found.decoyP()),
                bareP(OptionalDouble.of(found.p())));
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

    /** In what else the arms differ. */
    public Table confounders() {
        return new Table(
                "What else differs between the arms",
                List.of(
                        "",
                        "measure",
                        "candidate",
                        "control",
                        "difference, sd",
                        Wording.heading(result.confounders().nuisances().stream()
                                .flatMap(nuisance -> nuisance.effect().stream())
                                .map(Estimate::interval)),
                        "p",
                        "q",
                        "done about it"),
                result.confounders().nuisances().stream().map(this::nuisance).toList());
    }

    private List<String> nuisance(Confounders.Nuisance nuisance) {
        return List.of(
                nuisance.name(),
                nuisance.measure(),
                Wording.number(nuisance.candidate()),
                Wording.number(nuisance.control()),
                nuisance.effect().map(effect -> Wording.number(effect.value())).orElse(Wording.UNKNOWN),
                nuisance.effect()
                        .map(effect -> Wording.interval(effect.interval()))
                        .orElse(Wording.UNKNOWN),
                bareP(nuisance.p()),
                bareP(nuisance.q()),
                nuisance.handling().toString());
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
                List.of("gate fails on risk", policy.failOn().toString()),
                List.of("parts by prompt", Wording.count(policy.parts())),
                List.of("label exchanges", Wording.count(policy.exchanges())),
                List.of("label swaps of the null", Wording.count(policy.nullSwaps())),
                List.of("share of matched prompts needed for pairs", Wording.percent(policy.minimumPaired())),
                List.of("control runs required", Wording.count(policy.controlRuns())),
                List.of("prompts that take part, at most", Wording.atMost(policy.rows())),
                List.of("prompts of costly passes, at most", Wording.atMost(policy.costlyPrompts())),
                List.of(
                        "points of steered likelihood and recovered vectors",
                        policy.everyPoint() ? "all" : "the one nearest to two thirds of the depth"),
                List.of("shadow students once the gate has failed", policy.stopEarly() ? "none" : "as asked for"),
                List.of(
                        "traits asked about",
                        policy.traits().isEmpty() ? "all of the list" : String.join(", ", policy.traits())),
                List.of(
                        "probes that take part",
                        policy.probes().isEmpty() ? "all of the tier" : String.join(", ", policy.probes())));
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
