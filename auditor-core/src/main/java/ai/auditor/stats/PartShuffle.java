package ai.auditor.stats;

import ai.auditor.Shuffle;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Draws labels with as many candidates in each part as the true labels have, all such labellings equally likely. */
final class PartShuffle {
    // Rows sorted by part; a shuffle works on each part's stretch and may start from any order.
    private final int[] order;
    private final int[] starts;
    private final int[] candidates;
    private final int words;

    PartShuffle(boolean[] candidate, int[] part) {
        int parts = Arrays.stream(part).max().orElse(-1) + 1;
        starts = new int[parts + 1];
        candidates = new int[parts];
        for (int row = 0; row < part.length; row++) {
            if (part[row] < 0) {
                throw new IllegalArgumentException("row " + row + " has part " + part[row]);
            }
            starts[part[row] + 1]++;
            candidates[part[row]] += candidate[row] ? 1 : 0;
        }
        for (int p = 0; p < parts; p++) {
            starts[p + 1] += starts[p];
        }
        order = new int[part.length];
        int[] next = starts.clone();
        for (int row = 0; row < part.length; row++) {
            order[next[part[row]]++] = row;
        }
        words = LabelBits.wordsFor(part.length);
    }

    /** Bits of the rows that become candidates, 64 rows a word. */
    long[] next(SplittableRandom random) {
        long[] bits = new long[words];
        for (int p = 0; p < candidates.length; p++) {
            int size = starts[p + 1] - starts[p];
            // The smaller class is drawn; the rest is the other class.
            boolean drawCandidates = 2 * candidates[p] <= size;
            int drawn = drawCandidates ? candidates[p] : size - candidates[p];
            Shuffle.head(order, starts[p], starts[p + 1], drawn, random);
            int first = drawCandidates ? starts[p] : starts[p] + drawn;
            for (int i = first; i < first + candidates[p]; i++) {
                LabelBits.set(bits, order[i]);
            }
        }
        return bits;
    }
}
