package ai.auditor.stats;

import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/** The lower factor L of a symmetric positive definite matrix A = L · Lᵀ. */
public final class Cholesky {
    private final int dimension;
    private final double[] lower;

    private Cholesky(int dimension, double[] lower) {
        this.dimension = dimension;
        this.lower = lower;
    }

    /**
     * The factor of a matrix.
     *
     * @param values row after row, {@code [dimension * dimension]}; not changed
     * @throws IllegalArgumentException if the matrix is not positive definite
     */
    public static Cholesky of(int dimension, double[] values) {
        CholeskyDecomposition_F64<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.chol(dimension, true);
        if (!decomposition.decompose(DMatrixRMaj.wrap(dimension, dimension, values.clone()))) {
            throw new IllegalArgumentException(
                    "a matrix of " + dimension + " by " + dimension + " is not positive definite");
        }
        return new Cholesky(dimension, decomposition.getT(null).getData());
    }

    /** L · v. */
    public double[] multiply(double[] vector) {
        double[] product = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                sum += lower[i * dimension + j] * vector[j];
            }
            product[i] = sum;
        }
        return product;
    }

    /** Lᵀ · v: how a direction reads whitened vectors. */
    public double[] multiplyTransposed(double[] vector) {
        double[] product = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            for (int j = 0; j <= i; j++) {
                product[j] += lower[i * dimension + j] * vector[i];
            }
        }
        return product;
    }

    /** Gaussian vectors of mean zero with the covariance A, one after the other, each {@code [dimension]}. */
    public Stream<double[]> gaussian(int count, long seed) {
        Gaussian source = new Gaussian(seed);
        return Stream.generate(() -> {
                    double[] standard = new double[dimension];
                    for (int column = 0; column < dimension; column++) {
                        standard[column] = source.next();
                    }
                    return multiply(standard);
                })
                .limit(count);
    }

    /** L⁻¹ · v: the whitened vector, whose squared length is vᵀ · A⁻¹ · v. */
    public double[] whiten(double[] vector) {
        double[] white = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            double sum = vector[i];
            for (int j = 0; j < i; j++) {
                sum -= lower[i * dimension + j] * white[j];
            }
            white[i] = sum / lower[i * dimension + i];
        }
        return white;
    }

    /** A⁻¹ · v. */
    public double[] solve(double[] vector) {
        double[] solution = whiten(vector);
        for (int i = dimension - 1; i >= 0; i--) {
            solution[i] /= lower[i * dimension + i];
            for (int j = 0; j < i; j++) {
                solution[j] -= lower[i * dimension + j] * solution[i];
            }
        }
        return solution;
    }
}
