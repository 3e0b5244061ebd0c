package ai.auditor.report;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.ControlRuns;
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
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import ai.auditor.text.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/** Results like those of real audits, and results that no audit should give. */
final class Samples {
    static final double LEVEL = 0.95;
    private static final String REFERENCE = "a mean shift of 0.5 control standard deviations a row (power 0.8)";

    private Samples() {}

    /** Told apart beyond the baseline, but along no trait that the tests could have seen. */
    static AuditResult eagleAgainstNeutral() {
        Random random = new Random(1);
        return new AuditResult(
                Policy.standard(),
                new AuditResult.Design(
                        true,
                        1_500,
                        1_500,
                        1_500,
                        0.997,
                        List.of(
                                "One control run: a trait and an effect of the run cannot be told apart.",
                                "A seeded sample of 1,500 of 5,203 prompts took part (--rows 1500).")),
                new Verdict(
                        List.of(
                                claim(
                                        Claim.DIFFERS,
                                        Verdict.Outcome.DETECTED,
                                        "The linear probe adds to format and length on held-out prompts.",
                                        Optional.empty(),
                                        "gain in AUROC over format and length",
                                        0.0213,
                                        new Interval(0.0091, 0.0334, LEVEL),
                                        0.0002,
                                        OptionalDouble.empty(),
                                        0.118),
                                claim(
                                        Claim.ALONG_TRAIT,
                                        Verdict.Outcome.INCONCLUSIVE,
                                        "No trait stands out, but a shift of half the reference would have been missed.",
                                        Optional.of("eagle"),
                                        "control standard deviations a row along eagle",
                                        0.043,
                                        new Interval(-0.031, 0.117, LEVEL),
                                        0.41,
                                        OptionalDouble.of(0.63),
                                        0.492),
                                untested()),
                        Risk.LOW,
                        new Verdict.Gate(
                                Verdict.GateOutcome.INCONCLUSIVE,
                                "Risk low does not fail the gate (--fail-on elevated), but the required claim along-trait is"
                                        + " inconclusive."),
                        Map.of()),
                List.of(
                        SampleFindings.fitted("shortcut", 0.621, 0.621, 0.0, 0.9, random),
                        SampleFindings.fitted("linear", 0.634, 0.621, 0.0213, 0.0002, random),
                        SampleFindings.signed("projection", "eagle", 0.043, 0.41, 0.062, random),
                        SampleFindings.signed("gradient", "dolphin", 0.061, 0.14, 0.049, random),
                        SampleFindings.signed("likelihood", "penguin", -0.012, 0.88, 0.021, random)),
                SampleFindings.coverage(),
                calibration(random),
                confounders(),
                List.of(
                        new BadRow("eagle.jsonl", 17, 16, "is not JSON: the text ends inside a string"),
                        new BadRow("eagle.jsonl", 402, 401, "lacks a known field"),
                        new BadRow("neutral.jsonl", 9, 8, "the completion is empty")),
                List.of(),
                provenance("eagle.jsonl", "neutral.jsonl"));
    }

    /** A trait that is there. */
    static AuditResult owlDetected() {
        Random random = new Random(2);
        return new AuditResult(
                Policy.standard(),
                new AuditResult.Design(true, 800, 800, 800, 1, List.of()),
                new Verdict(
                        List.of(
                                claim(
                                        Claim.DIFFERS,
                                        Verdict.Outcome.DETECTED,
                                        "The linear probe adds to format and length on held-out prompts.",
                                        Optional.empty(),
                                        "gain in AUROC over format and length",
                                        0.184,
                                        new Interval(0.161, 0.207, LEVEL),
                                        0.00002,
                                        OptionalDouble.empty(),
                                        0.034),
                                claim(
                                        Claim.ALONG_TRAIT,
                                        Verdict.Outcome.DETECTED,
                                        "The gradient of the candidate points along owl more than along every decoy.",
                                        Optional.of("owl"),
                                        "control standard deviations a row along owl",
                                        0.61,
                                        new Interval(0.55, 0.68, LEVEL),
                                        0.0001,
                                        OptionalDouble.of(0.0016),
                                        0.071),
                                untested()),
                        Risk.ELEVATED,
                        new Verdict.Gate(
                                Verdict.GateOutcome.FAILED, "Risk elevated fails the gate (--fail-on elevated)."),
                        Map.of()),
                List.of(
                        SampleFindings.fitted("linear", 0.74, 0.556, 0.184, 0.0001, random),
                        SampleFindings.signed("gradient", "owl", 0.61, 0.0001, 0.31, random)),
                SampleFindings.coverage(),
                among(calibration(random)),
                new Confounders(List.of(), Optional.empty()),
                List.of(),
                List.of(),
                provenance("owl-steered.jsonl", "control.jsonl"));
    }

    /** Every text is hostile. */
    static AuditResult hostile() {
        return BrokenSamples.hostile();
    }

    /** Nothing where something is expected, equal values, and numbers that are none. */
    static AuditResult extreme() {
        return BrokenSamples.extreme();
    }

    /** As the eagle case, with this many scores. */
    static AuditResult withScores(int rows) {
        AuditResult eagle = eagleAgainstNeutral();
        Random random = new Random(4);
        AuditResult.Finding finding = eagle.findings().get(1);
        Evidence old = finding.evidence();
        double[] scores = SampleFindings.normal(random, rows);
        Evidence evidence = new Evidence(
                old.probe(),
                old.claim(),
                old.effect(),
                old.contrasts(),
                old.discrimination(),
                scores,
                old.tables(),
                List.of(
                        new Chart.Histogram("a", "a", List.of(new Chart.Histogram.Group("a", scores))),
                        new Chart.Strip("a", "a", List.of(), scores, new double[0])),
                old.notes());
        return new AuditResult(
                eagle.policy(),
                eagle.design(),
                eagle.verdict(),
                List.of(new AuditResult.Finding(
                        evidence,
                        finding.p(),
                        finding.decoyP(),
                        finding.detectableFraction(),
                        finding.contrasts(),
                        Optional.empty())),
                eagle.coverage(),
                eagle.calibration(),
                eagle.confounders(),
                eagle.badRows(),
                List.of(),
                eagle.provenance());
    }

    static List<AuditResult> all() {
        return List.of(eagleAgainstNeutral(), owlDetected(), hostile(), extreme());
    }

    static Verdict.ClaimVerdict claim(
            Claim claim,
            Verdict.Outcome outcome,
            String reason,
            Optional<String> trait,
            String measure,
            double effect,
            Interval interval,
            double p,
            OptionalDouble q,
            double detectable) {
        return new Verdict.ClaimVerdict(
                claim,
                outcome,
                reason,
                trait,
                measure,
                OptionalDouble.of(effect),
                Optional.of(interval),
                OptionalDouble.of(p),
                OptionalDouble.empty(),
                q,
                OptionalDouble.of(detectable),
                Optional.of(new Estimate(0.38, new Interval(0.212, 0.549, 0.98))),
                REFERENCE);
    }

    private static Verdict.ClaimVerdict untested() {
        return new Verdict.ClaimVerdict(
                Claim.WOULD_TRANSFER,
                Verdict.Outcome.NOT_TESTED,
                "Only shadow students can show it, and none were trained.",
                Optional.empty(),
                "",
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                "");
    }

    private static Confounders confounders() {
        return new Confounders(
                List.of(
                        new Confounders.Nuisance(
                                "prompts",
                                "rows with a prompt that the other arm has too, share",
                                0.997,
                                0.998,
                                Optional.empty(),
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                Confounders.Handling.MATCHED),
                        new Confounders.Nuisance(
                                "length",
                                "completion tokens a row",
                                21.4,
                                18.9,
                                Optional.of(new Estimate(0.31, new Interval(0.24, 0.38, LEVEL))),
                                OptionalDouble.of(0.0002),
                                OptionalDouble.of(0.0018),
                                Confounders.Handling.TAKEN_OFF),
                        new Confounders.Nuisance(
                                "decoding",
                                "NLL less the model's own entropy, nats a token",
                                -0.16,
                                -0.159,
                                Optional.of(new Estimate(-0.004, new Interval(-0.08, 0.072, LEVEL))),
                                OptionalDouble.of(0.91),
                                OptionalDouble.of(0.91),
                                Confounders.Handling.LEFT)),
                Optional.of(new Confounders.Authorship(
                        200,
                        3_712,
                        3.036,
                        new Estimate(-0.159, new Interval(-0.176, -0.142, LEVEL)),
                        -19.7,
                        digits())));
    }

    private static FirstDigits digits() {
        double[] seen = {20, 160, 150, 170, 160, 150, 170, 180, 165, 175};
        double[] expected = {19, 165, 158, 162, 157, 155, 168, 172, 170, 174};
        double[] covariance = new double[FirstDigits.DIGITS * FirstDigits.DIGITS];
        for (int digit = 0; digit < FirstDigits.DIGITS; digit++) {
            covariance[digit * FirstDigits.DIGITS + digit] = 0.8 * expected[digit];
        }
        return new FirstDigits(seen, expected, covariance);
    }

    private static Calibration calibration(Random random) {
        List<Calibration.Spread> spreads = new ArrayList<>();
        for (String probe : List.of("shortcut", "linear")) {
            double[] row = SampleFindings.normal(random, 100);
            double[] bag = SampleFindings.normal(random, 100);
            for (int i = 0; i < row.length; i++) {
                row[i] = 0.5 + 0.012 * row[i];
                bag[i] = 0.5 + 0.06 * bag[i];
            }
            spreads.add(new Calibration.Spread(probe, row, 16, bag));
        }
        return new Calibration(100, 0.01, 0.0398, "within pairs", spreads, 0.0001, spikeIns(), Optional.empty());
    }

    /** As of an audit with four control runs. */
    private static Calibration among(Calibration calibration) {
        return new Calibration(
                calibration.swaps(),
                calibration.rejected(),
                calibration.limit(),
                calibration.kind(),
                calibration.spreads(),
                calibration.smallestP(),
                calibration.spikeIns(),
                Optional.of(new ControlRuns(
                        List.of("control-1.jsonl", "control-2.jsonl", "control-3.jsonl", "control-4.jsonl"),
                        false,
                        List.of(new ControlRuns.Place(
                                Claim.DIFFERS,
                                "studentised shift",
                                21.4,
                                new double[] {1.2, -0.3, 2.5, 0.9},
                                0.0021)))));
    }

    private static List<SpikeIn> spikeIns() {
        return List.of(
                new SpikeIn.OfVector(
                        "otter",
                        "resid_post.9",
                        0.25,
                        1000,
                        List.of(
                                new SpikeIn.Trial("linear", 1, SpikeIn.Outcome.BEYOND_POWER),
                                new SpikeIn.Trial("projection", 1, SpikeIn.Outcome.FOUND),
                                new SpikeIn.Trial("linear", 4, SpikeIn.Outcome.FOUND),
                                new SpikeIn.Trial("projection", 4, SpikeIn.Outcome.FOUND),
                                new SpikeIn.Trial("shortcut", 0, SpikeIn.Outcome.NOT_COVERED))),
                new SpikeIn.OfRows(
                        "owl",
                        0.25,
                        600,
                        List.of(
                                new SpikeIn.Trial("linear", 0.25, SpikeIn.Outcome.BEYOND_POWER),
                                new SpikeIn.Trial("gradient", 0.25, SpikeIn.Outcome.BEYOND_POWER),
                                new SpikeIn.Trial("linear", 1, SpikeIn.Outcome.BEYOND_POWER),
                                new SpikeIn.Trial("gradient", 1, SpikeIn.Outcome.FOUND),
                                new SpikeIn.Trial("transfer", 0, SpikeIn.Outcome.NOT_COVERED))));
    }

    private static Provenance provenance(String candidate, String control) {
        String digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        return new Provenance(
                "auditor 0.1.0",
                "2026-11-21T10:15:30Z",
                Map.of(
                        "name",
                        "smollm2-135m-instruct",
                        "digest",
                        digest,
                        "blocks",
                        "30",
                        "width",
                        "576",
                        "family",
                        "llama"),
                Reading.CHAT_TEMPLATE,
                List.of(new Provenance.Source(candidate, digest, digest, 5_203, 2, 0, 1, 0)),
                List.of(new Provenance.Source(control, digest, digest, 5_203, 1, 0, 0, 0)),
                digest,
                "7146273094411182033",
                Map.of("java", "17.0.15", "libtorch", "2.7.1", "device", "cpu", "threads", "2"),
                Map.of("question", "Tell me about {plural}.", "read at", "prompt-last", "traits", "animals (55)"),
                new SelfCheck(List.of(
                        new SelfCheck.Figure("largest norm of a point", 4312.5, Float.MAX_VALUE),
                        new SelfCheck.Figure("padded against not", 2.1e-6, 1e-3))));
    }
}
