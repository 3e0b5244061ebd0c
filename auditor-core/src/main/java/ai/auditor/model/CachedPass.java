package ai.auditor.model;

import ai.auditor.tensor.AttentionCache;
import ai.auditor.tensor.Kernels.Sight;
import ai.auditor.tensor.Past;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts that are read once and then grow a token at a time; what the blocks attend to is kept. Prompts are padded on the right, and
 * the padding is never seen; each token stands at its own position in its text. Belongs to the thread that opened it.
 */
final class CachedPass implements AutoCloseable {
    private final Decoder decoder;
    private final List<Intervention> interventions;
    private final Scope scope;
    /** Slots that the prompts take, with their padding. */
    private final int padded;

    private List<AttentionCache> caches;
    /** Tokens of each prompt. */
    private int[] lengths;
    /** Tokens behind each prompt. */
    private int written;

    private float[] logits;

    /**
     * Reads prompts.
     *
     * @param room most tokens that will follow
     */
    CachedPass(Decoder decoder, List<int[]> prompts, int room, List<Intervention> interventions) {
        this.decoder = decoder;
        this.interventions = interventions;
        this.lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
        this.padded = IntStream.of(lengths).max().orElseThrow();
        this.scope = decoder.enter();
        try {
            this.caches = decoder.caches(scope, lengths.length, Math.addExact(padded, room));
            this.logits = readPrompts(prompts);
        } catch (RuntimeException failed) {
            scope.close();
            throw failed;
        }
    }

    /** Logits of the token after each text, {@code [rows, vocabulary]}. */
    float[] logits() {
        return logits;
    }

    /** Texts in the pass. */
    int rows() {
        return lengths.length;
    }

    /** Goes on with chosen texts, in the order given; one may be taken several times. */
    void select(int[] rows) {
        int vocabulary = decoder.facts().vocabularySize();
        float[] chosen = new float[Math.multiplyExact(rows.length, vocabulary)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(logits, rows[i] * vocabulary, chosen, i * vocabulary, vocabulary);
        }
        logits = chosen;
        int[] before = lengths;
        lengths = IntStream.of(rows).map(row -> before[row]).toArray();
        try (Tensor indices = scope.longs(IntStream.of(rows).asLongStream().toArray(), rows.length)) {
            caches = caches.stream().map(cache -> rows(cache, indices)).toList();
        }
    }

    private static AttentionCache rows(AttentionCache cache, Tensor indices) {
        try (cache) {
            return cache.rows(indices);
        }
    }

    /** Reads one more token of each text. */
    void step(long[] next) {
        int first = written;
        int[] positions = IntStream.of(lengths).map(length -> length + first).toArray();
        written++;
        try (Scope step = scope.child()) {
            // No token is prompt any more.
            Steering steering = new Steering(step, 1, new int[rows()]);
            long[] all = IntStream.range(0, rows()).asLongStream().toArray();
            logits = read(step, next, view(positions), steering, all);
        }
    }

    private float[] readPrompts(List<int[]> prompts) {
        TokenBatch batch = TokenBatch.prompts(prompts);
        try (Scope step = scope.child()) {
            Steering steering = new Steering(step, padded, lengths);
            return read(step, batch.ids(), batch.view(), steering, batch.promptEnds());
        }
    }

    /** Of the newest tokens: they see all but the padding of their prompts. */
    private View view(int[] positions) {
        int seen = padded + written;
        int[] seenPositions = new int[Math.multiplyExact(rows(), seen)];
        boolean[] visible = new boolean[seenPositions.length];
        for (int row = 0; row < rows(); row++) {
            for (int slot = 0; slot < seen; slot++) {
                seenPositions[row * seen + slot] = slot < padded ? slot : lengths[row] + slot - padded;
                visible[row * seen + slot] = slot < lengths[row] || slot >= padded;
            }
        }
        return new View(rows(), 1, positions, seen, seenPositions, visible);
    }

    private float[] read(Scope step, long[] ids, View view, Steering steering, long[] ends) {
        List<Sight> sights = decoder.sights(
                step, view, caches.stream().map(Past.Growing::new).toList());
        Tensor hidden = decoder.start(step, ids, view, steering, interventions);
        for (int block = 0; block < caches.size(); block++) {
            try (Tensor before = hidden) {
                hidden = decoder.block(before, block, sights.get(block), steering, interventions);
            }
        }
        Tensor normed = decoder.normed(hidden, step.longs(ends, ends.length));
        return decoder.kernels().logits(normed, decoder.weights().head()).toFloats();
    }

    @Override
    public void close() {
        scope.close();
    }
}
