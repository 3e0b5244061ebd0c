package ai.auditor.stats;

/** Empirical quantiles with linear interpolation (type 7 of Hyndman and Fan, numpy's default). */
final class Quantile {
    private Quantile() {}

    static double ofSorted(double[] sorted, double probability) {
        double place = probability * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
