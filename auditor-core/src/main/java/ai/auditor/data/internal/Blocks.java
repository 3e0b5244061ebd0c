package ai.auditor.data.internal;

import java.io.IOException;
import java.util.Objects;

/** Decodes the two block formats that copy from what they have written: LZ4 and Snappy. */
final class Blocks {
    private static final int LONG_LENGTH = 15;
    private static final int SHORTEST_LZ4_MATCH = 4;
    private static final int BYTE = 0xff;
    private static final int HALF_BYTE = 4;
    /** Snappy literals of more bytes spell their length in the bytes that follow. */
    private static final int LONGEST_SHORT_LITERAL = 60;

    private final byte[] source;
    private final byte[] target;
    private int read;
    private int written;

    Blocks(byte[] source, byte[] target) {
        this.source = source;
        this.target = target;
    }

    byte[] target() {
        return target;
    }

    int written() {
        return written;
    }

    void moveTo(int position) {
        read = position;
    }

    /** Bytes that lie there as they are. */
    void stored(int length) throws IOException {
        try {
            literal(length);
        } catch (IndexOutOfBoundsException outside) {
            throw damaged(outside);
        }
    }

    /** One LZ4 block of so many bytes, from where reading stands. */
    void lz4(int length) throws IOException {
        try {
            int end = Objects.checkFromIndexSize(read, length, source.length) + length;
            while (read < end) {
                int token = next();
                literal(lz4Length(token >>> HALF_BYTE));
                if (read < end) {
                    int distance = next() | (next() << Byte.SIZE);
                    copy(distance, Math.addExact(lz4Length(token & LONG_LENGTH), SHORTEST_LZ4_MATCH));
                }
            }
        } catch (IndexOutOfBoundsException | ArithmeticException outside) {
            throw damaged(outside);
        }
    }

    private int lz4Length(int start) {
        int length = start;
        if (start == LONG_LENGTH) {
            int more = BYTE;
            while (more == BYTE) {
                more = next();
                length = Math.addExact(length, more);
            }
        }
        return length;
    }

    /** All of the source as Snappy, whose first bytes are the size of the whole. */
    void snappy() throws IOException {
        try {
            long size = 0;
            int shift = 0;
            int piece;
            do {
                piece = next();
                size |= (long) (piece & 0x7f) << shift;
                shift += 7;
            } while (piece > 0x7f && shift < Integer.SIZE);
            if (size != target.length) {
                throw new IOException("it says that it becomes " + size + " bytes where " + target.length + " are due");
            }
            while (read < source.length) {
                int tag = next();
                int high = tag >>> 2;
                switch (tag & 3) {
                    case 0 ->
                        literal(
                                high < LONGEST_SHORT_LITERAL
                                        ? high + 1
                                        : littleEndian(high - LONGEST_SHORT_LITERAL + 1) + 1);
                    case 1 -> copy(((high >>> 3) << Byte.SIZE) | next(), (high & 7) + SHORTEST_LZ4_MATCH);
                    case 2 -> copy(littleEndian(2), high + 1);
                    default -> copy(littleEndian(Integer.BYTES), high + 1);
                }
            }
        } catch (IndexOutOfBoundsException outside) {
            throw damaged(outside);
        }
    }

    private int littleEndian(int bytes) {
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= next() << (i * Byte.SIZE);
        }
        return value;
    }

    private int next() {
        return source[read++] & BYTE;
    }

    private void literal(int length) {
        Objects.checkFromIndexSize(read, length, source.length);
        Objects.checkFromIndexSize(written, length, target.length);
        System.arraycopy(source, read, target, written, length);
        read += length;
        written += length;
    }

    /** A copy may reach into what it writes, which repeats it. */
    private void copy(int distance, int length) {
        Objects.checkFromIndexSize(written, length, target.length);
        if (distance < 1 || distance > written) {
            throw new IndexOutOfBoundsException();
        }
        for (int end = written + length; written < end; written++) {
            target[written] = target[written - distance];
        }
    }

    private static IOException damaged(RuntimeException cause) {
        return new IOException("it is cut off or damaged", cause);
    }
}
