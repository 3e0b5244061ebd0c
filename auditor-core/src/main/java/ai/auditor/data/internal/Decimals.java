package ai.auditor.data.internal;

import java.math.BigDecimal;
import java.util.Locale;

/** Numbers of binary files spelt as Python spells them, by which most JSON Lines are written. */
final class Decimals {
    /** Where it turns to powers of ten. */
    private static final double SMALLEST_PLAIN = 1e-4;

    private static final double SMALLEST_POWER = 1e16;

    private Decimals() {}

    static String of(double value) {
        return spelt(Double.toString(value), Math.abs(value));
    }

    static String of(float value) {
        return spelt(Float.toString(value), Math.abs(value));
    }

    private static String spelt(String literal, double size) {
        int power = literal.indexOf('E');
        if (power < 0) {
            return literal;
        }
        if ((size != 0 && size < SMALLEST_PLAIN) || size >= SMALLEST_POWER) {
            String digits = literal.substring(0, power).replaceFirst("\\.0$", "");
            return String.format(Locale.ROOT, "%se%+03d", digits, Integer.parseInt(literal.substring(power + 1)));
        }
        String plain = new BigDecimal(literal).toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
}
