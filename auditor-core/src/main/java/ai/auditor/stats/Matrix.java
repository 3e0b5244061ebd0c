package ai.auditor.stats;

import java.util.Objects;

/**
 * A dense row-major matrix of floats, {@code [rows, columns]}: one row a dataset row, one column a dimension.
 *
 * @param values row after row; not copied, not to be changed by anybody
 */
public record Matrix(int rows, int columns, float[] values) {
    public Matrix {
        Objects.requireNonNull(values);
        if ((long) rows * columns != values.length) {
            throw new IllegalArgumentException(
                    "a matrix of " + rows + " by " + columns + " does not hold " + values.length + " values");
        }
    }

    public float at(int row, int column) {
        return values[row * columns + column];
    }

    /** Product of one row and a vector {@code [columns]}. */
    public double dot(int row, double[] vector) {
        double sum = 0;
        for (int column = 0; column < columns; column++) {
            sum += vector[column] * at(row, column);
        }
        return sum;
    }

    /** Euclidean length of one row. */
    public double norm(int row) {
        return Vectors.norm(row(row));
    }

    /** A copy of one row, {@code [columns]}. */
    public float[] row(int row) {
        return java.util.Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }

    /** A copy of some rows, in the order given. */
    public Matrix taking(int[] places) {
        float[] taken = new float[Math.multiplyExact(places.length, columns)];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(values, places[i] * columns, taken, i * columns, columns);
        }
        return new Matrix(places.length, columns, taken);
    }

    /** A copy in which some rows are others, one an index. */
    public Matrix with(int[] places, Matrix others) {
        float[] mixed = values.clone();
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(others.values, i * columns, mixed, places[i] * columns, columns);
        }
        return new Matrix(rows, columns, mixed);
    }
}
