package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.data.internal.BadRecord;
import ai.auditor.data.internal.FileSource;
import ai.auditor.data.internal.RecordFormat;
import ai.auditor.data.internal.RecordSplitter;
import ai.auditor.data.internal.RowShapes;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a file, one after another, holding one at a time.
 *
 * <p>Both iterator methods throw {@link AuditException}: {@code DATA} where the file is damaged, {@code USAGE} where a row fits
 * two shapes, numbers come without a prompt or no row had a field that the options name, {@code INTERRUPTED}.
 */
public final class RowStream implements Iterator<Entry>, AutoCloseable {
    private final String name;
    private final FileSource source;
    private final RecordSplitter splitter;
    private final RecordFormat format;
    private final RowShapes shapes;
    private final String remark;
    private long records;
    private @Nullable Entry next;
    private boolean ended;

    /** @param remark of the file as a whole, behind the reason of each bad row; may be empty */
    RowStream(
            String name,
            FileSource source,
            RecordSplitter splitter,
            RecordFormat format,
            RowShapes shapes,
            String remark) {
        this.name = name;
        this.source = source;
        this.splitter = splitter;
        this.format = format;
        this.shapes = shapes;
        this.remark = remark;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            RecordSplitter.Raw raw = splitter.next();
            if (raw == null) {
                ended = true;
                shapes.checkNamedFields();
            } else {
                next = entry(raw, records++);
            }
        }
        return next != null;
    }

    @Override
    public Entry next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the file has no more records");
        }
        Entry entry = next;
        next = null;
        return entry;
    }

    private Entry entry(RecordSplitter.Raw raw, long record) {
        try {
            return shapes.row(record, raw.line(), format.fields(raw.text()));
        } catch (BadRecord bad) {
            return new BadRow(name, raw.line(), record, bad.reason() + remark);
        }
    }

    /** Bytes of the file read so far. */
    public long position() {
        return source.position();
    }

    /** Bytes of the file in all. */
    public long size() {
        return source.size();
    }

    /** SHA-256 of the file as it lies on disk; reads what is left of it, so the stream ends here. */
    public String fileDigest() {
        ended = true;
        return source.digest();
    }

    @Override
    public void close() {
        source.close();
    }
}
