package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Sha256;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a file, expanded where it is compressed, with a digest of what lies on disk and limits on what it becomes. */
public final class FileSource implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_BYTES = 4;
    private static final int ZSTD_FRAME = 0xfd2fb528;
    /** Parallel compressors begin with one (RFC 8878, 3.1.2). */
    private static final int ZSTD_SKIPPABLE_FRAME = 0x184d2a50;

    private static final int SKIPPABLE_MASK = 0xfffffff0;

    private final String name;
    private final ReadOptions options;
    private final OnDisk onDisk;
    private final InputStream content;
    private final long size;
    private final Compression compression;
    private long expanded;

    private enum Compression {
        NONE,
        GZIP,
        ZSTD
    }

    private FileSource(
            String name, ReadOptions options, OnDisk onDisk, InputStream content, long size, Compression compression) {
        this.name = name;
        this.options = options;
        this.onDisk = onDisk;
        this.content = content;
        this.size = size;
        this.compression = compression;
    }

    /**
     * Opens a file.
     *
     * @param name what messages call the file
     * @throws AuditException {@code USAGE} if it is not there or a directory, {@code DATA} if it cannot be opened
     */
    public static FileSource open(Path path, String name, ReadOptions options) {
        requireFile(path, name);
        try {
            OnDisk onDisk = new OnDisk(Files.newInputStream(path));
            try {
                BufferedInputStream buffered = new BufferedInputStream(onDisk, BUFFER_BYTES);
                buffered.mark(MAGIC_BYTES);
                Compression compression = compressionOf(buffered.readNBytes(MAGIC_BYTES));
                buffered.reset();
                InputStream content = switch (compression) {
                    case NONE -> buffered;
                    case GZIP -> new GzipStream(buffered);
                    case ZSTD -> new ZstdInputStreamNoFinalizer(buffered);
                };
                return new FileSource(name, options, onDisk, content, Files.size(path), compression);
            } catch (IOException broken) {
                onDisk.close();
                throw broken;
            }
        } catch (IOException cannot) {
            AuditException.checkInterrupted();
            throw new AuditException(AuditException.Code.DATA, name + ": cannot be opened: " + reason(cannot), cannot);
        }
    }

    /**
     * Refuses what is no file.
     *
     * @throws AuditException {@code USAGE} where nothing is there, or a directory
     */
    static void requireFile(Path path, String name) {
        if (!Files.exists(path)) {
            throw new AuditException(AuditException.Code.USAGE, name + ": no such file");
        }
        if (Files.isDirectory(path)) {
            throw new AuditException(AuditException.Code.USAGE, name + ": is a directory; name a file in it");
        }
    }

    /**
     * Fills the array with expanded bytes.
     *
     * @return how many; fewer than the array holds only at the end
     * @throws AuditException {@code DATA} if the file is damaged, cut off or expands beyond a limit; {@code INTERRUPTED}
     */
    int read(byte[] target) {
        AuditException.checkInterrupted();
        try {
            int count = content.readNBytes(target, 0, target.length);
            expanded += count;
            if (compression != Compression.NONE) {
                ExpansionLimit.check(name, options, expanded, onDisk.position);
            }
            return count;
        } catch (IOException broken) {
            throw unreadable(broken);
        }
    }

    /** Whether the file is compressed, by its first bytes. */
    public boolean compressed() {
        return compression != Compression.NONE;
    }

    /** Bytes on disk read so far. */
    public long position() {
        return onDisk.position;
    }

    /** Bytes on disk in all. */
    public long size() {
        return size;
    }

    /** SHA-256 of the whole file as it lies on disk; reads what is left of it. */
    public String digest() {
        try {
            byte[] rest = new byte[BUFFER_BYTES];
            while (onDisk.read(rest, 0, rest.length) >= 0) {
                AuditException.checkInterrupted();
            }
            return onDisk.digest.hex();
        } catch (IOException broken) {
            throw unreadable(broken);
        }
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException broken) {
            throw unreadable(broken);
        }
    }

    private AuditException unreadable(IOException broken) {
        // Reading a channel on an interrupted thread fails with an I/O error of its own.
        AuditException.checkInterrupted();
        String kind = switch (compression) {
            case NONE -> "";
            case GZIP -> "as gzip ";
            case ZSTD -> "as zstd ";
        };
        return new AuditException(
                AuditException.Code.DATA,
                name + ": cannot be read " + kind + "at or before byte " + onDisk.position + " of the file, after "
                        + expanded + " bytes of content: " + reason(broken),
                broken);
    }

    private static String reason(IOException problem) {
        String message = problem.getMessage();
        return Printable.line(message == null ? problem.getClass().getSimpleName() : message);
    }

    private static Compression compressionOf(byte[] start) {
        if (start.length >= 2 && start[0] == (byte) 0x1f && start[1] == (byte) 0x8b) {
            return Compression.GZIP;
        }
        if (start.length == MAGIC_BYTES) {
            int magic = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt();
            if (magic == ZSTD_FRAME || (magic & SKIPPABLE_MASK) == ZSTD_SKIPPABLE_FRAME) {
                return Compression.ZSTD;
            }
        }
        return Compression.NONE;
    }

    /** Counts and digests the bytes that pass. */
    private static final class OnDisk extends FilterInputStream {
        private final Sha256 digest = new Sha256();
        private long position;

        OnDisk(InputStream file) {
            super(file);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            if (count > 0) {
                digest.bytes(target, offset, count);
                position += count;
            }
            return count;
        }
    }
}
