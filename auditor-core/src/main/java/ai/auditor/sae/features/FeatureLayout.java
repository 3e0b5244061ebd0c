package ai.auditor.sae.features;

import ai.auditor.data.Sha256;
import ai.auditor.sae.FeatureTable;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Parts;
import java.util.stream.IntStream;

/**
 * Rows of both classes with their features, and all of a comparison that does not depend on labels.
 *
 * @param table features of each row
 * @param columns the same, turned
 * @param groups prompt group of each row, {@code [rows]}
 * @param paired whether rows 2i and 2i+1 are a pair of one prompt
 * @param heldOut whether a row's group is held out of all that is chosen, {@code [rows]}
 * @param seed of what is drawn
 */
record FeatureLayout(
        FeatureTable table, FeatureColumns columns, int[] groups, boolean paired, boolean[] heldOut, long seed) {
    /** One part of five is held out, as in the study that these numbers are from (subliminal learning as a byproduct of superposition). */
    private static final int PARTS = 5;

    static FeatureLayout of(FeatureTable table, int[] groups, boolean paired, long seed) {
        int[] part = Parts.byGroup(groups, PARTS, Sha256.seed(seed, "held out"));
        boolean[] heldOut = new boolean[part.length];
        for (int row = 0; row < part.length; row++) {
            heldOut[row] = part[row] == 0;
        }
        return new FeatureLayout(table, FeatureColumns.of(table), groups, paired, heldOut, seed);
    }

    int rows() {
        return groups.length;
    }

    /** Rows of one class on one side of the split. */
    int[] rows(boolean[] candidate, boolean wanted, boolean heldOutSide) {
        return IntStream.range(0, rows())
                .filter(row -> candidate[row] == wanted && heldOut[row] == heldOutSide)
                .toArray();
    }

    /** Rows on one side of the split. */
    int[] rows(boolean heldOutSide) {
        return IntStream.range(0, rows())
                .filter(row -> heldOut[row] == heldOutSide)
                .toArray();
    }

    /** Exchanges of the labels of held-out rows among themselves: what was chosen by the others stays as it was. */
    Exchanges heldOutExchanges(boolean[] candidate, int count) {
        int[] rows = rows(true);
        boolean[] labels = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = candidate[rows[i]];
        }
        long seed = seed("held-out exchanges");
        return paired
                ? Exchanges.ofPairs(rows.length / 2, count, seed).relabelled(labels)
                : Exchanges.ofRows(labels, new int[rows.length], count, seed);
    }

    long seed(String purpose) {
        return Sha256.seed(seed, purpose);
    }
}
