package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Reason;
import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;

/** A file that is read here and there, as those in columns are; every range is checked against the file before memory is taken. */
final class ColumnFile implements AutoCloseable {
    /** Bytes of anything that has to lie in memory as a whole: a page, a buffer, a footer. */
    static final int MOST_BYTES_AT_ONCE = 256 << 20;
    /** Bytes of what has to lie in memory together: the pages of a row, the buffers of a batch, the row group. */
    static final long MOST_BYTES_TOGETHER = 1L << 30;
    /** Bytes of a description of columns and places; one of 10,000 row groups of 20 columns has some 20 MB. */
    static final int MOST_METADATA_BYTES = 32 << 20;
    /** Levels of groups in a schema; a list of messages has four. */
    static final int MAX_NESTING = JsonReader.MAX_NESTING;
    /** Columns of a schema, those inside others included. */
    static final int MOST_COLUMNS = 10_000;

    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final FileChannel channel;
    private final long size;

    private ColumnFile(String name, FileChannel channel, long size) {
        this.name = name;
        this.channel = channel;
        this.size = size;
    }

    /**
     * Opens a file.
     *
     * @param name what messages call the file
     * @throws AuditException {@code USAGE} where it is not there or a pipe, {@code DATA} where it cannot be opened
     */
    static ColumnFile open(Path path, String name) {
        FileSource.requireFile(path, name);
        if (!Files.isRegularFile(path)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    name
                            + ": is not a regular file; Parquet and Arrow are not read in their order, so no pipe will do");
        }
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new ColumnFile(name, channel, channel.size());
        } catch (IOException cannot) {
            AuditException.checkInterrupted();
            throw new AuditException(
                    AuditException.Code.DATA, name + ": cannot be opened: " + Reason.of(cannot), cannot);
        }
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    /**
     * Bytes of the file.
     *
     * @throws AuditException {@code DATA} where they are not all there, or more than lie in memory at once
     */
    byte[] bytes(long offset, long length) {
        if (offset < 0 || length < 0 || length > size - offset) {
            throw damaged("a part of " + length + " bytes at byte " + offset + " is not in the file's " + size);
        }
        if (length > MOST_BYTES_AT_ONCE) {
            throw damaged("a part of " + length + " bytes at byte " + offset + " is larger than the "
                    + MOST_BYTES_AT_ONCE + " that are read at once");
        }
        AuditException.checkInterrupted();
        byte[] content = new byte[(int) length];
        ByteBuffer bytes = ByteBuffer.wrap(content);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw damaged("the file became shorter while it was read");
                }
            }
        } catch (IOException broken) {
            throw unreadable(broken);
        }
        return content;
    }

    /** The same, little-endian. */
    ByteBuffer read(long offset, long length) {
        return ByteBuffer.wrap(bytes(offset, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** SHA-256 of the whole file. */
    String digest() {
        Sha256 digest = new Sha256();
        for (long at = 0; at < size; at += BUFFER_BYTES) {
            byte[] part = bytes(at, Math.min(BUFFER_BYTES, size - at));
            digest.bytes(part, 0, part.length);
        }
        return digest.hex();
    }

    /** Says that the file is not as it should be. */
    AuditException damaged(String what) {
        return new AuditException(AuditException.Code.DATA, name + ": " + what);
    }

    private AuditException unreadable(IOException broken) {
        AuditException.checkInterrupted();
        return new AuditException(AuditException.Code.DATA, name + ": cannot be read: " + Reason.of(broken), broken);
    }

    /** The columns that a row may be made of. */
    static Set<String> wanted(ReadOptions options) {
        Set<String> names = new TreeSet<>();
        for (Field field : Field.values()) {
            names.addAll(options.names(field));
        }
        return names;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException broken) {
            throw unreadable(broken);
        }
    }
}
