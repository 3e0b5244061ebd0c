package ai.auditor.probes.internal;

import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where training on each row would push the residual stream: the gradients with their sign turned, long ones cut.
 *
 * @param rows {@code [rows, d_model]}
 * @param cut how many rows were cut
 */
public record Pull(Matrix rows, int cut) {
    /** A row's gradient is cut to this many times the median length: a single surprising row must not rule a mean. */
    private static final double LONGEST = 10;

    /** Of gradients, {@code [rows, d_model]}. */
    public static Pull of(Matrix gradients) {
        double[] lengths = new double[gradients.rows()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = gradients.norm(i);
        }
        double[] sorted = Arrays.stream(lengths).sorted().toArray();
        double limit = LONGEST * sorted[sorted.length / 2];
        float[] pull = new float[gradients.values().length];
        int cut = 0;
        for (int i = 0; i < lengths.length; i++) {
            boolean tooLong = lengths[i] > limit;
            cut += tooLong ? 1 : 0;
            double factor = tooLong ? -limit / lengths[i] : -1;
            for (int j = 0; j < gradients.columns(); j++) {
                pull[i * gradients.columns() + j] = (float) (factor * gradients.at(i, j));
            }
        }
        return new Pull(new Matrix(gradients.rows(), gradients.columns(), pull), cut);
    }

    /** What a report says of rows that were cut. */
    public Optional<String> note(Point point) {
        return cut == 0
                ? Optional.empty()
                : Optional.of(cut + " rows at " + point + " had gradients longer than " + (int) LONGEST
                        + " times the median and were cut to that");
    }
}
