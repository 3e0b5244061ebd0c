package ai.auditor.probes.linear;

import ai.auditor.data.Sha256;
import ai.auditor.probes.internal.Folds;
import ai.auditor.stats.Parts;
import java.util.stream.IntStream;

/**
 * Rows of several classes in blocks of one prompt: row b · classes + c is that of class c in block b.
 *
 * @param classes how many
 * @param groups prompt group of each row, {@code [rows]}
 * @param folds of the rows: parts, and inside every fitting part an inner split, both by group
 * @param seed of all that is drawn
 */
record BlockDesign(int classes, int[] groups, Folds folds, long seed) {
    /** Each is scored by what was fitted on the other. */
    static final int PARTS = 2;

    /**
     * Divides blocks.
     *
     * @param groups prompt group of each block, {@code [blocks]}
     */
    static BlockDesign of(int classes, int[] groups, long seed) {
        int[] ofRows = IntStream.range(0, Math.multiplyExact(groups.length, classes))
                .map(row -> groups[row / classes])
                .toArray();
        int[] part = Parts.byGroup(ofRows, PARTS, Sha256.seed(seed, "parts"));
        return new BlockDesign(classes, ofRows, Folds.of(ofRows, PARTS, part, Sha256.seed(seed, "inner split")), seed);
    }

    int rows() {
        return groups.length;
    }

    int blocks() {
        return groups.length / classes;
    }

    /** The class of a row. */
    int label(int row) {
        return row % classes;
    }

    /** The classes of some rows. */
    int[] labels(int[] rows) {
        return IntStream.of(rows).map(this::label).toArray();
    }

    /** Those of some rows that are of one of two classes, a block's next to each other: the first class's, then the second's. */
    int[] pair(int[] rows, int first, int second) {
        return IntStream.of(rows)
                .filter(row -> label(row) == 0)
                .flatMap(row -> IntStream.of(row + first, row + second))
                .toArray();
    }

    long seed(String purpose) {
        return Sha256.seed(seed, purpose);
    }
}
