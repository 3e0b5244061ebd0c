package ai.auditor.probes.internal;

import java.util.Arrays;
import java.util.List;

/**
 * Scores that a fitted scorer gave to rows whose labels it never saw.
 *
 * @param scores of each row by the scorer fitted on all other parts, {@code [rows]}
 * @param validation of part s the scores of its validation rows by the scorer fitted on the inner fitting rows,
 *     {@code [parts][rows]}, NaN elsewhere
 * @param chosen what was chosen inside the fitting part of each part, for a reader, {@code [parts]}
 */
public record HeldOut(double[] scores, double[][] validation, List<String> chosen) {
    public HeldOut {
        chosen = List.copyOf(chosen);
    }

    /** No scores yet. */
    public static HeldOut blank(int rows, int parts, List<String> chosen) {
        double[][] validation = new double[parts][rows];
        for (double[] scores : validation) {
            Arrays.fill(scores, Double.NaN);
        }
        return new HeldOut(new double[rows], validation, chosen);
    }

    /** Writes scores of rows, shifted and scaled to mean 0 and deviation 1 over them: parts then share one scale, and no label was read. */
    public static void put(double[] target, int[] rows, double[] values) {
        double[] standard = standardised(values);
        for (int i = 0; i < rows.length; i++) {
            target[rows[i]] = standard[i];
        }
    }

    /** Values shifted and scaled to mean 0 and deviation 1; zeros where they do not vary. */
    public static double[] standardised(double[] values) {
        double mean = Arrays.stream(values).average().orElse(0);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double deviation = StrictMath.sqrt(squares / Math.max(1, values.length));
        return Arrays.stream(values)
                .map(v -> deviation > 0 ? (v - mean) / deviation : 0)
                .toArray();
    }
}
