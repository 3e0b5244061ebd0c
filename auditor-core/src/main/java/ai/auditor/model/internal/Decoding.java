package ai.auditor.model.internal;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Turns the bytes of stored numbers into floats. */
@FunctionalInterface
interface Decoding {
    /** Numbers converted between two bulk writes; any size that fits the cache will do. */
    int CHUNK = 4096;

    /** Decodes all that remains of a little-endian buffer, which is whole units, and advances both buffers. */
    void decode(ByteBuffer bytes, FloatBuffer target);

    /** 32-bit floats as they are. */
    static void floats(ByteBuffer bytes, FloatBuffer target) {
        target.put(bytes.asFloatBuffer());
        bytes.position(bytes.limit());
    }

    /** 64-bit floats, rounded to the nearest. */
    static void doubles(ByteBuffer bytes, FloatBuffer target) {
        each(bytes, target, Double.BYTES, (in, at) -> (float) in.getDouble(at));
    }

    /** IEEE 754 half precision. */
    static void halves(ByteBuffer bytes, FloatBuffer target) {
        each(bytes, target, Short.BYTES, (in, at) -> half(in.getShort(at)));
    }

    /** The upper 16 bits of a 32-bit float. */
    static void bfloats(ByteBuffer bytes, FloatBuffer target) {
        each(bytes, target, Short.BYTES, (in, at) -> Float.intBitsToFloat(in.getShort(at) << Short.SIZE));
    }

    /** 32-bit whole numbers, rounded to the nearest float. */
    static void ints(ByteBuffer bytes, FloatBuffer target) {
        each(bytes, target, Integer.BYTES, (in, at) -> in.getInt(at));
    }

    /** 64-bit whole numbers, rounded to the nearest float. */
    static void longs(ByteBuffer bytes, FloatBuffer target) {
        each(bytes, target, Long.BYTES, (in, at) -> in.getLong(at));
    }

    /** A half as a float; exact, infinities and not-a-number kept. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | ((exponent + 127 - 15) << 23) | (fraction << 13));
    }

    /** One number at an absolute place. */
    interface Element {
        float at(ByteBuffer bytes, int position);
    }

    private static void each(ByteBuffer bytes, FloatBuffer target, int width, Element element) {
        float[] chunk = new float[Math.min(CHUNK, bytes.remaining() / width)];
        while (bytes.hasRemaining()) {
            int count = Math.min(chunk.length, bytes.remaining() / width);
            int at = bytes.position();
            for (int i = 0; i < count; i++) {
                chunk[i] = element.at(bytes, at + i * width);
            }
            bytes.position(at + count * width);
            target.put(chunk, 0, count);
        }
    }
}
