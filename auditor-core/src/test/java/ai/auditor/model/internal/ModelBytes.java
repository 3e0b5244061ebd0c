package ai.auditor.model.internal;

import ai.auditor.model.WeightSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Model files for tests: the goldens, and files made byte by byte. */
public final class ModelBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A golden made by {@code src/test/python/weights_goldens.py}. */
    public static Path golden(String name) {
        try {
            return Path.of(Objects.requireNonNull(ModelBytes.class.getResource("/weights/" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All floats of a raw little-endian file. */
    public static FloatBuffer goldenFloats(String name) {
        return ByteBuffer.wrap(bytes(golden(name)))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    /** A tensor read whole. */
    public static float[] read(WeightSource source, String name) {
        long count = 1;
        for (long size : source.shape(name)) {
            count *= size;
        }
        float[] values = new float[Math.toIntExact(count)];
        source.read(name, FloatBuffer.wrap(values));
        return values;
    }

    /** A safetensors file of a header and so many zero bytes. */
    public static byte[] safetensors(String header, int data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return new ModelBytes().i64(text.length).raw(text).raw(new byte[data]).done();
    }

    public static Path write(Path directory, String name, byte[] content) {
        try {
            return Files.write(directory.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelBytes raw(byte... values) {
        bytes.writeBytes(values);
        return this;
    }

    ModelBytes i16(int value) {
        return raw((byte) value, (byte) (value >> 8));
    }

    ModelBytes i32(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    ModelBytes i64(long value) {
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    ModelBytes text(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return i64(text.length).raw(text);
    }

    /** The start of a GGUF. */
    static ModelBytes gguf(int version, long tensors, long pairs) {
        return new ModelBytes()
                .raw("GGUF".getBytes(StandardCharsets.US_ASCII))
                .i32(version)
                .i64(tensors)
                .i64(pairs);
    }

    ModelBytes pair(String key, String value) {
        return text(key).i32(8).text(value);
    }

    ModelBytes pair(String key, int value) {
        return text(key).i32(4).i32(value);
    }

    ModelBytes tensor(String name, int type, long offset, long... fastestFirst) {
        text(name).i32(fastestFirst.length);
        for (long size : fastestFirst) {
            i64(size);
        }
        return i32(type).i64(offset);
    }

    /** Pads to the alignment and adds zero bytes. */
    byte[] data(int length) {
        raw(new byte[Math.floorMod(-bytes.size(), 32)]);
        return raw(new byte[length]).done();
    }

    byte[] done() {
        return bytes.toByteArray();
    }
}
