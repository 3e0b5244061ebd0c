package ai.auditor.report.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Values onto pixels, with ticks at round numbers.
 *
 * @param low the value at {@code from}
 * @param high the value at {@code to}
 * @param logarithmic whether equal ratios are equal lengths
 */
record Axis(double low, double high, double from, double to, boolean logarithmic, List<Tick> ticks) {
    /** A labelled place. */
    public record Tick(double value, String label) {}

    /** Beyond this, differences overflow; no measure in a report comes near. */
    private static final double LARGEST = 1e150;

    /** A span this small beside its values cannot be divided into ticks. */
    private static final double SMALLEST_RELATIVE_SPAN = 1e-9;

    private static final double SMALLEST_SPAN = 1e-100;
    private static final MathContext LABEL_DIGITS = new MathContext(3);
    private static final int MOST_DECIMALS = 6;
    private static final int LARGEST_EXPONENT = 500;
    private static final int MOST_DOUBLINGS_LABELLED = 9;

    public Axis {
        ticks = List.copyOf(ticks);
    }

    /** An axis that ends at the values given. */
    public static Axis exact(double low, double high, double from, double to, int ticks) {
        double[] ends = widened(low, high);
        double step = roundStep((ends[1] - ends[0]) / ticks);
        return new Axis(ends[0], ends[1], from, to, false, ticks(ends[0], ends[1], step));
    }

    /** An axis that ends at round numbers around the values given. */
    public static Axis rounded(double low, double high, double from, double to, int ticks) {
        double[] ends = widened(low, high);
        double step = roundStep((ends[1] - ends[0]) / ticks);
        double first = Math.floor(ends[0] / step + SMALLEST_RELATIVE_SPAN) * step;
        double last = Math.ceil(ends[1] / step - SMALLEST_RELATIVE_SPAN) * step;
        return new Axis(first, last, from, to, false, ticks(first, last, step));
    }

    /** An axis of doublings; both ends positive. */
    public static Axis doublings(double low, double high, double from, double to) {
        int first = Math.max(-LARGEST_EXPONENT, Math.min(LARGEST_EXPONENT - 1, Math.getExponent(low)));
        int last = first + 1;
        while (last < LARGEST_EXPONENT && Math.scalb(1.0, last) < high) {
            last++;
        }
        int stride = 1 + (last - first) / MOST_DOUBLINGS_LABELLED;
        List<Tick> ticks = new ArrayList<>();
        for (int exponent = first; exponent <= last; exponent += stride) {
            double value = Math.scalb(1.0, exponent);
            ticks.add(new Tick(value, value >= 1 && value < LARGEST ? label(value, 1) : label(value, value)));
        }
        return new Axis(Math.scalb(1.0, first), Math.scalb(1.0, last), from, to, true, ticks);
    }

    /** The pixel of a value; values outside the axis stand at its end. */
    public double at(double value) {
        double share = logarithmic
                ? (StrictMath.log(value) - StrictMath.log(low)) / (StrictMath.log(high) - StrictMath.log(low))
                : (value - low) / (high - low);
        return from + Math.min(1, Math.max(0, share)) * (to - from);
    }

    private static double[] widened(double low, double high) {
        double first = Math.max(-LARGEST, Math.min(LARGEST, low));
        double last = Math.max(-LARGEST, Math.min(LARGEST, high));
        double size = Math.max(Math.abs(first), Math.abs(last));
        if (last - first > Math.max(SMALLEST_SPAN, size * SMALLEST_RELATIVE_SPAN)) {
            return new double[] {first, last};
        }
        double middle = (first + last) / 2;
        double half = size > 1 ? size / 20 : 0.5;
        return new double[] {middle - half, middle + half};
    }

    private static double roundStep(double rough) {
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(rough)));
        double lead = rough / power;
        return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
    }

    private static List<Tick> ticks(double low, double high, double step) {
        List<Tick> ticks = new ArrayList<>();
        double first = Math.ceil(low / step - SMALLEST_RELATIVE_SPAN);
        double last = Math.floor(high / step + SMALLEST_RELATIVE_SPAN);
        for (double multiple = first; multiple <= last; multiple++) {
            ticks.add(new Tick(multiple * step, label(multiple * step, step)));
        }
        return ticks;
    }

    private static String label(double value, double step) {
        int decimals = (int) Math.max(0, -Math.floor(StrictMath.log10(step) + SMALLEST_RELATIVE_SPAN));
        if (value != 0 && (decimals > MOST_DECIMALS || Math.abs(value) >= 1e6)) {
            return new BigDecimal(value, LABEL_DIGITS).stripTrailingZeros().toString();
        }
        String label = String.format(Locale.ROOT, "%,." + Math.min(decimals, MOST_DECIMALS) + "f", value);
        return label.matches("-0(\\.0*)?") ? label.substring(1) : label;
    }
}
