package ai.auditor.model.internal;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Tensor types of GGUF that are read, with the block layouts of ggml ({@code ggml-common.h}, {@code ggml-quants.c}).
 *
 * <p>Every product and every sum is rounded to a float of its own, so that results equal numpy's bit by bit.
 */
enum GgmlType {
    F32(0, 1, 4, Decoding::floats),
    F16(1, 1, 2, Decoding::halves),
    Q4_0(2, 32, 18, (BlockDecoding) GgmlType::q40),
    Q4_1(3, 32, 20, (BlockDecoding) GgmlType::q41),
    Q5_0(6, 32, 22, (BlockDecoding) GgmlType::q50),
    Q5_1(7, 32, 24, (BlockDecoding) GgmlType::q51),
    Q8_0(8, 32, 34, (BlockDecoding) GgmlType::q80),
    Q4_K(12, 256, 144, (BlockDecoding) GgmlType::q4k),
    Q6_K(14, 256, 210, (BlockDecoding) GgmlType::q6k),
    BF16(30, 1, 2, Decoding::bfloats);

    static final String READABLE = "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q6_K";

    private static final int LONGEST_BLOCK = 256;
    private static final int NIBBLE = 0xf;

    private final int number;
    private final int blockFloats;
    private final int blockBytes;

    @SuppressWarnings("ImmutableEnumChecker") // made of static methods, which have no state
    private final Decoding decoding;

    GgmlType(int number, int blockFloats, int blockBytes, Decoding decoding) {
        this.number = number;
        this.blockFloats = blockFloats;
        this.blockBytes = blockBytes;
        this.decoding = decoding;
    }

    GgmlType(int number, int blockFloats, int blockBytes, BlockDecoding block) {
        this(number, blockFloats, blockBytes, block.repeated(blockFloats, blockBytes));
    }

    static Optional<GgmlType> numbered(long number) {
        for (GgmlType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    int blockFloats() {
        return blockFloats;
    }

    int blockBytes() {
        return blockBytes;
    }

    Decoding decoding() {
        return decoding;
    }

    /** Decodes the one block that starts at a place. */
    @FunctionalInterface
    private interface BlockDecoding {
        void decode(ByteBuffer bytes, int at, float[] block);

        default Decoding repeated(int floats, int width) {
            return (bytes, target) -> {
                float[] block = new float[LONGEST_BLOCK];
                for (; bytes.hasRemaining(); bytes.position(bytes.position() + width)) {
                    decode(bytes, bytes.position(), block);
                    target.put(block, 0, floats);
                }
            };
        }
    }

    private static float half(ByteBuffer bytes, int at) {
        return Decoding.half(bytes.getShort(at));
    }

    private static int fifth(int bits, int index) {
        return ((bits >>> index) & 1) << 4;
    }

    private static int unsigned(ByteBuffer bytes, int at) {
        return Byte.toUnsignedInt(bytes.get(at));
    }

    /** half d; 16 bytes of nibbles: the low ones are the first half of the block. */
    private static void q40(ByteBuffer bytes, int at, float[] block) {
        float scale = half(bytes, at);
        for (int j = 0; j < 16; j++) {
            int pair = unsigned(bytes, at + 2 + j);
            block[j] = scale * ((pair & NIBBLE) - 8);
            block[j + 16] = scale * ((pair >> 4) - 8);
        }
    }

    /** half d; half m; nibbles as in Q4_0. */
    private static void q41(ByteBuffer bytes, int at, float[] block) {
        float scale = half(bytes, at);
        float minimum = half(bytes, at + 2);
        for (int j = 0; j < 16; j++) {
            int pair = unsigned(bytes, at + 4 + j);
            block[j] = scale * (pair & NIBBLE) + minimum;
            block[j + 16] = scale * (pair >> 4) + minimum;
        }
    }

    /** half d; 32 fifth bits; nibbles as in Q4_0. */
    private static void q50(ByteBuffer bytes, int at, float[] block) {
        float scale = half(bytes, at);
        int high = bytes.getInt(at + 2);
        for (int j = 0; j < 16; j++) {
            int pair = unsigned(bytes, at + 6 + j);
            block[j] = scale * (((pair & NIBBLE) | fifth(high, j)) - 16);
            block[j + 16] = scale * (((pair >> 4) | fifth(high, j + 16)) - 16);
        }
    }

    /** half d; half m; 32 fifth bits; nibbles as in Q4_0. */
    private static void q51(ByteBuffer bytes, int at, float[] block) {
        float scale = half(bytes, at);
        float minimum = half(bytes, at + 2);
        int high = bytes.getInt(at + 4);
        for (int j = 0; j < 16; j++) {
            int pair = unsigned(bytes, at + 8 + j);
            block[j] = scale * ((pair & NIBBLE) | fifth(high, j)) + minimum;
            block[j + 16] = scale * ((pair >> 4) | fifth(high, j + 16)) + minimum;
        }
    }

    /** half d; 32 signed bytes. */
    private static void q80(ByteBuffer bytes, int at, float[] block) {
        float scale = half(bytes, at);
        for (int j = 0; j < 32; j++) {
            block[j] = scale * bytes.get(at + 2 + j);
        }
    }

    /** half d; half m; 12 bytes with 8 six-bit scales and minimums; 128 bytes of nibbles, 32 low ones before 32 high ones. */
    private static void q4k(ByteBuffer bytes, int at, float[] block) {
        float scale = half(bytes, at);
        float minimum = half(bytes, at + 2);
        int packed = at + 4;
        int quants = at + 16;
        for (int group = 0; group < 8; group++) {
            int low = group & 3;
            int scaleByte = unsigned(bytes, packed + low);
            int minimumByte = unsigned(bytes, packed + 4 + low);
            int both = unsigned(bytes, packed + 8 + low);
            int scaleBits = group < 4 ? scaleByte & 0x3f : (both & NIBBLE) | ((scaleByte >> 2) & 0x30);
            int minimumBits = group < 4 ? minimumByte & 0x3f : (both >> 4) | ((minimumByte >> 2) & 0x30);
            float groupScale = scale * scaleBits;
            float groupMinimum = minimum * minimumBits;
            int shift = (group & 1) * 4;
            for (int j = 0; j < 32; j++) {
                int quant = (unsigned(bytes, quants + group / 2 * 32 + j) >> shift) & NIBBLE;
                block[group * 32 + j] = groupScale * quant - groupMinimum;
            }
        }
    }

    /** 128 bytes of low nibbles; 64 bytes of upper bit pairs; 16 signed scales; half d. */
    private static void q6k(ByteBuffer bytes, int at, float[] block) {
        int upper = at + 128;
        int scales = at + 192;
        float scale = half(bytes, at + 208);
        for (int i = 0; i < 256; i++) {
            int half = i / 128;
            int group = i / 32 % 4;
            int j = i % 32;
            int low = (unsigned(bytes, at + half * 64 + (group & 1) * 32 + j) >> (group / 2 * 4)) & NIBBLE;
            int high = (unsigned(bytes, upper + half * 32 + j) >> (group * 2)) & 3;
            float groupScale = scale * bytes.get(scales + i / 16);
            block[i] = groupScale * ((low | (high << 4)) - 32);
        }
    }
}
