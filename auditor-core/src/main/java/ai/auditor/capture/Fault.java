package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.TokenBatch;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
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
        int layer = unsoundLayer(decoder, changes, row, row.completionEnd());
        if (layer >= 0) {
            // Nothing times infinity is no number, so within a block what is hidden from a token may spoil it: the
            // token to blame is the
            // last of the shortest beginning that is not sound.
            int sound = 0;
            int unsound = row.completionEnd();
            while (unsound - sound > 1) {
                int middle = (sound + unsound) / 2;
                int found = unsoundLayer(decoder, changes, row, middle);
                if (found >= 0 && found <= layer) {
                    unsound = middle;
                } else {
                    sound = middle;
                }
            }
            return at(
                    row, layer == 0 ? "resid_pre.0" : Point.residPost(layer - 1).toString(), unsound - 1);
        }
        // In company it was not finite, alone it is, or the fault lies behind the last block.
        return new AuditException(
                AuditException.Code.NUMERIC,
                named(row.record()) + ": what lies behind " + Point.residPost(decoder.blocks() - 1)
                        + " (the final norm, the likelihood) is not finite, over positions " + row.firstPredicted()
                        + " to " + (row.completionEnd() - 1) + WHAT_TO_DO);
    }

    /** How many blocks a beginning of a row passes until its residual stream is not finite, or -1 where it is to the end. */
    private static int unsoundLayer(Decoder decoder, List<Intervention> changes, TokenizedRow row, int tokens) {
        long[] ids = Arrays.stream(row.ids(), 0, tokens).asLongStream().toArray();
        int start = Math.min(row.completionStart(), tokens);
        TokenBatch batch = new TokenBatch(1, tokens, ids, new int[] {start}, new TokenBatch.Causal());
        try (ForwardPass pass = decoder.open(batch)) {
            Tensor hidden = pass.embeddings(changes, embedded -> {});
            for (int block = 0; ; block++) {
                if (!finite(hidden.toFloats())) {
                    return block;
                }
                if (block == decoder.blocks()) {
                    return -1;
                }
                try (Tensor before = hidden) {
                    hidden = pass.run(before, block, block, changes);
                }
            }
        }
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
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
