package ai.auditor.probes.internal;

import java.util.Arrays;
import java.util.Locale;

/** Cells of tables, as reports print them. */
public final class Cells {
    private Cells() {}

    /** A number of four significant digits. */
    public static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    /** How many of other values lie at a value or above it: "3 of 40". */
    public static String atOrAbove(double[] others, double value) {
        return Arrays.stream(others).filter(other -> other >= value).count() + " of " + others.length;
    }
}
