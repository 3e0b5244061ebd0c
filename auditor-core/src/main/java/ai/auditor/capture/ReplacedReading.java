package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Point;
import ai.auditor.model.Point.Kind;
import ai.auditor.model.TokenBatch;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The likelihood of rows with states of the residual stream between two blocks replaced. */
record ReplacedReading(BatchReader reader, Point point, List<UnaryOperator<Tensor>> replacements) {
    /** Mean NLL (nats a predicted token, over all rows, which were checked) of each replacement. */
    double[] nll(List<TokenizedRow> rows) {
        int next = point.kind() == Kind.RESID_POST ? point.block() + 1 : point.block();
        int last = reader.decoder().facts().layers() - 1;
        double[][] nll = new double[replacements.size()][rows.size()];
        try (Begin begin = Begin.none(reader.decoder())) {
            reader.whole("reading rows with states replaced", rows, begin, false, (pass, tokens, sequences) -> {
                Predictions predictions = new Predictions(sequences, tokens.length());
                try (Tensor embedded = pass.embeddings()) {
                    Tensor hidden = pass.run(embedded, 0, next - 1, List.of());
                    for (int i = 0; i < nll.length; i++) {
                        AuditException.checkInterrupted();
                        try (Tensor changed = replaced(pass, hidden, tokens, replacements.get(i));
                                Tensor end = pass.run(changed, next, last, List.of())) {
                            predictions.nll(pass, end, nll[i]);
                        }
                    }
                }
            });
        }
        double predicted = rows.stream()
                .mapToLong(row -> row.completionEnd() - row.firstPredicted())
                .sum();
        return Arrays.stream(nll)
                .mapToDouble(read -> IntStream.range(0, read.length)
                                .mapToDouble(row -> read[row]
                                        * (rows.get(row).completionEnd()
                                                - rows.get(row).firstPredicted()))
                                .sum()
                        / predicted)
                .toArray();
    }

    /** The stream with the states of all tokens but the first of each row replaced. */
    private static Tensor replaced(
            ForwardPass pass, Tensor hidden, TokenBatch tokens, UnaryOperator<Tensor> replacement) {
        long[] shape = hidden.shape();
        float[] behind = new float[tokens.rows() * tokens.length()];
        Arrays.fill(behind, 1);
        for (int row = 0; row < tokens.rows(); row++) {
            behind[row * tokens.length()] = 0;
        }
        try (Tensor flat = hidden.reshaped(-1, shape[2]);
                Tensor other = replacement.apply(flat);
                Tensor mask = pass.scope().floats(behind, behind.length, 1);
                Tensor difference = other.minus(flat);
                Tensor change = difference.times(mask);
                Tensor sum = flat.plus(change)) {
            return sum.reshaped(shape);
        }
    }
}
