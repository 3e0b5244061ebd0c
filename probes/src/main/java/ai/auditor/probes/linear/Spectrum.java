package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The principal axes of the standardised total scatter of some rows; made without labels, so that one serves every relabelling.
 *
 * @param mean {@code [columns]}
 * @param deviation {@code [columns]}, 1 where a column does not vary
 * @param eigenvalues of the correlation matrix, greatest first, {@code [columns]}
 * @param axes one unit axis a row, {@code [columns][columns]}
 */
record Spectrum(double[] mean, double[] deviation, double[] eigenvalues, double[][] axes) {

    static Spectrum of(Moments moments) {
        AuditException.checkInterrupted();
        int width = moments.sum().length;
        int count = Math.max(1, moments.count());
        double[] mean = new double[width];
        double[] deviation = new double[width];
        for (int j = 0; j < width; j++) {
            mean[j] = moments.sum()[j] / count;
            double variance = moments.gram().get(j, j) / count - mean[j] * mean[j];
            deviation[j] = variance > 0 ? StrictMath.sqrt(variance) : 1;
        }
        DMatrixRMaj correlation = new DMatrixRMaj(width, width);
        for (int i = 0; i < width; i++) {
            for (int j = 0; j <= i; j++) {
                double value = (moments.gram().get(i, j) / count - mean[i] * mean[j]) / (deviation[i] * deviation[j]);
                correlation.set(i, j, value);
                correlation.set(j, i, value);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(width, true, true);
        if (!eigen.decompose(correlation)) {
            throw new AuditException(
                    AuditException.Code.NUMERIC, "the scatter of the activations could not be decomposed");
        }
        Integer[] order = new Integer[width];
        java.util.Arrays.setAll(order, i -> i);
        java.util.Arrays.sort(
                order,
                (a, b) -> Double.compare(
                        eigen.getEigenvalue(b).getReal(), eigen.getEigenvalue(a).getReal()));
        double[] eigenvalues = new double[width];
        double[][] axes = new double[width][];
        for (int k = 0; k < width; k++) {
            eigenvalues[k] = Math.max(0, eigen.getEigenvalue(order[k]).getReal());
            axes[k] = eigen.getEigenVector(order[k]).data.clone();
        }
        return new Spectrum(mean, deviation, eigenvalues, axes);
    }

    /**
     * Weights of the ridge discriminant for a difference of class means.
     *
     * <p>The covariance is (1 - s) times the standardised scatter plus s times the identity. The total scatter stands for the
     * within-class one: they differ by a multiple of the difference's outer product, which by Sherman and Morrison changes the
     * length of the weights and not their direction. (Ridge discriminant: Friedman, Regularized Discriminant Analysis, 1989.)
     *
     * @param difference mean of the candidate minus mean of the control, {@code [columns]}
     * @param shrinkage s, above 0 and at most 1
     * @return weights on the columns as they are, {@code [columns]}
     */
    double[] discriminant(double[] difference, double shrinkage) {
        int width = mean.length;
        double[] standard = new double[width];
        for (int j = 0; j < width; j++) {
            standard[j] = difference[j] / deviation[j];
        }
        double[] weights = new double[width];
        for (int k = 0; k < width; k++) {
            double along = Vectors.dot(axes[k], standard) / ((1 - shrinkage) * eigenvalues[k] + shrinkage);
            Vectors.addScaled(weights, along, axes[k]);
        }
        for (int j = 0; j < width; j++) {
            weights[j] /= deviation[j];
        }
        return weights;
    }

    /** Leading components of all rows of a matrix, {@code [rows][count]}. */
    double[][] components(Matrix values, int count) {
        int width = Math.min(count, axes.length);
        double[][] components = new double[values.rows()][width];
        double[] standard = new double[mean.length];
        for (int i = 0; i < values.rows(); i++) {
            for (int j = 0; j < standard.length; j++) {
                standard[j] = (values.at(i, j) - mean[j]) / deviation[j];
            }
            for (int k = 0; k < width; k++) {
                components[i][k] = Vectors.dot(axes[k], standard);
            }
        }
        return components;
    }
}
