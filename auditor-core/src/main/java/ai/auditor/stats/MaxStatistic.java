package ai.auditor.stats;

import java.util.Arrays;
import java.util.List;

/**
 * Control of the family-wise error over statistics that share their exchanges: each is held against the maximum of all under
 * every exchange (Westfall and Young 1993), so correlation between them costs nothing.
 */
public final class MaxStatistic {
    private final double[] observed;
    private final double[] sortedMaxima;

    private MaxStatistic(double[] observed, double[][] exchanged) {
        this.observed = observed;
        double[] maxima = new double[exchanged[0].length];
        Arrays.fill(maxima, Double.NEGATIVE_INFINITY);
        for (double[] values : exchanged) {
            for (int b = 0; b < maxima.length; b++) {
                maxima[b] = Math.max(maxima[b], values[b]);
            }
        }
        Arrays.sort(maxima);
        this.sortedMaxima = maxima;
    }

    /**
     * The family of some statistics.
     *
     * @throws IllegalArgumentException if there is none or they have not the same number of exchanges
     */
    public static MaxStatistic of(List<Exchanged> family) {
        if (family.isEmpty()) {
            throw new IllegalArgumentException("a family needs a statistic");
        }
        int exchanges = family.get(0).exchanged().length;
        for (Exchanged member : family) {
            if (member.exchanged().length != exchanges) {
                throw new IllegalArgumentException("statistics with " + exchanges + " and " + member.exchanged().length
                        + " exchanges do not share them");
            }
        }
        return new MaxStatistic(
                family.stream().mapToDouble(Exchanged::observed).toArray(),
                family.stream().map(Exchanged::exchanged).toArray(double[][]::new));
    }

    /** Family-wise p of each statistic, single-step, {@code [statistics]}. */
    public double[] p() {
        return Arrays.stream(observed)
                .map(value -> PValue.greater(value, sortedMaxima))
                .toArray();
    }

    /**
     * The value that a statistic must exceed for a family-wise p of at most alpha; infinite where the exchanges are too few.
     */
    public double critical(double alpha) {
        return PValue.critical(sortedMaxima, alpha);
    }
}
