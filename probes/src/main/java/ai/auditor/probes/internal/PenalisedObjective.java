package ai.auditor.probes.internal;

import java.util.Arrays;
import smile.math.BFGS;
import smile.math.DifferentiableMultivariateFunction;

/**
 * A penalised negative log-likelihood for Smile's minimiser. Smile's own objectives sum theirs in parallel streams, so that their last digits depend
 * on the number of cores; these sum in one order on one thread.
 */
abstract class PenalisedObjective implements DifferentiableMultivariateFunction {
    private static final long serialVersionUID = 1;

    private static final double TOLERANCE = 1e-5;
    private static final int ITERATIONS = 200;
    /** Steps that the minimiser remembers. */
    private static final int CORRECTIONS = 5;

    final double[][] rows;
    /** The rows turned over: sums over features run along them, which a processor does several at a time. */
    final double[][] columns;
    /** The weights that were asked about last: the minimiser asks for the value, then for the gradient. */
    final double[] weights;

    private double value;

    /**
     * Over features as they are. What a kind of its own keeps is made after this, so it calls {@link #start} last.
     *
     * @param rows {@code [rows][features]}
     * @param classes that have weights, one for each feature and an intercept behind them
     */
    PenalisedObjective(double[][] rows, int classes) {
        this.rows = rows;
        this.columns = new double[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                columns[j][i] = rows[i][j];
            }
        }
        this.weights = new double[classes * (columns.length + 1)];
    }

    /** The value at the weights that are kept, with what the gradient needs of them. */
    abstract double evaluate();

    /** Evaluates at the weights that the minimiser starts from: zeros. */
    final void start() {
        value = evaluate();
    }

    /** The weights of the smallest value, {@code [classes * (features + 1)]}. */
    final double[] minimum() {
        double[] smallest = new double[weights.length];
        BFGS.minimize(this, CORRECTIONS, smallest, TOLERANCE, ITERATIONS);
        return smallest;
    }

    @Override
    public final double f(double[] asked) {
        if (!Arrays.equals(weights, asked)) {
            System.arraycopy(asked, 0, weights, 0, weights.length);
            value = evaluate();
        }
        return value;
    }
}
