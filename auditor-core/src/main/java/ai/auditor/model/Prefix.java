package ai.auditor.model;

import ai.auditor.tensor.AttentionCache;
import ai.auditor.tensor.Kernels.Sight;
import ai.auditor.tensor.Past;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tokens that texts begin with, read once: what every block keeps of them, so that passes over the rest need not read them again.
 * No gradient goes through them. May be used by several passes at once; closed by whoever read it.
 */
public final class Prefix implements AutoCloseable {
    private final Scope scope;
    private final int[] lengths;
    private final int slots;
    private final List<AttentionCache> caches;

    private Prefix(Scope scope, int[] lengths, int slots, List<AttentionCache> caches) {
        this.scope = scope;
        this.lengths = lengths;
        this.slots = slots;
        this.caches = caches;
    }

    /**
     * Reads sequences from their beginning.
     *
     * @param ids tokens of each sequence, of any lengths; of one sequence, all texts begin with it
     * @param interventions done while reading; all of these tokens are prompt, and none the last of it
     */
    public static Prefix read(Decoder decoder, List<int[]> ids, List<Intervention> interventions) {
        return read(decoder, new Prefix(decoder.enter(), new int[] {0}, 0, List.of()), ids, interventions);
    }

    /**
     * Reads on behind this prefix, which has to be of one sequence.
     *
     * @return owns nothing of this one
     */
    public Prefix then(Decoder decoder, List<int[]> ids, List<Intervention> interventions) {
        return read(decoder, new Prefix(decoder.enter(), lengths, slots, caches), ids, interventions);
    }

    /**
     * Reads sequences behind what came before.
     *
     * @param before has the scope of the result
     */
    private static Prefix read(
            Decoder decoder, Prefix before, List<int[]> sequences, List<Intervention> interventions) {
        Scope scope = before.scope;
        try {
            int[] own = sequences.stream().mapToInt(ids -> ids.length).toArray();
            int longest = IntStream.of(own).max().orElseThrow();
            int[] starts = new int[own.length];
            Arrays.fill(starts, longest + 1);
            TokenBatch batch =
                    new TokenBatch(own.length, longest, TokenBatch.padded(sequences), starts, new TokenBatch.Causal());
            View view = batch.view().behind(before, own.length);
            int first = before.slots;
            List<AttentionCache> caches = IntStream.range(0, decoder.blocks())
                    .mapToObj(block -> before.caches.isEmpty()
                            ? AttentionCache.empty(scope, decoder.facts().blockShape(), own.length, longest)
                            : AttentionCache.behind(before.caches.get(block), scope, own.length, longest))
                    .toList();
            try (Scope step = scope.child()) {
                Steering steering = new Steering(step, longest, starts);
                List<Sight> sights = decoder.sights(
                        step, view, caches.stream().map(Past.Growing::new).toList());
                Tensor hidden = decoder.start(step, batch.ids(), view, steering, interventions);
                for (int block = 0; block < caches.size(); block++) {
                    try (Tensor read = hidden) {
                        hidden = decoder.block(read, block, sights.get(block), steering, interventions);
                    }
                }
            }
            return new Prefix(
                    scope, IntStream.of(own).map(length -> first + length).toArray(), first + longest, caches);
        } catch (RuntimeException failed) {
            scope.close();
            throw failed;
        }
    }

    /** Slots of each sequence, its padding included. */
    int slots() {
        return slots;
    }

    /** Tokens of a sequence; where there is one sequence only, all texts begin with it. */
    int length(int sequence) {
        return lengths[shared() ? 0 : sequence];
    }

    /** Whether all texts begin with the same tokens. */
    boolean shared() {
        return lengths.length == 1;
    }

    List<Past> pasts() {
        return caches.stream().map(cache -> (Past) new Past.Fixed(cache)).toList();
    }

    @Override
    public void close() {
        scope.close();
    }
}
