package ai.auditor.capture;

import ai.auditor.capture.Sequence.Member;
import ai.auditor.model.ForwardPass;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.Map;

/** Positions to one vector a row: all poolings of all rows of a batch as one product with a matrix of weights. */
final class Pooler {
    private final List<Sequence> sequences;
    private final List<Pooling> poolings;
    private final int sums;
    private final Tensor weights;

    Pooler(ForwardPass pass, List<Sequence> sequences, int length, List<Pooling> poolings) {
        this.sequences = sequences;
        this.poolings = poolings;
        int members = sequences.stream().mapToInt(s -> s.members().size()).max().orElseThrow();
        this.sums = members * poolings.size();
        float[] matrix = new float[Math.multiplyExact(sequences.size() * sums, length)];
        for (int index = 0; index < sequences.size(); index++) {
            Sequence sequence = sequences.get(index);
            int sum = index * sums;
            for (Member member : sequence.members()) {
                for (Pooling pooling : poolings) {
                    fill(matrix, sum++ * length, sequence, member, pooling);
                }
            }
        }
        this.weights = pass.scope().floats(matrix, sequences.size(), sums, length);
    }

    private static void fill(float[] matrix, int start, Sequence sequence, Member member, Pooling pooling) {
        TokenizedRow row = member.tokens();
        switch (pooling) {
            case COMPLETION_MEAN -> {
                for (int token = row.completionStart(); token < row.completionEnd(); token++) {
                    matrix[start + sequence.slot(member, token)] = 1f / row.completionTokens();
                }
            }
            case COMPLETION_LAST -> matrix[start + sequence.slot(member, row.completionEnd() - 1)] = 1;
            case PROMPT_LAST -> matrix[start + sequence.slot(member, row.promptLast())] = 1;
        }
    }

    /** Pools one residual stream, or its gradient, and writes each row's vectors into the columns. */
    void pool(ForwardPass pass, Tensor hidden, Map<Pooling, float[]> columns, int width) {
        float[] pooled;
        try (Tensor result = pass.pool(hidden, weights)) {
            pooled = result.toFloats();
        }
        for (int index = 0; index < sequences.size(); index++) {
            int sum = index * sums;
            for (Member member : sequences.get(index).members()) {
                for (Pooling pooling : poolings) {
                    System.arraycopy(
                            pooled,
                            sum++ * width,
                            java.util.Objects.requireNonNull(columns.get(pooling)),
                            member.row() * width,
                            width);
                }
            }
        }
    }
}
