package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.model.Point;
import ai.auditor.probe.Study;
import ai.auditor.probes.internal.Folds;
import ai.auditor.probes.internal.HeldOut;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.Learner;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Fits the linear probe part by part; layer, learner and penalty are chosen inside the fitting part. */
final class LinearScores {
    /**
     * Shares of the identity in the discriminant's covariance. Of number sequences read by SmolLM2 0.3 served best (in Python); on the organism a tenth
     * drowns the axes along which a steered teacher moves: of the README's owl rows AUROC a row is 0.70 with the smaller ones, 0.58 without.
     */
    private static final double[] SHRINKAGES = {0.001, 0.01, 0.03, 0.1, 0.3, 0.9};
    /** Penalties of logistic regression on components of standardised columns: the inverse of C in scikit-learn. */
    private static final double[] PENALTIES = {100, 1_000};

    /** Leading components that logistic regression sees; on all dimensions it is too slow to refit for every swap. */
    static final int COMPONENTS = 128;

    private final Study study;
    private final Folds folds;
    private final Layers layers;

    LinearScores(Study study, Layers layers) {
        this.study = study;
        this.folds = Folds.of(study);
        this.layers = layers;
    }

    /** One way to fit. */
    private sealed interface Choice {
        Point point();

        record Discriminant(Point point, double shrinkage) implements Choice {
            @Override
            public String toString() {
                return String.format(Locale.ROOT, "ridge discriminant at %s, shrinkage %s", point, shrinkage);
            }
        }

        record Logistic(Point point, double penalty) implements Choice {
            @Override
            public String toString() {
                return String.format(Locale.ROOT, "logistic regression at %s, penalty %.0f", point, penalty);
            }
        }
    }

    HeldOut heldOut() {
        List<Chosen> chosen = new ArrayList<>();
        for (int s = 0; s < folds.parts(); s++) {
            chosen.add(choose(s));
        }
        HeldOut result = HeldOut.blank(
                study.rows().size(),
                folds.parts(),
                chosen.stream().map(one -> one.choice().toString()).toList());
        for (int s = 0; s < folds.parts(); s++) {
            int[] rows = folds.heldOut(s);
            HeldOut.put(
                    result.validation()[s], folds.validation(s), chosen.get(s).validation());
            HeldOut.put(result.scores(), rows, scores(chosen.get(s).choice(), s, false, rows));
        }
        return result;
    }

    /**
     * What was chosen for a part.
     *
     * @param validation its scores of the validation rows
     * @param auroc of these
     */
    private record Chosen(Choice choice, double[] validation, double auroc) {
        Chosen stronger(Chosen other) {
            return other.auroc > auroc ? other : this;
        }
    }

    private Chosen choose(int s) {
        Chosen best = study.points().stream()
                .flatMap(point ->
                        Arrays.stream(SHRINKAGES).mapToObj(shrinkage -> new Choice.Discriminant(point, shrinkage)))
                .map(choice -> tried(choice, s))
                .reduce(Chosen::stronger)
                .orElseThrow();
        Point point = best.choice().point();
        for (double penalty : PENALTIES) {
            best = best.stronger(tried(new Choice.Logistic(point, penalty), s));
        }
        return best;
    }

    private Chosen tried(Choice choice, int s) {
        int[] validation = folds.validation(s);
        double[] scores = scores(choice, s, true, validation);
        return new Chosen(choice, scores, Labels.auroc(study, validation, scores));
    }

    private double[] scores(Choice choice, int s, boolean inner, int[] scored) {
        AuditException.checkInterrupted();
        int[] fitting = inner ? folds.innerFitting(s) : folds.fitting(s);
        boolean[] labels = Labels.of(study, fitting);
        if (Labels.oneClass(labels)) {
            return new double[scored.length];
        }
        if (choice instanceof Choice.Logistic logistic) {
            double[][] components = layers.components(logistic.point(), s, inner, COMPONENTS);
            double[] weights = Learner.Logistic.coefficients(
                    Arrays.stream(fitting).mapToObj(row -> components[row]).toArray(double[][]::new),
                    labels,
                    logistic.penalty());
            return Arrays.stream(scored)
                    // Scores are compared with each other: the intercept, last among the weights, is left out.
                    .mapToDouble(row -> Vectors.dot(components[row], weights))
                    .toArray();
        }
        Choice.Discriminant discriminant = (Choice.Discriminant) choice;
        Matrix values = layers.values(discriminant.point());
        double[] weights = layers.spectrum(discriminant.point(), s, inner)
                .discriminant(difference(values, fitting, labels), discriminant.shrinkage());
        return Arrays.stream(scored)
                .mapToDouble(row -> values.dot(row, weights))
                .toArray();
    }

    private static double[] difference(Matrix values, int[] rows, boolean[] candidate) {
        int candidates = 0;
        for (boolean label : candidate) {
            candidates += label ? 1 : 0;
        }
        double[] difference = new double[values.columns()];
        for (int i = 0; i < rows.length; i++) {
            double weight = candidate[i] ? 1.0 / candidates : -1.0 / (rows.length - candidates);
            int offset = rows[i] * difference.length;
            for (int j = 0; j < difference.length; j++) {
                difference[j] += weight * values.values()[offset + j];
            }
        }
        return difference;
    }
}
