package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of the files of one dataset, one file after another, of which one is open at a time. */
public final class ShardRecords implements Records {
    private final List<Path> files;
    private final ReadOptions options;
    private final long size;
    private final List<String> digests = new ArrayList<>();
    private Records current;
    private int next = 1;
    private long before;

    /**
     * Opens the first file.
     *
     * @param files one or more, in the order in which they are read
     * @throws AuditException as the formats do
     */
    public ShardRecords(List<Path> files, ReadOptions options) {
        this.files = List.copyOf(files);
        this.options = options;
        current = open(this.files.get(0));
        try {
            size = sizeOf(this.files);
        } catch (AuditException failure) {
            current.close();
            throw failure;
        }
    }

    private Records open(Path file) {
        return DataFormat.open(file, Printable.line(file.toString()), options);
    }

    private static long sizeOf(List<Path> files) {
        long size = 0;
        for (Path file : files) {
            FileSource.requireFile(file, Printable.line(file.toString()));
            try {
                size += Files.size(file);
            } catch (IOException unreadable) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        Printable.line(file.toString()) + ": cannot be read: " + Reason.of(unreadable),
                        unreadable);
            }
        }
        return size;
    }

    @Override
    public @Nullable Found next() {
        Found found = current.next();
        while (found == null && next < files.size()) {
            nextFile();
            found = current.next();
        }
        return found;
    }

    private void nextFile() {
        digests.add(current.digest());
        before += current.size();
        current.close();
        current = open(files.get(next));
        next++;
    }

    @Override
    public long position() {
        return before + current.position();
    }

    @Override
    public long size() {
        return size;
    }

    /** Of one file its own; of several the digest of their digests, in order. */
    @Override
    public String digest() {
        while (next < files.size()) {
            nextFile();
        }
        String last = current.digest();
        if (digests.isEmpty()) {
            return last;
        }
        Sha256 all = new Sha256();
        digests.forEach(all::text);
        return all.text(last).hex();
    }

    @Override
    public void close() {
        current.close();
    }
}
