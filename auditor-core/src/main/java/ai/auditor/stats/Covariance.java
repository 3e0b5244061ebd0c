package ai.auditor.stats;

import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A covariance of rows, shrunk toward a multiple of the identity: (1 - s) · S + s · mean(diag S) · I, where S divides by the
 * number of rows. {@code s} by Ledoit and Wolf 2004 ("A well-conditioned estimator for large-dimensional covariance
 * matrices"), or given.
 */
public final class Covariance {
    /** Least shrinkage that Ledoit and Wolf's formula is let give, so that the matrix stays invertible. */
    private static final double LEAST_SHRINKAGE = 1e-6;

    /** Rows added to the sum of products in one sweep over it. */
    private static final int SWEEP = 4;

    private final int dimension;
    private final double[] mean;
    private final double[] values;
    private final double shrinkage;

    private Covariance(int dimension, double[] mean, double[] values, double shrinkage) {
        this.dimension = dimension;
        this.mean = mean;
        this.values = values;
        this.shrinkage = shrinkage;
    }

    /** Covariance of all rows, shrunk by Ledoit and Wolf. */
    public static Covariance ledoitWolf(Matrix rows) {
        return ledoitWolf(rows, IntStream.range(0, rows.rows()).toArray());
    }

    /**
     * Covariance of some rows, shrunk by Ledoit and Wolf.
     *
     * @param selected indexes of the rows
     */
    public static Covariance ledoitWolf(Matrix rows, int[] selected) {
        Moments moments = Moments.of(rows, selected, true);
        return of(moments, moments.ledoitWolf());
    }

    /** Covariance of all rows with a given shrinkage, 0 to 1. */
    public static Covariance shrunk(Matrix rows, double shrinkage) {
        return of(Moments.of(rows, IntStream.range(0, rows.rows()).toArray(), true), shrinkage);
    }

    /** Second moment of all rows, about their mean or about zero, with a given shrinkage or by Ledoit and Wolf. */
    static Covariance secondMoment(Matrix rows, boolean centred, OptionalDouble shrinkage) {
        Moments moments = Moments.of(rows, IntStream.range(0, rows.rows()).toArray(), centred);
        return of(moments, shrinkage.orElseGet(moments::ledoitWolf));
    }

    private static Covariance of(Moments moments, double shrinkage) {
        if (!(shrinkage >= 0 && shrinkage <= 1)) {
            throw new IllegalArgumentException("a shrinkage of " + shrinkage);
        }
        int dimension = moments.mean.length;
        double[] values = moments.products;
        double target = shrinkage * moments.meanVariance();
        for (int i = 0; i < dimension; i++) {
            for (int j = i; j < dimension; j++) {
                double value = (1 - shrinkage) * values[i * dimension + j] + (i == j ? target : 0);
                values[i * dimension + j] = value;
                values[j * dimension + i] = value;
            }
        }
        return new Covariance(dimension, moments.mean, values, shrinkage);
    }

    /** How many columns the rows had. */
    public int dimension() {
        return dimension;
    }

    /** The covariance of two columns. */
    public double at(int row, int column) {
        return values[row * dimension + column];
    }

    /** Mean of the rows, a copy, {@code [dimension]}. */
    public double[] mean() {
        return mean.clone();
    }

    /** The share of the identity. */
    public double shrinkage() {
        return shrinkage;
    }

    /**
     * The Cholesky factor.
     *
     * @throws IllegalArgumentException if the covariance is not positive definite: no row differs from another
     */
    public Cholesky cholesky() {
        return Cholesky.of(dimension, values);
    }

    /** Mean, products (upper triangle, divided by the rows) and the mean fourth power of a row's length. */
    private record Moments(double[] mean, double[] products, double fourth, int rows) {
        static Moments of(Matrix rows, int[] selected, boolean centred) {
            if (selected.length == 0) {
                throw new IllegalArgumentException("a covariance of no rows");
            }
            int dimension = rows.columns();
            double[] mean = new double[dimension];
            if (centred) {
                for (int row : selected) {
                    for (int column = 0; column < dimension; column++) {
                        mean[column] += rows.at(row, column);
                    }
                }
                for (int column = 0; column < dimension; column++) {
                    mean[column] /= selected.length;
                }
            }
            double[] products = new double[Math.multiplyExact(dimension, dimension)];
            double[][] sweep = new double[SWEEP][dimension];
            double fourth = 0;
            for (int first = 0; first < selected.length; first += SWEEP) {
                for (int k = 0; k < SWEEP; k++) {
                    double length = 0;
                    for (int column = 0; column < dimension; column++) {
                        double value =
                                first + k < selected.length ? rows.at(selected[first + k], column) - mean[column] : 0;
                        sweep[k][column] = value;
                        length += value * value;
                    }
                    fourth += length * length;
                }
                addProducts(products, sweep, dimension);
            }
            for (int i = 0; i < products.length; i++) {
                products[i] /= selected.length;
            }
            return new Moments(mean, products, fourth / selected.length, selected.length);
        }

        private static void addProducts(double[] products, double[][] sweep, int dimension) {
            double[] first = sweep[0];
            double[] second = sweep[1];
            double[] third = sweep[2];
            double[] last = sweep[3];
            for (int i = 0; i < dimension; i++) {
                double a = first[i];
                double b = second[i];
                double c = third[i];
                double d = last[i];
                int base = i * dimension;
                for (int j = i; j < dimension; j++) {
                    products[base + j] += a * first[j] + b * second[j] + c * third[j] + d * last[j];
                }
            }
        }

        double meanVariance() {
            double trace = 0;
            for (int i = 0; i < mean.length; i++) {
                trace += products[i * mean.length + i];
            }
            return trace / mean.length;
        }

        double ledoitWolf() {
            int dimension = mean.length;
            double squares = 0;
            for (int i = 0; i < dimension; i++) {
                squares += products[i * dimension + i] * products[i * dimension + i];
                for (int j = i + 1; j < dimension; j++) {
                    squares += 2 * products[i * dimension + j] * products[i * dimension + j];
                }
            }
            double variance = meanVariance();
            double distance = squares - dimension * variance * variance;
            double error = (fourth - squares) / rows;
            if (!(distance > 0)) {
                return 1;
            }
            return Math.max(LEAST_SHRINKAGE, Math.min(1, error / distance));
        }
    }
}
