package ai.auditor.sae;

/** What is done to each token before the encoder, and undone behind the decoder; what is one number for all tokens is folded into the weights. */
public enum InputNorm {
    /** Nothing. */
    NONE,
    /** Scaled to the length {@code sqrt(d_in)}. */
    UNIT_LENGTH,
    /** Its mean taken off, then divided by its standard deviation plus 1e-5 (with n - 1, as SAELens has it). */
    LAYER
}
