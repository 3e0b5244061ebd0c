package ai.auditor.probes.likelihood;

import ai.auditor.probe.Chart;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probes.internal.Cells;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.probes.internal.Ranking;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much likelier rows become under several traits of one kind, and under placebos of that kind.
 *
 * @param kind what was done ("persona", "steered")
 * @param traits nats per completion token that each row gains, a trait each
 * @param placebos the same under things of no interest
 */
record Panel(String kind, List<Gain> traits, List<Gain> placebos) {
    /**
     * What one trait gains.
     *
     * @param nats NLL without minus NLL with it, {@code [rows]}
     */
    record Gain(String name, double[] nats) {
        /**
         * Farthest from the median that a row's gain counts, in median distances: a single row must not hide what all others gain. On the
         * organism no gain was beyond 19 of them.
         */
        private static final double FARTHEST = 30;

        /**
         * Of likelihoods without and with the trait, gains that are out of all proportion cut. All rows decide what that is, whichever
         * class they are of.
         */
        static Gain of(String name, double[] without, double[] with) {
            double[] nats = Vectors.difference(without, with);
            double median = median(nats);
            double distance = median(
                    Arrays.stream(nats).map(gain -> Math.abs(gain - median)).toArray());
            // Where most rows gain the same, nothing says how far is far.
            double farthest = distance > 0 ? FARTHEST * distance : Double.POSITIVE_INFINITY;
            return new Gain(
                    name,
                    Arrays.stream(nats)
                            .map(gain -> Math.max(median - farthest, Math.min(median + farthest, gain)))
                            .toArray());
        }

        private static double median(double[] values) {
            return Arrays.stream(values).sorted().toArray()[values.length / 2];
        }

        /** In standard deviations of all rows; unchanged where it does not vary. */
        Gain standardised() {
            double deviation = Vectors.deviation(nats);
            return deviation > 0
                    ? new Gain(
                            name,
                            Arrays.stream(nats).map(gain -> gain / deviation).toArray())
                    : this;
        }
    }

    Panel {
        traits = List.copyOf(traits);
        placebos = List.copyOf(placebos);
    }

    /** Traits enough to stand for each other's unrelated: their common part is then that of the list, not of one of them. */
    private static final int MANY = 4;

    /** What the shared axis is read of: the other traits where there are many, else the placebos, where there are two. */
    List<Gain> unrelated() {
        return traits.size() >= MANY || placebos.size() < 2 ? traits : placebos;
    }

    /** Whether there is anything to take the shared axis off with: two placebos, or another trait. */
    boolean testable() {
        return !traits.isEmpty() && (placebos.size() > 1 || traits.size() > 1);
    }

    /** What the tested contrasts are taken over, for a reader. */
    String reference() {
        return unrelated().equals(traits)
                ? "the mean over the other traits of the panel"
                : "the mean over the placebos " + names(placebos);
    }

    /** The same in standard deviations of each gain. */
    Panel standardised() {
        return new Panel(
                kind,
                traits.stream().map(Gain::standardised).toList(),
                placebos.stream().map(Gain::standardised).toList());
    }

    /** Row scores of each trait: its gain minus the mean gain of the reference, {@code [traits][rows]}. */
    List<double[]> scores() {
        return Reading.CENTRED.of(this).traits();
    }

    /** The trait that each reading puts first. */
    List<List<String>> readings(Contrasts contrasts) {
        List<List<String>> told = new ArrayList<>();
        for (Reading reading : Reading.values()) {
            List<double[]> scores = reading.of(this).traits();
            double[] statistics =
                    scores.stream().mapToDouble(contrasts::statistic).toArray();
            int[] order = Ranking.descending(statistics);
            told.add(List.of(
                    kind,
                    reading.toString(),
                    traits.get(order[0]).name(),
                    Cells.number(statistics[order[0]]),
                    order.length > 1 ? traits.get(order[1]).name() + " " + Cells.number(statistics[order[1]]) : "-"));
        }
        return told;
    }

    /**
     * The tested contrasts, one a trait.
     *
     * @param placed of which a trait's place among the others and the placebos is taken
     * @param told whether a detectable fraction is told of them
     */
    List<Evidence.Contrast> contrasts(Contrasts contrasts, Reading placed, boolean told) {
        List<double[]> scores = scores();
        Reading.Scores places = placed.of(this);
        double[] shifts = places.traits().stream().mapToDouble(contrasts::shift).toArray();
        double[] placeboShifts = placeboShifts(contrasts, places);
        List<Evidence.Contrast> found = new ArrayList<>();
        for (int i = 0; i < traits.size(); i++) {
            String name = traits.get(i).name();
            found.add(contrasts.contrast(
                    name + " " + kind,
                    Optional.of(name),
                    scores.get(i),
                    "control sd a row of the likelihood gained by " + name + " (" + kind + ")",
                    new Evidence.DecoyPlace(
                            placed.measure(),
                            shifts[i],
                            new Decoys.Others(joined(without(shifts, i), placeboShifts)),
                            placeboShifts,
                            told ? contrasts.controlDeviation(places.traits().get(i)) : 0,
                            contrasts.standardError(places.traits().get(i)))));
        }
        return found;
    }

    /** What any wording of the kind gains, whatever it names: shown, not tested. */
    List<String> shared(Contrasts contrasts) {
        List<Gain> reference = placebos.isEmpty() ? traits : placebos;
        double[] mean = mean(reference);
        return List.of(kind, names(reference), Cells.number(contrasts.shift(mean)));
    }

    /** A picture of every trait among the placebos. */
    Chart strip(Contrasts contrasts, Reading placed) {
        Reading.Scores scores = placed.of(this);
        List<Chart.Strip.Dot> dots = new ArrayList<>();
        for (int i = 0; i < traits.size(); i++) {
            dots.add(new Chart.Strip.Dot(
                    traits.get(i).name(), contrasts.shift(scores.traits().get(i))));
        }
        return new Chart.Strip(
                "Likelihood that the candidate gains over the control, beyond what others gain (" + kind + ")",
                placed.unit(),
                dots,
                new double[0],
                placeboShifts(contrasts, scores));
    }

    private double[] placeboShifts(Contrasts contrasts, Reading.Scores scores) {
        return placebos.size() < 2
                ? new double[0]
                : scores.placebos().stream().mapToDouble(contrasts::shift).toArray();
    }

    /** A gain minus the mean of a reference, itself left out. */
    static double[] minus(Gain gain, List<Gain> reference) {
        double[] mean = mean(reference.stream()
                .filter(other -> !other.name().equals(gain.name()))
                .toList());
        return Vectors.difference(gain.nats(), mean);
    }

    private static double[] mean(List<Gain> gains) {
        return Vectors.mean(gains.stream().map(Gain::nats).toList());
    }

    private static double[] without(double[] values, int left) {
        double[] others = Arrays.copyOf(values, values.length - 1);
        System.arraycopy(values, left + 1, others, left, others.length - left);
        return others;
    }

    /** Other traits of the panel are of no interest to one trait: with them its place is among more than a few placebos. */
    private static double[] joined(double[] others, double[] placebos) {
        double[] joined = Arrays.copyOf(others, others.length + placebos.length);
        System.arraycopy(placebos, 0, joined, others.length, placebos.length);
        return joined;
    }

    private static String names(List<Gain> gains) {
        return String.join(", ", gains.stream().map(Gain::name).toList());
    }
}
