package ai.auditor.stats;

import ai.auditor.Shuffle;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Permutations of labels within blocks that hold one row of each of several classes: what {@link Exchanges#ofPairs} is for two.
 *
 * <p>They leave the hypothesis true that all classes were made alike. Deterministic in the seed; no permutation is kept.
 *
 * @param classes how many, 2 or more; row b · classes + c is that of class c in block b
 * @param blocks how many
 * @param count how many permutations to draw, the observed labels not among them
 */
public record BlockPermutations(int classes, int blocks, int count, long seed) {
    public BlockPermutations {
        if (classes < 2 || blocks < 0 || count < 1) {
            throw new IllegalArgumentException(count + " permutations of " + blocks + " blocks of " + classes);
        }
    }

    /**
     * For each class the studentised mean over blocks of the score of its own row minus the mean score of the block's other rows, observed and
     * under every permutation, {@code [classes]}; all share the permutations. Studentised anew under each, as {@link Exchanges#studentised} is.
     *
     * @param scores of the rows for each class, the higher the more like it, {@code [classes][rows]}
     * @throws IllegalArgumentException if a length is wrong or a score is not finite
     */
    public List<Exchanged> studentised(double[][] scores) {
        double[][] differences = differences(scores);
        int[][] own = new int[blocks][classes];
        for (int[] block : own) {
            for (int c = 0; c < classes; c++) {
                block[c] = c;
            }
        }
        Means observed = means(differences, own);
        double[][] exchanged = new double[classes][count];
        SplittableRandom random = new SplittableRandom(seed);
        for (int permutation = 0; permutation < count; permutation++) {
            // A shuffle may start from any order.
            for (int[] block : own) {
                Shuffle.whole(block, random);
            }
            Means means = means(differences, own);
            for (int c = 0; c < classes; c++) {
                exchanged[c][permutation] = means.statistic(c);
            }
        }
        List<Exchanged> statistics = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            statistics.add(new Exchanged(
                    observed.statistic(c),
                    exchanged[c],
                    observed.mean(c),
                    observed.standardError(c),
                    Vectors.deviation(scores[c]),
                    blocks));
        }
        return statistics;
    }

    /** Of each row and class its score minus the mean of the block's others, were the row the class's own, {@code [classes][rows]}. */
    private double[][] differences(double[][] scores) {
        if (scores.length != classes) {
            throw new IllegalArgumentException("scores for " + scores.length + " classes, not " + classes);
        }
        double[][] differences = new double[classes][];
        for (int c = 0; c < classes; c++) {
            if (scores[c].length != blocks * classes) {
                throw new IllegalArgumentException(scores[c].length + " scores for " + blocks * classes + " rows");
            }
            differences[c] = new double[scores[c].length];
            for (int block = 0; block < blocks; block++) {
                double sum = 0;
                for (int row = block * classes; row < (block + 1) * classes; row++) {
                    sum += scores[c][row];
                }
                if (!Double.isFinite(sum)) {
                    throw new IllegalArgumentException("a score of block " + block + " is not finite");
                }
                for (int row = block * classes; row < (block + 1) * classes; row++) {
                    differences[c][row] = scores[c][row] - (sum - scores[c][row]) / (classes - 1);
                }
            }
        }
        return differences;
    }

    private Means means(double[][] differences, int[][] own) {
        double[] sums = new double[classes];
        double[] squares = new double[classes];
        for (int block = 0; block < blocks; block++) {
            for (int c = 0; c < classes; c++) {
                double value = differences[c][block * classes + own[block][c]];
                sums[c] += value;
                squares[c] += value * value;
            }
        }
        return new Means(blocks, sums, squares);
    }

    /** Sums and sums of squares of a value a block, {@code [classes]}. */
    private record Means(int blocks, double[] sums, double[] squares) {
        double mean(int c) {
            return blocks == 0 ? 0 : sums[c] / blocks;
        }

        double statistic(int c) {
            return Exchanges.statistic(mean(c), standardError(c));
        }

        double standardError(int c) {
            if (blocks < 2) {
                return Double.POSITIVE_INFINITY;
            }
            double variance = (squares[c] - sums[c] * sums[c] / blocks) / (blocks - 1);
            return StrictMath.sqrt(Math.max(variance, Exchanges.LEAST_VARIANCE * squares[c] / blocks) / blocks);
        }
    }
}
