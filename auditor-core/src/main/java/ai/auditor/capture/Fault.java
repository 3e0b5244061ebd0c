package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.TokenBatch;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;

/** Says where in the reading of a row the first number is that is none. */
final class Fault {
    private static final String WHAT_TO_DO =
            ": the model's weights are broken, or its numbers too large for 32 bits; fetch the model anew or take another";

    /** The record of a row that is in no dataset. */
    static final long OWN_ROW = -1;

    private Fault() {}

    static String named(long record) {
        return record == OWN_ROW ? "a row of the auditor's own" : "record " + record + " of a dataset";
    }

    /** Reads a row once more, alone, whose activations or likelihood were not finite. */
    static AuditException in(Decoder decoder, List<? extends Intervention> interventions, TokenizedRow row) {
        List<Intervention> changes = List.copyOf(interventions);
        int width = decoder.facts().hiddenSize();
        TokenBatch batch = Batching.tokens(List.of(Sequence.of(0, row, 0)));
        try (ForwardPass pass = decoder.open(batch)) {
            Tensor hidden = pass.embeddings(changes, embedded -> {});
            int position = unsound(hidden.toFloats(), width);
            if (position >= 0) {
                return at(row, "resid_pre.0", position);
            }
            for (int block = 0; block < decoder.blocks(); block++) {
                try (Tensor before = hidden) {
                    hidden = pass.run(before, block, block, changes);
                }
                position = unsound(hidden.toFloats(), width);
                if (position >= 0) {
                    return at(row, Point.residPost(block).toString(), position);
                }
            }
        }
        // In company it was not finite, alone it is, or the fault lies behind the last block.
        return new AuditException(
                AuditException.Code.NUMERIC,
                named(row.record()) + ": what lies behind " + Point.residPost(decoder.blocks() - 1)
                        + " (the final norm, the likelihood) is not finite, over positions " + row.firstPredicted()
                        + " to " + (row.completionEnd() - 1) + WHAT_TO_DO);
    }

    /** A gradient that is not finite where activations and likelihood are. */
    static AuditException inGradient(Point point, TokenizedRow row) {
        return new AuditException(
                AuditException.Code.NUMERIC,
                named(row.record()) + ": the gradient at " + point
                        + " is not finite, over positions " + row.completionStart() + " to "
                        + (row.completionEnd() - 1) + WHAT_TO_DO);
    }

    static AuditException at(TokenizedRow row, String layer, int position) {
        return new AuditException(
                AuditException.Code.NUMERIC,
                named(row.record()) + ": " + layer + " is not finite at position " + position + " of its "
                        + row.tokens() + " tokens" + WHAT_TO_DO);
    }

    /** The first position that holds a number that is none, or -1. */
    static int unsound(float[] residuals, int width) {
        for (int i = 0; i < residuals.length; i++) {
            if (!Float.isFinite(residuals[i])) {
                return i / width;
            }
        }
        return -1;
    }
}
