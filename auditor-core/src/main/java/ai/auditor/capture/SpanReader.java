package ai.auditor.capture;

import ai.auditor.capture.Sequence.Member;
import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.function.Consumer;

/** Picks the tokens of a span out of a batch. */
final class SpanReader {
    private final List<Sequence> sequences;
    private final long[] places;
    private final int[] rows;
    private final int[] positions;

    SpanReader(TokenSpan span, List<Sequence> sequences, int length) {
        this.sequences = sequences;
        int total = 0;
        for (Sequence sequence : sequences) {
            for (Member member : sequence.members()) {
                total += span.end(member.tokens()) - span.start(member.tokens());
            }
        }
        places = new long[total];
        rows = new int[total];
        positions = new int[total];
        int next = 0;
        for (int index = 0; index < sequences.size(); index++) {
            Sequence sequence = sequences.get(index);
            for (Member member : sequence.members()) {
                for (int token = span.start(member.tokens()); token < span.end(member.tokens()); token++) {
                    places[next] = (long) index * length + sequence.slot(member, token);
                    rows[next] = member.row();
                    positions[next++] = token;
                }
            }
        }
    }

    /**
     * Shows the tokens of a stream.
     *
     * @param stream {@code [rows, length, d_model]}
     */
    void read(Decoder decoder, ForwardPass pass, Tensor stream, Consumer<TokenStates> work) {
        if (places.length == 0) {
            return;
        }
        int width = decoder.facts().hiddenSize();
        try (Tensor flat = stream.reshaped(-1, width);
                Tensor wanted = pass.scope().longs(places, places.length);
                Tensor states = flat.rows(wanted)) {
            requireFinite(decoder, states.toFloats(), width);
            work.accept(new TokenStates(states, rows.clone(), positions.clone()));
        }
    }

    private void requireFinite(Decoder decoder, float[] values, int width) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw Fault.in(decoder, List.of(), row(rows[i / width]));
            }
        }
    }

    private TokenizedRow row(int index) {
        return sequences.stream()
                .flatMap(sequence -> sequence.members().stream())
                .filter(member -> member.row() == index)
                .findFirst()
                .orElseThrow()
                .tokens();
    }
}
