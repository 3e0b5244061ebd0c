package ai.auditor.direction;

import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Means of groups of activations, kept in doubles until a vector is cut.
 *
 * @param rows {@code [groups][d_model]}
 * @param scale the largest norm among the activations that went in: what rounding is measured by
 */
record Means(double[][] rows, double scale) {

    /** Means of consecutive groups of equal size. */
    static Means of(Matrix activations, int size) {
        return of(
                activations,
                IntStream.range(0, activations.rows() / size)
                        .mapToObj(group -> IntStream.range(group * size, (group + 1) * size)
                                .boxed()
                                .toList())
                        .toList());
    }

    /** Means of groups of rows. */
    static Means of(Matrix activations, List<List<Integer>> groups) {
        double[][] means = new double[groups.size()][];
        double scale = 0;
        for (int group = 0; group < means.length; group++) {
            List<double[]> rows = new ArrayList<>();
            for (int row : groups.get(group)) {
                rows.add(Vectors.doubles(activations.row(row)));
                scale = Math.max(scale, activations.norm(row));
            }
            means[group] = Vectors.mean(rows);
        }
        return new Means(means, scale);
    }

    /** Every row minus the one row of the other. */
    Means minus(Means one) {
        return minus(one.rows[0], Math.max(scale, one.scale));
    }

    /** Row by row. */
    Means minusRows(Means other) {
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            result[i] = Vectors.difference(rows[i], other.rows[i]);
        }
        return new Means(result, Math.max(scale, other.scale));
    }

    /**
     * The first rows minus their own mean, and the others minus theirs: an offset between the two groups is in neither. A single
     * other row has no mean of its own and takes the first rows'.
     */
    Means centredByGroups(int first) {
        double[][] centred = new double[rows.length][];
        boolean ownMean = rows.length - first > 1;
        List<double[]> all = List.of(rows);
        double[] mean = Vectors.mean(all.subList(0, first));
        double[] others = ownMean ? Vectors.mean(all.subList(first, rows.length)) : mean;
        for (int i = 0; i < rows.length; i++) {
            centred[i] = Vectors.difference(rows[i], i < first ? mean : others);
        }
        return new Means(centred, scale);
    }

    double norm(int row) {
        return Vectors.norm(rows[row]);
    }

    float[] floats(int row) {
        float[] floats = new float[rows[row].length];
        for (int j = 0; j < floats.length; j++) {
            floats[j] = (float) rows[row][j];
        }
        return floats;
    }

    private Means minus(double[] vector, double newScale) {
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            result[i] = Vectors.difference(rows[i], vector);
        }
        return new Means(result, newScale);
    }
}
