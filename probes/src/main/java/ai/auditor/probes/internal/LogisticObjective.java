package ai.auditor.probes.internal;

import java.util.Arrays;

/** The objective of a logistic regression. */
final class LogisticObjective extends PenalisedObjective {
    private static final long serialVersionUID = 1;

    private final boolean[] candidate;
    private final double penalty;

    private final double[] logits;
    private final double[] losses;

    /**
     * Over features as they are.
     *
     * @param rows {@code [rows][features]}
     */
    LogisticObjective(double[][] rows, boolean[] candidate, double penalty) {
        super(rows, 1);
        this.candidate = candidate;
        this.penalty = penalty;
        this.logits = new double[rows.length];
        this.losses = new double[rows.length];
        start();
    }

    @Override
    public double g(double[] asked, double[] gradient) {
        double atWeights = f(asked);
        int intercept = columns.length;
        Arrays.fill(gradient, 0);
        for (int i = 0; i < rows.length; i++) {
            double error = (candidate[i] ? 1 : 0) - 1 / (1 + StrictMath.exp(-logits[i]));
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

    @Override
    double evaluate() {
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
            losses[i] = logOnePlusExp(logits[i]) - (candidate[i] ? logits[i] : 0);
        }
        return Arrays.stream(losses).sum() + 0.5 * penalty * squares;
    }

    /** Logarithm of one more than the exponential, without overflow. */
    private static double logOnePlusExp(double logit) {
        return Math.max(0, logit) + StrictMath.log1p(StrictMath.exp(-Math.abs(logit)));
    }
}
