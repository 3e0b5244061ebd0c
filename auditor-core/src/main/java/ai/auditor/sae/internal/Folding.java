package ai.auditor.sae.internal;

import ai.auditor.sae.Activation;
import ai.auditor.sae.SaeWeights;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;

/** Numbers that are folded into weights, so that all formats run alike. */
final class Folding {
    /** SAELens keeps norms above it. */
    private static final float SMALLEST_NORM = 1e-8f;

    private Folding() {}

    static void scale(ByteBuffer matrix, float factor) {
        FloatBuffer values = matrix.asFloatBuffer();
        for (int i = 0; i < values.limit(); i++) {
            values.put(i, values.get(i) * factor);
        }
    }

    static void scale(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }

    /** Refuses numbers that were finite in the file and are not, now that a scale is folded in. */
    static void requireFinite(Path directory, SaeWeights weights) {
        boolean finite = finite(weights.encoder().asFloatBuffer())
                && finite(weights.decoder().asFloatBuffer())
                && finite(FloatBuffer.wrap(weights.encoderBias()))
                && finite(FloatBuffer.wrap(weights.decoderBias()))
                && (!(weights.activation() instanceof Activation.JumpRelu jump)
                        || finite(FloatBuffer.wrap(jump.thresholds())));
        if (!finite) {
            throw Refused.of(directory, "its weights are no longer finite when its scale is folded in");
        }
    }

    private static boolean finite(FloatBuffer values) {
        int count = values.limit();
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Makes the decoder's directions one long and the features as much larger: {@code fold_W_dec_norm} of SAELens. */
    static void decoderNorms(ByteBuffer encoder, float[] encoderBias, ByteBuffer decoder) {
        FloatBuffer in = encoder.asFloatBuffer();
        FloatBuffer out = decoder.asFloatBuffer();
        int features = encoderBias.length;
        int width = out.limit() / features;
        float[] norms = new float[features];
        for (int feature = 0; feature < features; feature++) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                double value = out.get(feature * width + i);
                square += value * value;
            }
            norms[feature] = Math.max(SMALLEST_NORM, (float) Math.sqrt(square));
            for (int i = 0; i < width; i++) {
                out.put(feature * width + i, out.get(feature * width + i) / norms[feature]);
            }
            encoderBias[feature] *= norms[feature];
        }
        for (int i = 0; i < in.limit(); i++) {
            in.put(i, in.get(i) * norms[i % features]);
        }
    }
}
