package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.model.TokenBatch;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Where the rows of a batch lie in its sequences.
 *
 * @param sequences how many there are
 * @param length slots of each
 * @param lengths slots of each row
 * @param starts slot of each row's first token, in the sequences laid flat
 */
record Placement(int sequences, int length, int[] lengths, int[] starts) {
    /** As many 64-bit numbers as a native buffer can hold, by which they are copied. */
    private static final long MOST_SLOTS = Integer.MAX_VALUE / Long.BYTES;
    /** As many 32-bit numbers, for the mask of packed rows. */
    private static final long MOST_MASKED = Integer.MAX_VALUE / Float.BYTES;

    /** Each row in a sequence of its own. */
    static Placement padded(int[] lengths) {
        int length = IntStream.of(lengths).max().orElseThrow();
        requireRoom((long) lengths.length * length, MOST_SLOTS, lengths.length, length);
        int[] starts =
                IntStream.range(0, lengths.length).map(row -> row * length).toArray();
        return new Placement(lengths.length, length, lengths, starts);
    }

    /** Short rows behind each other in sequences as long as the longest row: the longest first, each where the least room is left. */
    static Placement packed(int[] lengths) {
        int length = IntStream.of(lengths).max().orElseThrow();
        requireRoom((long) lengths.length * length, MOST_SLOTS, lengths.length, length);
        int[] starts = new int[lengths.length];
        TreeMap<Integer, Deque<Integer>> byRoom = new TreeMap<>();
        int sequences = 0;
        int[] longestFirst = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingInt(row -> -lengths[row]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int row : longestFirst) {
            Map.Entry<Integer, Deque<Integer>> fitting = byRoom.ceilingEntry(lengths[row]);
            int room = fitting == null ? length : fitting.getKey();
            int sequence;
            if (fitting == null) {
                sequence = sequences++;
            } else {
                sequence = fitting.getValue().remove();
                if (fitting.getValue().isEmpty()) {
                    byRoom.remove(room);
                }
            }
            starts[row] = sequence * length + length - room;
            byRoom.computeIfAbsent(room - lengths[row], left -> new ArrayDeque<>())
                    .add(sequence);
        }
        requireRoom((long) sequences * length * length, MOST_MASKED, lengths.length, length);
        return new Placement(sequences, length, lengths, starts);
    }

    private static void requireRoom(long wanted, long most, int rows, int length) {
        if (wanted > most) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    rows + " rows of up to " + length + " tokens are too many for one pass: "
                            + "take smaller batches, or run fewer rows of one at once");
        }
    }

    int slots() {
        return sequences * length;
    }

    /** The batch as the decoder reads it: each row sees itself alone, at positions of its own. */
    TokenBatch tokens(long[] ids) {
        TokenBatch plain = TokenBatch.causal(sequences, length, ids);
        return sequences == lengths.length
                ? plain
                : new TokenBatch(sequences, length, ids, plain.completionStarts(), blocks());
    }

    private TokenBatch.Blocks blocks() {
        int[] positions = new int[slots()];
        boolean[] visible = new boolean[slots() * length];
        for (int slot = 0; slot < slots(); slot++) {
            // Padding sees itself: a softmax over nothing is not a number.
            visible[slot * length + Math.floorMod(slot, length)] = true;
        }
        for (int row = 0; row < starts.length; row++) {
            int first = Math.floorMod(starts[row], length);
            for (int token = 0; token < lengths[row]; token++) {
                int slot = starts[row] + token;
                positions[slot] = token;
                int from = slot * length + first;
                Arrays.fill(visible, from, from + token + 1, true);
            }
        }
        return new TokenBatch.Blocks(positions, visible);
    }
}
