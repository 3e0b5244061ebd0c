package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.data.internal.BadRecord;
import ai.auditor.data.internal.Place;
import ai.auditor.data.internal.Records;
import ai.auditor.data.internal.RowShapes;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a dataset, one after another, holding one at a time; record numbers go on from file to file.
 *
 * <p>Both iterator methods throw {@link AuditException}: {@code DATA} where a file is damaged, {@code USAGE} where a row fits
 * two shapes, numbers come without a prompt or no row had a field that the options name, {@code INTERRUPTED}.
 */
public final class RowStream implements Iterator<Entry>, AutoCloseable {
    private final Records records;
    private final RowShapes shapes;
    private long count;
    private @Nullable Entry next;
    private boolean ended;

    RowStream(Records records, RowShapes shapes) {
        this.records = records;
        this.shapes = shapes;
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            Records.Found found = records.next();
            if (found == null) {
                ended = true;
                shapes.checkNamedFields();
            } else {
                next = entry(found, count++);
            }
        }
        return next != null;
    }

    @Override
    public Entry next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the dataset has no more records");
        }
        Entry entry = next;
        next = null;
        return entry;
    }

    private Entry entry(Records.Found found, long record) {
        Place place = new Place(found.file(), found.line(), record);
        try {
            return shapes.row(place, found.content().fields());
        } catch (BadRecord bad) {
            return new BadRow(found.file(), found.line(), record, bad.reason() + found.remark());
        }
    }

    /** Bytes on disk read so far. */
    public long position() {
        return records.position();
    }

    /** Bytes on disk in all. */
    public long size() {
        return records.size();
    }

    /** The digest that {@link Dataset#fileDigest} is; reads what is left, so the stream ends here. */
    public String fileDigest() {
        ended = true;
        return records.digest();
    }

    @Override
    public void close() {
        records.close();
    }
}
