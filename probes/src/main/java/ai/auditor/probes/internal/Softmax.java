package ai.auditor.probes.internal;

import ai.auditor.stats.Vectors;

/**
 * Multinomial logistic regression, penalised by the squares of all its weights but the intercepts, by Smile's L-BFGS: every class has weights, so that
 * none is the one that others are held against. Fitting is deterministic.
 *
 * @param weights of each class, the intercept last, {@code [classes][features + 1]}
 */
public record Softmax(double[][] weights) {
    /**
     * Fits features as they are.
     *
     * @param features {@code [rows][features]}, one row or more
     * @param labels class of each row, from 0, {@code [rows]}
     * @param penalty weight of half the squared norm of the weights against the summed log-likelihood: the inverse of C in scikit-learn
     */
    public static Softmax fit(double[][] features, int[] labels, int classes, double penalty) {
        int width = features[0].length + 1;
        double[] flat = new SoftmaxObjective(features, labels, classes, penalty).minimum();
        double[][] weights = new double[classes][width];
        for (int c = 0; c < classes; c++) {
            System.arraycopy(flat, c * width, weights[c], 0, width);
        }
        return new Softmax(weights);
    }

    /** The log-probability of each class for a row of features, {@code [classes]}. */
    public double[] logProbabilities(double[] features) {
        double[] logits = new double[weights.length];
        for (int c = 0; c < logits.length; c++) {
            logits[c] = weights[c][features.length] + Vectors.dot(features, weights[c]);
        }
        double total = logTotal(logits);
        for (int c = 0; c < logits.length; c++) {
            logits[c] -= total;
        }
        return logits;
    }

    /** Logarithm of the sum of exponentials, without overflow. */
    public static double logTotal(double[] logits) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (double logit : logits) {
            sum += StrictMath.exp(logit - greatest);
        }
        return greatest + StrictMath.log(sum);
    }
}
