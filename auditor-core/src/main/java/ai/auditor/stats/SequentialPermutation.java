package ai.auditor.stats;

import java.util.SplittableRandom;

/**
 * Permutation p-values of sparse values, drawn until enough exchanges reach the observed sum (Besag and Clifford 1991): a p that is not
 * small costs few draws. One below what the most draws can tell is bounded instead, without any (Hoeffding 1963, theorems 2 and 4; Bernstein's
 * inequality for draws without replacement: Bardenet and Maillard 2015), so that no p is kept from being small by the number of draws.
 */
public final class SequentialPermutation {
    /** Exchanges that reach the observed sum after which p is known well enough: to a fifth of itself. */
    private static final int ENOUGH = 20;

    /** Draws between two looks at whether the caller was interrupted. */
    private static final int LOOK = 4_096;

    private final int most;
    private final long seed;
    private final Runnable look;

    /**
     * A test that draws so many exchanges at most.
     *
     * @param most 1 or more
     * @param look called every few thousand draws, and may throw to stop them
     */
    public SequentialPermutation(int most, long seed, Runnable look) {
        if (most < 1) {
            throw new IllegalArgumentException(most + " exchanges");
        }
        this.most = most;
        this.seed = seed;
        this.look = look;
    }

    /** The smallest p that draws can tell; what is below is a bound. */
    public double smallestDrawn() {
        return PValue.smallest(most);
    }

    /**
     * One-sided p of the sum of differences under random signs.
     *
     * @param differences of the pairs, those of zero left out
     * @param stream which of many tests this is: each draws signs of its own
     */
    public double ofPairs(double[] differences, long stream) {
        double observed = 0;
        double squares = 0;
        for (double difference : differences) {
            observed += difference;
            squares += difference * difference;
        }
        double bound = observed > 0 ? StrictMath.exp(-observed * observed / (2 * squares)) : 1;
        if (bound <= smallestDrawn()) {
            return bound;
        }
        return drawn(observed, stream, random -> {
            double sum = 0;
            long bits = 0;
            for (int i = 0; i < differences.length; i++) {
                bits = i % Long.SIZE == 0 ? random.nextLong() : bits >>> 1;
                sum += (bits & 1) == 0 ? differences[i] : -differences[i];
            }
            return sum;
        });
    }

    /**
     * One-sided p of the candidates' sum when labels are dealt out anew.
     *
     * @param values of all rows of both classes, none below zero, those of zero left out
     * @param observed the sum of the candidates' values
     * @param candidates rows of that class, zeros among them
     * @param rows of both classes, zeros among them
     * @param stream as in {@link #ofPairs}
     */
    public double ofRows(double[] values, double observed, int candidates, int rows, long stream) {
        double bound = bernstein(values, observed, candidates, rows);
        if (bound <= smallestDrawn()) {
            return bound;
        }
        return drawn(observed, stream, random -> {
            double sum = 0;
            int left = candidates;
            for (int i = 0; i < values.length; i++) {
                if (random.nextInt(rows - i) < left) {
                    sum += values[i];
                    left--;
                }
            }
            return sum;
        });
    }

    /** Bound of the chance that so many rows drawn without replacement have so large a sum. */
    private static double bernstein(double[] values, double observed, int candidates, int rows) {
        double sum = 0;
        double squares = 0;
        double highest = 0;
        for (double value : values) {
            sum += value;
            squares += value * value;
            highest = Math.max(highest, value);
        }
        double mean = sum / rows;
        double excess = observed / candidates - mean;
        if (!(excess > 0)) {
            return 1;
        }
        double variance = Math.max(0, squares / rows - mean * mean);
        return StrictMath.exp(-candidates * excess * excess / (2 * variance + 2.0 / 3 * (highest - mean) * excess));
    }

    private interface Draw {
        double sum(SplittableRandom random);
    }

    private double drawn(double observed, long stream, Draw draw) {
        // The stream's number is scattered first: of seeds at even steps one generator may be another some draws later.
        SplittableRandom random = new SplittableRandom(seed ^ new SplittableRandom(stream).nextLong());
        int reached = 0;
        for (int exchange = 1; exchange <= most; exchange++) {
            if (exchange % LOOK == 0) {
                look.run();
            }
            if (PValue.reaches(draw.sum(random), observed) && ++reached == ENOUGH) {
                return (double) reached / exchange;
            }
        }
        return (1.0 + reached) / (1.0 + most);
    }
}
