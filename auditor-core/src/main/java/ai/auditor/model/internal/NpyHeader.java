package ai.auditor.model.internal;

import ai.auditor.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the numbers of a {@code .npy}: the literal of a Python dictionary of exactly three keys.
 *
 * @param byColumns numpy's {@code fortran_order}
 */
record NpyHeader(ElementType type, boolean byColumns, long[] shape) {
    /** What every version starts with: the magic, the version, and 16 bits of the header's length. */
    static final int START = 10;

    /** Versions 2 and 3 have 32 bits of the header's length. */
    static final int LONG_START = 12;

    /** numpy itself refuses more than 10,000 characters. */
    static final int LONGEST = 10_000;

    private static final int MOST_DIMENSIONS = 16;
    private static final Pattern SPACE = Pattern.compile("\\s*");
    private static final Pattern TEXT = Pattern.compile("'([^'\\\\]*)'|\"([^\"\\\\]*)\"");
    private static final Pattern WORD = Pattern.compile("True|False");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,19}");
    private static final String MAGIC = "\u0093NUMPY";

    /** Whether bytes start as numpy's do, for a version that is read. */
    static boolean starts(byte[] start) {
        for (int i = 0; i < MAGIC.length(); i++) {
            if (start[i] != (byte) MAGIC.charAt(i)) {
                return false;
            }
        }
        return start[6] >= 1 && start[6] <= 3 && start[7] == 0;
    }

    /**
     * Parses the literal.
     *
     * @param refusal makes what is thrown from a reason
     */
    static NpyHeader parse(String literal, Function<String, RuntimeException> refusal) {
        return new Parsing(literal, refusal).header();
    }

    private static final class Parsing {
        private final String literal;
        private final Function<String, RuntimeException> refusal;
        private int at;

        Parsing(String literal, Function<String, RuntimeException> refusal) {
            this.literal = literal;
            this.refusal = refusal;
        }

        NpyHeader header() {
            @Nullable ElementType type = null;
            @Nullable Boolean byColumns = null;
            long @Nullable [] shape = null;
            take('{');
            while (!taken('}')) {
                String key = text();
                take(':');
                if (key.equals("descr") && type == null) {
                    type = type();
                } else if (key.equals("fortran_order") && byColumns == null) {
                    byColumns = next(WORD).equals("True");
                } else if (key.equals("shape") && shape == null) {
                    shape = shape();
                } else {
                    throw refusal.apply("its header has the key " + Printable.quoted(key) + " once too often");
                }
                if (!taken(',')) {
                    take('}');
                    break;
                }
            }
            next(SPACE);
            if (at != literal.length() || type == null || byColumns == null || shape == null) {
                throw refusal.apply("its header is not a dictionary of descr, fortran_order and shape");
            }
            if (byColumns && shape.length > 2) {
                throw refusal.apply(
                        "its " + shape.length + " axes lie in Fortran's order, which is read of matrices only");
            }
            return new NpyHeader(type, byColumns && shape.length == 2, shape);
        }

        private ElementType type() {
            next(SPACE);
            if (at < literal.length() && literal.charAt(at) == '[') {
                throw refusal.apply("its elements are records, which are not read; read are <f4, <f2, <f8");
            }
            String descr = text();
            return switch (descr) {
                case "<f4" -> ElementType.F32;
                case "<f2" -> ElementType.F16;
                case "<f8" -> ElementType.F64;
                default ->
                    throw refusal.apply("its type " + Printable.quoted(descr) + " is not read; read are <f4, <f2, <f8");
            };
        }

        private long[] shape() {
            List<Long> sizes = new ArrayList<>();
            take('(');
            while (!taken(')')) {
                next(SPACE);
                sizes.add(size(next(NUMBER)));
                if (sizes.size() > MOST_DIMENSIONS) {
                    throw refusal.apply("its shape has more than " + MOST_DIMENSIONS + " axes");
                }
                if (!taken(',')) {
                    take(')');
                    break;
                }
            }
            return sizes.stream().mapToLong(Long::longValue).toArray();
        }

        private long size(String digits) {
            try {
                return Long.parseLong(digits);
            } catch (NumberFormatException tooLarge) {
                throw refusal.apply("its shape holds " + digits + ", which is no size");
            }
        }

        private String text() {
            String quoted = next(TEXT);
            return quoted.substring(1, quoted.length() - 1);
        }

        private boolean taken(char wanted) {
            next(SPACE);
            if (at < literal.length() && literal.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        private void take(char wanted) {
            if (!taken(wanted)) {
                throw broken();
            }
        }

        private String next(Pattern pattern) {
            if (pattern != SPACE) {
                next(SPACE);
            }
            Matcher matcher = pattern.matcher(literal).region(at, literal.length());
            if (!matcher.lookingAt()) {
                throw broken();
            }
            at = matcher.end();
            return matcher.group();
        }

        private RuntimeException broken() {
            return refusal.apply("its header is not what numpy writes: it breaks at character " + at);
        }
    }

    /** How its elements are read. */
    Decoding decoding() {
        Optional<Decoding> known = type.decoding();
        return known.orElseThrow();
    }

    /** Bytes of an element. */
    int width() {
        return type.bits() / Byte.SIZE;
    }
}
