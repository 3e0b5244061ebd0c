package ai.auditor.capture;

import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Prefix;
import ai.auditor.model.TokenBatch;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What texts begin with and was read before: what all rows share, such as the header of a chat template, and the prompts of a batch. */
final class Begin implements AutoCloseable {
    /** Fewer shared tokens are read again sooner than attention over them is set up. */
    private static final int LEAST_TOKENS = 8;

    /** What readings under several changes may take together. */
    private static final long MOST_BYTES = 256L << 20;

    private final Decoder decoder;
    private final @Nullable Prefix prefix;
    private final int tokens;
    private final boolean owned;

    private Begin(Decoder decoder, @Nullable Prefix prefix, int tokens, boolean owned) {
        this.decoder = decoder;
        this.prefix = prefix;
        this.tokens = tokens;
        this.owned = owned;
    }

    /** Reads what all rows begin with, before the first token that anything is read at. */
    static Begin of(Decoder decoder, List<TokenizedRow> rows, List<Intervention> interventions) {
        int common = common(rows);
        if (common < LEAST_TOKENS) {
            return new Begin(decoder, null, 0, true);
        }
        int[] ids = Arrays.copyOf(rows.get(0).ids(), common);
        return new Begin(decoder, Prefix.read(decoder, List.of(ids), interventions), common, true);
    }

    private static int common(List<TokenizedRow> rows) {
        if (rows.size() < 2) {
            return 0;
        }
        int[] first = rows.get(0).ids();
        int common = first.length;
        for (TokenizedRow row : rows) {
            int[] ids = row.ids();
            int most = Math.min(common, Sequence.firstRead(row));
            common = 0;
            while (common < most && ids[common] == first[common]) {
                common++;
            }
        }
        return common;
    }

    /**
     * What these rows begin with under each of several changes, one at a time.
     *
     * @return as many as there are changes; none where they would take much memory, or there is nothing that all rows begin with
     */
    List<Begin> under(List<TokenizedRow> rows, List<? extends Intervention> changes) {
        ModelFacts facts = decoder.facts();
        long each = 2L * Float.BYTES * facts.keyValueHeads() * facts.headDimension() * facts.layers() * tokens;
        if (prefix == null || each * changes.size() > MOST_BYTES) {
            return List.of();
        }
        int[] ids = Arrays.copyOf(rows.get(0).ids(), tokens);
        List<Begin> begins = new ArrayList<>();
        try {
            for (Intervention change : changes) {
                begins.add(new Begin(decoder, Prefix.read(decoder, List.of(ids), List.of(change)), tokens, true));
            }
            return begins;
        } catch (RuntimeException failed) {
            begins.forEach(Begin::close);
            throw failed;
        }
    }

    /** The pass of a batch that was opened behind the same tokens, behind these. */
    ForwardPass of(ForwardPass pass) {
        return prefix == null ? pass : pass.behind(prefix);
    }

    /** Nothing that all rows begin with. */
    static Begin none(Decoder decoder) {
        return new Begin(decoder, null, 0, false);
    }

    /** How many tokens of every row were read. */
    int tokens() {
        return tokens;
    }

    /** The same, not to be closed with a batch. */
    Begin kept() {
        return new Begin(decoder, prefix, tokens, false);
    }

    /** Reads on to the tokens that the sequences of a batch skip. */
    Begin then(List<Sequence> sequences, List<Intervention> interventions) {
        List<int[]> rest = sequences.stream()
                .map(sequence -> sequence.skippedFrom(Math.min(tokens, sequence.skipped())))
                .toList();
        if (rest.stream().allMatch(ids -> ids.length == 0)) {
            return kept();
        }
        Prefix longer =
                prefix == null ? Prefix.read(decoder, rest, interventions) : prefix.then(decoder, rest, interventions);
        return new Begin(decoder, longer, tokens, true);
    }

    /** Opens a pass over what follows. */
    ForwardPass open(TokenBatch batch) {
        return prefix == null ? decoder.open(batch) : decoder.open(batch, prefix);
    }

    @Override
    public void close() {
        if (owned && prefix != null) {
            prefix.close();
        }
    }
}
