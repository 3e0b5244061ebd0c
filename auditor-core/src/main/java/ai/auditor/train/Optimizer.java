package ai.auditor.train;

import ai.auditor.AuditException;

/** The rule by which a gradient moves the parameters. */
public sealed interface Optimizer {
    /** How strongly parameters are pulled to zero. */
    double weightDecay();

    /** Whether vectors (norms, biases) decay too, not matrices alone. */
    boolean decaysVectors();

    /** Vectors that it remembers from step to step, each as long as the parameters. */
    int moments();

    /** AdamW as PyTorch has it (Loshchilov and Hutter 2019): decoupled decay, epsilon outside of the root. */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay, boolean decaysVectors)
            implements Optimizer {
        public AdamW {
            require(beta1 >= 0 && beta1 < 1, "beta1 is from 0 to below 1, not " + beta1);
            require(beta2 >= 0 && beta2 < 1, "beta2 is from 0 to below 1, not " + beta2);
            require(epsilon > 0, "epsilon is above 0, not " + epsilon);
            require(weightDecay >= 0, "weight decay is 0 or more, not " + weightDecay);
        }

        @Override
        public int moments() {
            return 2;
        }

        /** Betas 0.9 and 0.95 as in GPT-3, epsilon 1e-8, decay on matrices alone. */
        public static AdamW of(double weightDecay) {
            return new AdamW(0.9, 0.95, 1e-8, weightDecay, false);
        }
    }

    /** Stochastic gradient descent as PyTorch has it: decay joins the gradient, no dampening. */
    record Sgd(double momentum, double weightDecay, boolean decaysVectors) implements Optimizer {
        public Sgd {
            require(momentum >= 0 && momentum < 1, "momentum is from 0 to below 1, not " + momentum);
            require(weightDecay >= 0, "weight decay is 0 or more, not " + weightDecay);
        }

        @Override
        public int moments() {
            return 1;
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AuditException(AuditException.Code.USAGE, otherwise);
        }
    }
}
