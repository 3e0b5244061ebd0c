package ai.auditor.model;

/**
 * The rotations of the pairs of a head by a token's position, as cosine and sine; pairs behind the rotated dimensions are not turned.
 *
 * <p>Frequencies and angles are rounded to 32 bits where transformers rounds them, so that long rows agree.
 */
final class Rotation {
    private final float[] frequencies;
    private final float size;

    Rotation(Rope rope, int headWidth) {
        frequencies = new float[headWidth / 2];
        for (int i = 0; i < rope.dimensions() / 2; i++) {
            float exponent = (float) (2 * i) / rope.dimensions();
            frequencies[i] = 1f / (float) StrictMath.pow(rope.theta(), exponent);
        }
        size = scale(rope);
    }

    private float scale(Rope rope) {
        Rope.Scaling scaling = rope.scaling();
        if (scaling instanceof Rope.Linear linear) {
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= (float) linear.factor();
            }
        } else if (scaling instanceof Rope.Llama3 llama) {
            for (int i = 0; i < rope.dimensions() / 2; i++) {
                frequencies[i] = scaled(llama, frequencies[i]);
            }
        } else if (scaling instanceof Rope.Yarn yarn) {
            ramp(rope, yarn);
            return (float) yarn.attentionFactor();
        }
        return 1;
    }

    private static float scaled(Rope.Llama3 llama, float frequency) {
        double wavelength = 2 * Math.PI / frequency;
        float divided = frequency / (float) llama.factor();
        if (wavelength > llama.original() / llama.lowFrequencyFactor()) {
            return divided;
        }
        if (wavelength < llama.original() / llama.highFrequencyFactor()) {
            return frequency;
        }
        float part = (float) ((llama.original() / wavelength - llama.lowFrequencyFactor())
                / (llama.highFrequencyFactor() - llama.lowFrequencyFactor()));
        return (1 - part) * divided + part * frequency;
    }

    private void ramp(Rope rope, Rope.Yarn yarn) {
        double low = dimension(rope, yarn, yarn.betaFast());
        double high = dimension(rope, yarn, yarn.betaSlow());
        if (yarn.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rope.dimensions() - 1);
        // As transformers does, so that the ramp is no division by nothing.
        double width = low == high ? 0.001 : high - low;
        for (int i = 0; i < rope.dimensions() / 2; i++) {
            float divided = frequencies[i] / (float) yarn.factor();
            float kept = 1 - (float) Math.min(1, Math.max(0, (i - low) / width));
            frequencies[i] = divided * (1 - kept) + frequencies[i] * kept;
        }
    }

    /** The dimension that turns so many times in the original context. */
    private static double dimension(Rope rope, Rope.Yarn yarn, double turns) {
        return rope.dimensions()
                * StrictMath.log(yarn.original() / (turns * 2 * Math.PI))
                / (2 * StrictMath.log(rope.theta()));
    }

    /** Cosine and sine of every pair at each position, {@code [positions, headWidth / 2, 2]}. */
    float[] at(int[] positions) {
        float[] table = new float[positions.length * frequencies.length * 2];
        int next = 0;
        for (int position : positions) {
            for (float frequency : frequencies) {
                float angle = position * frequency;
                // A frequency of nothing belongs to a pair that is not rotated, and so not multiplied either.
                float factor = frequency == 0 ? 1 : size;
                table[next++] = (float) Math.cos(angle) * factor;
                table[next++] = (float) Math.sin(angle) * factor;
            }
        }
        return table;
    }

    int pairs() {
        return frequencies.length;
    }
}
