package ai.auditor.stats;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * How large a mean shift between candidate and control is, whatever its direction: Hotelling's T² with a shrunk covariance
 * that label exchanges leave unchanged (the second moment of differences for pairs, the total covariance for rows), and its p
 * by the same exchanges.
 *
 * <p>Columns are divided by their root mean square first. Above {@value #EXACT_DIMENSIONS} columns the test is made on
 * {@value #SKETCH_DIMENSIONS} random signed sums of columns (a count sketch, Charikar et al. 2002): still exact in its error,
 * somewhat weaker.
 *
 * @param length Euclidean length of the mean shift in the units of the columns, before any scaling or sketch
 * @param tSquared the statistic
 * @param expected mean of the statistic under the exchanges
 * @param z the statistic in standard deviations of its exchanged values above their mean
 * @param p share of exchanges that reach the statistic
 * @param exchanges how many exchanges p was made with
 * @param dimensions columns after the sketch and without constant ones
 * @param shrinkage of the covariance
 */
public record ShiftSize(
        double length,
        double tSquared,
        double expected,
        double z,
        double p,
        int exchanges,
        int dimensions,
        double shrinkage) {
    private static final int EXACT_DIMENSIONS = 1_024;
    private static final int SKETCH_DIMENSIONS = 512;
    private static final int MOST_EXCHANGES = 999;
    // Fixed: the sketch is part of the statistic, not of the draw.
    private static final long SKETCH_SEED = 0x5EED_5CE7_C4L;

    /**
     * The size of the shift between the classes of the exchanges' observed labels.
     *
     * @param rows the study's rows, {@code [rows, columns]}
     * @param exchanges of which the first {@value #MOST_EXCHANGES} are taken
     */
    public static ShiftSize of(Matrix rows, Exchanges exchanges) {
        return of(rows, exchanges, OptionalDouble.empty());
    }

    /** With a given shrinkage, or by Ledoit and Wolf. */
    static ShiftSize of(Matrix rows, Exchanges exchanges, OptionalDouble shrinkage) {
        if (rows.rows() != exchanges.rows()) {
            throw new IllegalArgumentException(rows.rows() + " rows, but exchanges of " + exchanges.rows());
        }
        if (!Double.isFinite(exchanges.varianceFactor())) {
            throw new IllegalArgumentException("a class has no row");
        }
        int limit = Math.min(MOST_EXCHANGES, exchanges.count());
        double length = length(rows, exchanges);
        Matrix scaled = scaled(rows, exchanges);
        if (scaled.columns() == 0) {
            return new ShiftSize(length, 0, 0, 0, 1, limit, 0, 0);
        }
        Matrix tested = scaled.columns() > EXACT_DIMENSIONS ? sketch(scaled) : scaled;
        Covariance covariance = Covariance.secondMoment(exchanges.invariant(tested), exchanges.centred(), shrinkage);
        double[] statistics = statistics(tested, exchanges, covariance.cholesky(), limit);
        double[] exchanged = Arrays.copyOfRange(statistics, 1, statistics.length);
        double mean = Arrays.stream(exchanged).average().orElseThrow();
        double variance = Arrays.stream(exchanged)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow();
        return new ShiftSize(
                length,
                statistics[0],
                mean,
                variance > 0 ? (statistics[0] - mean) / StrictMath.sqrt(variance) : 0,
                PValue.greater(statistics[0], exchanged),
                limit,
                tested.columns(),
                covariance.shrinkage());
    }

    /** T² as observed and under each exchange, {@code [1 + limit]}. */
    private static double[] statistics(Matrix rows, Exchanges exchanges, Cholesky factor, int limit) {
        double[][] shifts = new double[1 + limit][rows.columns()];
        for (int column = 0; column < rows.columns(); column++) {
            double[] shift = exchanges.shifts(column(rows, column), limit);
            for (int b = 0; b <= limit; b++) {
                shifts[b][column] = shift[b];
            }
        }
        return Arrays.stream(shifts)
                .mapToDouble(shift -> Vectors.squaredNorm(factor.whiten(shift)) / exchanges.varianceFactor())
                .toArray();
    }

    private static double length(Matrix rows, Exchanges exchanges) {
        double squares = 0;
        for (int column = 0; column < rows.columns(); column++) {
            double shift = exchanges.shifts(column(rows, column), 0)[0];
            squares += shift * shift;
        }
        return StrictMath.sqrt(squares);
    }

    /** The rows with every column divided by the root mean square of what is exchanged; columns that never vary left out. */
    private static Matrix scaled(Matrix rows, Exchanges exchanges) {
        Matrix invariant = exchanges.invariant(rows);
        double[] scale = new double[rows.columns()];
        int kept = 0;
        for (int column = 0; column < scale.length; column++) {
            double[] values = column(invariant, column);
            double centre =
                    exchanges.centred() ? Arrays.stream(values).average().orElse(0) : 0;
            scale[column] = StrictMath.sqrt(Arrays.stream(values)
                    .map(value -> (value - centre) * (value - centre))
                    .average()
                    .orElse(0));
            kept += scale[column] > 0 ? 1 : 0;
        }
        float[] scaled = new float[rows.rows() * kept];
        int next = 0;
        for (int row = 0; row < rows.rows(); row++) {
            for (int column = 0; column < scale.length; column++) {
                if (scale[column] > 0) {
                    scaled[next++] = (float) (rows.at(row, column) / scale[column]);
                }
            }
        }
        return new Matrix(rows.rows(), kept, scaled);
    }

    private static Matrix sketch(Matrix rows) {
        SplittableRandom random = new SplittableRandom(SKETCH_SEED);
        int[] target = new int[rows.columns()];
        float[] sign = new float[rows.columns()];
        for (int column = 0; column < target.length; column++) {
            target[column] = random.nextInt(SKETCH_DIMENSIONS);
            sign[column] = random.nextBoolean() ? 1 : -1;
        }
        float[] sums = new float[rows.rows() * SKETCH_DIMENSIONS];
        for (int row = 0; row < rows.rows(); row++) {
            for (int column = 0; column < target.length; column++) {
                sums[row * SKETCH_DIMENSIONS + target[column]] += sign[column] * rows.at(row, column);
            }
        }
        return new Matrix(rows.rows(), SKETCH_DIMENSIONS, sums);
    }

    private static double[] column(Matrix rows, int column) {
        double[] values = new double[rows.rows()];
        for (int row = 0; row < values.length; row++) {
            values[row] = rows.at(row, column);
        }
        return values;
    }
}
