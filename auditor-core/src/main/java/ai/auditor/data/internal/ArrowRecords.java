package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.ReadOptions;
import com.google.flatbuffers.Table;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Records of an Arrow IPC file or stream; which of them it is, its first bytes tell.
 *
 * <p>Only the generated classes of the format are used: Arrow's own reader takes memory for what a file says it needs.
 */
final class ArrowRecords implements Records {
    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FIRST_FEATHER = "FEA1".getBytes(StandardCharsets.US_ASCII);
    private static final int CONTINUATION = -1;
    private static final long PADDED_MAGIC = 8;

    private final ColumnFile file;
    private final Set<String> wanted;
    private final RowBudget budget;
    private final ExpansionLimit limit;
    private final List<ArrowField> fields;
    private final Map<Long, ArrowField> dictionaryFields = new HashMap<>();
    private final Map<Long, ArrowDictionary> dictionaries = new HashMap<>();
    private final boolean stream;
    private final Deque<Long> blocks = new ArrayDeque<>();
    private long position;
    private Map<String, ArrowBatch.Column> columns = Map.of();
    private long row;
    private long rows;

    /**
     * Opens a file.
     *
     * @param name what messages call the file
     * @throws AuditException as {@link Records#next}; {@code USAGE} for what is no file, or lacks a column that the options name
     */
    public static ArrowRecords open(Path path, String name, ReadOptions options) {
        ColumnFile file = ColumnFile.open(path, name);
        try {
            return new ArrowRecords(file, options);
        } catch (AuditException failure) {
            file.close();
            throw failure;
        }
    }

    private ArrowRecords(ColumnFile file, ReadOptions options) {
        this.file = file;
        wanted = ColumnFile.wanted(options);
        limit = new ExpansionLimit(file.name(), options, file.size());
        budget = new RowBudget(file.name(), options, limit);
        if (startsWith(FIRST_FEATHER)) {
            throw file.damaged("is Feather of version 1; write it anew as Arrow IPC (Feather of version 2)");
        }
        stream = !startsWith(MAGIC);
        try {
            fields = stream ? schemaOfStream() : schemaOfFile();
        } catch (AuditException known) {
            throw known;
        } catch (IllegalArgumentException unusable) {
            throw file.damaged(
                    "its schema cannot be used: " + Printable.shortLine(String.valueOf(unusable.getMessage())));
        } catch (RuntimeException broken) {
            throw notArrow(broken);
        }
        requireUsable(options);
        fields.stream()
                .filter(field -> wanted.contains(field.name()))
                .forEach(field -> field.dictionariesInto(dictionaryFields));
    }

    private boolean startsWith(byte[] magic) {
        return file.size() >= magic.length && file.read(0, magic.length).equals(ByteBuffer.wrap(magic));
    }

    private AuditException notArrow(RuntimeException cause) {
        return new AuditException(
                AuditException.Code.DATA,
                file.name() + ": is no Arrow IPC file or stream, or is cut off or damaged near byte " + position,
                cause);
    }

    private List<ArrowField> schemaOfStream() {
        ArrowMessage first = message(0);
        if (first == null || !(first.header() instanceof Schema schema)) {
            throw file.damaged("is no Arrow IPC file or stream: it does not begin with a schema");
        }
        position = first.end();
        return fields(schema, first.message().version());
    }

    private List<ArrowField> schemaOfFile() {
        int tail = Integer.BYTES + MAGIC.length;
        long end = file.size() - tail;
        ByteBuffer last = file.read(Math.max(0, end), Math.min(tail, file.size()));
        if (end < PADDED_MAGIC || !last.slice(Integer.BYTES, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw file.damaged("is cut off: an Arrow IPC file ends with ARROW1");
        }
        int length = last.getInt();
        if (length < 1 || length > ColumnFile.MOST_METADATA_BYTES || length > end - PADDED_MAGIC) {
            throw file.damaged("its footer cannot have " + length + " bytes");
        }
        Footer footer = Footer.getRootAsFooter(file.read(end - length, length));
        for (int i = 0; i < footer.dictionariesLength(); i++) {
            blocks.add(footer.dictionaries(i).offset());
        }
        for (int i = 0; i < footer.recordBatchesLength(); i++) {
            Block block = footer.recordBatches(i);
            blocks.add(block.offset());
        }
        Schema schema = footer.schema();
        if (schema == null) {
            throw file.damaged("its footer has no schema");
        }
        return fields(schema, footer.version());
    }

    private List<ArrowField> fields(Schema schema, short version) {
        if (version != MetadataVersion.V5 && version != MetadataVersion.V4) {
            throw file.damaged("is of version " + version + " of the format; write it anew");
        }
        return ArrowField.of(schema);
    }

    private void requireUsable(ReadOptions options) {
        Set<String> seen = new HashSet<>();
        for (ArrowField field : fields) {
            if (wanted.contains(field.name())) {
                if (!seen.add(field.name())) {
                    throw file.damaged("the column " + Printable.quoted(field.name()) + " is there twice");
                }
                field.unreadable().ifPresent(type -> {
                    throw file.damaged("the column " + Printable.quoted(field.name()) + " has the type " + type
                            + ", which is not read");
                });
            }
        }
        Columns.require(file.name(), fields.stream().map(ArrowField::name).toList(), options);
    }

    /**
     * One message of the format.
     *
     * @param header what it brings
     * @param body where its buffers start
     * @param end where the next message starts
     */
    private record ArrowMessage(Message message, @Nullable Table header, long body, long end) {}

    /** The message at a place, or null at the end of a stream. */
    private @Nullable ArrowMessage message(long start) {
        if (start == file.size()) {
            return null;
        }
        long at = start;
        int length = file.read(at, Integer.BYTES).getInt();
        at += Integer.BYTES;
        if (length == CONTINUATION) {
            length = file.read(at, Integer.BYTES).getInt();
            at += Integer.BYTES;
        }
        if (length == 0) {
            return null;
        }
        if (length < 0 || length > ColumnFile.MOST_METADATA_BYTES) {
            throw file.damaged(
                    "at byte " + start + " no Arrow message starts: it would have a head of " + length + " bytes");
        }
        Message message = Message.getRootAsMessage(file.read(at, length));
        long body = at + length;
        if (message.bodyLength() < 0 || message.bodyLength() > file.size() - body) {
            throw file.damaged("is cut off: the message at byte " + start + " says that " + message.bodyLength()
                    + " bytes follow");
        }
        Table header = switch (message.headerType()) {
            case MessageHeader.Schema -> message.header(new Schema());
            case MessageHeader.DictionaryBatch -> message.header(new DictionaryBatch());
            case MessageHeader.RecordBatch -> message.header(new RecordBatch());
            default -> throw file.damaged("the message at byte " + start + " is neither a schema nor a batch");
        };
        return new ArrowMessage(message, header, body, body + message.bodyLength());
    }

    @Override
    public @Nullable Found next() {
        try {
            while (row == rows) {
                if (!nextBatch()) {
                    return null;
                }
            }
            budget.start();
            Map<String, Json> values = new LinkedHashMap<>();
            fields.forEach(field -> values.put(field.name(), Json.Constant.NULL));
            columns.forEach((name, column) -> values.put(name, column.at(row)));
            row++;
            return budget.found(new Json.Fields(Collections.unmodifiableMap(values)));
        } catch (AuditException known) {
            throw known;
        } catch (RuntimeException broken) {
            throw notArrow(broken);
        }
    }

    /** Goes on to the next batch of rows, reading the dictionaries on the way. */
    private boolean nextBatch() {
        ArrowMessage next = nextMessage();
        if (next == null) {
            return false;
        }
        if (next.header() instanceof DictionaryBatch dictionary) {
            read(dictionary, next);
        } else if (next.header() instanceof RecordBatch batch) {
            rows = batch.length();
            row = 0;
            if (rows < 0) {
                throw file.damaged("a batch has " + rows + " rows");
            }
            columns = batch(batch, next).columns(fields, wanted);
        } else {
            throw file.damaged("a second schema at byte " + position);
        }
        return true;
    }

    private @Nullable ArrowMessage nextMessage() {
        if (!stream) {
            if (blocks.isEmpty()) {
                return null;
            }
            position = blocks.remove();
        }
        ArrowMessage next = message(position);
        if (next != null && stream) {
            position = next.end();
        }
        return next;
    }

    private void read(DictionaryBatch dictionary, ArrowMessage message) {
        ArrowField field = dictionaryFields.get(dictionary.id());
        RecordBatch data = dictionary.data();
        if (field == null || data == null) {
            return;
        }
        ArrowDictionary before = dictionaries.get(dictionary.id());
        ArrowDictionary start =
                dictionary.isDelta() && before != null ? before : new ArrowDictionary(file, new ArrayList<>());
        dictionaries.put(
                dictionary.id(), start.with(data.length(), batch(data, message).column(field)));
    }

    private ArrowBatch batch(RecordBatch batch, ArrowMessage message) {
        return new ArrowBatch(file, batch, message.body(), message.message().bodyLength(), budget, limit, dictionaries);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public String digest() {
        position = file.size();
        return file.digest();
    }

    @Override
    public void close() {
        file.close();
    }
}
