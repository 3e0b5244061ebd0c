package ai.auditor.probes.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient boosted regression trees for two classes (Friedman, Greedy function approximation, 2001, algorithm 5). The splits and
 * the numbers are those of Smile's {@code GradientTreeBoost} without subsampling.
 *
 * @param start half the log odds of the classes
 * @param shrinkage learning rate
 */
record BoostedForest(double start, double shrinkage, List<Node> trees) {
    private static final double CERTAIN = 1e-12;

    /** A tree, or a part of one. */
    sealed interface Node {
        /** Output for a feature row. */
        double output(double[] row);

        record Leaf(double value) implements Node {
            @Override
            public double output(double[] row) {
                return value;
            }
        }

        /** Rows with at most this value of a feature go to the first branch. */
        record Fork(int feature, double value, Node first, Node second) implements Node {
            @Override
            public double output(double[] row) {
                return (row[feature] <= value ? first : second).output(row);
            }
        }
    }

    BoostedForest {
        trees = List.copyOf(trees);
    }

    /**
     * Fits.
     *
     * @param features {@code [rows][features]}
     * @param candidate labels, {@code [rows]}, of both classes
     * @param depth nodes from the root to a leaf, both counted, at most
     * @param leastRows rows a leaf, at least
     */
    static BoostedForest fit(
            double[][] features, boolean[] candidate, int trees, int depth, int leastRows, double shrinkage) {
        int rows = candidate.length;
        int surplus = 0;
        for (boolean label : candidate) {
            surplus += label ? 1 : -1;
        }
        double mean = (double) surplus / rows;
        double start = 0.5 * StrictMath.log((1 + mean) / (1 - mean));
        double[] fitted = new double[rows];
        Arrays.fill(fitted, start);
        double[] response = new double[rows];
        TreeGrower grower = new TreeGrower(features, depth, leastRows);
        List<Node> grown = new ArrayList<>();
        for (int tree = 0; tree < trees; tree++) {
            for (int row = 0; row < rows; row++) {
                double sign = candidate[row] ? 1 : -1;
                response[row] = 2.0 * sign / (1 + StrictMath.exp(2 * sign * fitted[row]));
            }
            Node node = grower.grow(response);
            for (int row = 0; row < rows; row++) {
                fitted[row] += shrinkage * node.output(features[row]);
            }
            grown.add(node);
        }
        return new BoostedForest(start, shrinkage, grown);
    }

    /** Log odds of the candidate's class for a feature row. */
    double logOdds(double[] row) {
        double sum = start;
        for (Node tree : trees) {
            sum += shrinkage * tree.output(row);
        }
        double p = 1 - 1 / (1 + StrictMath.exp(2 * sum));
        double bounded = Math.min(1 - CERTAIN, Math.max(CERTAIN, p));
        return StrictMath.log(bounded / (1 - bounded));
    }
}
