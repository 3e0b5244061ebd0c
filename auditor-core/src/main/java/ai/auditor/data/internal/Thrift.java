package ai.auditor.data.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One struct in Thrift's compact protocol, read without trust: no list longer than the bytes that are there, no nesting without end, no
 * more values than a real footer has.
 */
final class Thrift {
    /** Of a footer of 2,000 row groups of 20 columns there are about half as many. */
    private static final int MOST_VALUES = 1 << 21;

    private static final int MAX_NESTING = 32;
    private static final int LONG_DELTA = 0;
    private static final int STOP = 0;
    private static final int LOW = 0x0f;
    private static final int HALF_BYTE = 4;
    private static final int LONG_LIST = 15;

    private final Map<Integer, Object> fields;

    private Thrift(Map<Integer, Object> fields) {
        this.fields = fields;
    }

    /**
     * Reads a struct; what follows it is left.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     * @throws RuntimeException where it is cut off or no such struct
     */
    static Thrift read(ByteBuffer bytes) {
        return new Reader(bytes).struct(0);
    }

    boolean has(int id) {
        return fields.containsKey(id);
    }

    /** A number; 0 where it is absent. */
    long number(int id) {
        return fields.get(id) instanceof Long number ? number : 0;
    }

    /** A text; empty where it is absent. */
    String text(int id) {
        return fields.get(id) instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
    }

    /** A struct in this one, if it is there. */
    @Nullable
    Thrift struct(int id) {
        return fields.get(id) instanceof Thrift struct ? struct : null;
    }

    /** A list of structs; empty where it is absent. */
    List<Thrift> structs(int id) {
        List<Thrift> found = new ArrayList<>();
        items(id).forEach(item -> {
            if (item instanceof Thrift struct) {
                found.add(struct);
            }
        });
        return found;
    }

    /** A list of texts; empty where it is absent. */
    List<String> texts(int id) {
        List<String> found = new ArrayList<>();
        items(id).forEach(item -> {
            if (item instanceof byte[] bytes) {
                found.add(new String(bytes, StandardCharsets.UTF_8));
            }
        });
        return found;
    }

    private List<?> items(int id) {
        return fields.get(id) instanceof List<?> list ? list : List.of();
    }

    private static final class Reader {
        private final ByteBuffer in;
        private int values;

        Reader(ByteBuffer in) {
            this.in = in;
        }

        Thrift struct(int depth) {
            if (depth > MAX_NESTING) {
                throw new IllegalArgumentException("nested deeper than " + MAX_NESTING + " levels");
            }
            Map<Integer, Object> fields = new HashMap<>();
            int id = 0;
            for (int header = in.get(); header != STOP; header = in.get()) {
                int delta = (header >>> HALF_BYTE) & LOW;
                id = delta == LONG_DELTA ? (int) zigzag() : id + delta;
                int type = header & LOW;
                fields.put(id, type == 1 || type == 2 ? Boolean.valueOf(type == 1) : value(type, depth));
            }
            return new Thrift(fields);
        }

        private Object value(int type, int depth) {
            if (++values > MOST_VALUES) {
                throw new IllegalArgumentException("more than " + MOST_VALUES + " values");
            }
            return switch (type) {
                case 1, 2, 3 -> (long) in.get();
                case 4, 5, 6 -> zigzag();
                case 7 -> in.getDouble();
                case 8 -> bytes();
                case 9, 10 -> list(depth);
                case 11 -> map(depth);
                case 12 -> struct(depth + 1);
                default -> throw new IllegalArgumentException("a value of the unknown type " + type);
            };
        }

        private List<Object> list(int depth) {
            int header = in.get();
            int size = (header >>> HALF_BYTE) & LOW;
            return items(size == LONG_LIST ? count() : count(size), header & LOW, header & LOW, depth);
        }

        private List<Object> map(int depth) {
            int size = count();
            if (size == 0) {
                return List.of();
            }
            int types = in.get();
            return items(count(2L * size), (types >>> HALF_BYTE) & LOW, types & LOW, depth);
        }

        private List<Object> items(int size, int even, int odd, int depth) {
            if (depth > MAX_NESTING) {
                throw new IllegalArgumentException("nested deeper than " + MAX_NESTING + " levels");
            }
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                items.add(value(i % 2 == 0 ? even : odd, depth + 1));
            }
            return items;
        }

        private byte[] bytes() {
            byte[] bytes = new byte[count()];
            in.get(bytes);
            return bytes;
        }

        private int count() {
            return count(varint());
        }

        /** As many as are said to follow, each of at least a byte. */
        private int count(long count) {
            if (count < 0 || count > in.remaining()) {
                throw new IllegalArgumentException(
                        count + " values or bytes should follow where only " + in.remaining() + " bytes are left");
            }
            return (int) count;
        }

        private long zigzag() {
            long value = varint();
            return (value >>> 1) ^ -(value & 1);
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                int next = in.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("a number of more than ten bytes");
        }
    }
}
