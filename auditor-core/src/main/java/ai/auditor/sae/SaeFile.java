package ai.auditor.sae;

/** An autoencoder as it was read from disk: {@link SparseAutoencoder#of} takes it into native memory. */
public record SaeFile(SaeFacts facts, SaeWeights weights) {}
