package ai.auditor.sae;

/** How well an autoencoder does on tokens: sums that are added up token by token, in double precision. */
public final class Reconstruction {
    private final double[] sums;
    private long tokens;
    private double squares;
    private double errors;
    private long active;

    /** Of no token yet. */
    public Reconstruction(int inputWidth) {
        this.sums = new double[inputWidth];
    }

    /**
     * Adds tokens.
     *
     * @param states {@code [tokens, d_in]}, row-major
     * @param reconstruction the same shape
     * @param activeFeatures how many features are active in all of these tokens together
     */
    public void add(float[] states, float[] reconstruction, long activeFeatures) {
        int width = sums.length;
        for (int i = 0; i < states.length; i++) {
            double state = states[i];
            double again = reconstruction[i];
            sums[i % width] += state;
            squares += state * state;
            errors += (state - again) * (state - again);
        }
        tokens += states.length / width;
        active += activeFeatures;
    }

    /** How many tokens were added. */
    public long tokens() {
        return tokens;
    }

    /** Mean number of active features a token. */
    public double l0() {
        return tokens == 0 ? 0 : (double) active / tokens;
    }

    /** Fraction of variance unexplained, pooled over tokens: {@code E|x - x'|^2 / E|x - mean|^2}; 0 where nothing varies and all is met. */
    public double fvu() {
        double centred = squares;
        for (double sum : sums) {
            centred -= tokens == 0 ? 0 : sum * sum / tokens;
        }
        return errors == 0 ? 0 : errors / Math.max(centred, Double.MIN_NORMAL);
    }
}
