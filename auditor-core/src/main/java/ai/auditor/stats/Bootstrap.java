package ai.auditor.stats;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Percentile intervals by resampling whole groups of rows (prompts) with replacement.
 *
 * <p>Deterministic in its seed. Every interval of one object resamples alike.
 */
public final class Bootstrap {
    /** Replicates that are enough for the ends of a 95 % interval in a report. */
    public static final int REPLICATES = 1_000;

    /** Partitions into bags a replicate; the resampling adds far more spread than the partition does. */
    private static final int BAG_PARTITIONS = 4;

    private final int[] groups;
    private final int groupCount;
    private final int replicates;
    private final double level;
    private final long seed;

    private Bootstrap(int[] groups, int groupCount, int replicates, double level, long seed) {
        this.groups = groups;
        this.groupCount = groupCount;
        this.replicates = replicates;
        this.level = level;
        this.seed = seed;
    }

    /**
     * A bootstrap over groups.
     *
     * @param groups group of each row, {@code [rows]}
     * @param replicates how often to resample
     * @param level coverage aimed at, such as 0.95
     */
    public static Bootstrap overGroups(int[] groups, int replicates, double level, long seed) {
        if (replicates < 1 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException(replicates + " replicates for an interval of level " + level);
        }
        int[] distinct = Arrays.stream(groups).sorted().distinct().toArray();
        int[] numbered = Arrays.stream(groups)
                .map(group -> Arrays.binarySearch(distinct, group))
                .toArray();
        return new Bootstrap(numbered, distinct.length, replicates, level, seed);
    }

    /**
     * Interval of any statistic.
     *
     * @param statistic of how often each row was drawn, {@code [rows]}, an array that it must not keep; NaN where it does not
     *     exist, which leaves the replicate out
     * @throws IllegalArgumentException if the statistic exists in no replicate
     */
    public Interval interval(ToDoubleFunction<int[]> statistic) {
        return interval(row -> true, statistic);
    }

    /** Interval of the AUROC of labelled scores; groups without a score are not drawn. */
    public Interval auroc(double[] scores, boolean[] candidate) {
        checkRows(scores.length);
        SortedScores sorted = new SortedScores(scores, candidate);
        return interval(row -> !Double.isNaN(scores[row]), sorted::auroc);
    }

    /**
     * Interval of the AUROC of some scores minus the AUROC of others, both of the same resampled rows.
     *
     * @param scores of the larger model, {@code [rows]}
     * @param baseline scores of the smaller model, {@code [rows]}, NaN in the same rows
     */
    public Interval gain(double[] scores, double[] baseline, boolean[] candidate) {
        checkRows(scores.length);
        for (int row = 0; row < scores.length; row++) {
            if (Double.isNaN(scores[row]) != Double.isNaN(baseline[row])) {
                throw new IllegalArgumentException("row " + row + " has only one of two scores");
            }
        }
        SortedScores first = new SortedScores(scores, candidate);
        SortedScores second = new SortedScores(baseline, candidate);
        return interval(row -> !Double.isNaN(scores[row]), weights -> first.auroc(weights) - second.auroc(weights));
    }

    /**
     * Interval of the AUROC of bags, as {@link Auroc#bags} with few partitions a replicate; still over groups, never over bags.
     *
     * @return empty where the rows are too few for one bag of each class in every replicate
     */
    public Optional<Interval> bags(double[] scores, boolean[] candidate, int size) {
        checkRows(scores.length);
        if (Auroc.bags(scores, candidate, size, 1, seed).isEmpty()) {
            return Optional.empty();
        }
        SplittableRandom partitions = new SplittableRandom(seed).split();
        double[] values = replicate(row -> !Double.isNaN(scores[row]), weights -> {
            OptionalDouble value = Auroc.bags(scores, candidate, weights, size, BAG_PARTITIONS, partitions);
            return value.orElse(Double.NaN);
        });
        return values.length < replicates ? Optional.empty() : Optional.of(percentiles(values));
    }

    private Interval interval(IntPredicate takesPart, ToDoubleFunction<int[]> statistic) {
        double[] values = replicate(takesPart, statistic);
        if (values.length == 0) {
            throw new IllegalArgumentException("the statistic exists in no replicate");
        }
        return percentiles(values);
    }

    /** The statistic in every replicate where it exists, sorted. */
    private double[] replicate(IntPredicate takesPart, ToDoubleFunction<int[]> statistic) {
        int[] drawable = drawable(takesPart);
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = new int[groupCount];
        int[] weights = new int[groups.length];
        double[] values = new double[replicates];
        int defined = 0;
        for (int replicate = 0; replicate < replicates; replicate++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < drawable.length; i++) {
                drawn[drawable[random.nextInt(drawable.length)]]++;
            }
            for (int row = 0; row < weights.length; row++) {
                weights[row] = drawn[groups[row]];
            }
            double value = statistic.applyAsDouble(weights);
            if (!Double.isNaN(value)) {
                values[defined++] = value;
            }
        }
        double[] sorted = Arrays.copyOf(values, defined);
        Arrays.sort(sorted);
        return sorted;
    }

    private int[] drawable(IntPredicate takesPart) {
        boolean[] used = new boolean[groupCount];
        for (int row = 0; row < groups.length; row++) {
            used[groups[row]] |= takesPart.test(row);
        }
        return IntStream.range(0, groupCount).filter(group -> used[group]).toArray();
    }

    private Interval percentiles(double[] sorted) {
        double tail = (1 - level) / 2;
        return new Interval(Quantile.ofSorted(sorted, tail), Quantile.ofSorted(sorted, 1 - tail), level);
    }

    private void checkRows(int rows) {
        if (rows != groups.length) {
            throw new IllegalArgumentException(rows + " scores for " + groups.length + " rows");
        }
    }
}
