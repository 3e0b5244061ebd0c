package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * The front part of a GGUF file, versions 2 and 3: metadata, and what lies where, checked before anything is read.
 *
 * @param tensors in the order of the file
 */
record GgufHeader(GgufMetadata metadata, List<Entry> tensors) {
    private static final long MAGIC = 0x46554747L; // "GGUF", little endian
    /** A version in the other byte order is this or more. */
    private static final long SWAPPED_VERSION = 1L << 16;

    private static final int MOST_TENSORS = 1 << 17;
    /** ggml stops at 64 bytes. */
    private static final int LONGEST_NAME = 256;
    /** A length, a rank, one size, a type and an offset. */
    private static final int LEAST_TENSOR = 32;
    /** {@code GGML_MAX_DIMS}. */
    private static final int MOST_DIMENSIONS = 4;

    private static final int DEFAULT_ALIGNMENT = 32;
    private static final long LARGEST_ALIGNMENT = 1 << 20;

    /**
     * One tensor.
     *
     * @param shape row-major, the reverse of the order in the file
     * @param begin offset in the file
     */
    record Entry(String name, GgmlType type, long[] shape, long begin, long bytes) {}

    static GgufHeader read(MappedFile file) {
        Path path = file.path();
        GgufCursor cursor = new GgufCursor(file);
        if (cursor.u32() != MAGIC) {
            throw Refusal.of(path, "does not start with GGUF");
        }
        long version = cursor.u32();
        if (version != 2 && version != 3) {
            throw Refusal.of(
                    path,
                    version >= SWAPPED_VERSION
                            ? "is a big-endian GGUF; only little-endian files are read"
                            : "is GGUF version " + version + "; versions 2 and 3 are read");
        }
        long count = cursor.count("tensors", MOST_TENSORS, LEAST_TENSOR);
        GgufMetadata metadata = GgufMetadata.read(path, cursor, GgufMetadata.count(cursor));
        long alignment = metadata.integer("general.alignment").orElse(DEFAULT_ALIGNMENT);
        if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw Refusal.of(
                    path,
                    "metadata \"general.alignment\": " + alignment + " is not a power of two up to "
                            + LARGEST_ALIGNMENT);
        }
        List<Entry> relative = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            relative.add(entry(path, cursor, i, alignment));
        }
        long data = aligned(cursor.offset(), alignment);
        List<Entry> tensors = new ArrayList<>();
        for (Entry entry : relative) {
            tensors.add(placed(file, entry, data));
        }
        requireApart(path, tensors);
        return new GgufHeader(metadata, List.copyOf(tensors));
    }

    private static Entry entry(Path path, GgufCursor cursor, long index, long alignment) {
        cursor.at("tensor " + index);
        String name = cursor.text(LONGEST_NAME);
        cursor.at("tensor " + Printable.quoted(name));
        long rank = cursor.u32();
        if (rank < 1 || rank > MOST_DIMENSIONS) {
            throw cursor.refused("has " + rank + " dimensions; 1 to " + MOST_DIMENSIONS + " are read");
        }
        long[] shape = new long[(int) rank];
        for (int i = shape.length - 1; i >= 0; i--) {
            shape[i] = cursor.i64();
            if (shape[i] < 0) {
                throw cursor.refused("has a size of " + Long.toUnsignedString(shape[i]));
            }
        }
        long number = cursor.u32();
        GgmlType type = GgmlType.numbered(number)
                .orElseThrow(() -> Refusal.of(
                        path, name, "its ggml type number " + number + " is not read; read are " + GgmlType.READABLE));
        long offset = cursor.i64();
        if (offset < 0 || offset % alignment != 0) {
            throw cursor.refused(
                    "its offset " + Long.toUnsignedString(offset) + " is not a multiple of the alignment " + alignment);
        }
        return new Entry(name, type, shape, offset, bytes(cursor, type, shape));
    }

    private static long bytes(GgufCursor cursor, GgmlType type, long[] shape) {
        long row = shape[shape.length - 1];
        if (row % type.blockFloats() != 0) {
            throw cursor.refused("its rows of " + row + " are not whole blocks of " + type.blockFloats());
        }
        OptionalLong elements = Shapes.product(shape, 1);
        // A block of 256 takes 210 bytes and a single number 4: times 4 is an upper bound.
        if (elements.isEmpty() || elements.getAsLong() > Long.MAX_VALUE / Float.BYTES) {
            throw cursor.refused("the size of its shape overflows");
        }
        return elements.getAsLong() / type.blockFloats() * type.blockBytes();
    }

    private static long aligned(long offset, long alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    private static Entry placed(MappedFile file, Entry entry, long data) {
        long room = file.size() - data;
        if (entry.begin() > room || entry.bytes() > room - entry.begin()) {
            throw outside(file, entry);
        }
        return new Entry(entry.name(), entry.type(), entry.shape(), data + entry.begin(), entry.bytes());
    }

    private static AuditException outside(MappedFile file, Entry entry) {
        return Refusal.of(
                file.path(),
                entry.name(),
                "its " + entry.bytes() + " bytes at " + entry.begin() + " of the data lie beyond the file's end; "
                        + "is the file truncated?");
    }

    private static void requireApart(Path path, List<Entry> tensors) {
        List<Entry> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::bytes));
        for (int i = 1; i < ordered.size(); i++) {
            Entry before = ordered.get(i - 1);
            Entry entry = ordered.get(i);
            if (entry.begin() < before.begin() + before.bytes()) {
                throw Refusal.of(
                        path, entry.name(), "its bytes overlap those of tensor " + Printable.quoted(before.name()));
            }
        }
    }
}
