package ai.auditor.stats;

import java.util.Arrays;

/**
 * Control of the chance of any false finding among tests of different hypotheses, which no one set of exchanges leaves true together; where one does,
 * {@link MaxStatistic} sees more.
 */
public final class FamilyWise {
    private FamilyWise() {}

    /**
     * The family-wise p of each p by Holm (1979), {@code [tests]}: valid however the tests depend on one another, and whichever of them are true
     * nulls.
     *
     * @throws IllegalArgumentException if a p is not between 0 and 1
     */
    public static double[] holm(double[] p) {
        Integer[] ascending = new Integer[p.length];
        for (int test = 0; test < p.length; test++) {
            if (!(p[test] >= 0 && p[test] <= 1)) {
                throw new IllegalArgumentException("the p of test " + test + " is " + p[test]);
            }
            ascending[test] = test;
        }
        Arrays.sort(ascending, (a, b) -> Double.compare(p[a], p[b]));
        double[] adjusted = new double[p.length];
        double greatest = 0;
        for (int rank = 0; rank < p.length; rank++) {
            greatest = Math.max(greatest, Math.min(1, p[ascending[rank]] * (p.length - rank)));
            adjusted[ascending[rank]] = greatest;
        }
        return adjusted;
    }
}
