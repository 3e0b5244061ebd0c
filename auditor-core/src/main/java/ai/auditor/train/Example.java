package ai.auditor.train;

import ai.auditor.text.TokenizedRow;
import java.util.List;

/** What is learned from at once: a row, or the two answers of a preference; its loss is a function of the NLL of its rows. */
sealed interface Example {
    List<TokenizedRow> rows();

    /** What a batch's sum of losses is divided by, this example's part of it. */
    long share(LossTokens tokens);

    /**
     * The loss.
     *
     * @param nll of each row, the sum over its tokens, in nats
     */
    Loss loss(double[] nll);

    /**
     * A loss and how it moves with what it was computed from.
     *
     * @param slopes derivative in the NLL of each row
     */
    record Loss(double value, double[] slopes) {}

    /** A row: the mean over tokens. */
    record Single(TokenizedRow row) implements Example {
        @Override
        public List<TokenizedRow> rows() {
            return List.of(row);
        }

        @Override
        public long share(LossTokens tokens) {
            return tokens.count(row);
        }

        @Override
        public Loss loss(double[] nll) {
            return new Loss(nll[0], new double[] {1});
        }
    }

    /**
     * Direct preference optimisation (Rafailov et al. 2023, equation 7): the mean over pairs of
     * {@code -log sigmoid(beta * (margin - referenceMargin))}.
     *
     * @param referenceMargin by how many nats the frozen base has the chosen answer above the rejected one
     */
    record Preference(TrainingSet.Pair pair, double beta, double referenceMargin) implements Example {
        @Override
        public List<TokenizedRow> rows() {
            return List.of(pair.chosen(), pair.rejected());
        }

        @Override
        public long share(LossTokens tokens) {
            return 1;
        }

        @Override
        public Loss loss(double[] nll) {
            double logit = beta * (margin(nll) - referenceMargin);
            // Neither exponential overflows, whatever the sign.
            double tail = StrictMath.exp(-Math.abs(logit));
            double wrong = (logit > 0 ? tail : 1) / (1 + tail);
            double value = Math.max(-logit, 0) + StrictMath.log1p(tail);
            return new Loss(value, new double[] {beta * wrong, -beta * wrong});
        }

        /** By how many nats the chosen answer is likelier than the rejected one. */
        static double margin(double[] nll) {
            return nll[1] - nll[0];
        }
    }
}
