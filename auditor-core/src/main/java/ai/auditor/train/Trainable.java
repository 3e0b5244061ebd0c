package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.model.Point;
import java.util.List;

/** What of a model is trained; all else stays frozen. */
public sealed interface Trainable {
    /** Every weight. */
    record Full() implements Trainable {}

    /**
     * Bias vectors alone.
     *
     * @param names which, by their name in the block, such as {@code mlp.down_proj.bias}; empty for all that the model has
     */
    record Biases(List<String> names) implements Trainable {
        public Biases {
            names = List.copyOf(names);
        }
    }

    /**
     * Low-rank adapters (Hu et al. 2021): the weight plus {@code scale * A * B}, B zero at the start, A uniform within
     * {@code 1 / sqrt(in)} as in PEFT.
     *
     * @param rank columns of A
     * @param alpha scale is {@code alpha / rank}, with {@code rankStabilised} {@code alpha / sqrt(rank)} (Kalajdzievski 2023)
     * @param targets projections by name, such as {@code q_proj}; empty for all that have a tensor of their own
     * @param dropout chance that an adapter does not see an entry of its input, the others being scaled up, in training only. One
     *     mask an adapter and forward pass, the same for all tokens, since adapters are merged into the weights before a pass;
     *     PEFT draws one for each token
     */
    record Lora(int rank, double alpha, List<String> targets, boolean rankStabilised, double dropout)
            implements Trainable {
        public Lora {
            targets = List.copyOf(targets);
            if (rank < 1) {
                throw usage("a LoRA rank is 1 or more, not " + rank);
            }
            if (!(alpha > 0) || Double.isInfinite(alpha)) {
                throw usage("a LoRA alpha is above 0, not " + alpha);
            }
            if (!(dropout >= 0 && dropout < 1)) {
                throw usage("a LoRA dropout is 0 or more and below 1, not " + dropout);
            }
        }

        /** Without dropout. */
        public Lora(int rank, double alpha, List<String> targets, boolean rankStabilised) {
            this(rank, alpha, targets, rankStabilised, 0);
        }

        /** What the product of the two factors is multiplied with. */
        public double scale() {
            return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
        }
    }

    /** A vector that is added to the residual stream at every position, zero at the start. */
    record ResidualVector(Point point) implements Trainable {
        public ResidualVector {
            if (point.kind() != Point.Kind.RESID_POST) {
                throw usage("a residual vector is trained at the end of a block, not at " + point);
            }
        }
    }

    private static AuditException usage(String message) {
        return new AuditException(AuditException.Code.USAGE, message);
    }
}
