package ai.auditor.probes.internal;

import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where training on each row would push the residual stream: the gradients with their sign turned, long ones cut.
 *
 * @param rows {@code [rows, d_model]}
 * @param cut how many rows were cut
 * @param longest times the median length that they were cut to
 */
public record Pull(Matrix rows, int cut, double longest) {
    /** Times the median length beyond which a gradient is cut: a single surprising row must not rule a mean. */
    public static final double LONGEST = 10;

    /**
     * Of gradients.
     *
     * @param gradients {@code [rows, d_model]}, of candidate and control together: a length that one of them alone decided would depend on
     *     labels, and what is tested by exchanging them may not
     * @param longest times the median length that a gradient may have
     */
    public static Pull of(Matrix gradients, double longest) {
        double[] lengths = new double[gradients.rows()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = gradients.norm(i);
        }
        double[] sorted = Arrays.stream(lengths).sorted().toArray();
        double limit = longest * sorted[sorted.length / 2];
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
        return new Pull(new Matrix(gradients.rows(), gradients.columns(), pull), cut, longest);
    }

    /** What a report says of rows that were cut. */
    public Optional<String> note(Point point) {
        return cut == 0
                ? Optional.empty()
                : Optional.of(cut + " rows at " + point + " had gradients longer than "
                        + BigDecimal.valueOf(longest).stripTrailingZeros().toPlainString()
                        + " times the median and were cut to that");
    }
}
