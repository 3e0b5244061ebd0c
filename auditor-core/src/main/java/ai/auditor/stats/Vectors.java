package ai.auditor.stats;

import java.util.Arrays;
import java.util.List;

/** Arithmetic of vectors in doubles, summed from the first element to the last so that results are the same everywhere. */
public final class Vectors {
    private Vectors() {}

    /** Sum of the products of two vectors, over the length of the first. */
    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Euclidean length. */
    public static double norm(double[] vector) {
        return StrictMath.sqrt(squaredNorm(vector));
    }

    /** Square of the Euclidean length. */
    public static double squaredNorm(double[] vector) {
        return dot(vector, vector);
    }

    /** Euclidean length. */
    public static double norm(float[] vector) {
        return norm(doubles(vector));
    }

    /** Cosine of the angle between two vectors of one length, 0 where one of them is zero. */
    public static double cosine(double[] a, double[] b) {
        double lengths = norm(a) * norm(b);
        return lengths > 0 ? dot(a, b) / lengths : 0;
    }

    /** The first minus the second. */
    public static double[] difference(double[] a, double[] b) {
        double[] difference = a.clone();
        addScaled(difference, -1, b);
        return difference;
    }

    /** Mean of one vector or more. */
    public static double[] mean(List<double[]> vectors) {
        double[] mean = new double[vectors.get(0).length];
        for (double[] vector : vectors) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += vector[i] / vectors.size();
            }
        }
        return mean;
    }

    /** Mean of a vector's numbers; 0 of none. */
    public static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }

    /** Sample standard deviation of a vector's numbers; 0 below two of them. */
    public static double deviation(double[] values) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return values.length < 2 ? 0 : StrictMath.sqrt(squares / (values.length - 1));
    }

    /** The values at some places, {@code [places]}. */
    public static double[] taking(double[] values, int[] places) {
        return Arrays.stream(places).mapToDouble(place -> values[place]).toArray();
    }

    /** Adds a multiple of a vector to the target. */
    public static void addScaled(double[] target, double factor, double[] vector) {
        for (int i = 0; i < target.length; i++) {
            target[i] += factor * vector[i];
        }
    }

    /** The same numbers as doubles. */
    public static double[] doubles(float[] vector) {
        double[] doubles = new double[vector.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = vector[i];
        }
        return doubles;
    }

    /** The same numbers in fewer digits. */
    public static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
