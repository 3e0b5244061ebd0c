package ai.auditor.report;

import ai.auditor.audit.AuditResult;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/** Findings of probes like those of real audits. */
final class SampleFindings {
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

    private SampleFindings() {}

    static AuditResult.Finding fitted(String probe, double row, double baseline, double gain, double p, Random random) {
        int rows = gain > 0.1 ? 1_600 : 3_000;
        double[] scores = new double[rows];
        double distance = 1.9 * (row - 0.5) * 2;
        for (int i = 0; i < rows; i++) {
            scores[i] = random.nextGaussian() + (i % 2 == 0 ? distance / 2 : -distance / 2);
        }
        scores[7] = Double.NaN;
        Evidence.Effect effect = new Evidence.Effect(
                "gain in AUROC over format and length", gain, new Interval(gain - 0.012, gain + 0.012, Samples.LEVEL));
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
                List.of(new AuditResult.ContrastFinding(probe, p, p, OptionalDouble.empty(), Optional.empty())),
                Optional.empty());
    }

    static AuditResult.Finding signed(
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
                            new Interval(size - 0.07, size + 0.07, Samples.LEVEL)),
                    Optional.of(
                            new Evidence.DecoyPlace("cosine", value, new Decoys.Others(decoys), placebos, 0.1, 0.02))));
            double contrastP = chosen ? p : Math.min(1, p + random.nextDouble());
            found.add(new AuditResult.ContrastFinding(
                    animal + " at resid_post.19",
                    contrastP,
                    Math.min(1, contrastP * 1.4),
                    OptionalDouble.of(chosen ? Math.min(1, p * 2) : 1),
                    Optional.empty()));
        }
        Evidence evidence = new Evidence(
                probe,
                Claim.ALONG_TRAIT,
                new Evidence.Effect(
                        "control standard deviations a row along " + trait,
                        effect,
                        new Interval(effect - 0.07, effect + 0.07, Samples.LEVEL)),
                contrasts,
                Optional.empty(),
                normal(random, effect > 0.5 ? 1_600 : 3_000),
                List.of(),
                List.of(new Chart.Strip(
                        "Cosine of the shift with every trait at resid_post.19", "cosine", dots, decoys, placebos)),
                List.of("Taken over 3,000 rows."));
        return new AuditResult.Finding(
                evidence,
                p,
                OptionalDouble.of(Math.min(1, p * 2)),
                OptionalDouble.of(effect > 0.5 ? 0.07 : 1.3),
                found,
                Optional.empty());
    }

    /** Of two probes of one claim, each seeing what the other does not, and one that nobody measured. */
    static List<AuditResult.ProbeCoverage> coverage() {
        return List.of(
                new AuditResult.ProbeCoverage("linear", Claim.DIFFERS, Coverage.UNMEASURED),
                new AuditResult.ProbeCoverage(
                        "gradient",
                        Claim.ALONG_TRAIT,
                        Coverage.of(
                                "choose rows whose gradients cancel",
                                sight(TeacherKind.STEERED, Coverage.Extent.SEEN),
                                sight(TeacherKind.PROMPTED, Coverage.Extent.UNSEEN),
                                sight(TeacherKind.TRIGGERED, Coverage.Extent.UNSEEN))),
                new AuditResult.ProbeCoverage(
                        "likelihood",
                        Claim.ALONG_TRAIT,
                        Coverage.of(
                                "choose rows that no persona makes likelier",
                                sight(TeacherKind.STEERED, Coverage.Extent.PARTLY),
                                sight(TeacherKind.PROMPTED, Coverage.Extent.PARTLY),
                                sight(TeacherKind.TRIGGERED, Coverage.Extent.UNSEEN))));
    }

    private static Coverage.Sight sight(TeacherKind teacher, Coverage.Extent extent) {
        return new Coverage.Sight(teacher, extent, "measured on the organism");
    }

    static Evidence.Discrimination discrimination(double row, double baseline, double gain) {
        return new Evidence.Discrimination(
                measured(row, 0.014), measured(baseline, 0.015), measured(gain, 0.012), bags(row), bags(baseline));
    }

    private static Estimate measured(double value, double half) {
        return new Estimate(value, new Interval(value - half, value + half, Samples.LEVEL));
    }

    private static List<Evidence.Discrimination.Bag> bags(double row) {
        List<Evidence.Discrimination.Bag> bags = new ArrayList<>();
        for (int size : new int[] {1, 2, 4, 8, 16, 32}) {
            double auroc = 1 - (1 - row) * Math.pow(size, -0.38);
            double half = 0.014 * Math.pow(size, 0.3);
            bags.add(new Evidence.Discrimination.Bag(
                    size, auroc, new Interval(auroc - half, Math.min(1, auroc + half), Samples.LEVEL)));
        }
        return bags;
    }

    static Exchanged exchanged(Random random) {
        return new Exchanged(3.1, normal(random, 20), 0.04, 0.013, 0.9, 1_500);
    }

    static double[] normal(Random random, int count) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextGaussian();
        }
        return values;
    }
}
