package ai.auditor.text.internal.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Python's {@code str(value)} and {@code repr(value)}. */
final class Printing {
    /** Python's repr writes floats from here on with an exponent. */
    private static final int FIRST_EXPONENT = 16;

    private static final int LAST_LEADING_ZEROS = -4;
    /** 17 significant digits tell any two doubles apart (IEEE 754). */
    private static final int MAX_DIGITS = 17;

    private Printing() {}

    static String str(Value value) {
        if (value instanceof Text text) {
            return text.value();
        }
        if (value instanceof Undefined) {
            return "";
        }
        return repr(value);
    }

    static String repr(Value value) {
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return out.toString();
    }

    private static void repr(Value value, StringBuilder out) {
        if (value instanceof Text text) {
            quote(text.value(), out);
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else if (value instanceof None) {
            out.append("None");
        } else if (value instanceof Bool bool) {
            out.append(bool.value() ? "True" : "False");
        } else if (value instanceof Int number) {
            out.append(number.value());
        } else if (value instanceof Real number) {
            out.append(number(number.value()));
        } else if (value instanceof Sequence sequence && sequence.kind() == Sequence.Kind.LIST) {
            values(sequence.iterator(), "[", "]", out);
        } else if (value instanceof Sequence tuple) {
            values(tuple.iterator(), "(", tuple.values().size() == 1 ? ",)" : ")", out);
        } else if (value instanceof View view) {
            values(view.iterator(), view.type() + "([", "])", out);
        } else if (value instanceof Dict dict) {
            entries(dict, out);
        } else if (value instanceof Range range) {
            out.append("range(").append(range.start()).append(", ").append(range.stop());
            out.append(range.step() == 1 ? ")" : ", " + range.step() + ")");
        } else {
            throw new Fault("printing a " + value.type() + " is not supported");
        }
    }

    private static void values(Iterator<Value> values, String open, String close, StringBuilder out) {
        out.append(open);
        while (values.hasNext()) {
            repr(values.next(), out);
            out.append(values.hasNext() ? ", " : "");
        }
        out.append(close);
    }

    private static void entries(Dict dict, StringBuilder out) {
        String separator = "{";
        for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
            out.append(separator);
            repr(entry.getKey(), out);
            out.append(": ");
            repr(entry.getValue(), out);
            separator = ", ";
        }
        out.append(dict.entries().isEmpty() ? "{}" : "}");
    }

    /** The shortest digits that give the same double, in Python's layout. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal shortest = exact;
        for (int digits = 1; digits <= MAX_DIGITS; digits++) {
            shortest = exact.round(new MathContext(digits));
            if (shortest.doubleValue() == Math.abs(value)) {
                break;
            }
        }
        shortest = shortest.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent >= LAST_LEADING_ZEROS && exponent < FIRST_EXPONENT) {
            String plain = shortest.toPlainString();
            return sign + (plain.contains(".") ? plain : plain + ".0");
        }
        String digits = shortest.unscaledValue().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return sign + mantissa + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(point -> {
            if (point == quote || point == '\\') {
                out.append('\\').appendCodePoint(point);
            } else if (point == '\n') {
                out.append("\\n");
            } else if (point == '\r') {
                out.append("\\r");
            } else if (point == '\t') {
                out.append("\\t");
            } else if (printable(point)) {
                out.appendCodePoint(point);
            } else {
                String form = point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x";
                out.append(String.format(Locale.ROOT, form, point));
            }
        });
        out.append(quote);
    }

    /** Python's {@code str.isprintable} for one character. */
    private static boolean printable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }
}
