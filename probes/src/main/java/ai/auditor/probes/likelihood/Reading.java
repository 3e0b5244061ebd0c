package ai.auditor.probes.likelihood;

import ai.auditor.stats.Cholesky;
import ai.auditor.stats.Covariance;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of a trait's gain counts as the trait's own. All but {@link #RAW} take off what any trait gains alike, nine tenths and more of it
 * on large models, so that a persona of no interest does not count. None depends on labels.
 */
enum Reading {
    /** All of it. */
    RAW("all of it"),
    /** Minus the mean gain of what is unrelated to the trait. */
    CENTRED("minus the mean of the others"),
    /** The same of gains in their standard deviations: some traits move every likelihood further than others do. */
    STANDARDISED("minus the mean of the others, each in its sd"),
    /**
     * What no weighing of all others explains: gains times the inverse of their covariance, shrunk. Rows written under a persona move the
     * gains by their covariance with that persona's (to first order of an exponential tilt), so this gives the persona back.
     */
    PARTIAL("beyond all others together, each in its sd");

    private final String words;

    Reading(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }

    /**
     * Row scores.
     *
     * @param traits {@code [traits][rows]}
     * @param placebos {@code [placebos][rows]}; what is unrelated to one are the others
     */
    record Scores(List<double[]> traits, List<double[]> placebos) {}

    /** The scores of a panel. */
    Scores of(Panel panel) {
        return switch (this) {
            case RAW -> new Scores(nats(panel.traits()), nats(panel.placebos()));
            case CENTRED ->
                new Scores(
                        beyond(panel.unrelated(), panel.traits()),
                        // A lone placebo has no others.
                        panel.placebos().size() < 2 ? List.of() : beyond(panel.placebos(), panel.placebos()));
            case STANDARDISED -> CENTRED.of(panel.standardised());
            case PARTIAL -> {
                List<double[]> all = partial(panel.standardised());
                int traits = panel.traits().size();
                yield new Scores(all.subList(0, traits), all.subList(traits, all.size()));
            }
        };
    }

    private static List<double[]> nats(List<Panel.Gain> gains) {
        return gains.stream().map(Panel.Gain::nats).toList();
    }

    /** What a trait's place is told in. */
    String measure() {
        return "gain of the candidate over the control beyond what others gain, " + unit();
    }

    String unit() {
        return switch (this) {
            case RAW, CENTRED -> "nats a token";
            case STANDARDISED -> "sd a row";
            case PARTIAL -> "in the metric of all gains";
        };
    }

    private static List<double[]> beyond(List<Panel.Gain> reference, List<Panel.Gain> gains) {
        return gains.stream().map(gain -> Panel.minus(gain, reference)).toList();
    }

    /** Of traits, then of placebos. */
    private static List<double[]> partial(Panel panel) {
        List<Panel.Gain> all = Stream.concat(panel.traits().stream(), panel.placebos().stream())
                .toList();
        int rows = all.get(0).nats().length;
        List<double[]> scores = new ArrayList<>();
        float[] values = new float[rows * all.size()];
        for (int gain = 0; gain < all.size(); gain++) {
            scores.add(new double[rows]);
            for (int row = 0; row < rows; row++) {
                values[row * all.size() + gain] = (float) all.get(gain).nats()[row];
            }
        }
        if (all.stream().allMatch(gain -> Vectors.deviation(gain.nats()) == 0)) {
            return scores;
        }
        Matrix gains = new Matrix(rows, all.size(), values);
        Cholesky factor = Covariance.ledoitWolf(gains).cholesky();
        for (int row = 0; row < rows; row++) {
            double[] own = factor.solve(Vectors.doubles(gains.row(row)));
            for (int gain = 0; gain < own.length; gain++) {
                scores.get(gain)[row] = own[gain];
            }
        }
        return scores;
    }
}
