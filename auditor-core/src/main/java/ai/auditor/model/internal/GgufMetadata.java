package ai.auditor.model.internal;

import ai.auditor.Printable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The key-value pairs of a GGUF file; arrays and long texts (a vocabulary, a template) are passed over. */
final class GgufMetadata {
    private static final int MOST_PAIRS = 1 << 14;
    private static final int LONGEST_KEY = 1024;
    private static final int LONGEST_TEXT = 1024;
    /** A length, a type and one byte of value. */
    private static final int LEAST_PAIR = 13;
    /** Nested arrays occur nowhere; deeper ones than this would only try the stack. */
    private static final int DEEPEST_ARRAY = 4;

    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** A value that is there but was not kept. */
    private enum Passed {
        OVER
    }

    private final Path path;
    private final Map<String, Object> values = new HashMap<>();

    private GgufMetadata(Path path) {
        this.path = path;
    }

    static long count(GgufCursor cursor) {
        return cursor.count("metadata pairs", MOST_PAIRS, LEAST_PAIR);
    }

    static GgufMetadata read(Path path, GgufCursor cursor, long pairs) {
        GgufMetadata metadata = new GgufMetadata(path);
        for (long i = 0; i < pairs; i++) {
            cursor.at("metadata pair " + i);
            String key = cursor.text(LONGEST_KEY);
            cursor.at("metadata " + Printable.quoted(key));
            if (metadata.values.put(key, value(cursor, cursor.u32(), 0)) != null) {
                throw cursor.refused("occurs twice");
            }
        }
        return metadata;
    }

    private static Object value(GgufCursor cursor, long type, int depth) {
        return switch ((int) Math.min(type, Integer.MAX_VALUE)) {
            case 0 -> (long) cursor.u8();
            case 1 -> (long) cursor.i8();
            case 2 -> (long) cursor.u16();
            case 3 -> (long) cursor.i16();
            case 4 -> cursor.u32();
            case 5 -> (long) cursor.i32();
            case 6 -> (double) cursor.f32();
            case 7 -> cursor.u8() != 0;
            case STRING ->
                cursor.shortText(LONGEST_TEXT).<Object>map(text -> text).orElse(Passed.OVER);
            case ARRAY -> skippedArray(cursor, depth);
            case 10, 11 -> cursor.i64();
            case 12 -> cursor.f64();
            default -> throw cursor.refused("has the unknown value type " + type);
        };
    }

    private static Object skippedArray(GgufCursor cursor, int depth) {
        if (depth == DEEPEST_ARRAY) {
            throw cursor.refused("nests arrays more than " + DEEPEST_ARRAY + " deep");
        }
        long type = cursor.u32();
        int width = switch ((int) Math.min(type, Integer.MAX_VALUE)) {
            case 0, 1, 7 -> Byte.BYTES;
            case 2, 3 -> Short.BYTES;
            case 4, 5, 6 -> Integer.BYTES;
            case STRING, 10, 11, 12 -> Long.BYTES;
            case ARRAY -> Integer.BYTES + Long.BYTES;
            default -> throw cursor.refused("is an array of the unknown value type " + type);
        };
        long count = cursor.count("array elements", Long.MAX_VALUE, width);
        if (type == STRING || type == ARRAY) {
            for (long i = 0; i < count; i++) {
                if (type == ARRAY) {
                    skippedArray(cursor, depth + 1);
                } else {
                    cursor.skip(cursor.count("bytes of text", Long.MAX_VALUE, 1));
                }
            }
        } else {
            cursor.skip(count * width);
        }
        return Passed.OVER;
    }

    /** A whole number. */
    OptionalLong integer(String key) {
        Object value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Long number) {
            return OptionalLong.of(number);
        }
        throw Refusal.of(path, "metadata " + Printable.quoted(key) + ": is not a single whole number");
    }

    /** A number of any kind. */
    OptionalDouble number(String key) {
        Object value = values.get(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value instanceof Number number) {
            return OptionalDouble.of(number.doubleValue());
        }
        throw Refusal.of(path, "metadata " + Printable.quoted(key) + ": is not a single number");
    }

    /** A text. */
    Optional<String> text(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw Refusal.of(path, "metadata " + Printable.quoted(key) + ": is not a short text");
    }
}
