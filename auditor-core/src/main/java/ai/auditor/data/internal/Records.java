package ai.auditor.data.internal;

import ai.auditor.AuditException;
import org.jspecify.annotations.Nullable;

/** The records of a file or of several, one after another; what is not asked for is not read. */
public interface Records extends AutoCloseable {
    /**
     * The next record, or null at the end.
     *
     * @throws AuditException {@code DATA} where the file is damaged or asks for too much, {@code INTERRUPTED}
     */
    @Nullable
    Found next();

    /** Bytes on disk read so far, roughly. */
    long position();

    /** Bytes on disk in all. */
    long size();

    /** SHA-256 of what lies on disk; ends the reading. */
    String digest();

    @Override
    void close();

    /**
     * A record that was found, not yet looked into.
     *
     * @param file what messages call its file
     * @param line 1-based line on which it starts, or 0 where the file has no lines
     * @param remark of the file as a whole, behind the reason why a record is bad; may be empty
     * @param content its fields, to be asked for once, before the next record
     */
    record Found(String file, long line, String remark, Content content) {}

    /** What is in a record. */
    @FunctionalInterface
    interface Content {
        /**
         * The record's fields by name.
         *
         * @throws BadRecord if it cannot be used
         */
        Json.Fields fields();
    }
}
