package ai.auditor.stats;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** P-values from exchanges of labels, drawn or counted. */
public final class PValue {
    /** Values closer than this, relatively, are ties: equal sums taken in another order differ by rounding. */
    private static final double TIE = 1e-9;

    private PValue() {}

    /** One-sided p of a statistic under its exchanges: greater is more extreme. */
    public static double greater(Exchanged statistic) {
        return greater(statistic.observed(), statistic.exchanged());
    }

    /** Two-sided p of a statistic under its exchanges: twice the smaller of both sides, at most 1. */
    public static double twoSided(Exchanged statistic) {
        double[] turned =
                Arrays.stream(statistic.exchanged()).map(value -> -value).toArray();
        return Math.min(1, 2 * Math.min(greater(statistic), greater(-statistic.observed(), turned)));
    }

    /**
     * One-sided p: (1 + number of values at least as large) / (1 + number of values), ties counted as at least as large.
     *
     * <p>Also the place of a value among decoys. Phipson and Smyth 2010.
     *
     * @throws IllegalArgumentException if a value is NaN
     */
    public static double greater(double observed, double[] exchanged) {
        int reached = 0;
        for (double value : exchanged) {
            reached += reaches(value, observed) ? 1 : 0;
        }
        return (1.0 + reached) / (1.0 + exchanged.length);
    }

    /**
     * Exact two-sided p that so many of untied pairs go one way: each goes either way with probability one half.
     *
     * <p>The sign test; of pairs of yes and no, McNemar's exact test (1947).
     */
    public static double ofSigns(int one, int other) {
        if (one < 0 || other < 0) {
            throw new IllegalArgumentException(one + " and " + other + " pairs");
        }
        int pairs = Math.addExact(one, other);
        return pairs == 0
                ? 1
                : Math.min(1, 2 * BinomialDistribution.of(pairs, 0.5).cumulativeProbability(Math.min(one, other)));
    }

    /**
     * The value that an observed one must exceed for a p of at most a level; infinite where there are too few values.
     *
     * @param sorted ascending
     */
    public static double critical(double[] sorted, double level) {
        // Against rounding of the level, such as 0.01 * 10,000 just below 100.
        double slack = 1e-9;
        int mayReach = (int) Math.floor(level * (1.0 + sorted.length) + slack) - 1;
        if (mayReach < 0) {
            return Double.POSITIVE_INFINITY;
        }
        return mayReach >= sorted.length ? Double.NEGATIVE_INFINITY : sorted[sorted.length - 1 - mayReach];
    }

    /** The smallest p that so many exchanges can give. */
    public static double smallest(int exchanges) {
        return 1.0 / (1.0 + exchanges);
    }

    /**
     * One p for several dependent ones, such as those of several splits: twice their median, at most 1.
     *
     * <p>Meinshausen, Meier and Bühlmann 2009; valid however the p-values depend on one another. Of an even number the lower of the two in the middle
     * is the median, as there: then half of all are at or below half the level, which is all that the proof asks for. The mean of the two would be
     * valid too, and of two independent p reach a level of 0.01 once in 20,000 audits.
     */
    public static double twiceMedian(double[] p) {
        if (p.length == 0) {
            throw new IllegalArgumentException("no p-values to combine");
        }
        if (p.length == 1) {
            return p[0];
        }
        double[] sorted = p.clone();
        Arrays.sort(sorted);
        return Math.min(1, 2 * sorted[middle(sorted.length)]);
    }

    /** How many of so many p have to reach half of a level, for {@link #twiceMedian} to reach it. */
    public static int needed(int p) {
        return middle(p) + 1;
    }

    private static int middle(int count) {
        return (count - 1) / 2;
    }

    /** Whether a value is at least as large as the observed one, but for rounding. */
    static boolean reaches(double value, double observed) {
        if (Double.isNaN(value) || Double.isNaN(observed)) {
            throw new IllegalArgumentException("a statistic is NaN");
        }
        return value >= observed - TIE * Math.max(1, Math.abs(observed));
    }
}
