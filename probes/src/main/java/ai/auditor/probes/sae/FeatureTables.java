package ai.auditor.probes.sae;

import ai.auditor.NumberText;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Table;
import ai.auditor.sae.features.FeatureFilter;
import ai.auditor.sae.features.FeatureStudy;
import ai.auditor.sae.features.FeatureStudy.Chance;
import ai.auditor.sae.features.FeatureStudy.RowTest;
import ai.auditor.sae.features.FeatureStudy.Sides;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A study of features as tables, charts and sentences. */
final class FeatureTables {
    /** Features that a table lists. */
    private static final int LISTED = 20;

    /** A permutation test of features draws a million at most. */
    private static final double LEAST_P = 1e-6;

    private static final double PER_CENT = 100;

    private FeatureTables() {}

    static List<Table> of(FeatureStudy study) {
        return List.of(both(study), promoted(study), fresh(study), filters(study), chance(study));
    }

    static List<Chart> charts(FeatureStudy study) {
        return List.of(
                histogram("Active features a token (L0), each row's mean", "L0", study.l0()),
                histogram(
                        "Reconstruction error of each row",
                        "mean squared distance of a token from its reconstruction",
                        study.error()));
    }

    private static Chart histogram(String title, String axis, RowTest test) {
        return new Chart.Histogram(
                title,
                axis,
                List.of(
                        new Chart.Histogram.Group("candidate", test.candidate()),
                        new Chart.Histogram.Group("control", test.control())));
    }

    private static Table both(FeatureStudy study) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row(
                "L0 (active features a token)",
                study.l0().means(),
                "%.2f",
                p(study.l0().p())));
        rows.add(row(
                "reconstruction error a token",
                study.error().means(),
                "%.4g",
                p(study.error().p())));
        rows.add(row("promoted features in a held-out row", study.presence().promoted(), "%.2f", ""));
        rows.add(row(
                "held-out rows with a promoted feature, %",
                per100(study.presence().anyPromoted()), "%.1f", ""));
        rows.add(row(
                "held-out rows with a new feature beyond chance, %",
                per100(study.presence().anyNew()), "%.1f", ""));
        rows.add(List.of(
                "features that only this side has",
                NumberText.count(study.newCount().inCandidate()),
                NumberText.count(study.newCount().inControl()),
                p(study.newCount().p())));
        return new Table("Features of both sides", List.of("", "candidate", "control", "p"), rows);
    }

    private static Sides per100(Sides sides) {
        return new Sides(PER_CENT * sides.candidate(), PER_CENT * sides.control());
    }

    private static List<String> row(String name, Sides sides, String format, String p) {
        return List.of(name, number(format, sides.candidate()), number(format, sides.control()), p);
    }

    private static Table promoted(FeatureStudy study) {
        return new Table(
                title("Promoted features", study.promoted().size(), "higher mean in the candidate's analysed rows"),
                List.of(
                        "feature",
                        "q",
                        "mean, candidate",
                        "control",
                        "active rows, %",
                        "control, %",
                        "held-out mean",
                        "control"),
                study.promoted().stream()
                        .limit(LISTED)
                        .map(one -> List.of(
                                Integer.toString(one.feature()),
                                p(one.q()),
                                number("%.4g", one.means().candidate()),
                                number("%.4g", one.means().control()),
                                number("%.1f", PER_CENT * one.active().candidate()),
                                number("%.1f", PER_CENT * one.active().control()),
                                number("%.4g", one.heldOutMeans().candidate()),
                                number("%.4g", one.heldOutMeans().control())))
                        .toList());
    }

    private static Table fresh(FeatureStudy study) {
        List<FeatureStudy.NewFeature> named = study.namedNew();
        return new Table(
                title(
                        "New features beyond chance",
                        named.size(),
                        "of " + study.newFeatures().size() + " that the control's analysed rows never have"),
                List.of("feature", "rows", "q", "held-out rows, %", "control"),
                named.stream()
                        .limit(LISTED)
                        .map(one -> List.of(
                                Integer.toString(one.feature()),
                                NumberText.count(one.rows()),
                                p(one.q()),
                                number("%.1f", PER_CENT * one.heldOutActive().candidate()),
                                number("%.1f", PER_CENT * one.heldOutActive().control())))
                        .toList());
    }

    private static String title(String what, int count, String meaning) {
        String listed =
                count > LISTED ? String.format(Locale.ROOT, ", the first %d of %,d", LISTED, count) : ": " + count;
        return what + " (" + meaning + ")" + listed;
    }

    private static Table filters(FeatureStudy study) {
        return new Table(
                "Filters, chosen on analysed rows and tried on held-out ones (balanced accuracy; one half is chance)",
                List.of("filter", "analysed", "held out", "95 % interval", "recall", "precision", "q"),
                study.filters().stream()
                        .map(tried -> List.of(
                                shown(tried.filter()),
                                number("%.3f", tried.chosen().balancedAccuracy()),
                                number("%.3f", tried.heldOut().balancedAccuracy()),
                                String.format(
                                        Locale.ROOT,
                                        "%.3f to %.3f",
                                        tried.interval().low(),
                                        tried.interval().high()),
                                number("%.3f", tried.heldOut().recall()),
                                number("%.3f", tried.heldOut().precision()),
                                p(tried.q())))
                        .toList());
    }

    /** A filter in a column's width; which features a combination asks for is in the numbers for machines. */
    private static String shown(FeatureFilter filter) {
        return filter.terms().size() == 1
                ? filter.terms().get(0).toString()
                : "at least " + filter.atLeast() + " of " + filter.terms().size() + " features";
    }

    private static Table chance(FeatureStudy study) {
        Chance chance = study.chance();
        double[] sorted = chance.filters().clone();
        Arrays.sort(sorted);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "swaps in which any feature was named as promoted", chance.anyPromoted() + " of " + chance.swaps()));
        rows.add(List.of("features named as promoted, mean of a swap", number("%.2f", chance.promoted())));
        rows.add(List.of(
                "swaps in which any feature was named as new beyond chance",
                chance.anyNew() + " of " + chance.swaps()));
        if (sorted.length > 0) {
            rows.add(List.of(
                    "held-out balanced accuracy of the best filter, range over swaps",
                    String.format(Locale.ROOT, "%.3f to %.3f", sorted[0], sorted[sorted.length - 1])));
        }
        return new Table("The same on swapped labels, where all that is found is false", List.of("", ""), rows);
    }

    static List<String> notes(FeatureStudy study) {
        return List.of(String.format(
                Locale.ROOT,
                "features: chosen on %,d analysed rows, tried on %,d held-out ones of other prompts; promoted by the larger p of Welch's t and a "
                        + "permutation of labels (smallest p %s), false discovery rate %.2f over the dictionary",
                study.analysed(),
                study.heldOut(),
                p(study.smallestP()),
                study.level()));
    }

    static String p(double value) {
        return NumberText.p(value, LEAST_P);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
