package ai.auditor.model;

/**
 * Rotary position embedding: the angle of pair i at position p is {@code p * base^(-2i / headWidth)}, as cosine and sine.
 *
 * <p>Frequencies and angles are rounded to 32 bits where transformers rounds them, so that long rows agree.
 */
final class Rotation {
    private final float[] frequencies;

    Rotation(double base, int headWidth) {
        frequencies = new float[headWidth / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / headWidth;
            frequencies[i] = 1f / (float) StrictMath.pow(base, exponent);
        }
    }

    /** Cosine and sine of every pair at each position, {@code [positions, headWidth / 2, 2]}. */
    float[] at(int[] positions) {
        float[] table = new float[positions.length * frequencies.length * 2];
        int next = 0;
        for (int position : positions) {
            for (float frequency : frequencies) {
                float angle = position * frequency;
                table[next++] = (float) Math.cos(angle);
                table[next++] = (float) Math.sin(angle);
            }
        }
        return table;
    }

    int pairs() {
        return frequencies.length;
    }
}
