package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.stream.Stream;

/** What a model is trained on, and with that the loss. */
public sealed interface TrainingSet {
    /** All rows in their order; of a pair the chosen one first. */
    List<TokenizedRow> rows();

    /** Rows to imitate: the mean NLL of their tokens. */
    record Rows(List<TokenizedRow> rows) implements TrainingSet {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /** Two answers to one prompt, the better one first. */
    record Pair(TokenizedRow chosen, TokenizedRow rejected) {}

    /**
     * Preferences, learned directly (DPO, Rafailov et al. 2023): the loss of a pair is {@code -log sigmoid(beta * d)}, where {@code d} is
     * by how many nats more than the frozen base the model has the chosen answer above the rejected one; each answer counts with the sum
     * of its tokens' log-probabilities.
     *
     * @param beta how strongly the model is held to its base; 0.1 in the paper
     */
    record Preferences(List<Pair> pairs, double beta) implements TrainingSet {
        public Preferences {
            pairs = List.copyOf(pairs);
            if (!(beta > 0) || Double.isInfinite(beta)) {
                throw new AuditException(AuditException.Code.USAGE, "the beta of preferences is above 0, not " + beta);
            }
        }

        @Override
        public List<TokenizedRow> rows() {
            return pairs.stream()
                    .flatMap(pair -> Stream.of(pair.chosen(), pair.rejected()))
                    .toList();
        }
    }
}
