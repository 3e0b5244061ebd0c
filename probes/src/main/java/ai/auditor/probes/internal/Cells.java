package ai.auditor.probes.internal;

import java.util.Arrays;
import java.util.Locale;

/** Cells of tables, as reports print them. */
public final class Cells {
    /** From here on four digits would be a power of ten. */
    private static final double LARGE = 9_999.5;

    /** From here on a power of ten is shorter. */
    private static final double FAR = 1e9;

    private Cells() {}

    /** A number of four significant digits, or more where they stand before the point. */
    public static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= LARGE && Math.abs(value) < FAR ? "%,.0f" : "%.4g", value);
    }

    /** How many of other values lie at a value or above it: "3 of 40". */
    public static String atOrAbove(double[] others, double value) {
        return Arrays.stream(others).filter(other -> other >= value).count() + " of " + others.length;
    }
}
