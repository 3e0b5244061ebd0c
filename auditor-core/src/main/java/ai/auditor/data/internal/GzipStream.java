package ai.auditor.data.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Gzip members one after another (RFC 1952), every check sum checked.
 *
 * <p>The JDK's stream ends in silence where a later member's header is damaged, so half a dataset would be missed.
 */
final class GzipStream extends InputStream {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_FIRST = 0x1f;
    private static final int MAGIC_SECOND = 0x8b;
    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;
    private static final int RESERVED = 0xe0;
    /** Modification time, extra flags and operating system. */
    private static final int UNUSED_HEADER_BYTES = 6;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private int position;
    private int limit;
    private boolean inMember;
    private boolean ended;

    GzipStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            if (!inMember) {
                startMember();
                continue;
            }
            int count = inflate(target, offset, length);
            if (count > 0) {
                checksum.update(target, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        if (inflater.needsInput()) {
            if (position == limit && !fill()) {
                throw new EOFException("it is cut off");
            }
            inflater.setInput(buffer, position, limit - position);
            position = limit;
        }
        try {
            int count = inflater.inflate(target, offset, length);
            if (inflater.needsDictionary()) {
                throw new ZipException("it asks for a dictionary");
            }
            return count;
        } catch (DataFormatException damaged) {
            throw new ZipException("it is damaged: " + damaged.getMessage());
        }
    }

    private void startMember() throws IOException {
        if (required() != MAGIC_FIRST || required() != MAGIC_SECOND || required() != DEFLATE) {
            throw new ZipException("bytes that are not gzip follow");
        }
        int flags = required();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("its header has unknown flags");
        }
        skip(UNUSED_HEADER_BYTES);
        if ((flags & EXTRA) != 0) {
            skip(required() | required() << 8);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            skip(Short.BYTES);
        }
        inflater.reset();
        checksum.reset();
        inMember = true;
    }

    private void endMember() throws IOException {
        position = limit - inflater.getRemaining();
        if (littleEndianInt() != (int) checksum.getValue() || littleEndianInt() != (int) inflater.getBytesWritten()) {
            throw new ZipException("it is damaged: a check sum is wrong");
        }
        inMember = false;
        // Zeros pad the last member on tapes and block devices.
        while (position < limit || fill()) {
            if (buffer[position] != 0) {
                return;
            }
            position++;
        }
        ended = true;
    }

    private int littleEndianInt() throws IOException {
        return required() | required() << 8 | required() << 16 | required() << 24;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            required();
        }
    }

    private void skipText() throws IOException {
        int next = required();
        while (next != 0) {
            next = required();
        }
    }

    private int required() throws IOException {
        if (position == limit && !fill()) {
            throw new EOFException("it is cut off");
        }
        return buffer[position++] & 0xff;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
