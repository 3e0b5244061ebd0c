package ai.auditor.model;

/**
 * Rotary position embedding: the angle of pair i at position p is {@code p * theta^(-2i / dimensions)}, scaled.
 *
 * @param theta base of the frequencies
 * @param dimensions of each head that are rotated, from the first on; even, 0 for none
 * @param scaling for contexts longer than those of the first training
 */
public record Rope(double theta, int dimensions, Scaling scaling) {
    /** How frequencies are changed; the kinds are those of transformers' {@code modeling_rope_utils}. */
    public sealed interface Scaling {}

    /**
     * Not at all. The kind {@code dynamic} is the same within the context that a configuration states, and longer rows are refused.
     */
    public record Unscaled() implements Scaling {}

    /** All frequencies divided by a factor. */
    public record Linear(double factor) implements Scaling {}

    /**
     * Of Llama 3: long waves divided by a factor, short ones as they are, those between by parts.
     *
     * @param original context of the first training, in tokens
     */
    public record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int original)
            implements Scaling {}

    /**
     * YaRN (Peng et al. 2023): long waves divided by a factor, short ones as they are, between a ramp.
     *
     * @param attentionFactor multiplies cosine and sine
     * @param original context of the first training, in tokens
     * @param truncate whether the ends of the ramp are whole numbers
     */
    public record Yarn(
            double factor, double attentionFactor, double betaFast, double betaSlow, int original, boolean truncate)
            implements Scaling {}
}
