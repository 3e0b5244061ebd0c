package ai.auditor.data.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/** The columns of one batch, laid over its buffers in the order of the schema. */
final class ArrowBatch {
    private static final int SIZE_BYTES = Long.BYTES;

    private final ColumnFile file;
    private final RecordBatch batch;
    private final long body;
    private final long bodyLength;
    private final Codec codec;
    private final RowBudget budget;
    private final ExpansionLimit limit;
    private final Map<Long, ArrowDictionary> dictionaries;
    private int node;
    private int buffer;
    private int variadic;
    private long together;

    /**
     * A batch.
     *
     * @param body where its buffers start in the file
     * @param bodyLength bytes of all its buffers
     */
    ArrowBatch(
            ColumnFile file,
            RecordBatch batch,
            long body,
            long bodyLength,
            RowBudget budget,
            ExpansionLimit limit,
            Map<Long, ArrowDictionary> dictionaries) {
        this.file = file;
        this.batch = batch;
        this.body = body;
        this.bodyLength = bodyLength;
        this.budget = budget;
        this.limit = limit;
        this.dictionaries = dictionaries;
        BodyCompression compression = batch.compression();
        codec = compression == null
                ? Codec.NONE
                : switch (compression.codec()) {
                    case CompressionType.LZ4_FRAME -> Codec.LZ4_FRAME;
                    case CompressionType.ZSTD -> Codec.ZSTD;
                    default ->
                        throw file.damaged("a batch is compressed in an unknown way (" + compression.codec() + ")");
                };
    }

    /** A column's values by row. */
    @FunctionalInterface
    interface Column {
        /** The value of a row, of which no more is taken than the record's budget has. */
        Json at(long row);
    }

    /** The wanted columns by name; a column of another name is passed over. */
    Map<String, Column> columns(List<ArrowField> fields, Set<String> wanted) {
        Map<String, Column> columns = new LinkedHashMap<>();
        for (ArrowField field : fields) {
            Column column = column(field);
            if (wanted.contains(field.name())) {
                columns.put(field.name(), column);
            }
        }
        return columns;
    }

    /** The one column of a dictionary's batch. */
    Column column(ArrowField field) {
        FieldNode place = node < batch.nodesLength() ? batch.nodes(node++) : null;
        if (place == null) {
            throw file.damaged("a batch has fewer columns than the schema");
        }
        long length = place.length();
        boolean nulls = place.nullCount() != 0;
        Column values =
                field.dictionary().isPresent() ? numbered(field.dictionary().get(), nulls) : plain(field, nulls);
        return row -> {
            if (row < 0 || row >= length) {
                throw file.damaged("a column has " + length + " rows, and row " + row + " of it is asked for");
            }
            return budget.take(0) ? values.at(row) : Json.Constant.NULL;
        };
    }

    private Column numbered(ArrowField.Dictionary encoding, boolean nulls) {
        ArrowBytes validity = next();
        ArrowBytes numbers = next();
        @Nullable ArrowDictionary dictionary = dictionaries.get(encoding.id());
        return valid(validity, nulls, row -> {
            if (dictionary == null) {
                throw file.damaged("the dictionary " + encoding.id() + " is missing");
            }
            return dictionary.at(integer(numbers, row, encoding.bits(), encoding.signed()));
        });
    }

    private Column plain(ArrowField field, boolean nulls) {
        List<ArrowBytes> buffers = new ArrayList<>();
        for (int i = 0; i < field.layout().buffers(); i++) {
            buffers.add(next());
        }
        return switch (field.layout()) {
            case NULL -> row -> Json.Constant.NULL;
            case BOOLEAN ->
                valid(
                        buffers.get(0),
                        nulls,
                        row -> bit(buffers.get(1), row) ? Json.Constant.TRUE : Json.Constant.FALSE);
            case INTEGER -> valid(buffers.get(0), nulls, row -> numeral(integerText(buffers.get(1), row, field)));
            case FLOATING -> valid(buffers.get(0), nulls, row -> floating(buffers.get(1), row, field.size()));
            case TEXT ->
                valid(
                        buffers.get(0),
                        nulls,
                        row -> text(
                                buffers.get(2),
                                buffers.get(1).int32(row * Integer.BYTES),
                                buffers.get(1).int32((row + 1) * Integer.BYTES)));
            case LARGE_TEXT ->
                valid(
                        buffers.get(0),
                        nulls,
                        row -> text(
                                buffers.get(2),
                                buffers.get(1).int64(row * Long.BYTES),
                                buffers.get(1).int64((row + 1) * Long.BYTES)));
            case TEXT_VIEW -> {
                List<ArrowBytes> more = variadic();
                yield valid(buffers.get(0), nulls, row -> view(buffers.get(1), more, row));
            }
            case LIST ->
                list(
                        field,
                        buffers.get(0),
                        nulls,
                        row -> new Items(
                                buffers.get(1).int32(row * Integer.BYTES),
                                buffers.get(1).int32((row + 1) * Integer.BYTES)));
            case LARGE_LIST ->
                list(
                        field,
                        buffers.get(0),
                        nulls,
                        row -> new Items(
                                buffers.get(1).int64(row * Long.BYTES),
                                buffers.get(1).int64((row + 1) * Long.BYTES)));
            case LIST_VIEW ->
                list(
                        field,
                        buffers.get(0),
                        nulls,
                        row -> Items.of(
                                buffers.get(1).int32(row * Integer.BYTES),
                                buffers.get(2).int32(row * Integer.BYTES)));
            case LARGE_LIST_VIEW ->
                list(
                        field,
                        buffers.get(0),
                        nulls,
                        row -> Items.of(
                                buffers.get(1).int64(row * Long.BYTES),
                                buffers.get(2).int64(row * Long.BYTES)));
            case FIXED_LIST -> list(field, buffers.get(0), nulls, row -> Items.of(row * field.size(), field.size()));
            case STRUCT -> struct(field, buffers.get(0), nulls);
            // Neither text nor a list: whatever uses it says that it is not what it should be.
            case OTHER -> valid(buffers.get(0), nulls, row -> Json.Constant.TRUE);
            case SPARSE_UNION, DENSE_UNION, RUN_END_ENCODED -> {
                field.children().forEach(this::column);
                yield row -> {
                    throw file.damaged("a column of the type " + field.layout() + " is not read");
                };
            }
        };
    }

    /** The items of a list, from the first to before the end. */
    private record Items(long first, long end) {
        static Items of(long first, long count) {
            return new Items(first, first + count);
        }
    }

    /** Where the items of a row's list are. */
    @FunctionalInterface
    private interface Bounds {
        Items of(long row);
    }

    private Column list(ArrowField field, ArrowBytes validity, boolean nulls, Bounds bounds) {
        Column child = column(field.children().get(0));
        return valid(validity, nulls, row -> {
            Items items = bounds.of(row);
            List<Json> values = new ArrayList<>();
            for (long i = items.first; i < items.end && budget.take(0); i++) {
                values.add(child.at(i));
            }
            return new Json.Items(Collections.unmodifiableList(values));
        });
    }

    private Column struct(ArrowField field, ArrowBytes validity, boolean nulls) {
        Map<String, Column> columns = new LinkedHashMap<>();
        for (ArrowField child : field.children()) {
            columns.put(child.name(), column(child));
        }
        return valid(validity, nulls, row -> {
            Map<String, Json> values = new LinkedHashMap<>();
            columns.forEach((name, column) -> values.put(name, column.at(row)));
            return new Json.Fields(Collections.unmodifiableMap(values));
        });
    }

    private static Column valid(ArrowBytes validity, boolean nulls, Column values) {
        return nulls && validity.length() > 0
                ? row -> bit(validity, row) ? values.at(row) : Json.Constant.NULL
                : values;
    }

    private static boolean bit(ArrowBytes bits, long row) {
        return (bits.int8(row / Byte.SIZE) >>> (row % Byte.SIZE) & 1) != 0;
    }

    private static String integerText(ArrowBytes bytes, long row, ArrowField field) {
        long value = integer(bytes, row, field.size(), field.signed());
        return field.signed() ? Long.toString(value) : Long.toUnsignedString(value);
    }

    private static long integer(ArrowBytes bytes, long row, int bits, boolean signed) {
        return switch (bits) {
            case Byte.SIZE -> signed ? bytes.int8(row) : Byte.toUnsignedLong(bytes.int8(row));
            case Short.SIZE -> {
                short value = bytes.int16(row * Short.BYTES);
                yield signed ? value : Short.toUnsignedLong(value);
            }
            case Integer.SIZE -> {
                int value = bytes.int32(row * Integer.BYTES);
                yield signed ? value : Integer.toUnsignedLong(value);
            }
            default -> bytes.int64(row * Long.BYTES);
        };
    }

    private Json floating(ArrowBytes bytes, long row, int bits) {
        return switch (bits) {
            case Float.SIZE -> {
                float value = Float.intBitsToFloat(bytes.int32(row * Float.BYTES));
                yield Float.isFinite(value) ? numeral(Decimals.of(value)) : Json.Constant.NULL;
            }
            case Double.SIZE -> {
                double value = Double.longBitsToDouble(bytes.int64(row * Double.BYTES));
                yield Double.isFinite(value) ? numeral(Decimals.of(value)) : Json.Constant.NULL;
            }
            // Half precision: no list of numbers is written so.
            default -> Json.Constant.TRUE;
        };
    }

    private Json numeral(String literal) {
        return budget.take(literal.length()) ? new Json.Numeral(literal) : Json.Constant.NULL;
    }

    private Json text(ArrowBytes data, long start, long end) {
        if (start < 0 || end < start || end > data.length()) {
            throw file.damaged("a text goes from byte " + start + " to " + end + " of a buffer of " + data.length());
        }
        return budget.take(end - start) ? budget.text(data.at(start, (int) (end - start))) : Json.Constant.NULL;
    }

    private Json view(ArrowBytes views, List<ArrowBytes> more, long row) {
        long at = row * ArrowView.BYTES;
        int length = views.int32(at);
        if (length >= 0 && length <= ArrowView.LONGEST_INLINE) {
            return text(views, at + ArrowView.INLINE, at + ArrowView.INLINE + length);
        }
        int index = views.int32(at + ArrowView.BUFFER);
        long start = views.int32(at + ArrowView.OFFSET);
        if (length < 0 || index < 0 || index >= more.size()) {
            throw file.damaged("a text has " + length + " bytes in buffer " + index + " of " + more.size());
        }
        return text(more.get(index), start, start + length);
    }

    /** Where the parts of a view of a text are. */
    private static final class ArrowView {
        static final int BYTES = 16;
        static final int INLINE = 4;
        static final int LONGEST_INLINE = 12;
        static final int BUFFER = 8;
        static final int OFFSET = 12;
    }

    private List<ArrowBytes> variadic() {
        if (variadic == batch.variadicBufferCountsLength()) {
            throw file.damaged("a batch does not say how many buffers its texts have");
        }
        long count = batch.variadicBufferCounts(variadic++);
        List<ArrowBytes> more = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            more.add(next());
        }
        return more;
    }

    private ArrowBytes next() {
        Buffer place = buffer < batch.buffersLength() ? batch.buffers(buffer++) : null;
        if (place == null) {
            throw file.damaged("a batch has fewer buffers than its columns need");
        }
        long offset = place.offset();
        long length = place.length();
        if (offset < 0 || length < 0 || length > bodyLength - offset) {
            throw file.damaged(
                    "a buffer of " + length + " bytes at " + offset + " is not in the batch's " + bodyLength);
        }
        if (codec == Codec.NONE || length == 0) {
            return ArrowBytes.stored(file, body + offset, length);
        }
        if (length < SIZE_BYTES) {
            throw file.damaged("a compressed buffer has only " + length + " bytes");
        }
        long expanded = file.read(body + offset, SIZE_BYTES).getLong();
        if (expanded == -1) {
            return ArrowBytes.stored(file, body + offset + SIZE_BYTES, length - SIZE_BYTES);
        }
        if (expanded < 0 || expanded > ColumnFile.MOST_BYTES_AT_ONCE) {
            throw file.damaged("a buffer says that it expands to " + expanded + " bytes, more than the "
                    + ColumnFile.MOST_BYTES_AT_ONCE + " that are read at once; write smaller batches");
        }
        return ArrowBytes.expanded(
                file, expanded, () -> expand(body + offset + SIZE_BYTES, length - SIZE_BYTES, (int) expanded));
    }

    private ByteBuffer expand(long start, long length, int expanded) {
        limit.take(expanded);
        together += expanded;
        if (together > ColumnFile.MOST_BYTES_TOGETHER) {
            throw file.damaged(
                    "a batch expands to more than " + ColumnFile.MOST_BYTES_TOGETHER + " bytes; write smaller batches");
        }
        try {
            return ByteBuffer.wrap(codec.expand(file.bytes(start, length), expanded));
        } catch (IOException damaged) {
            throw file.damaged("a buffer compressed by " + codec + " cannot be expanded: "
                    + Objects.toString(damaged.getMessage()));
        }
    }
}
