package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.internal.BadRecord;
import ai.auditor.data.internal.FileSource;
import ai.auditor.data.internal.RecordSplitter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a text file, plain or compressed, one at a time: what is blank is passed over, what is too long or not UTF-8 is refused. */
public final class TextLines implements AutoCloseable {
    private final String name;
    private final FileSource source;
    private final RecordSplitter splitter;

    private TextLines(String name, FileSource source, RecordSplitter splitter) {
        this.name = name;
        this.source = source;
        this.splitter = splitter;
    }

    /**
     * A line without its end.
     *
     * @param number counted from 1
     */
    public record Line(long number, String text) {}

    /**
     * Opens a file.
     *
     * @param options limits on a line and on what the file expands to; the rest is not used
     * @throws AuditException {@code USAGE} if it is not there or a directory, {@code DATA} if it cannot be opened
     */
    public static TextLines open(Path file, ReadOptions options) {
        String name = Printable.line(file.toString());
        FileSource source = FileSource.open(file, name, options);
        try {
            return new TextLines(name, source, new RecordSplitter(source, name, false, options.maxRowBytes()));
        } catch (RuntimeException failed) {
            source.close();
            throw failed;
        }
    }

    /**
     * The next line, or null at the end.
     *
     * @throws AuditException {@code DATA} naming file and line where it cannot be read; {@code INTERRUPTED}
     */
    public @Nullable Line next() {
        RecordSplitter.Raw raw = splitter.next();
        if (raw == null) {
            return null;
        }
        try {
            return new Line(raw.line(), raw.text());
        } catch (BadRecord bad) {
            throw wrong(raw.line(), bad.reason());
        }
    }

    /** What to throw where a line is not what it should be. */
    public AuditException wrong(long line, String what) {
        return new AuditException(AuditException.Code.DATA, name + ", line " + line + ": " + what);
    }

    @Override
    public void close() {
        source.close();
    }
}
