package ai.auditor.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Token ids on their way into the decoder, right-padded to one length.
 *
 * @param rows sequences in the batch
 * @param length tokens of each sequence, padding included
 * @param ids {@code [rows, length]}, row-major; padding may hold any known id
 * @param completionStarts of each sequence, the slot from which on its tokens are completion; those before are prompt, {@code [rows]}
 * @param layout where each token stands in its text and what it sees
 */
public record TokenBatch(int rows, int length, long[] ids, int[] completionStarts, Layout layout) {
    public TokenBatch {
        check("ids", ids.length, (long) rows * length);
        check("completionStarts", completionStarts.length, rows);
        if (layout instanceof Blocks blocks) {
            check("positions", blocks.positions.length, (long) rows * length);
            check("visible", blocks.visible.length, (long) rows * length * length);
        }
    }

    /** Positions and attention of a batch. */
    public sealed interface Layout {}

    /** Positions 0, 1, 2, … in every sequence; a token sees itself and all before it, which keeps right padding out of real tokens. */
    public record Causal() implements Layout {}

    /**
     * Anything else, such as several completions behind one prompt.
     *
     * @param positions {@code [rows, length]}
     * @param visible whether a token (middle axis) sees another (last axis), {@code [rows, length, length]}; each sees at least itself
     */
    public record Blocks(int[] positions, boolean[] visible) implements Layout {}

    /** A batch of sequences that begin at position 0 and are prompt to their end. */
    public static TokenBatch causal(int rows, int length, long[] ids) {
        int[] starts = new int[rows];
        Arrays.fill(starts, length);
        return new TokenBatch(rows, length, ids, starts, new Causal());
    }

    /** Prompts of any lengths, padded on the right. */
    public static TokenBatch prompts(List<int[]> prompts) {
        int[] lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
        int longest = IntStream.of(lengths).max().orElseThrow();
        return new TokenBatch(lengths.length, longest, padded(prompts), lengths, new Causal());
    }

    /** Texts of any lengths behind each other, padded on the right to the longest. */
    static long[] padded(List<int[]> texts) {
        int longest = texts.stream().mapToInt(text -> text.length).max().orElseThrow();
        long[] ids = new long[Math.multiplyExact(texts.size(), longest)];
        for (int row = 0; row < texts.size(); row++) {
            int[] text = texts.get(row);
            for (int i = 0; i < text.length; i++) {
                ids[row * longest + i] = text[i];
            }
        }
        return ids;
    }

    View view() {
        return layout instanceof Blocks blocks
                ? View.blocks(rows, length, blocks.positions, blocks.visible)
                : View.causal(length);
    }

    private static void check(String what, long actual, long wanted) {
        if (actual != wanted) {
            throw new IllegalArgumentException(what + " has " + actual + " entries, not " + wanted);
        }
    }

    /** The last prompt token of each sequence, in the batch laid flat. */
    long[] promptEnds() {
        return IntStream.range(0, rows)
                .mapToLong(row -> (long) row * length + completionStarts[row] - 1)
                .toArray();
    }

    /** Tokens in the batch, padding included. */
    public int slots() {
        return rows * length;
    }
}
