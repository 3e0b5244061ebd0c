package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.TokenBatch;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Takes rows to the decoder batch by batch, telling how far it is; an interrupt of the thread stops it between two batches. */
record BatchReader(Decoder decoder, Capture.Settings settings, Progress progress) {
    /** What is read of a batch. */
    interface Reading {
        void read(ForwardPass pass, TokenBatch tokens, List<Sequence> sequences);
    }

    /** What all rows begin with, read once where that is wanted; to be closed behind the last batch. */
    Begin begin(List<TokenizedRow> rows, List<Intervention> interventions) {
        return settings.sharing() ? Begin.of(decoder, rows, interventions) : Begin.none(decoder);
    }

    /**
     * Opens a pass over each batch of whole rows.
     *
     * @param what is done, for people
     * @param begin what all rows begin with
     * @param packing whether rows that share a prompt run behind one copy of it
     */
    void whole(String what, List<TokenizedRow> rows, Begin begin, boolean packing, Reading reading) {
        each(what, rows, Batching.whole(settings.tokenBudget(), begin.tokens()), packing, sequences -> {
            TokenBatch tokens = Batching.tokens(sequences);
            try (ForwardPass pass = begin.open(tokens)) {
                reading.read(pass, tokens, sequences);
            }
        });
    }

    /** Goes through the batches. */
    void each(String what, List<TokenizedRow> rows, Batching batching, boolean packing, Consumer<List<Sequence>> work) {
        String stage = stage(what);
        long total = rows.stream().mapToLong(TokenizedRow::tokens).sum();
        long done = 0;
        progress.report(stage, done, total, "tokens");
        for (List<Sequence> sequences : batching.batches(rows, packing)) {
            AuditException.checkInterrupted();
            work.accept(sequences);
            for (Sequence sequence : sequences) {
                done += sequence.members().stream()
                        .mapToLong(member -> member.tokens().tokens())
                        .sum();
            }
            progress.report(stage, done, total, "tokens");
        }
    }

    /** What is done, and how: threads and batches were chosen for the machine and the model. */
    private String stage(String what) {
        return String.format(
                Locale.ROOT,
                "%s (%s, batches of %,d tokens)",
                what,
                decoder.threads() == 1 ? "1 thread" : decoder.threads() + " threads",
                settings.tokenBudget());
    }
}
