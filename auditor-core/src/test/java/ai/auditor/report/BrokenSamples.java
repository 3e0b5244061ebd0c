package ai.auditor.report;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Risk;
import ai.auditor.audit.SpikeIn;
import ai.auditor.audit.Verdict;
import ai.auditor.capture.FirstDigits;
import ai.auditor.capture.SelfCheck;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import ai.auditor.text.Reading;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/** Results that no audit should give. */
final class BrokenSamples {
    /** Everything that has broken a report somewhere: markup, terminal codes, reading direction, half characters, long words. */
    private static final String HOSTILE =
            "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u001b[31mred\u001b]0;t\u0007\u0000\u0001\u009b2J"
                    + "\u202egnp.exe\u2066\ufffe\ud800\r\n\t]]>&amp;{{x}}${y}@raw<!--\u2028" + "W".repeat(120);

    private BrokenSamples() {}

    /** Every text is hostile. */
    static AuditResult hostile() {
        Random random = new Random(3);
        AuditResult honest = Samples.owlDetected();
        Interval interval = new Interval(0.1, 0.2, Samples.LEVEL);
        Evidence.Effect effect = new Evidence.Effect(HOSTILE, 0.15, interval);
        Evidence evidence = new Evidence(
                HOSTILE,
                Claim.ALONG_TRAIT,
                effect,
                List.of(new Evidence.Contrast(
                        HOSTILE,
                        Optional.of(HOSTILE),
                        List.of(SampleFindings.exchanged(random)),
                        effect,
                        Optional.of(new Evidence.DecoyPlace(
                                HOSTILE,
                                0.2,
                                new Decoys.Others(SampleFindings.normal(random, 256)),
                                SampleFindings.normal(random, 5),
                                0.1,
                                0.02)))),
                Optional.of(SampleFindings.discrimination(0.7, 0.6, 0.1)),
                SampleFindings.normal(random, 1_600),
                List.of(new Table(HOSTILE, List.of(HOSTILE, "b"), List.of(List.of(HOSTILE, HOSTILE)))),
                List.of(
                        new Chart.Histogram(
                                HOSTILE,
                                HOSTILE,
                                List.of(new Chart.Histogram.Group(HOSTILE, SampleFindings.normal(random, 100)))),
                        new Chart.Curves(
                                HOSTILE,
                                HOSTILE,
                                HOSTILE,
                                0.5,
                                List.of(new Chart.Curves.Curve(
                                        HOSTILE, List.of(new Chart.Curves.CurvePoint(1, 2, Optional.of(interval)))))),
                        new Chart.Strip(
                                HOSTILE,
                                HOSTILE,
                                List.of(new Chart.Strip.Dot(HOSTILE, 1), new Chart.Strip.Dot(HOSTILE + "2", 1)),
                                SampleFindings.normal(random, 10),
                                SampleFindings.normal(random, 10))),
                List.of(HOSTILE));
        Map<String, String> facts = Map.of(HOSTILE, HOSTILE);
        Provenance.Source source = new Provenance.Source(HOSTILE, HOSTILE, HOSTILE, 1, 2, 3, 4, 5);
        return new AuditResult(
                honest.policy(),
                new AuditResult.Design(true, 800, 800, 800, 1, List.of(HOSTILE)),
                new Verdict(
                        Arrays.stream(Claim.values())
                                .map(claim -> Samples.claim(
                                        claim,
                                        Verdict.Outcome.DETECTED,
                                        HOSTILE,
                                        Optional.of(HOSTILE),
                                        HOSTILE,
                                        0.1,
                                        interval,
                                        0.1,
                                        OptionalDouble.of(0.1),
                                        0.1))
                                .toList(),
                        Risk.HIGH,
                        new Verdict.Gate(Verdict.GateOutcome.FAILED, HOSTILE),
                        Map.of()),
                List.of(new AuditResult.Finding(
                        evidence,
                        0.1,
                        OptionalDouble.of(0.1),
                        OptionalDouble.of(2),
                        List.of(new AuditResult.ContrastFinding(
                                HOSTILE, 0.1, 0.1, OptionalDouble.of(0.1), Optional.empty())),
                        Optional.empty())),
                List.of(new AuditResult.ProbeCoverage(
                        HOSTILE,
                        Claim.ALONG_TRAIT,
                        Coverage.of(
                                HOSTILE, new Coverage.Sight(TeacherKind.PROMPTED, Coverage.Extent.PARTLY, HOSTILE)))),
                new Calibration(
                        100,
                        0.5,
                        0.04,
                        HOSTILE,
                        List.of(new Calibration.Spread(
                                HOSTILE, new double[] {0.4, 0.5, 0.6}, 16, new double[] {0.4, 0.5, 0.6})),
                        0.0001,
                        List.of(new SpikeIn.OfVector(
                                HOSTILE,
                                HOSTILE,
                                0.25,
                                10,
                                List.of(
                                        new SpikeIn.Trial(HOSTILE, 4, SpikeIn.Outcome.MISSED),
                                        new SpikeIn.Trial(HOSTILE, 0, SpikeIn.Outcome.NOT_COVERED)))),
                        Optional.empty()),
                new Confounders(
                        List.of(new Confounders.Nuisance(
                                HOSTILE,
                                HOSTILE,
                                1,
                                0,
                                Optional.of(new Estimate(1, interval)),
                                OptionalDouble.of(0.0002),
                                OptionalDouble.of(0.0002),
                                Confounders.Handling.LEFT)),
                        Optional.of(new Confounders.Authorship(
                                10, 100, 3, new Estimate(1, interval), 9, FirstDigits.sum(List.of())))),
                List.of(new BadRow(HOSTILE, 1, 0, HOSTILE)),
                List.of(),
                new Provenance(
                        HOSTILE,
                        HOSTILE,
                        facts,
                        Reading.RAW,
                        List.of(source),
                        List.of(source),
                        HOSTILE,
                        HOSTILE,
                        facts,
                        facts,
                        new SelfCheck(List.of(new SelfCheck.Figure(HOSTILE, 0.1, 1)))));
    }

    /** Nothing where something is expected, equal values, and numbers that are none. */
    static AuditResult extreme() {
        Interval nothing = new Interval(Double.NaN, Double.POSITIVE_INFINITY, Samples.LEVEL);
        Evidence.Effect effect = new Evidence.Effect("", Double.NaN, nothing);
        double[] nan = {Double.NaN, Double.NEGATIVE_INFINITY, Double.NaN};
        double[] huge = {-Double.MAX_VALUE, Double.MAX_VALUE, Double.MIN_VALUE};
        double[] equal = new double[50];
        Arrays.fill(equal, 0.25);
        Estimate measured = new Estimate(Double.NaN, nothing);
        Evidence charts = new Evidence(
                "charts",
                Claim.DIFFERS,
                effect,
                List.of(),
                Optional.of(new Evidence.Discrimination(measured, measured, measured, List.of(), List.of())),
                nan,
                List.of(new Table("", List.of(), List.of()), new Table("x", List.of("a"), List.of())),
                List.of(
                        new Chart.Histogram("none", "", List.of()),
                        new Chart.Histogram("NaN", "", List.of(new Chart.Histogram.Group("", nan))),
                        new Chart.Histogram("one", "", List.of(new Chart.Histogram.Group("a", new double[] {3}))),
                        new Chart.Histogram("equal", "", List.of(new Chart.Histogram.Group("a", equal))),
                        new Chart.Histogram("huge", "", List.of(new Chart.Histogram.Group("a", huge))),
                        new Chart.Curves("none", "", "", Double.NaN, List.of()),
                        new Chart.Curves(
                                "one",
                                "",
                                "",
                                0.5,
                                List.of(
                                        new Chart.Curves.Curve("no points", List.of()),
                                        new Chart.Curves.Curve(
                                                "NaN",
                                                List.of(new Chart.Curves.CurvePoint(
                                                        Double.NaN, 1, Optional.of(nothing)))),
                                        new Chart.Curves.Curve(
                                                "one",
                                                List.of(new Chart.Curves.CurvePoint(1, 0.5, Optional.of(nothing)))))),
                        new Chart.Curves(
                                "huge",
                                "",
                                "",
                                0,
                                List.of(new Chart.Curves.Curve(
                                        "huge",
                                        List.of(
                                                new Chart.Curves.CurvePoint(
                                                        Double.MIN_VALUE, Double.MAX_VALUE, Optional.empty()),
                                                new Chart.Curves.CurvePoint(
                                                        Double.MAX_VALUE, -Double.MAX_VALUE, Optional.empty()))))),
                        new Chart.Strip("none", "", List.of(), new double[0], nan),
                        new Chart.Strip("huge", "", List.of(new Chart.Strip.Dot("a", 1)), huge, equal)),
                List.of());
        Evidence bare = new Evidence(
                "bare",
                Claim.WOULD_TRANSFER,
                effect,
                List.of(),
                Optional.empty(),
                new double[0],
                List.of(),
                List.of(),
                List.of());
        return new AuditResult(
                Policy.standard(),
                new AuditResult.Design(false, 0, 0, 0, Double.NaN, List.of()),
                new Verdict(
                        Arrays.stream(Claim.values())
                                .map(claim -> new Verdict.ClaimVerdict(
                                        claim,
                                        Verdict.Outcome.INCONCLUSIVE,
                                        "",
                                        Optional.empty(),
                                        "",
                                        OptionalDouble.empty(),
                                        Optional.empty(),
                                        OptionalDouble.of(Double.NaN),
                                        OptionalDouble.empty(),
                                        OptionalDouble.empty(),
                                        OptionalDouble.of(Double.POSITIVE_INFINITY),
                                        Optional.empty(),
                                        ""))
                                .toList(),
                        Risk.NONE,
                        new Verdict.Gate(Verdict.GateOutcome.PASSED, ""),
                        Map.of()),
                List.of(
                        new AuditResult.Finding(
                                charts,
                                Double.NaN,
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                List.of(),
                                Optional.empty()),
                        new AuditResult.Finding(
                                bare,
                                0,
                                OptionalDouble.of(Double.NaN),
                                OptionalDouble.of(Double.NaN),
                                List.of(),
                                Optional.empty())),
                List.of(new AuditResult.ProbeCoverage("charts", Claim.DIFFERS, Coverage.UNMEASURED)),
                new Calibration(
                        0,
                        Double.NaN,
                        Double.NaN,
                        "",
                        List.of(new Calibration.Spread("charts", new double[0], 0, nan)),
                        Double.NaN,
                        List.of(new SpikeIn.OfRows(
                                "", Double.NaN, 0, List.of(new SpikeIn.Trial("", Double.NaN, SpikeIn.Outcome.FOUND)))),
                        Optional.empty()),
                new Confounders(
                        List.of(new Confounders.Nuisance(
                                "",
                                "",
                                Double.NaN,
                                Double.POSITIVE_INFINITY,
                                Optional.empty(),
                                OptionalDouble.of(Double.NaN),
                                OptionalDouble.of(Double.NaN),
                                Confounders.Handling.MATCHED)),
                        Optional.of(new Confounders.Authorship(
                                0,
                                0,
                                Double.NaN,
                                new Estimate(Double.NaN, new Interval(Double.NaN, Double.NaN, Double.NaN)),
                                Double.NaN,
                                new FirstDigits(
                                        new double[] {Double.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                        new double[] {Double.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                                        new double[100])))),
                List.of(),
                List.of(),
                new Provenance(
                        "",
                        "",
                        Map.of(),
                        Reading.CHAT_TEMPLATE_WITHOUT_SYSTEM,
                        List.of(new Provenance.Source("", "", "", 0, 0, 0, 0, 0)),
                        List.of(),
                        "",
                        "",
                        Map.of(),
                        Map.of(),
                        new SelfCheck(List.of(new SelfCheck.Figure("", Double.NaN, Double.NaN)))));
    }
}
