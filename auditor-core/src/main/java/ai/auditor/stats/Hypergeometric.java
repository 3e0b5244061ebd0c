package ai.auditor.stats;

/** How many marked ones a draw without replacement brings. */
public final class Hypergeometric {
    private Hypergeometric() {}

    /**
     * The chance that so many or more of those drawn are marked; of 0 where it is below the smallest double.
     *
     * <p>The terms are taken relative to the largest, each from the one before it, so that no factorial is needed and nothing overflows.
     *
     * @param population how many there are
     * @param marked how many of them are marked
     * @param drawn how many of them are drawn
     * @param seen how many of those drawn are marked
     * @throws IllegalArgumentException if more are marked or drawn than there are, or a number is negative
     */
    public static double atLeast(int population, int marked, int drawn, int seen) {
        if (marked < 0 || drawn < 0 || marked > population || drawn > population) {
            throw new IllegalArgumentException(
                    drawn + " drawn and " + marked + " marked of a population of " + population);
        }
        int least = (int) Math.max(0, (long) marked + drawn - population);
        int most = Math.min(marked, drawn);
        if (seen <= least) {
            return 1;
        }
        if (seen > most) {
            return 0;
        }
        int mode = (int) Math.max(least, Math.min(most, (drawn + 1L) * (marked + 1L) / (population + 2L)));
        double below = 0;
        double reached = 0;
        double term = 1;
        for (int x = mode; x <= most && term > 0; x++) {
            if (x >= seen) {
                reached += term;
            } else {
                below += term;
            }
            term *= up(population, marked, drawn, x);
        }
        term = 1;
        for (int x = mode - 1; x >= least && term > 0; x--) {
            term /= up(population, marked, drawn, x);
            if (x >= seen) {
                reached += term;
            } else {
                below += term;
            }
        }
        return reached / (reached + below);
    }

    /** The chance of one more, as a multiple of the chance of x. */
    private static double up(int population, int marked, int drawn, int x) {
        double more = (double) (marked - x) * (drawn - x);
        double fewer = (x + 1.0) * (population - (double) marked - drawn + x + 1);
        return more / fewer;
    }
}
