package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;

/** Parity by three measures: cosine alone misses a constant factor, the largest difference alone says little about small vectors. */
public final class Closeness {
    /**
     * Largest difference that 32-bit eager arithmetic explains, of values of size 1: of larger ones it grows with them, and which kernels a
     * processor has decides how far (of logits of size 7 from 0.6e-4 to 1.0e-4).
     */
    public static final double TOLERANCE = 5e-5;

    private Closeness() {}

    public static double largestDifference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
        return largest;
    }

    public static void assertClose(String what, float[] actual, float[] expected) {
        double dot = 0;
        double actualSquare = 0;
        double expectedSquare = 0;
        for (int i = 0; i < expected.length; i++) {
            dot += (double) actual[i] * expected[i];
            actualSquare += (double) actual[i] * actual[i];
            expectedSquare += (double) expected[i] * expected[i];
        }
        double size = Math.sqrt(expectedSquare / Math.max(1, expected.length));
        assertThat(largestDifference(actual, expected))
                .as(what + ", largest difference")
                .isLessThan(TOLERANCE * Math.max(1, size));
        if (expectedSquare > 0) {
            assertThat(dot / Math.sqrt(actualSquare * expectedSquare))
                    .as(what + ", cosine")
                    .isGreaterThan(1 - 1e-6);
            assertThat(Math.sqrt(actualSquare / expectedSquare))
                    .as(what + ", size")
                    .isBetween(1 - 1e-5, 1 + 1e-5);
        }
    }
}
