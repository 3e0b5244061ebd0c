package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The footer of a Parquet file, checked before Parquet's own reader sees it: that one takes memory for what a footer says.
 *
 * @param columns the names of the columns outside all groups, in their order
 * @param rows of all row groups
 */
record ParquetFooter(List<String> columns, long rows) {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ENCRYPTED = "PARE".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL_BYTES = Integer.BYTES + MAGIC.length;
    private static final List<String> CODECS =
            List.of("UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW");
    private static final Set<String> UNREAD_CODECS = Set.of("LZO", "BROTLI", "LZ4");
    private static final String ENCRYPTION = "is encrypted, which is not read; write it anew without encryption";

    /** Ids of the fields in parquet.thrift of the format's version 2.12. */
    private static final class Id {
        static final int FILE_SCHEMA = 2;
        static final int FILE_ROW_GROUPS = 4;
        static final int FILE_ENCRYPTION = 8;
        static final int ELEMENT_NAME = 4;
        static final int ELEMENT_CHILDREN = 5;
        static final int GROUP_COLUMNS = 1;
        static final int GROUP_ROWS = 3;
        static final int CHUNK_FILE = 1;
        static final int CHUNK_META = 3;
        static final int CHUNK_CRYPTO = 8;
        static final int META_PATH = 3;
        static final int META_CODEC = 4;
        static final int META_BYTES = 7;
        static final int META_DATA_PAGE = 9;
        static final int META_DICTIONARY_PAGE = 11;
    }

    ParquetFooter {
        columns = List.copyOf(columns);
    }

    /**
     * Reads and checks the footer.
     *
     * @param wanted the columns that will be read; the others may be as they are
     * @throws AuditException {@code DATA} saying what is wrong with it
     */
    static ParquetFooter read(ColumnFile file, Set<String> wanted) {
        Thrift footer;
        try {
            footer = Thrift.read(bytes(file));
        } catch (AuditException known) {
            throw known;
        } catch (IllegalArgumentException unusable) {
            throw file.damaged("its footer is broken: " + Printable.shortLine(String.valueOf(unusable.getMessage())));
        } catch (RuntimeException cutOff) {
            throw file.damaged("its footer is cut off or damaged");
        }
        if (footer.has(Id.FILE_ENCRYPTION)) {
            throw file.damaged(ENCRYPTION);
        }
        List<String> columns = columns(file, footer.structs(Id.FILE_SCHEMA));
        long rows = 0;
        for (Thrift group : footer.structs(Id.FILE_ROW_GROUPS)) {
            checkGroup(file, group, wanted);
            rows += group.number(Id.GROUP_ROWS);
        }
        return new ParquetFooter(columns, rows);
    }

    private static ByteBuffer bytes(ColumnFile file) {
        ByteBuffer first = file.read(0, Math.min(MAGIC.length, file.size()));
        if (first.equals(ByteBuffer.wrap(ENCRYPTED))) {
            throw file.damaged(ENCRYPTION);
        }
        if (!first.equals(ByteBuffer.wrap(MAGIC))) {
            throw file.damaged(
                    "is no Parquet: it does not begin with PAR1; a file in text has to end in .jsonl or .csv");
        }
        long end = file.size() - TAIL_BYTES;
        if (end < MAGIC.length) {
            throw file.damaged("is cut off: a Parquet file has a footer");
        }
        ByteBuffer tail = file.read(end, TAIL_BYTES);
        int length = tail.getInt();
        if (tail.equals(ByteBuffer.wrap(ENCRYPTED))) {
            throw file.damaged(ENCRYPTION);
        }
        if (!tail.equals(ByteBuffer.wrap(MAGIC))) {
            throw file.damaged("is cut off: a Parquet file ends with PAR1");
        }
        if (length < 1 || length > end - MAGIC.length) {
            throw file.damaged("its footer cannot have " + length + " bytes in a file of " + file.size());
        }
        if (length > ColumnFile.MOST_METADATA_BYTES) {
            throw file.damaged("its footer has " + length + " bytes, more than the " + ColumnFile.MOST_METADATA_BYTES
                    + " that are read; write larger row groups or fewer columns");
        }
        return file.read(end - length, length);
    }

    /** The elements of a schema are a tree in depth-first order; the first is the root. */
    private static List<String> columns(ColumnFile file, List<Thrift> elements) {
        if (elements.isEmpty()) {
            throw file.damaged("its footer has no schema");
        }
        if (elements.size() > ColumnFile.MOST_COLUMNS) {
            throw file.damaged("it has more than " + ColumnFile.MOST_COLUMNS + " columns");
        }
        List<String> columns = new ArrayList<>();
        Deque<Long> open = new ArrayDeque<>();
        for (Thrift element : elements) {
            if (open.size() == 1) {
                columns.add(element.text(Id.ELEMENT_NAME));
            }
            while (!open.isEmpty() && open.peek() == 0) {
                open.pop();
            }
            if (!open.isEmpty()) {
                open.push(open.pop() - 1);
            }
            long children = element.number(Id.ELEMENT_CHILDREN);
            if (children < 0 || children > elements.size()) {
                throw file.damaged("a group of its schema has " + children + " columns");
            }
            if (children > 0) {
                open.push(children);
            }
            if (open.size() > ColumnFile.MAX_NESTING) {
                throw file.damaged("its columns are nested deeper than " + ColumnFile.MAX_NESTING + " levels");
            }
        }
        return columns;
    }

    private static void checkGroup(ColumnFile file, Thrift group, Set<String> wanted) {
        if (group.number(Id.GROUP_ROWS) < 0) {
            throw file.damaged("a row group has " + group.number(Id.GROUP_ROWS) + " rows");
        }
        long together = 0;
        for (Thrift chunk : group.structs(Id.GROUP_COLUMNS)) {
            if (chunk.has(Id.CHUNK_CRYPTO)) {
                throw file.damaged(ENCRYPTION);
            }
            Thrift meta = chunk.struct(Id.CHUNK_META);
            if (meta == null) {
                throw file.damaged("a column of a row group is not described");
            }
            List<String> path = meta.texts(Id.META_PATH);
            if (!path.isEmpty() && wanted.contains(path.get(0))) {
                checkChunk(file, chunk, meta, Printable.quoted(String.join(".", path)));
                together += meta.number(Id.META_BYTES);
            }
        }
        if (together > ColumnFile.MOST_BYTES_TOGETHER) {
            throw file.damaged("a row group has " + together + " bytes, more than the " + ColumnFile.MOST_BYTES_TOGETHER
                    + " that are read at once; write smaller row groups");
        }
    }

    private static void checkChunk(ColumnFile file, Thrift chunk, Thrift meta, String column) {
        long codec = meta.number(Id.META_CODEC);
        String codecName = codec >= 0 && codec < CODECS.size() ? CODECS.get((int) codec) : "codec " + codec;
        if (codec < 0 || codec >= CODECS.size() || UNREAD_CODECS.contains(codecName)) {
            throw file.damaged("the column " + column + " is compressed by " + codecName
                    + ", which is not read; write it with zstd, snappy, gzip or LZ4_RAW");
        }
        if (chunk.has(Id.CHUNK_FILE)) {
            throw file.damaged("the column " + column + " lies in another file, which is not read");
        }
        long data = meta.number(Id.META_DATA_PAGE);
        long dictionary = meta.number(Id.META_DICTIONARY_PAGE);
        long start = dictionary > 0 && dictionary < data ? dictionary : data;
        long length = meta.number(Id.META_BYTES);
        if (start < MAGIC.length || length < 0 || length > file.size() - TAIL_BYTES - start) {
            throw file.damaged("the column " + column + " should have " + length + " bytes at byte " + start
                    + ", which the file of " + file.size() + " has not");
        }
    }
}
