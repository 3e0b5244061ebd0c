package ai.auditor.sae;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Weights of an autoencoder in the one layout in which all formats are run: {@code f = activation((norm(x) - shift) W_enc + b_enc)},
 * {@code x' = norm undone of (f W_dec + b_dec)}.
 *
 * @param encoder W_enc {@code [d_in, d_sae]}, row-major, direct, native order
 * @param encoderBias {@code [d_sae]}
 * @param decoder W_dec {@code [d_sae, d_in]}, row-major, direct, native order
 * @param decoderBias {@code [d_in]}
 * @param shift taken off the input before the encoder, {@code [d_in]}: zeros, or the decoder's bias
 */
public record SaeWeights(
        ByteBuffer encoder,
        float[] encoderBias,
        ByteBuffer decoder,
        float[] decoderBias,
        float[] shift,
        Activation activation,
        InputNorm norm) {
    /** Floats of a matrix at most: its bytes are counted by an int. */
    public static final int MOST_FLOATS = Integer.MAX_VALUE / Float.BYTES;

    /** Room for so many floats outside of Java's heap, {@link #MOST_FLOATS} at most. */
    public static ByteBuffer room(long floats) {
        return ByteBuffer.allocateDirect(Math.toIntExact(Math.multiplyExact(floats, Float.BYTES)))
                .order(ByteOrder.nativeOrder());
    }

    /** A copy of floats outside of Java's heap. */
    public static ByteBuffer copied(float[] floats) {
        ByteBuffer room = room(floats.length);
        room.asFloatBuffer().put(floats);
        return room;
    }

    int inputWidth() {
        return decoderBias.length;
    }

    int features() {
        return encoderBias.length;
    }
}
