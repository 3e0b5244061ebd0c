package ai.auditor.tensor;

/** What the features of a sparse autoencoder in training are, and what is added to the squared error of its reconstruction. */
public sealed interface SaeRule {
    /**
     * The largest of the features, each times the length of its decoder row, where they are above zero; features that have died learn
     * what the others leave over (Gao and others, arXiv 2406.04093).
     *
     * @param k features of a token
     * @param acrossBatch whether a batch has k a token on average, else every token has k
     * @param auxiliary what the error of the dead features is multiplied with; 0 lets them lie
     */
    record Top(int k, boolean acrossBatch, double auxiliary) implements SaeRule {}

    /**
     * Features above a learnt threshold of their own, whose gradient is that of a straight line around it (Rajamanoharan and others,
     * arXiv 2407.14435).
     *
     * @param bandwidth of that line
     * @param penalty on features that are active
     * @param tanhScale of {@link Penalty#TANH}
     * @param toInput whether the encoder learns by the straight line too
     * @param dead what is multiplied with how far dead features lie below their thresholds; 0 lets them lie
     */
    record Jump(double bandwidth, Penalty penalty, double tanhScale, boolean toInput, double dead) implements SaeRule {}

    /** What an active feature costs. */
    enum Penalty {
        /** One. */
        STEP,
        /** The hyperbolic tangent of its value times the length of its decoder row. */
        TANH
    }
}
