package ai.auditor.model.internal;

import ai.auditor.Printable;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pickle in a torch file, of which only what a dictionary of tensors needs is understood: dictionaries, lists, tuples, plain values,
 * storages and the two functions that rebuild tensors. What a name stands for is compared with a list and never looked up; there is nothing
 * here that could run.
 */
final class TensorPickle {
    private static final int MOST_OPCODES = 1_000_000;
    private static final int MOST_VALUES = 100_000;
    private static final int LONGEST_TEXT = 1 << 16;
    private static final int MOST_DIMENSIONS = 16;
    private static final int NEWEST_PROTOCOL = 5;

    private static final Name ORDERED = new Name("collections", "OrderedDict");
    private static final Name TENSOR = new Name("torch._utils", "_rebuild_tensor_v2");
    private static final Name PARAMETER = new Name("torch._utils", "_rebuild_parameter");
    private static final Map<Name, ElementType> STORAGES = Map.of(
            new Name("torch", "FloatStorage"), ElementType.F32,
            new Name("torch", "HalfStorage"), ElementType.F16,
            new Name("torch", "BFloat16Storage"), ElementType.BF16,
            new Name("torch", "DoubleStorage"), ElementType.F64,
            new Name("torch", "LongStorage"), ElementType.I64,
            new Name("torch", "IntStorage"), ElementType.I32);
    private static final Set<Name> FUNCTIONS = Set.of(ORDERED, TENSOR, PARAMETER);

    private final Path path;
    private final ByteBuffer bytes;
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();

    private TensorPickle(Path path, byte[] bytes) {
        this.path = path;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A name of Python's, as the pickle spells it. */
    private record Name(String module, String name) {}

    private record Storage(ElementType type, String key, long count) {}

    /** Python's None, and what is known and of no use. */
    private enum Nothing {
        NOTHING
    }

    private record Tuple(List<Object> values) {}

    /**
     * A tensor as the pickle describes it.
     *
     * @param storage name of the member that holds its numbers
     * @param stored numbers in that storage
     * @param offset of the first number in the storage
     */
    record Described(ElementType type, String storage, long stored, long offset, long[] shape, long[] strides) {}

    /** The tensors of the dictionary that a pickle holds. */
    static Map<String, Described> read(Path path, byte[] bytes) {
        TensorPickle pickle = new TensorPickle(path, bytes);
        Object root;
        try {
            root = pickle.run();
        } catch (BufferUnderflowException cut) {
            throw pickle.refused("its pickle ends in the middle of an instruction");
        }
        if (!(root instanceof Map<?, ?> dictionary)) {
            throw pickle.refused("its pickle holds no dictionary of tensors");
        }
        Map<String, Described> tensors = new LinkedHashMap<>();
        dictionary.forEach((name, value) -> {
            if (name instanceof String text && value instanceof Described tensor) {
                tensors.put(text, tensor);
            }
        });
        return tensors;
    }

    private Object run() {
        for (int i = 0; i < MOST_OPCODES; i++) {
            int opcode = Byte.toUnsignedInt(bytes.get());
            if (opcode == '.') {
                if (stack.size() != 1 || !marks.isEmpty() || bytes.hasRemaining()) {
                    throw refused("its pickle ends with more or less than one value");
                }
                return stack.get(0);
            }
            step(opcode);
            if (stack.size() > MOST_VALUES || memo.size() > MOST_VALUES || marks.size() > MOST_VALUES) {
                throw refused("its pickle keeps more than " + MOST_VALUES + " values at once");
            }
        }
        throw refused("its pickle has more than " + MOST_OPCODES + " instructions");
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> protocol();
            case 0x95 -> bytes.getLong(); // a frame's length, which says nothing
            case '(' -> marks.add(stack.size());
            case '}' -> push(new LinkedHashMap<String, Object>());
            case ']' -> push(new ArrayList<>());
            case ')' -> push(new Tuple(List.of()));
            case 't' -> push(new Tuple(sinceMark()));
            case 0x85 -> push(new Tuple(popped(1)));
            case 0x86 -> push(new Tuple(popped(2)));
            case 0x87 -> push(new Tuple(popped(3)));
            case 'N' -> push(Nothing.NOTHING);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) Byte.toUnsignedInt(bytes.get()));
            case 'M' -> push((long) Short.toUnsignedInt(bytes.getShort()));
            case 'J' -> push((long) bytes.getInt());
            case 0x8a -> push(longInteger());
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong())));
            case 0x8c -> push(text(Byte.toUnsignedInt(bytes.get())));
            case 'X' -> push(text(Integer.toUnsignedLong(bytes.getInt())));
            case 0x8d -> push(text(bytes.getLong()));
            case 'q' -> remember(Byte.toUnsignedInt(bytes.get()));
            case 'r' -> remember(Integer.toUnsignedLong(bytes.getInt()));
            case 0x94 -> remember(memo.size());
            case 'h' -> push(remembered(Byte.toUnsignedInt(bytes.get())));
            case 'j' -> push(remembered(Integer.toUnsignedLong(bytes.getInt())));
            case 'a' -> append(popped(1));
            case 'e' -> append(sinceMark());
            case 's' -> set(popped(2));
            case 'u' -> set(sinceMark());
            case 'c' -> push(known(line(), line()));
            case 0x93 -> {
                List<Object> names = popped(2);
                push(known(as(String.class, names.get(0), "a name"), as(String.class, names.get(1), "a name")));
            }
            case 'Q' -> push(storage(as(Tuple.class, pop(), "a storage").values()));
            case 'R' -> {
                Tuple arguments = as(Tuple.class, pop(), "arguments");
                push(called(as(Name.class, pop(), "a function"), arguments.values()));
            }
            case 'b' -> build();
            default ->
                throw refused("its pickle has the instruction 0x" + Integer.toHexString(opcode)
                        + ", which a dictionary of tensors does not need");
        }
    }

    private void protocol() {
        int version = Byte.toUnsignedInt(bytes.get());
        if (version > NEWEST_PROTOCOL) {
            throw refused("its pickle has version " + version + "; read are those up to " + NEWEST_PROTOCOL);
        }
    }

    /** The state of a dictionary (torch keeps the versions of modules there) is dropped; nothing else has one. */
    private void build() {
        pop();
        if (stack.isEmpty() || !(stack.get(stack.size() - 1) instanceof Map)) {
            throw refused("its pickle sets the state of something that is no dictionary");
        }
    }

    private Object known(String module, String name) {
        Name asked = new Name(module, name);
        if (!FUNCTIONS.contains(asked) && !STORAGES.containsKey(asked)) {
            throw refused("refused: the pickle asks for " + Printable.cut(Printable.line(module + "." + name), 120)
                    + "; only tensors, dictionaries, lists and plain values are read");
        }
        return asked;
    }

    private Object called(Name function, List<Object> arguments) {
        if (function.equals(ORDERED) && arguments.isEmpty()) {
            return new LinkedHashMap<String, Object>();
        }
        if (function.equals(TENSOR) && (arguments.size() == 6 || arguments.size() == 7)) {
            return tensor(arguments);
        }
        if (function.equals(PARAMETER) && arguments.size() == 3 && arguments.get(0) instanceof Described tensor) {
            return tensor;
        }
        throw refused("its pickle calls " + function.module() + "." + function.name() + " with what it does not take");
    }

    private Described tensor(List<Object> arguments) {
        Storage storage = as(Storage.class, arguments.get(0), "a storage");
        long offset = as(Long.class, arguments.get(1), "an offset");
        long[] shape = sizes(arguments.get(2));
        long[] strides = sizes(arguments.get(3));
        if (offset < 0 || shape.length != strides.length) {
            throw refused("its pickle has a tensor of " + shape.length + " axes with " + strides.length
                    + " strides from number " + offset + " on");
        }
        return new Described(storage.type(), storage.key(), storage.count(), offset, shape, strides);
    }

    private long[] sizes(Object value) {
        List<Object> values = as(Tuple.class, value, "a shape").values();
        if (values.size() > MOST_DIMENSIONS) {
            throw refused("its pickle has a tensor of more than " + MOST_DIMENSIONS + " axes");
        }
        long[] sizes = new long[values.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = as(Long.class, values.get(i), "a size");
            if (sizes[i] < 0) {
                throw refused("its pickle has a tensor with a size or stride of " + sizes[i]);
            }
        }
        return sizes;
    }

    private Storage storage(List<Object> id) {
        if (id.size() != 5 || !"storage".equals(id.get(0))) {
            throw refused("its pickle refers to something that is no storage");
        }
        ElementType type = Optional.ofNullable(STORAGES.get(as(Name.class, id.get(1), "a storage's type")))
                .orElseThrow(() -> refused("its pickle refers to a storage of no type that is read"));
        String key = as(String.class, id.get(2), "a storage's key");
        long count = as(Long.class, id.get(4), "a storage's size");
        if (count < 0) {
            throw refused("its pickle has a storage of " + count + " numbers");
        }
        return new Storage(type, key, count);
    }

    private void append(List<Object> values) {
        if (stack.isEmpty() || !(stack.get(stack.size() - 1) instanceof List)) {
            throw refused("its pickle appends to something that is no list");
        }
        // What a list holds is never asked for: no weights lie in one.
        if (values.size() > MOST_VALUES) {
            throw refused("its pickle has a list of more than " + MOST_VALUES + " values");
        }
    }

    private void set(List<Object> pairs) {
        if (stack.isEmpty() || !(stack.get(stack.size() - 1) instanceof LinkedHashMap<?, ?>) || pairs.size() % 2 != 0) {
            throw refused("its pickle sets entries of something that is no dictionary");
        }
        @SuppressWarnings("unchecked") // every dictionary is made here, of texts
        Map<String, Object> dictionary = (Map<String, Object>) stack.get(stack.size() - 1);
        for (int i = 0; i < pairs.size(); i += 2) {
            String key = as(String.class, pairs.get(i), "a text as the key of a dictionary");
            if (dictionary.put(key, pairs.get(i + 1)) != null) {
                throw refused("its pickle has the key " + Printable.quoted(key) + " twice");
            }
            if (dictionary.size() > MOST_VALUES) {
                throw refused("its pickle has a dictionary of more than " + MOST_VALUES + " entries");
            }
        }
    }

    private long longInteger() {
        int length = Byte.toUnsignedInt(bytes.get());
        if (length > Long.BYTES) {
            throw refused("its pickle has a whole number of " + length + " bytes");
        }
        byte[] value = new byte[length];
        for (int i = length - 1; i >= 0; i--) {
            value[i] = bytes.get();
        }
        return length == 0 ? 0 : new BigInteger(value).longValueExact();
    }

    private String text(long length) {
        if (length < 0 || length > LONGEST_TEXT) {
            throw refused("its pickle has a text of " + Long.toUnsignedString(length) + " bytes; the limit is "
                    + LONGEST_TEXT);
        }
        if (length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return decoded(part);
    }

    private String line() {
        int from = bytes.position();
        while (bytes.get() != '\n') {
            if (bytes.position() - from > LONGEST_TEXT) {
                throw refused("its pickle has a name of more than " + LONGEST_TEXT + " bytes");
            }
        }
        return decoded(bytes.slice(from, bytes.position() - 1 - from));
    }

    private String decoded(ByteBuffer part) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException e) {
            throw refused("its pickle has a text that is not UTF-8");
        }
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        return popped(1).get(0);
    }

    private List<Object> popped(int count) {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() - floor < count) {
            throw refused("its pickle takes a value that is not there");
        }
        List<Object> top = stack.subList(stack.size() - count, stack.size());
        List<Object> values = List.copyOf(top);
        top.clear();
        return values;
    }

    private List<Object> sinceMark() {
        if (marks.isEmpty()) {
            throw refused("its pickle refers to a mark that is not there");
        }
        List<Object> top = stack.subList(marks.remove(marks.size() - 1), stack.size());
        List<Object> values = List.copyOf(top);
        top.clear();
        return values;
    }

    private void remember(long place) {
        if (stack.isEmpty()) {
            throw refused("its pickle remembers a value that is not there");
        }
        memo.put(place, stack.get(stack.size() - 1));
    }

    private Object remembered(long place) {
        @Nullable Object value = memo.get(place);
        if (value == null) {
            throw refused("its pickle refers to a value that it did not remember");
        }
        return value;
    }

    private <T> T as(Class<T> type, Object value, String what) {
        if (!type.isInstance(value)) {
            throw refused("its pickle has something else where " + what + " belongs");
        }
        return type.cast(value);
    }

    private RuntimeException refused(String reason) {
        return Refusal.of(path, reason);
    }
}
