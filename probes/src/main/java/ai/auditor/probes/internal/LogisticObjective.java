package ai.auditor.probes.internal;

import java.util.Arrays;
import smile.math.DifferentiableMultivariateFunction;
import smile.math.MathEx;

/**
 * Penalised negative log-likelihood of a logistic regression, for Smile's minimiser. Smile's own objective sums it in parallel
 * streams, so that its last digits depend on the number of cores; this one does not.
 */
final class LogisticObjective implements DifferentiableMultivariateFunction {
    private static final long serialVersionUID = 1;

    private final double[][] rows;
    // The same turned over: sums over features run along rows, which a processor does several at a time.
    private final double[][] columns;
    private final boolean[] candidate;
    private final double penalty;

    // Of the weights that were asked about last: the minimiser asks for the value, then for the gradient.
    private final double[] weights;
    private final double[] logits;
    private final double[] losses;
    private double value;

    /**
     * Over features as they are.
     *
     * @param rows {@code [rows][features]}
     */
    LogisticObjective(double[][] rows, boolean[] candidate, double penalty) {
        this.rows = rows;
        this.columns = new double[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                columns[j][i] = rows[i][j];
            }
        }
        this.candidate = candidate;
        this.penalty = penalty;
        this.weights = new double[columns.length + 1];
        this.logits = new double[rows.length];
        this.losses = new double[rows.length];
        evaluate();
    }

    @Override
    public double f(double[] asked) {
        if (!Arrays.equals(weights, asked)) {
            System.arraycopy(asked, 0, weights, 0, weights.length);
            evaluate();
        }
        return value;
    }

    @Override
    public double g(double[] asked, double[] gradient) {
        double atWeights = f(asked);
        int intercept = columns.length;
        Arrays.fill(gradient, 0);
        for (int i = 0; i < rows.length; i++) {
            double error = (candidate[i] ? 1 : 0) - MathEx.logistic(logits[i]);
            double[] row = rows[i];
            for (int j = 0; j < row.length; j++) {
                gradient[j] -= error * row[j];
            }
            gradient[intercept] -= error;
        }
        for (int j = 0; j < intercept; j++) {
            gradient[j] += penalty * weights[j];
        }
        return atWeights;
    }

    private void evaluate() {
        Arrays.fill(logits, weights[columns.length]);
        double squares = 0;
        for (int j = 0; j < columns.length; j++) {
            double weight = weights[j];
            double[] column = columns[j];
            for (int i = 0; i < logits.length; i++) {
                logits[i] += column[i] * weight;
            }
            squares += weight * weight;
        }
        for (int i = 0; i < losses.length; i++) {
            losses[i] = MathEx.log1pe(logits[i]) - (candidate[i] ? logits[i] : 0);
        }
        value = Arrays.stream(losses).sum() + 0.5 * penalty * squares;
    }
}
