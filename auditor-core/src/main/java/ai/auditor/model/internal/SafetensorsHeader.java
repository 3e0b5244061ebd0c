package ai.auditor.model.internal;

import ai.auditor.Printable;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The header of a safetensors file: what lies where, checked before anything is read. */
final class SafetensorsHeader {
    /** The format's own limit, {@code MAX_HEADER_SIZE} in huggingface/safetensors. */
    private static final long LONGEST_HEADER = 100_000_000;

    /** Models have four dimensions at most; PyTorch itself stops at 64. */
    private static final int MOST_DIMENSIONS = 16;

    private static final String METADATA = "__metadata__";

    private SafetensorsHeader() {}

    /**
     * One tensor.
     *
     * @param type as spelled in the file
     * @param begin offset in the file, not in its data
     * @param end offset after the last byte
     */
    record Entry(String name, String type, long[] shape, long begin, long end) {}

    /** Reads and checks the header of an open file. */
    static SortedMap<String, Entry> read(MappedFile file) {
        Path path = file.path();
        if (file.size() < Long.BYTES) {
            throw Refusal.of(path, "is too short for a safetensors file: " + file.size() + " bytes");
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.fill(0, length);
        long header = length.getLong(0);
        if (header < 0 || header > LONGEST_HEADER) {
            throw Refusal.of(
                    path,
                    "its header is said to be " + Long.toUnsignedString(header) + " bytes long; the limit is "
                            + LONGEST_HEADER);
        }
        if (header > file.size() - Long.BYTES) {
            throw Refusal.of(
                    path, "is truncated: its header of " + header + " bytes ends after the file's " + file.size());
        }
        long data = Long.BYTES + header;
        requireBrace(file, header);
        Parsing parsing = new Parsing(path, data, file.size());
        StrictJson.stream(path, file.part(Long.BYTES, header), parsing::header);
        requireGapless(file, data, parsing.entries.values());
        return parsing.entries;
    }

    private static void requireBrace(MappedFile file, long header) {
        ByteBuffer first = ByteBuffer.allocate(header == 0 ? 0 : 1);
        file.fill(Long.BYTES, first);
        if (header == 0 || first.get(0) != '{') {
            throw Refusal.of(file.path(), "its header does not start with {; is it a safetensors file?");
        }
    }

    private static void requireGapless(MappedFile file, long data, Iterable<Entry> entries) {
        List<Entry> ordered = new ArrayList<>();
        entries.forEach(ordered::add);
        ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long covered = data;
        String last = "";
        for (Entry entry : ordered) {
            if (entry.begin() < covered) {
                throw Refusal.of(
                        file.path(), entry.name(), "its bytes overlap those of tensor " + Printable.quoted(last));
            }
            if (entry.begin() > covered) {
                throw Refusal.of(
                        file.path(),
                        entry.name(),
                        "a hole of " + (entry.begin() - covered) + " bytes lies before it; the format allows none");
            }
            covered = entry.end();
            last = entry.name();
        }
        if (covered != file.size()) {
            throw Refusal.of(
                    file.path(),
                    (file.size() - covered) + " bytes follow after the last tensor; the format allows none");
        }
    }

    /** The walk through the header's JSON. */
    private static final class Parsing {
        private final Path path;
        private final long data;
        private final long size;
        private final SortedMap<String, Entry> entries = new TreeMap<>();

        Parsing(Path path, long data, long size) {
            this.path = path;
            this.data = data;
            this.size = size;
        }

        void header(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals(METADATA)) {
                    metadata(parser);
                } else {
                    entries.put(name, entry(parser, name));
                }
            }
        }

        private void metadata(JsonParser parser) throws IOException {
            require(parser.currentToken() == JsonToken.START_OBJECT, METADATA, "is not an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                require(parser.nextToken() == JsonToken.VALUE_STRING, METADATA, "has a value that is not a text");
            }
        }

        private Entry entry(JsonParser parser, String name) throws IOException {
            require(parser.currentToken() == JsonToken.START_OBJECT, name, "its entry is not an object");
            @Nullable String type = null;
            long @Nullable [] shape = null;
            long @Nullable [] offsets = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "dtype" -> {
                        require(value == JsonToken.VALUE_STRING, name, "its dtype is not a text");
                        type = parser.getText();
                    }
                    case "shape" -> shape = longs(parser, name, "shape", MOST_DIMENSIONS);
                    case "data_offsets" -> offsets = longs(parser, name, "data_offsets", 2);
                    default ->
                        throw Refusal.of(path, name, "its entry has an unknown field " + Printable.quoted(field));
                }
            }
            if (type == null || shape == null || offsets == null || offsets.length != 2) {
                throw Refusal.of(path, name, "its entry needs dtype, shape and two data_offsets");
            }
            return checked(name, type, shape, offsets);
        }

        private Entry checked(String name, String type, long[] shape, long[] offsets) {
            long begin = offsets[0];
            long end = offsets[1];
            require(begin <= end, name, "its bytes begin at " + begin + " but end at " + end);
            require(
                    end <= size - data,
                    name,
                    "its bytes end at " + end + " of the data, but the file holds " + (size - data)
                            + "; is it truncated?");
            Optional<ElementType> known = ElementType.named(type);
            // An unknown type has at least one bit an element: the product must not overflow for it either.
            OptionalLong bits =
                    Shapes.product(shape, known.map(ElementType::bits).orElse(1));
            require(bits.isPresent(), name, "the size of its shape " + Arrays.toString(shape) + " overflows");
            long expected = bits.orElseThrow();
            require(
                    known.isEmpty() || (expected % Byte.SIZE == 0 && expected / Byte.SIZE == end - begin),
                    name,
                    "its shape " + Arrays.toString(shape) + " of " + Printable.quoted(type) + " does not fill its "
                            + (end - begin) + " bytes");
            return new Entry(name, type, shape, data + begin, data + end);
        }

        private long[] longs(JsonParser parser, String name, String field, int most) throws IOException {
            require(parser.currentToken() == JsonToken.START_ARRAY, name, "its " + field + " is not an array");
            long[] values = new long[most];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                require(count < most, name, "its " + field + " has more than " + most + " numbers");
                require(
                        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                                && parser.getLongValue() >= 0,
                        name,
                        "its " + field + " holds something else than whole numbers from 0 to " + Long.MAX_VALUE);
                values[count++] = parser.getLongValue();
            }
            return Arrays.copyOf(values, count);
        }

        private void require(boolean condition, String name, String reason) {
            if (!condition) {
                throw Refusal.of(path, name, reason);
            }
        }
    }
}
