package ai.auditor.stats;

import java.util.Arrays;

/** Control of the share of false findings among findings. */
public final class FalseDiscovery {
    private FalseDiscovery() {}

    /**
     * The q of each p: the smallest level at which Benjamini and Hochberg (1995) find it, {@code [tests]}.
     *
     * @throws IllegalArgumentException if a p is not between 0 and 1
     */
    public static double[] benjaminiHochberg(double[] p) {
        return stepUp(p, 1);
    }

    /**
     * The same after Benjamini and Yekutieli (2001), which holds however the tests depend on each other, {@code [tests]}: such as those of
     * traits whose vectors are centred on their mean, so that what moves along one moves against the others.
     *
     * @throws IllegalArgumentException if a p is not between 0 and 1
     */
    public static double[] benjaminiYekutieli(double[] p) {
        double harmonic = 0;
        for (int rank = 1; rank <= p.length; rank++) {
            harmonic += 1.0 / rank;
        }
        return stepUp(p, harmonic);
    }

    private static double[] stepUp(double[] p, double times) {
        Integer[] descending = new Integer[p.length];
        for (int test = 0; test < p.length; test++) {
            if (!(p[test] >= 0 && p[test] <= 1)) {
                throw new IllegalArgumentException("the p of test " + test + " is " + p[test]);
            }
            descending[test] = test;
        }
        Arrays.sort(descending, (a, b) -> Double.compare(p[b], p[a]));
        double[] q = new double[p.length];
        double least = 1;
        for (int i = 0; i < p.length; i++) {
            int rank = p.length - i;
            least = Math.min(least, p[descending[i]] * times * p.length / rank);
            q[descending[i]] = least;
        }
        return q;
    }
}
