package ai.auditor.probes.internal;

/**
 * Moments of features, by which rows are standardised.
 *
 * @param mean {@code [features]}
 * @param deviation {@code [features]}, 1 where a feature does not vary
 */
public record Standardisation(double[] mean, double[] deviation) {
    /** A value further out counts as this many deviations, so that one strange row cannot rule a linear score. */
    private static final double FURTHEST = 5;

    /** The moments of one row or more, {@code [rows][features]}. */
    public static Standardisation of(double[][] rows) {
        int width = rows[0].length;
        double[] mean = new double[width];
        double[] deviation = new double[width];
        for (double[] row : rows) {
            for (int j = 0; j < width; j++) {
                mean[j] += row[j] / rows.length;
            }
        }
        for (double[] row : rows) {
            for (int j = 0; j < width; j++) {
                deviation[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / rows.length;
            }
        }
        for (int j = 0; j < width; j++) {
            double root = StrictMath.sqrt(deviation[j]);
            deviation[j] = root > 0 ? root : 1;
        }
        return new Standardisation(mean, deviation);
    }

    double[] apply(double[] row) {
        double[] standard = new double[row.length];
        for (int j = 0; j < row.length; j++) {
            double value = (row[j] - mean[j]) / deviation[j];
            standard[j] = Math.max(-FURTHEST, Math.min(FURTHEST, value));
        }
        return standard;
    }

    /** Rows in deviations from the mean, far ones drawn in, {@code [rows][features]}. */
    public double[][] applyAll(double[][] rows) {
        double[][] standard = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            standard[i] = apply(rows[i]);
        }
        return standard;
    }
}
