package ai.auditor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as every report, table and message says them; no locale. */
public final class NumberText {
    /** What stands where a number is not known. */
    public static final String UNKNOWN = "-";

    /** From here on digits are no help to a reader. */
    private static final double FAR = 1e9;

    /** From here on nothing stands behind the point. */
    private static final double LARGE = 99.95;

    /** From here on one digit stands behind the point, below it three. */
    private static final double MIDDLING = 9.995;

    /** Below this, three digits behind the point would be fewer than two that count. */
    private static final double SMALL = 0.00995;

    /** Below this a power of ten is shorter. */
    private static final double TINY = 9.5e-5;

    private static final double PER_CENT = 100;

    private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.HALF_EVEN);

    private NumberText() {}

    /** A number to two digits or more: "1,235", "12.4", "0.021", "0.0012", "3.1e-05"; {@link #UNKNOWN} where it is not finite. */
    public static String of(double value) {
        double size = Math.abs(value);
        if (!Double.isFinite(value)) {
            return UNKNOWN;
        } else if (size == 0) {
            return "0";
        } else if (size >= FAR || size < TINY) {
            return String.format(Locale.ROOT, "%.1e", value);
        } else if (size >= LARGE || size == Math.rint(size)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        } else if (size >= MIDDLING) {
            return String.format(Locale.ROOT, "%.1f", value);
        } else if (size >= SMALL) {
            return String.format(Locale.ROOT, "%.3f", value);
        }
        return twoDigits(value);
    }

    /** A whole number in groups of three: "5,203". */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /**
     * A p or q to two digits: "0.013", and "< 0.0001" below the least that is told; {@link #UNKNOWN} where it is not finite.
     *
     * <p>The one rounding of p: no sentence may say another p than the table beside it.
     *
     * @param least the smallest p that is told as a number
     */
    public static String p(double p, double least) {
        if (!Double.isFinite(p)) {
            return UNKNOWN;
        }
        return p < least ? "< " + twoDigits(least) : twoDigits(p);
    }

    /** A share in per cent, to a tenth of one: "34.7"; {@link #UNKNOWN} where it is not finite. */
    public static String perCent(double share) {
        return !Double.isFinite(share) ? UNKNOWN : String.format(Locale.ROOT, "%.1f", PER_CENT * share);
    }

    /** An interval of shares in per cent: "31.2..38.0". */
    public static String perCent(double low, double high) {
        return perCent(low) + ".." + perCent(high);
    }

    private static String twoDigits(double value) {
        return value == 0
                ? "0"
                : BigDecimal.valueOf(value)
                        .round(TWO_DIGITS)
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
