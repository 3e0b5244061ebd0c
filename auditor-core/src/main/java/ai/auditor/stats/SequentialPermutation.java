package ai.auditor.stats;

import java.util.SplittableRandom;

/**
 * Permutation p-values of sparse values, drawn until enough exchanges reach the observed sum (Besag and Clifford 1991): a p that is not
 * small costs few draws, a small one is known to one over the most that are drawn.
 */
public final class SequentialPermutation {
    /** Exchanges that reach the observed sum after which p is known well enough: to a fifth of itself. */
    private static final int ENOUGH = 20;

    /** The odd number nearest to 2^64 over the golden ratio: multiples of it lie far apart (Knuth, TAOCP 3, 6.4). */
    private static final long STREAMS = 0x9E3779B97F4A7C15L;

    private final int most;
    private final long seed;

    /**
     * A test that draws so many exchanges at most.
     *
     * @param most 1 or more: the smallest p is one over one more
     */
    public SequentialPermutation(int most, long seed) {
        if (most < 1) {
            throw new IllegalArgumentException(most + " exchanges");
        }
        this.most = most;
        this.seed = seed;
    }

    /** The smallest p that can be found. */
    public double smallest() {
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
        for (double difference : differences) {
            observed += difference;
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
     * @param values of all rows of both classes, those of zero left out
     * @param observed the sum of the candidates' values
     * @param candidates rows of that class, zeros among them
     * @param rows of both classes, zeros among them
     * @param stream as in {@link #ofPairs}
     */
    public double ofRows(double[] values, double observed, int candidates, int rows, long stream) {
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

    private interface Draw {
        double sum(SplittableRandom random);
    }

    private double drawn(double observed, long stream, Draw draw) {
        SplittableRandom random = new SplittableRandom(seed ^ (stream + 1) * STREAMS);
        int reached = 0;
        for (int exchange = 1; exchange <= most; exchange++) {
            if (PValue.reaches(draw.sum(random), observed) && ++reached == ENOUGH) {
                return (double) reached / exchange;
            }
        }
        return (1.0 + reached) / (1.0 + most);
    }
}
