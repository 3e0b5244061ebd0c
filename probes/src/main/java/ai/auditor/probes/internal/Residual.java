package ai.auditor.probes.internal;

import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;

/** What a linear regression leaves over. */
public final class Residual {
    /** A regressor that earlier ones explain to this share says nothing new. */
    private static final double EXPLAINED = 1e-8;
    /**
     * Rows that every regressor needs; later regressors are dropped where rows are few. A regressor of no meaning takes its share
     * of the signal along, one part in as many as there are rows, so that at most a tenth is lost (10 to 20 subjects a predictor:
     * Harrell, Regression Modeling Strategies, 2nd edition, 2015, section 4.4). For coefficients without bias two would do
     * (Austin and Steyerberg, doi:10.1016/j.jclinepi.2014.12.014), but they would take half of a score with them.
     */
    private static final int ROWS_A_REGRESSOR = 10;

    private Residual() {}

    /** How many regressors so many rows afford; of more, the last are dropped. */
    public static int affordable(int rows) {
        return rows / ROWS_A_REGRESSOR;
    }

    /**
     * Values minus their least-squares fit on a constant and the regressors, by Gram-Schmidt.
     *
     * @param values {@code [rows]}
     * @param regressors each {@code [rows]}, the most important first
     */
    public static double[] of(double[] values, List<double[]> regressors) {
        double[] residual = centred(values);
        List<double[]> basis = new ArrayList<>();
        for (double[] regressor : regressors) {
            if (basis.size() >= affordable(values.length)) {
                break;
            }
            double[] direction = centred(regressor);
            double whole = Vectors.squaredNorm(direction);
            // Twice is enough (Giraud and others, 2005): one pass loses orthogonality where regressors are nearly
            // dependent.
            for (int pass = 0; pass < 2; pass++) {
                for (double[] unit : basis) {
                    Vectors.addScaled(direction, -Vectors.dot(direction, unit), unit);
                }
            }
            double left = Vectors.squaredNorm(direction);
            if (whole > 0 && left > EXPLAINED * whole) {
                double length = StrictMath.sqrt(left);
                for (int i = 0; i < direction.length; i++) {
                    direction[i] /= length;
                }
                basis.add(direction);
                Vectors.addScaled(residual, -Vectors.dot(residual, direction), direction);
            }
        }
        return residual;
    }

    private static double[] centred(double[] values) {
        double mean = java.util.Arrays.stream(values).average().orElse(0);
        return java.util.Arrays.stream(values).map(v -> v - mean).toArray();
    }
}
