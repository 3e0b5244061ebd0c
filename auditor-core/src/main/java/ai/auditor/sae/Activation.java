package ai.auditor.sae;

/** What an encoder makes of its linear map {@code pre}, {@code [tokens, d_sae]}. */
public sealed interface Activation {
    /** {@code max(0, pre)}. */
    record Relu() implements Activation {}

    /**
     * {@code pre} where it is above both its threshold and zero (Rajamanoharan and others, arXiv 2407.14435).
     *
     * @param thresholds {@code [d_sae]}
     */
    record JumpRelu(float[] thresholds) implements Activation {}

    /**
     * The k largest of each token, where they are above zero (Gao and others, arXiv 2406.04093).
     *
     * @param scales what each feature is multiplied with before it is ranked, {@code [d_sae]}; empty for one everywhere
     */
    record TopK(int k, float[] scales) implements Activation {}

    /**
     * A gate of its own, {@code pre > 0}, on {@code max(0, scale * (pre - b_gate) + bias)} (Rajamanoharan and others, arXiv 2404.16014).
     *
     * @param scales {@code exp(r_mag)}, {@code [d_sae]}
     * @param biases {@code b_mag}, {@code [d_sae]}; the encoder's bias is that of the gate
     */
    record Gated(float[] scales, float[] biases) implements Activation {}
}
