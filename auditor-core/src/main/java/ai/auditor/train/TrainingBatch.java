package ai.auditor.train;

import ai.auditor.model.TokenBatch;
import ai.auditor.text.TokenizedRow;
import java.util.List;

/**
 * Right-padded rows with what is to be predicted in them.
 *
 * @param positions places in the flattened batch that a loss is taken at
 * @param targets the token that each has to predict
 */
record TrainingBatch(TokenBatch tokens, long[] positions, long[] targets) {

    static TrainingBatch of(List<TokenizedRow> rows, LossTokens loss) {
        // The last target is predicted, never read.
        int length = rows.stream().mapToInt(row -> loss.to(row) - 1).max().orElseThrow();
        int predicted =
                rows.stream().mapToInt(row -> loss.to(row) - loss.from(row)).sum();
        long[] ids = new long[rows.size() * length];
        long[] positions = new long[predicted];
        long[] targets = new long[predicted];
        int next = 0;
        for (int index = 0; index < rows.size(); index++) {
            TokenizedRow row = rows.get(index);
            int first = index * length;
            for (int token = 0; token < loss.to(row) - 1; token++) {
                ids[first + token] = row.ids()[token];
            }
            for (int token = loss.from(row); token < loss.to(row); token++) {
                positions[next] = (long) first + token - 1;
                targets[next++] = row.ids()[token];
            }
        }
        return new TrainingBatch(TokenBatch.causal(rows.size(), length, ids), positions, targets);
    }

    int predicted() {
        return targets.length;
    }
}
