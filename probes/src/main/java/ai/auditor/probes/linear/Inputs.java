package ai.auditor.probes.linear;

import ai.auditor.probes.internal.Standardisation;
import ai.auditor.stats.Matrix;
import java.util.Arrays;

/** What a softmax regression may be given of rows. */
sealed interface Inputs {
    /** Features of rows, on scales and axes that come from the fitting rows alone. */
    Features of(int[] fitting, int[] scored);

    /**
     * Features of the rows that something is fitted on, and of those that it scores.
     *
     * @param fitting {@code [fitting rows][features]}
     * @param scored {@code [scored rows][features]}
     */
    record Features(double[][] fitting, double[][] scored) {}

    /**
     * The leading principal components of standardised activations at a point.
     *
     * @param name of the point
     * @param values of all rows, {@code [rows, columns]}
     */
    record Activations(String name, Matrix values) implements Inputs {
        @Override
        public Features of(int[] fitting, int[] scored) {
            Spectrum spectrum = Spectrum.of(Moments.of(values, fitting));
            return new Features(
                    spectrum.components(values.taking(fitting), LinearScores.COMPONENTS),
                    spectrum.components(values.taking(scored), LinearScores.COMPONENTS));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * Format and length alone, standardised.
     *
     * @param values of all rows, {@code [rows][features]}
     */
    record Format(double[][] values) implements Inputs {
        @Override
        public Features of(int[] fitting, int[] scored) {
            double[][] fit = taking(fitting);
            Standardisation scale = Standardisation.of(fit);
            return new Features(scale.applyAll(fit), scale.applyAll(taking(scored)));
        }

        private double[][] taking(int[] rows) {
            return Arrays.stream(rows).mapToObj(row -> values[row]).toArray(double[][]::new);
        }

        @Override
        public String toString() {
            return "format and length";
        }
    }
}
