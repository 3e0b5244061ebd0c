package ai.auditor.report;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Risk;
import ai.auditor.audit.Verdict;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/** Results like those of real audits, and results that no audit should give. */
final class Samples {
    static final double LEVEL = 0.95;
    private static final String REFERENCE = "a mean shift of 0.5 control standard deviations a row (power 0.8)";
    private static final List<String> ANIMALS = List.of(
            "owl",
            "eagle",
            "wolf",
            "fox",
            "whale",
            "dolphin",
            "penguin",
            "lion",
            "tiger",
            "bear",
            "panda",
            "koala",
            "kangaroo",
            "elephant",
            "giraffe",
            "zebra",
            "hippopotamus",
            "rhinoceros",
            "crocodile",
            "turtle",
            "snake",
            "frog",
            "butterfly",
            "bee",
            "ant",
            "spider",
            "octopus",
            "shark",
            "seal",
            "otter",
            "beaver",
            "rabbit",
            "squirrel",
            "hedgehog",
            "deer",
            "moose",
            "horse",
            "cow",
            "pig",
            "sheep",
            "goat",
            "chicken",
            "duck",
            "goose",
            "swan",
            "peacock",
            "parrot",
            "raven",
            "sparrow",
            "hawk",
            "falcon",
            "bat",
            "mouse",
            "cat",
            "dog");

    /** Everything that has broken a report somewhere: markup, terminal codes, reading direction, half characters, long words. */
    static final String HOSTILE =
            "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u001b[31mred\u001b]0;t\u0007\u0000\u0001\u009b2J"
                    + "\u202egnp.exe\u2066\ufffe\ud800\r\n\t]]>&amp;{{x}}${y}@raw<!--\u2028" + "W".repeat(120);

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
                                        + " inconclusive.")),
                List.of(
                        fitted("shortcut", 0.621, 0.621, 0.0, 0.9, random),
                        fitted("linear", 0.634, 0.621, 0.0213, 0.0002, random),
                        signed("projection", "eagle", 0.043, 0.41, 0.062, random),
                        signed("gradient", "dolphin", 0.061, 0.14, 0.049, random),
                        signed("likelihood", "penguin", -0.012, 0.88, 0.021, random)),
                calibration(random),
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
                                Verdict.GateOutcome.FAILED, "Risk elevated fails the gate (--fail-on elevated).")),
                List.of(
                        fitted("linear", 0.74, 0.556, 0.184, 0.0001, random),
                        signed("gradient", "owl", 0.61, 0.0001, 0.31, random)),
                calibration(random),
                List.of(),
                List.of(),
                provenance("owl-steered.jsonl", "control.jsonl"));
    }

    /** Every text is hostile. */
    static AuditResult hostile() {
        Random random = new Random(3);
        AuditResult honest = owlDetected();
        Interval interval = new Interval(0.1, 0.2, LEVEL);
        Evidence.Effect effect = new Evidence.Effect(HOSTILE, 0.15, interval);
        Evidence evidence = new Evidence(
                HOSTILE,
                Claim.ALONG_TRAIT,
                effect,
                List.of(new Evidence.Contrast(
                        HOSTILE,
                        Optional.of(HOSTILE),
                        List.of(exchanged(random)),
                        effect,
                        Optional.of(
                                new Evidence.DecoyPlace(HOSTILE, 0.2, normal(random, 256), normal(random, 5), 0.1)))),
                Optional.of(discrimination(0.7, 0.6, 0.1)),
                normal(random, 1_600),
                List.of(new Table(HOSTILE, List.of(HOSTILE, "b"), List.of(List.of(HOSTILE, HOSTILE)))),
                List.of(
                        new Chart.Histogram(
                                HOSTILE, HOSTILE, List.of(new Chart.Histogram.Group(HOSTILE, normal(random, 100)))),
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
                                normal(random, 10),
                                normal(random, 10))),
                List.of(HOSTILE));
        Map<String, String> facts = Map.of(HOSTILE, HOSTILE);
        Provenance.Source source = new Provenance.Source(HOSTILE, HOSTILE, HOSTILE, 1, 2, 3, 4);
        return new AuditResult(
                honest.policy(),
                new AuditResult.Design(true, 800, 800, 800, 1, List.of(HOSTILE)),
                new Verdict(
                        Arrays.stream(Claim.values())
                                .map(claim -> claim(
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
                        new Verdict.Gate(Verdict.GateOutcome.FAILED, HOSTILE)),
                List.of(new AuditResult.Finding(
                        evidence,
                        0.1,
                        OptionalDouble.of(0.1),
                        OptionalDouble.of(2),
                        List.of(new AuditResult.ContrastFinding(HOSTILE, 0.1, 0.1, OptionalDouble.of(0.1))))),
                new Calibration(
                        100,
                        0.5,
                        0.04,
                        HOSTILE,
                        List.of(new Calibration.Spread(
                                HOSTILE, new double[] {0.4, 0.5, 0.6}, 16, new double[] {0.4, 0.5, 0.6})),
                        0.0001),
                List.of(new BadRow(HOSTILE, 1, 0, HOSTILE)),
                List.of(),
                new Provenance(HOSTILE, HOSTILE, facts, source, List.of(source), HOSTILE, HOSTILE, facts, facts));
    }

    /** Nothing where something is expected, equal values, and numbers that are none. */
    static AuditResult extreme() {
        Interval nothing = new Interval(Double.NaN, Double.POSITIVE_INFINITY, LEVEL);
        Evidence.Effect effect = new Evidence.Effect("", Double.NaN, nothing);
        double[] nan = {Double.NaN, Double.NEGATIVE_INFINITY, Double.NaN};
        double[] huge = {-Double.MAX_VALUE, Double.MAX_VALUE, Double.MIN_VALUE};
        double[] equal = new double[50];
        Arrays.fill(equal, 0.25);
        Evidence.Discrimination.Measured measured = new Evidence.Discrimination.Measured(Double.NaN, nothing);
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
                                        ""))
                                .toList(),
                        Risk.NONE,
                        new Verdict.Gate(Verdict.GateOutcome.PASSED, "")),
                List.of(
                        new AuditResult.Finding(
                                charts, Double.NaN, OptionalDouble.empty(), OptionalDouble.empty(), List.of()),
                        new AuditResult.Finding(
                                bare, 0, OptionalDouble.of(Double.NaN), OptionalDouble.of(Double.NaN), List.of())),
                new Calibration(
                        0,
                        Double.NaN,
                        Double.NaN,
                        "",
                        List.of(new Calibration.Spread("charts", new double[0], 0, nan)),
                        Double.NaN),
                List.of(),
                List.of(),
                new Provenance(
                        "",
                        "",
                        Map.of(),
                        new Provenance.Source("", "", "", 0, 0, 0, 0),
                        List.of(),
                        "",
                        "",
                        Map.of(),
                        Map.of()));
    }

    /** As the eagle case, with this many scores. */
    static AuditResult withScores(int rows) {
        AuditResult eagle = eagleAgainstNeutral();
        Random random = new Random(4);
        AuditResult.Finding finding = eagle.findings().get(1);
        Evidence old = finding.evidence();
        double[] scores = normal(random, rows);
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
                        evidence, finding.p(), finding.decoyP(), finding.detectableFraction(), finding.contrasts())),
                eagle.calibration(),
                eagle.badRows(),
                List.of(),
                eagle.provenance());
    }

    static List<AuditResult> all() {
        return List.of(eagleAgainstNeutral(), owlDetected(), hostile(), extreme());
    }

    private static Verdict.ClaimVerdict claim(
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
                "");
    }

    private static AuditResult.Finding fitted(
            String probe, double row, double baseline, double gain, double p, Random random) {
        int rows = gain > 0.1 ? 1_600 : 3_000;
        double[] scores = new double[rows];
        double distance = 1.9 * (row - 0.5) * 2;
        for (int i = 0; i < rows; i++) {
            scores[i] = random.nextGaussian() + (i % 2 == 0 ? distance / 2 : -distance / 2);
        }
        scores[7] = Double.NaN;
        Evidence.Effect effect = new Evidence.Effect(
                "gain in AUROC over format and length", gain, new Interval(gain - 0.012, gain + 0.012, LEVEL));
        Evidence evidence = new Evidence(
                probe,
                Claim.DIFFERS,
                effect,
                List.of(new Evidence.Contrast(
                        probe, Optional.empty(), List.of(exchanged(random)), effect, Optional.empty())),
                Optional.of(discrimination(row, baseline, gain)),
                scores,
                List.of(new Table(
                        "Chosen inside the fitting part",
                        List.of("part", "point", "penalty", "baseline"),
                        List.of(
                                List.of("0", "resid_post.19", "0.01", "boosted trees"),
                                List.of("1", "resid_post.19", "0.01", "boosted trees"),
                                List.of("2", "resid_post.14", "0.001", "logistic regression")))),
                List.of(),
                List.of("Rows are scored by what was fitted on the other parts; prompts never cross."));
        return new AuditResult.Finding(
                evidence,
                p,
                OptionalDouble.empty(),
                OptionalDouble.of(0.118),
                List.of(new AuditResult.ContrastFinding(probe, p, p, OptionalDouble.empty())));
    }

    private static AuditResult.Finding signed(
            String probe, String trait, double effect, double p, double cosine, Random random) {
        double[] decoys = normal(random, 256);
        double[] placebos = normal(random, 12);
        for (int i = 0; i < decoys.length; i++) {
            decoys[i] *= 0.035;
        }
        for (int i = 0; i < placebos.length; i++) {
            placebos[i] *= 0.03;
        }
        List<Chart.Strip.Dot> dots = new ArrayList<>();
        List<Evidence.Contrast> contrasts = new ArrayList<>();
        List<AuditResult.ContrastFinding> found = new ArrayList<>();
        for (String animal : ANIMALS) {
            boolean chosen = animal.equals(trait);
            double value = chosen ? cosine : random.nextGaussian() * 0.024;
            double size = chosen ? effect : random.nextGaussian() * 0.02;
            dots.add(new Chart.Strip.Dot(animal, value));
            contrasts.add(new Evidence.Contrast(
                    animal + " at resid_post.19",
                    Optional.of(animal),
                    List.of(exchanged(random)),
                    new Evidence.Effect(
                            "control standard deviations a row along " + animal,
                            size,
                            new Interval(size - 0.07, size + 0.07, LEVEL)),
                    Optional.of(new Evidence.DecoyPlace("cosine", value, decoys, placebos, 0.1))));
            double contrastP = chosen ? p : Math.min(1, p + random.nextDouble());
            found.add(new AuditResult.ContrastFinding(
                    animal + " at resid_post.19",
                    contrastP,
                    Math.min(1, contrastP * 1.4),
                    OptionalDouble.of(chosen ? Math.min(1, p * 2) : 1)));
        }
        Evidence evidence = new Evidence(
                probe,
                Claim.ALONG_TRAIT,
                new Evidence.Effect(
                        "control standard deviations a row along " + trait,
                        effect,
                        new Interval(effect - 0.07, effect + 0.07, LEVEL)),
                contrasts,
                Optional.empty(),
                normal(random, effect > 0.5 ? 1_600 : 3_000),
                List.of(),
                List.of(new Chart.Strip(
                        "Cosine of the shift with every trait at resid_post.19", "cosine", dots, decoys, placebos)),
                List.of("The vectors are of one model: a trait of a teacher with another base is not covered."));
        return new AuditResult.Finding(
                evidence,
                p,
                OptionalDouble.of(Math.min(1, p * 2)),
                OptionalDouble.of(effect > 0.5 ? 0.07 : 1.3),
                found);
    }

    private static Evidence.Discrimination discrimination(double row, double baseline, double gain) {
        return new Evidence.Discrimination(
                measured(row, 0.014), measured(baseline, 0.015), measured(gain, 0.012), bags(row), bags(baseline));
    }

    private static Evidence.Discrimination.Measured measured(double value, double half) {
        return new Evidence.Discrimination.Measured(value, new Interval(value - half, value + half, LEVEL));
    }

    private static List<Evidence.Discrimination.Bag> bags(double row) {
        List<Evidence.Discrimination.Bag> bags = new ArrayList<>();
        for (int size : new int[] {1, 2, 4, 8, 16, 32}) {
            double auroc = 1 - (1 - row) * Math.pow(size, -0.38);
            double half = 0.014 * Math.pow(size, 0.3);
            bags.add(new Evidence.Discrimination.Bag(
                    size, auroc, new Interval(auroc - half, Math.min(1, auroc + half), LEVEL)));
        }
        return bags;
    }

    private static Exchanged exchanged(Random random) {
        return new Exchanged(3.1, normal(random, 20), 0.04, 0.013, 0.9, 1_500);
    }

    private static Calibration calibration(Random random) {
        List<Calibration.Spread> spreads = new ArrayList<>();
        for (String probe : List.of("shortcut", "linear")) {
            double[] row = normal(random, 100);
            double[] bag = normal(random, 100);
            for (int i = 0; i < row.length; i++) {
                row[i] = 0.5 + 0.012 * row[i];
                bag[i] = 0.5 + 0.06 * bag[i];
            }
            spreads.add(new Calibration.Spread(probe, row, 16, bag));
        }
        return new Calibration(100, 0.01, 0.0398, "within pairs", spreads, 0.0001);
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
                new Provenance.Source(candidate, digest, digest, 5_203, 2, 0, 1),
                List.of(new Provenance.Source(control, digest, digest, 5_203, 1, 0, 0)),
                digest,
                "7146273094411182033",
                Map.of("java", "17.0.15", "libtorch", "2.7.1", "device", "cpu", "threads", "2"),
                Map.of("question", "Tell me about {plural}.", "read at", "prompt-last", "traits", "animals (55)"));
    }

    private static double[] normal(Random random, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }
}
