package ai.auditor.model.internal;

import ai.auditor.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntUnaryOperator;

/** A model file whose parts are mapped into memory when they are read; safe for several threads. */
final class MappedFile implements AutoCloseable {
    /** One mapping holds at most 2 GiB; half of it leaves every later offset far from the edge of an int. */
    private static final int WINDOW = 1 << 30;

    private final Path path;
    private final FileChannel channel;
    private final long size;

    private MappedFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    static MappedFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(ModelFile.require(path), StandardOpenOption.READ);
            try {
                return new MappedFile(path, channel, channel.size());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw Refusal.unreadable(path, e);
        }
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /** Fills what remains of a buffer from an offset on; the caller has checked the range against {@link #size()}. */
    void fill(long offset, ByteBuffer buffer) {
        try {
            long at = offset;
            while (buffer.hasRemaining()) {
                int count = channel.read(buffer, at);
                if (count < 0) {
                    throw Refusal.of(path, "ends at byte " + at + "; it was cut while it was read");
                }
                at += count;
            }
        } catch (IOException e) {
            throw Refusal.unreadable(path, e);
        }
    }

    /** A part of the file as a stream; closing it leaves the file open. */
    InputStream part(long offset, long length) {
        return new InputStream() {
            private long at = offset;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] into, int from, int most) {
                int count = (int) Math.min(most, offset + length - at);
                if (count <= 0) {
                    return most == 0 ? 0 : -1;
                }
                fill(at, ByteBuffer.wrap(into, from, count));
                at += count;
                return count;
            }
        };
    }

    /** Decodes consecutive units into a buffer, from its position on. */
    void read(long offset, Units units, FloatBuffer target) {
        forWindows(offset, units, (bytes, first, count) -> units.decoding().decode(bytes, target));
    }

    /**
     * Decodes consecutive units into a buffer in another order.
     *
     * @param place of each unit of the file among the units of the buffer
     */
    void read(long offset, Units units, IntUnaryOperator place, FloatBuffer target) {
        FloatBuffer slot = target.duplicate();
        int base = target.position();
        forWindows(offset, units, (bytes, first, count) -> {
            for (int i = 0; i < count; i++) {
                int to = base + place.applyAsInt(first + i) * units.floats();
                slot.limit(to + units.floats()).position(to);
                bytes.limit((i + 1) * units.bytes());
                units.decoding().decode(bytes, slot);
            }
        });
        target.position(base + units.count() * units.floats());
    }

    private interface Window {
        void take(ByteBuffer bytes, int first, int count);
    }

    private void forWindows(long offset, Units units, Window window) {
        int most = Math.max(1, WINDOW / units.bytes());
        int count;
        for (int first = 0; first < units.count(); first += count) {
            count = Math.min(most, units.count() - first);
            window.take(map(offset + (long) first * units.bytes(), (long) count * units.bytes()), first, count);
        }
    }

    private ByteBuffer map(long offset, long length) {
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw Refusal.unreadable(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw Refusal.unreadable(path, e);
        }
    }
}
