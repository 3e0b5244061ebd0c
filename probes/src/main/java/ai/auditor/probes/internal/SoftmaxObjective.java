package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.stats.Vectors;
import java.util.Arrays;

/**
 * The objective of a softmax regression.
 *
 * <p>Weights lie class after class, each class's intercept, which is not penalised, behind its features.
 */
final class SoftmaxObjective extends PenalisedObjective {
    private static final long serialVersionUID = 1;

    private final int[] labels;
    private final int classes;
    private final double penalty;

    // Probability minus what is true, [classes][rows].
    private final double[][] errors;

    /**
     * Over features as they are.
     *
     * @param rows {@code [rows][features]}
     * @param labels class of each row, from 0, {@code [rows]}
     */
    SoftmaxObjective(double[][] rows, int[] labels, int classes, double penalty) {
        super(rows, classes);
        this.labels = labels;
        this.classes = classes;
        this.penalty = penalty;
        this.errors = new double[classes][rows.length];
        start();
    }

    @Override
    public double g(double[] asked, double[] gradient) {
        double atWeights = f(asked);
        int width = columns.length + 1;
        double[] ofClass = new double[columns.length];
        for (int c = 0; c < classes; c++) {
            Arrays.fill(ofClass, 0);
            double intercept = 0;
            for (int i = 0; i < rows.length; i++) {
                Vectors.addScaled(ofClass, errors[c][i], rows[i]);
                intercept += errors[c][i];
            }
            for (int j = 0; j < ofClass.length; j++) {
                gradient[c * width + j] = ofClass[j] + penalty * weights[c * width + j];
            }
            gradient[c * width + ofClass.length] = intercept;
        }
        return atWeights;
    }

    @Override
    double evaluate() {
        AuditException.checkInterrupted();
        int width = columns.length + 1;
        double squares = 0;
        for (int c = 0; c < classes; c++) {
            double[] logits = errors[c];
            Arrays.fill(logits, weights[c * width + columns.length]);
            for (int j = 0; j < columns.length; j++) {
                double weight = weights[c * width + j];
                Vectors.addScaled(logits, weight, columns[j]);
                squares += weight * weight;
            }
        }
        double loss = 0;
        double[] logits = new double[classes];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < classes; c++) {
                logits[c] = errors[c][i];
            }
            double total = Softmax.logTotal(logits);
            loss += total - logits[labels[i]];
            for (int c = 0; c < classes; c++) {
                errors[c][i] = StrictMath.exp(logits[c] - total) - (c == labels[i] ? 1 : 0);
            }
        }
        return loss + 0.5 * penalty * squares;
    }
}
