package ai.auditor.probes.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import smile.sort.QuickSort;

/** Grows regression trees of one depth on the same features and ever other responses; features are sorted once. */
final class TreeGrower {
    /** Values closer than this are not split. */
    private static final double SAME = 1e-7;

    private final double[][] columns;
    private final int[][] sorted;
    private final int depth;
    private final int leastRows;

    // Of the tree that is grown: a node is a range of places, the same in rows and in every order.
    private final int[] rows;
    private final int[][] orders;
    private final boolean[] first;
    private final int[] spare;
    private double[] response = {};

    /**
     * Over some features.
     *
     * @param features {@code [rows][features]}
     * @param depth nodes from the root to a leaf, both counted, at most
     * @param leastRows rows a leaf, at least
     */
    TreeGrower(double[][] features, int depth, int leastRows) {
        this.columns = new double[features[0].length][features.length];
        this.sorted = new int[columns.length][];
        for (int j = 0; j < columns.length; j++) {
            for (int row = 0; row < features.length; row++) {
                columns[j][row] = features[row][j];
            }
            sorted[j] = QuickSort.sort(columns[j].clone());
        }
        this.depth = depth;
        this.leastRows = leastRows;
        this.rows = new int[features.length];
        this.orders = new int[columns.length][features.length];
        this.first = new boolean[features.length];
        this.spare = new int[features.length];
    }

    /**
     * A tree for the logistic loss.
     *
     * @param responses negative gradient of the loss at each row, {@code [rows]}
     */
    BoostedForest.Node grow(double[] responses) {
        response = responses;
        Arrays.setAll(rows, row -> row);
        for (int j = 0; j < sorted.length; j++) {
            System.arraycopy(sorted[j], 0, orders[j], 0, rows.length);
        }
        return node(0, rows.length, depth - 1, new boolean[columns.length]);
    }

    /** The best split of a range. */
    private record Split(int feature, double value) {}

    private BoostedForest.Node node(int low, int high, int levels, boolean[] hopeless) {
        Split split = levels == 0 || high - low < 2 * leastRows ? null : best(low, high, hopeless);
        if (split == null) {
            return new BoostedForest.Node.Leaf(output(low, high));
        }
        double[] column = columns[split.feature()];
        for (int i = low; i < high; i++) {
            first[rows[i]] = column[rows[i]] <= split.value();
        }
        int middle = partition(rows, low, high);
        // The orders of rows that are split no further are looked at no more.
        for (int j = 0; j < orders.length && levels > 1; j++) {
            if (!hopeless[j]) {
                partition(orders[j], low, high);
            }
        }
        return new BoostedForest.Node.Fork(
                split.feature(),
                split.value(),
                node(low, middle, levels - 1, hopeless.clone()),
                node(middle, high, levels - 1, hopeless));
    }

    /** Newton's step on the logistic loss. */
    private double output(int low, int high) {
        double gradient = 0;
        double curvature = 0;
        for (int i = low; i < high; i++) {
            double value = response[rows[i]];
            double size = Math.abs(value);
            gradient += value;
            curvature += size * (2.0 - size);
        }
        return gradient / curvature;
    }

    /**
     * The split with the greatest gain in squared error, the earlier feature where two are equal; null where none gains.
     *
     * @param hopeless features that gained nothing in a range around this one; those that gain nothing here are added
     */
    private @Nullable Split best(int low, int high, boolean[] hopeless) {
        int count = high - low;
        double plain = 0;
        for (int i = low; i < high; i++) {
            plain += response[rows[i]];
        }
        double mean = plain / count;
        if (uniform(low, high, mean)) {
            return null;
        }
        double sum =
                Arrays.stream(rows, low, high).mapToDouble(row -> response[row]).sum();
        double whole = count * mean * mean;
        double[] y = response;
        Split best = null;
        double greatest = 0;
        for (int j = 0; j < columns.length; j++) {
            if (hopeless[j]) {
                continue;
            }
            double[] column = columns[j];
            int[] order = orders[j];
            boolean gains = false;
            double left = 0;
            double previous = column[order[low]];
            for (int i = low; i < high; i++) {
                int row = order[i];
                double value = column[row];
                int before = i - low;
                int after = high - i;
                if (before >= leastRows && after >= leastRows && !(Math.abs(value - previous) < SAME)) {
                    double leftMean = left / before;
                    double rightMean = (sum - left) / after;
                    double gain = before * leftMean * leftMean + after * rightMean * rightMean - whole;
                    gains |= gain > 0;
                    if (gain > greatest) {
                        greatest = gain;
                        best = new Split(j, (value + previous) / 2);
                    }
                }
                previous = value;
                left += y[row];
            }
            hopeless[j] = !gains;
        }
        return best;
    }

    private boolean uniform(int low, int high, double mean) {
        double squares = 0;
        for (int i = low; i < high; i++) {
            double centred = response[rows[i]] - mean;
            squares += centred * centred;
        }
        return squares == 0;
    }

    /** Moves the rows of the first branch to the front of a range, each branch in its order; where the second begins. */
    private int partition(int[] places, int low, int high) {
        int next = low;
        int kept = 0;
        for (int i = low; i < high; i++) {
            int row = places[i];
            if (first[row]) {
                places[next++] = row;
            } else {
                spare[kept++] = row;
            }
        }
        System.arraycopy(spare, 0, places, next, kept);
        return next;
    }
}
