package ai.auditor.data.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One buffer of a record batch, read a window at a time, or whole where it is compressed; nothing before it is asked for. */
final class ArrowBytes {
    private static final int WINDOW_BYTES = 1 << 14;

    private final ColumnFile file;
    private final long offset;
    private final long length;
    private final @Nullable Supplier<ByteBuffer> expansion;
    private @Nullable ByteBuffer window;
    private long windowStart;

    private ArrowBytes(ColumnFile file, long offset, long length, @Nullable Supplier<ByteBuffer> expansion) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.expansion = expansion;
    }

    /** A buffer that lies in the file as it is. */
    static ArrowBytes stored(ColumnFile file, long offset, long length) {
        return new ArrowBytes(file, offset, length, null);
    }

    /** A buffer that has to be expanded first. */
    static ArrowBytes expanded(ColumnFile file, long length, Supplier<ByteBuffer> content) {
        return new ArrowBytes(file, 0, length, content);
    }

    long length() {
        return length;
    }

    byte int8(long position) {
        return at(position, Byte.BYTES).get();
    }

    short int16(long position) {
        return at(position, Short.BYTES).getShort();
    }

    int int32(long position) {
        return at(position, Integer.BYTES).getInt();
    }

    long int64(long position) {
        return at(position, Long.BYTES).getLong();
    }

    /** So many bytes at a position; to be read before anything else is asked for. */
    ByteBuffer at(long position, int count) {
        if (position < 0 || count > length - position) {
            throw file.damaged(
                    "a column is cut off: a buffer of " + length + " bytes has no " + count + " at " + position);
        }
        ByteBuffer bytes = window;
        if (bytes == null || position < windowStart || position + count > windowStart + bytes.capacity()) {
            if (expansion == null) {
                bytes = file.read(offset + position, Math.min(length - position, Math.max(WINDOW_BYTES, count)));
                windowStart = position;
            } else {
                bytes = expansion.get();
            }
            window = bytes;
        }
        int start = (int) (position - windowStart);
        return bytes.limit(bytes.capacity())
                .position(start)
                .limit(start + count)
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
