package ai.auditor.report.internal;

import java.util.List;

/**
 * Values of several groups counted in common bins; values that are not finite take no part.
 *
 * @param low lower edge of the first bin
 * @param high upper edge of the last bin
 * @param counts values, {@code [groups][bins]}
 * @param totals finite values of each group
 */
record Bins(double low, double high, long[][] counts, long[] totals) {
    private static final int FEWEST = 8;
    private static final int MOST = 40;

    /** Counts; an empty or constant set of values still has a range. */
    static Bins of(List<double[]> groups) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        long[] totals = new long[groups.size()];
        for (int group = 0; group < totals.length; group++) {
            for (double value : groups.get(group)) {
                if (Double.isFinite(value)) {
                    totals[group]++;
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
        }
        boolean empty = low > high;
        Axis range = Axis.exact(empty ? 0 : low, empty ? 1 : high, 0, 1, Frame.TICKS);
        int bins = number(totals);
        long[][] counts = new long[totals.length][bins];
        for (int group = 0; group < totals.length; group++) {
            for (double value : groups.get(group)) {
                if (Double.isFinite(value)) {
                    counts[group][(int) Math.min(bins - 1, Math.floor(range.at(value) * bins))]++;
                }
            }
        }
        return new Bins(range.low(), range.high(), counts, totals);
    }

    /** About the square root of the smallest group. */
    private static int number(long[] totals) {
        long smallest = Long.MAX_VALUE;
        for (long total : totals) {
            smallest = total > 0 ? Math.min(smallest, total) : smallest;
        }
        return (int) Math.max(FEWEST, Math.min(MOST, Math.round(Math.sqrt((double) smallest))));
    }

    int size() {
        return counts.length == 0 ? 0 : counts[0].length;
    }

    double edge(int bin) {
        return low + (high - low) * bin / size();
    }

    double share(int group, int bin) {
        return totals[group] == 0 ? 0 : (double) counts[group][bin] / totals[group];
    }
}
