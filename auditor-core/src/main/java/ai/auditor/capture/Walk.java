package ai.auditor.capture;

import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;

/** A pass of which the residual stream behind every block is kept on the host, for every token: for a handful of short rows. */
final class Walk {
    /** {@code [rows][blocks][tokens * d_model]}. */
    private final float[][][] residuals;
    /** Nats a predicted token, {@code [rows]}. */
    private final double[] nll;

    private Walk(int rows, int blocks) {
        residuals = new float[rows][blocks][];
        nll = new double[rows];
    }

    /** A row by itself. */
    static Walk alone(Decoder decoder, List<Intervention> interventions, TokenizedRow row) {
        return through(decoder, interventions, List.of(row), false);
    }

    /**
     * Rows in one batch, padded to the longest.
     *
     * @param packing whether rows that share a prompt stand behind one copy of it
     */
    static Walk together(Decoder decoder, List<TokenizedRow> rows, boolean packing) {
        return through(decoder, List.of(), rows, packing);
    }

    private static Walk through(
            Decoder decoder, List<Intervention> interventions, List<TokenizedRow> rows, boolean packing) {
        Walk walk = new Walk(rows.size(), decoder.blocks());
        for (List<Sequence> sequences : Batching.whole(Integer.MAX_VALUE, 0).batches(rows, packing)) {
            walk.through(decoder, interventions, sequences);
        }
        return walk;
    }

    private void through(Decoder decoder, List<Intervention> interventions, List<Sequence> sequences) {
        int width = decoder.facts().hiddenSize();
        int length = Batching.tokens(sequences).length();
        try (ForwardPass pass = decoder.open(Batching.tokens(sequences))) {
            Tensor hidden = pass.embeddings(interventions, embedded -> {});
            for (int block = 0; block < decoder.blocks(); block++) {
                try (Tensor before = hidden) {
                    hidden = pass.run(before, block, block, interventions);
                }
                keep(sequences, length, block, width, hidden.toFloats());
            }
            if (decoder.blocks() == decoder.facts().layers()) {
                new Predictions(sequences, length).nll(pass, hidden, nll);
            }
        }
    }

    private void keep(List<Sequence> sequences, int length, int block, int width, float[] all) {
        for (int index = 0; index < sequences.size(); index++) {
            Sequence sequence = sequences.get(index);
            for (Sequence.Member member : sequence.members()) {
                float[] own = new float[member.needed() * width];
                for (int token = 0; token < member.needed(); token++) {
                    int slot = index * length + sequence.slot(member, token);
                    System.arraycopy(all, slot * width, own, token * width, width);
                }
                residuals[member.row()][block] = own;
            }
        }
    }

    int blocks() {
        return residuals[0].length;
    }

    /** Behind a block, {@code [tokens * d_model]}. */
    float[] residuals(int row, int block) {
        return residuals[row][block];
    }

    double nll(int row) {
        return nll[row];
    }

    /** How a block's output is called. */
    static String layer(int block) {
        return "resid_post." + block;
    }
}
