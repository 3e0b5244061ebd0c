package ai.auditor.sae.vectors;

import ai.auditor.direction.Direction;
import ai.auditor.model.Point;
import ai.auditor.stats.Gaussian;
import ai.auditor.stats.Matrix;
import java.util.ArrayList;
import java.util.List;

/** Vectors of no interest, that vary as the control does: what two means of control rows differ by is one of them, but for its length. */
public final class NullVectors {
    private NullVectors() {}

    /**
     * Random vectors with the covariance of rows, by sums of the centred rows with normal weights: no matrix of covariances is held.
     *
     * @param control one state a row
     * @param count how many are wanted
     */
    public static List<Direction> like(Point point, Matrix control, int count, long seed) {
        int width = control.columns();
        double[] mean = new double[width];
        for (int row = 0; row < control.rows(); row++) {
            add(mean, 1.0 / control.rows(), control, row);
        }
        Gaussian gaussian = new Gaussian(seed);
        List<Direction> vectors = new ArrayList<>(count);
        for (int k = 0; k < count; k++) {
            double[] sum = new double[width];
            double all = 0;
            double scale = 1 / Math.sqrt(Math.max(1, control.rows()));
            for (int row = 0; row < control.rows(); row++) {
                double weight = gaussian.next() * scale;
                all += weight;
                add(sum, weight, control, row);
            }
            float[] vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = (float) (sum[i] - all * mean[i]);
            }
            vectors.add(new Direction("null " + k, point, vector));
        }
        return vectors;
    }

    private static void add(double[] sum, double weight, Matrix rows, int row) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * rows.at(row, i);
        }
    }
}
