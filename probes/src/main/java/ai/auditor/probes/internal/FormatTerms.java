package ai.auditor.probes.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What may depend on format and length in scores of some rows: the format features and their squares. They come off without labels, so that a
 * difference in format alone leaves nothing to test.
 *
 * @param features of the rows, standardised, and their squares, each {@code [rows]}
 */
public record FormatTerms(List<double[]> features) {
    /** Powers of the baseline's score that are taken off, so that what depends on it along a curve goes too. */
    private static final int POWERS = 3;

    /** Further out a score or feature does not count, so that one strange row cannot rule a fit. */
    private static final double FURTHEST = 5;

    public FormatTerms {
        features = List.copyOf(features);
    }

    /**
     * The terms of some rows.
     *
     * @param features format features of all rows, {@code [all rows][features]}
     */
    public static FormatTerms of(double[][] features, int[] rows) {
        List<double[]> terms = new ArrayList<>();
        for (int j = 0; features.length > 0 && j < features[0].length; j++) {
            int column = j;
            double[] feature = HeldOut.standardised(Arrays.stream(rows)
                    .mapToDouble(row -> features[row][column])
                    .toArray());
            terms.add(feature);
            terms.add(power(feature, 2));
        }
        return new FormatTerms(terms);
    }

    /**
     * The residual of scores on powers of the baseline's score and these terms.
     *
     * @param scores of the rows, {@code [rows]}
     * @param baseline what format and length alone score them, standardised, {@code [rows]}
     */
    public double[] beyond(double[] scores, double[] baseline) {
        List<double[]> regressors = new ArrayList<>();
        for (int power = 1; power <= POWERS; power++) {
            regressors.add(power(baseline, power));
        }
        regressors.addAll(features);
        return Residual.of(scores, regressors);
    }

    /**
     * What a reader must know where rows are too few for {@link #beyond} to take all of format and length off.
     *
     * @param rows of a part
     * @param features how many format features there are
     */
    public static Optional<String> shortOfRows(int rows, int features) {
        int terms = POWERS + 2 * features;
        int taken = Residual.affordable(rows);
        return taken >= terms
                ? Optional.empty()
                : Optional.of("rows are few: of " + terms
                        + " terms of format and length, the baseline's score first, a part of " + rows
                        + " rows affords " + taken + "; no more were taken off what is tested");
    }

    private static double[] power(double[] values, int power) {
        return Arrays.stream(values)
                .map(v -> StrictMath.pow(Math.max(-FURTHEST, Math.min(FURTHEST, v)), power))
                .toArray();
    }
}
