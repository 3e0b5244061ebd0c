package ai.auditor.sae.training;

import ai.auditor.AuditException;
import ai.auditor.tensor.SaeRule;

/** Which features are active, and what keeps them few; losses and numbers are those of SAELens's trainers. */
public sealed interface SaeRecipe {
    /**
     * The k largest features of each token (Gao and others, arXiv 2406.04093).
     *
     * @param auxiliary what the error of dead features is multiplied with
     */
    record TopK(int k, double auxiliary) implements SaeRecipe {
        public TopK {
            require(k >= 1, "k is 1 or more, not " + k);
            require(auxiliary >= 0, "an auxiliary loss is multiplied with 0 or more, not " + auxiliary);
        }

        @Override
        public SaeRule rule() {
            return new SaeRule.Top(k, false, auxiliary);
        }
    }

    /**
     * The k largest features a token over a batch (Bussmann and others, arXiv 2412.06410); saved with one threshold for all.
     *
     * @param auxiliary what the error of dead features is multiplied with
     * @param thresholdRate how fast that threshold follows the smallest active value
     */
    record BatchTopK(int k, double auxiliary, double thresholdRate) implements SaeRecipe {
        public BatchTopK {
            require(k >= 1, "k is 1 or more, not " + k);
            require(auxiliary >= 0, "an auxiliary loss is multiplied with 0 or more, not " + auxiliary);
            require(thresholdRate > 0 && thresholdRate <= 1, "a threshold's rate is above 0 and at most 1");
        }

        @Override
        public SaeRule rule() {
            return new SaeRule.Top(k, true, auxiliary);
        }
    }

    /**
     * Features above learnt thresholds (Rajamanoharan and others, arXiv 2407.14435).
     *
     * @param coefficient what the penalty on active features is multiplied with
     * @param warmUp share of the steps over which that coefficient rises from 0
     * @param threshold that all start with
     * @param rule what a step does
     */
    record JumpRelu(double coefficient, double warmUp, double threshold, SaeRule.Jump rule) implements SaeRecipe {
        public JumpRelu {
            require(coefficient >= 0 && rule.dead() >= 0, "coefficients are 0 or more");
            require(warmUp >= 0 && warmUp <= 1, "a warm-up is a share from 0 to 1, not " + warmUp);
            require(threshold >= 0 && rule.bandwidth() > 0, "a threshold is 0 or more, a bandwidth above 0");
        }
    }

    /** TopK with its usual numbers. */
    static SaeRecipe topK(int k) {
        return new TopK(k, 1);
    }

    /** BatchTopK with its usual numbers. */
    static SaeRecipe batchTopK(int k) {
        return new BatchTopK(k, 1, 0.01);
    }

    /** JumpReLU as Anthropic has it (tanh penalty, the encoder learns too), which learns within fewer tokens than a step penalty. */
    static SaeRecipe jumpRelu(double coefficient) {
        return new JumpRelu(coefficient, 1, 0.1, new SaeRule.Jump(2, SaeRule.Penalty.TANH, 4, true, 3e-6));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AuditException(AuditException.Code.USAGE, otherwise);
        }
    }

    /** What a step does. */
    SaeRule rule();

    /** As SAELens calls what is trained. */
    default String architecture() {
        return this instanceof TopK ? "topk" : this instanceof BatchTopK ? "batchtopk" : "jumprelu";
    }
}
