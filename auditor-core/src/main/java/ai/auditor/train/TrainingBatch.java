package ai.auditor.train;

import ai.auditor.model.TokenBatch;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.List;

/**
 * Rows with what is to be predicted in them.
 *
 * @param positions places in the flattened batch that a loss is taken at, row by row
 * @param targets the token that each has to predict
 * @param counts how many of them each row has
 */
record TrainingBatch(TokenBatch tokens, long[] positions, long[] targets, int[] counts) {

    /**
     * A batch in the layout of a plan.
     *
     * @throws ai.auditor.AuditException {@code USAGE} where it is too large for one pass
     */
    static TrainingBatch of(List<TokenizedRow> rows, TrainingPlan plan) {
        LossTokens loss = plan.lossTokens();
        // The last target is predicted, never read.
        int[] lengths = rows.stream().mapToInt(row -> loss.to(row) - 1).toArray();
        Placement placement = switch (plan.layout()) {
            case PADDED -> Placement.padded(lengths);
            case PACKED -> Placement.packed(lengths);
        };
        int[] counts = rows.stream().mapToInt(loss::count).toArray();
        int predicted = Arrays.stream(counts).sum();
        long[] ids = new long[placement.slots()];
        long[] positions = new long[predicted];
        long[] targets = new long[predicted];
        int next = 0;
        for (int index = 0; index < rows.size(); index++) {
            TokenizedRow row = rows.get(index);
            int first = placement.starts()[index];
            for (int token = 0; token < lengths[index]; token++) {
                ids[first + token] = row.ids()[token];
            }
            for (int token = loss.from(row); token < loss.to(row); token++) {
                positions[next] = (long) first + token - 1;
                targets[next++] = row.ids()[token];
            }
        }
        return new TrainingBatch(placement.tokens(ids), positions, targets, counts);
    }

    /** Sums over the tokens of each row. */
    double[] byRow(float[] values) {
        double[] sums = new double[counts.length];
        int next = 0;
        for (int row = 0; row < counts.length; row++) {
            for (int i = 0; i < counts[row]; i++) {
                sums[row] += values[next++];
            }
        }
        return sums;
    }

    /** Gives each token the value of its row. */
    float[] byToken(double[] values) {
        float[] spread = new float[targets.length];
        int next = 0;
        for (int row = 0; row < counts.length; row++) {
            Arrays.fill(spread, next, next + counts[row], (float) values[row]);
            next += counts[row];
        }
        return spread;
    }
}
