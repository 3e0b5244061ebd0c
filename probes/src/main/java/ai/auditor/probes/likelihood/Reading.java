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

    /** Row scores of each trait of a panel, {@code [traits][rows]}. */
    List<double[]> scores(Panel panel) {
        return switch (this) {
            case RAW -> panel.traits().stream().map(Panel.Gain::nats).toList();
            case CENTRED -> centred(panel);
            case STANDARDISED -> centred(panel.standardised());
            case PARTIAL -> partial(panel.standardised());
        };
    }

    private static List<double[]> centred(Panel panel) {
        return panel.traits().stream()
                .map(trait -> Panel.minus(trait, panel.unrelated()))
                .toList();
    }

    private static List<double[]> partial(Panel panel) {
        List<Panel.Gain> all = Stream.concat(panel.traits().stream(), panel.placebos().stream())
                .toList();
        int rows = all.get(0).nats().length;
        float[] values = new float[rows * all.size()];
        for (int gain = 0; gain < all.size(); gain++) {
            for (int row = 0; row < rows; row++) {
                values[row * all.size() + gain] = (float) all.get(gain).nats()[row];
            }
        }
        Matrix gains = new Matrix(rows, all.size(), values);
        Covariance covariance = Covariance.ledoitWolf(gains);
        List<double[]> scores = new ArrayList<>();
        for (int trait = 0; trait < panel.traits().size(); trait++) {
            scores.add(new double[rows]);
        }
        boolean varies = all.stream().anyMatch(gain -> Vectors.deviation(gain.nats()) > 0);
        if (varies) {
            Cholesky factor = covariance.cholesky();
            for (int row = 0; row < rows; row++) {
                double[] own = factor.solve(Vectors.doubles(gains.row(row)));
                for (int trait = 0; trait < scores.size(); trait++) {
                    scores.get(trait)[row] = own[trait];
                }
            }
        }
        return scores;
    }
}
