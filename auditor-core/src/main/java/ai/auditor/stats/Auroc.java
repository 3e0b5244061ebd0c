package ai.auditor.stats;

import ai.auditor.Shuffle;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Area under the receiver operating curve: the chance that a candidate scores above a control, ties counted half. */
public final class Auroc {
    /** Random partitions into bags that {@link #bags} averages over. */
    public static final int PARTITIONS = 50;

    private Auroc() {}

    /**
     * AUROC of two samples; NaN scores are left out.
     *
     * @throws IllegalArgumentException if a sample has no score
     */
    public static double of(double[] positive, double[] negative) {
        return ofSorted(sorted(positive.clone()), sorted(negative.clone()));
    }

    /**
     * AUROC of labelled scores; NaN scores are left out.
     *
     * @throws IllegalArgumentException if a class has no score
     */
    public static double of(double[] scores, boolean[] candidate) {
        if (scores.length != candidate.length) {
            throw new IllegalArgumentException(scores.length + " scores, but " + candidate.length + " labels");
        }
        int[] once = once(scores.length);
        return ofSorted(sorted(select(scores, candidate, once, true)), sorted(select(scores, candidate, once, false)));
    }

    /** Sorts the scores where they are, and leaves out NaN. */
    private static double[] sorted(double[] scores) {
        Arrays.sort(scores);
        int scored = scores.length;
        while (scored > 0 && Double.isNaN(scores[scored - 1])) {
            scored--;
        }
        return scored == scores.length ? scores : Arrays.copyOf(scores, scored);
    }

    private static double ofSorted(double[] positive, double[] negative) {
        if (positive.length == 0 || negative.length == 0) {
            throw new IllegalArgumentException("a class has no score");
        }
        // Twice the number of won comparisons, ties counted half: an exact integer.
        long won = 0;
        int below = 0;
        int notAbove = 0;
        for (double score : positive) {
            while (below < negative.length && negative[below] < score) {
                below++;
            }
            while (notAbove < negative.length && negative[notAbove] <= score) {
                notAbove++;
            }
            won += below + notAbove;
        }
        return won / (2.0 * negative.length * positive.length);
    }

    private static int[] once(int rows) {
        int[] once = new int[rows];
        Arrays.fill(once, 1);
        return once;
    }

    /**
     * AUROC of bags: rows of one class in disjoint bags, each scored by its mean, averaged over random partitions. Rows left
     * over by a partition are in no bag; NaN scores are left out.
     *
     * @param size rows a bag
     * @return empty where a class has not enough rows for one bag
     */
    public static OptionalDouble bags(double[] scores, boolean[] candidate, int size, int partitions, long seed) {
        return bags(scores, candidate, once(scores.length), size, partitions, new SplittableRandom(seed));
    }

    /** As the public method, each row taken {@code weights[row]} times. */
    static OptionalDouble bags(
            double[] scores, boolean[] candidate, int[] weights, int size, int partitions, SplittableRandom random) {
        if (size < 1 || partitions < 1) {
            throw new IllegalArgumentException(partitions + " partitions into bags of " + size);
        }
        double[] positive = select(scores, candidate, weights, true);
        double[] negative = select(scores, candidate, weights, false);
        if (positive.length < size || negative.length < size) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        for (int partition = 0; partition < partitions; partition++) {
            sum += ofSorted(sorted(bagMeans(positive, size, random)), sorted(bagMeans(negative, size, random)));
        }
        return OptionalDouble.of(sum / partitions);
    }

    private static double[] bagMeans(double[] scores, int size, SplittableRandom random) {
        Shuffle.whole(scores, random);
        double[] means = new double[scores.length / size];
        for (int bag = 0; bag < means.length; bag++) {
            double sum = 0;
            for (int i = bag * size; i < (bag + 1) * size; i++) {
                sum += scores[i];
            }
            means[bag] = sum / size;
        }
        return means;
    }

    private static double[] select(double[] scores, boolean[] candidate, int[] weights, boolean wanted) {
        int count = 0;
        for (int row = 0; row < scores.length; row++) {
            count += candidate[row] == wanted && !Double.isNaN(scores[row]) ? weights[row] : 0;
        }
        double[] selected = new double[count];
        int next = 0;
        for (int row = 0; row < scores.length; row++) {
            if (candidate[row] == wanted && !Double.isNaN(scores[row])) {
                Arrays.fill(selected, next, next + weights[row], scores[row]);
                next += weights[row];
            }
        }
        return selected;
    }
}
