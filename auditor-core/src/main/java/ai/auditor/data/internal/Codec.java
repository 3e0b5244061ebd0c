package ai.auditor.data.internal;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How a part of a file in columns is compressed. */
enum Codec {
    NONE,
    GZIP,
    ZSTD,
    SNAPPY,
    LZ4_BLOCK,
    LZ4_FRAME;

    /** Neither LZ4 (255 of a byte) nor Snappy (64 of three bytes) can make more of a byte. */
    private static final long MOST_OF_A_BYTE = 255;

    private static final int LZ4_FRAME_MAGIC = 0x184d2204;
    private static final int LZ4_VERSION = 0x40;
    private static final int LZ4_VERSION_MASK = 0xc0;
    private static final int LZ4_BLOCK_CHECKSUM = 0x10;
    private static final int LZ4_CONTENT_SIZE = 0x08;
    private static final int LZ4_DICTIONARY = 0x01;
    private static final int LZ4_HEADER_BYTES = 3;
    private static final int LZ4_STORED = 1 << 31;

    /**
     * What the bytes stand for. Memory is taken as they come out, not as they are said to.
     *
     * @param size how many bytes they have to become
     * @throws IOException where they are damaged, or become more or fewer
     */
    byte[] expand(byte[] compressed, int size) throws IOException {
        return switch (this) {
            case NONE -> exactly(compressed, size);
            case GZIP -> streamed(new GzipStream(new ByteArrayInputStream(compressed)), size);
            case ZSTD -> streamed(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(compressed)), size);
            case SNAPPY -> {
                Blocks blocks = blocks(compressed, size);
                blocks.snappy();
                yield exactly(blocks);
            }
            case LZ4_BLOCK -> {
                Blocks blocks = blocks(compressed, size);
                blocks.lz4(compressed.length);
                yield exactly(blocks);
            }
            case LZ4_FRAME -> lz4Frame(compressed, size);
        };
    }

    private static byte[] streamed(InputStream stream, int size) throws IOException {
        try (stream) {
            byte[] content = stream.readNBytes(size);
            if (content.length == size && stream.read() >= 0) {
                throw new IOException("it becomes more than the " + size + " bytes that it should");
            }
            return exactly(content, size);
        }
    }

    private static byte[] exactly(byte[] content, int size) throws IOException {
        if (content.length != size) {
            throw new EOFException("it becomes " + content.length + " bytes where " + size + " are due");
        }
        return content;
    }

    private static byte[] exactly(Blocks blocks) throws IOException {
        if (blocks.written() != blocks.target().length) {
            throw new EOFException(
                    "it becomes " + blocks.written() + " bytes where " + blocks.target().length + " are due");
        }
        return blocks.target();
    }

    private static Blocks blocks(byte[] compressed, int size) throws IOException {
        if (size > MOST_OF_A_BYTE * compressed.length) {
            throw new IOException(compressed.length + " bytes cannot become the " + size + " that are due");
        }
        return new Blocks(compressed, new byte[size]);
    }

    /** The LZ4 frame format, whose blocks may refer to those before them. */
    private static byte[] lz4Frame(byte[] compressed, int size) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(compressed).order(ByteOrder.LITTLE_ENDIAN);
        Blocks blocks = blocks(compressed, size);
        try {
            if (in.getInt() != LZ4_FRAME_MAGIC) {
                throw new IOException("it is no LZ4 frame");
            }
            int flags = in.get(in.position());
            if ((flags & LZ4_VERSION_MASK) != LZ4_VERSION || (flags & LZ4_DICTIONARY) != 0) {
                throw new IOException("it is an LZ4 frame of an unknown kind");
            }
            in.position(in.position() + LZ4_HEADER_BYTES + ((flags & LZ4_CONTENT_SIZE) != 0 ? Long.BYTES : 0));
            for (int block = in.getInt(); block != 0; block = in.getInt()) {
                int length = block & ~LZ4_STORED;
                blocks.moveTo(in.position());
                in.position(in.position() + length + ((flags & LZ4_BLOCK_CHECKSUM) != 0 ? Integer.BYTES : 0));
                if ((block & LZ4_STORED) != 0) {
                    blocks.stored(length);
                } else {
                    blocks.lz4(length);
                }
            }
            return exactly(blocks);
        } catch (RuntimeException outOfBounds) {
            throw new IOException("it is cut off or damaged", outOfBounds);
        }
    }
}
