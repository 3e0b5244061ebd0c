package ai.auditor.stats;

/**
 * Exchanges of the labels candidate and control that leave the null hypothesis true, drawn once and shared by all statistics,
 * so that a maximum over statistics can be taken exchange by exchange.
 *
 * <p>Deterministic in its seed. Safe for use by several threads: nothing changes after the draw.
 */
public abstract sealed class Exchanges permits PairExchanges, RowExchanges {
    /** Least variance as a share of the mean square, so that a perfect separation stays finite and keeps its order. */
    static final double LEAST_VARIANCE = 1e-10;

    /** A bit for each unit of exchange. */
    final LabelBits bits;

    /** The labels that count as observed, {@code [rows]}. */
    final boolean[] candidate;

    Exchanges(LabelBits bits, boolean[] candidate) {
        this.bits = bits;
        this.candidate = candidate;
    }

    /**
     * Exchanges within pairs: rows 2i (candidate) and 2i+1 (control) keep or swap their labels, each with probability one half.
     *
     * @param count how many exchanges to draw, the observed labels not among them
     */
    public static Exchanges ofPairs(int pairs, int count, long seed) {
        return PairExchanges.draw(pairs, count, seed);
    }

    /**
     * Exchanges of unpaired rows: the labels are permuted within each part, all permutations equally likely.
     *
     * @param candidate the true labels, {@code [rows]}
     * @param part part of each row, {@code [rows]}
     * @param count how many exchanges to draw, the observed labels not among them
     */
    public static Exchanges ofRows(boolean[] candidate, int[] part, int count, long seed) {
        return RowExchanges.draw(candidate, part, count, seed);
    }

    /** How many exchanges there are, the observed labels not among them. */
    public final int count() {
        return bits.count();
    }

    /** How many rows there are. */
    public final int rows() {
        return candidate.length;
    }

    /** The labels that count as observed, a copy, {@code [rows]}: whether each row is a candidate. */
    public final boolean[] candidate() {
        return candidate.clone();
    }

    /**
     * The studentised mean difference of scores between the classes, observed and under every exchange.
     *
     * <p>For pairs mean(d) / se(d) of the differences candidate minus control, for rows Welch's t; both are studentised anew
     * under every exchange (Janssen 1997; Chung and Romano 2013). With fewer than two units of a kind the statistics are 0 and
     * the standard error infinite.
     *
     * @param scores a score of each study row, {@code [rows]}; NaN for rows that take no part (of a pair, both or none)
     * @throws IllegalArgumentException if the length is wrong, a score is infinite, or only one of a pair is NaN
     */
    public abstract Exchanged studentised(double[] scores);

    /**
     * Labels after one random exchange of the observed ones, for the null of the pipeline, {@code [rows]}.
     *
     * @param seed of this one exchange; the shared exchanges do not depend on it
     */
    public abstract boolean[] swapped(long seed);

    /**
     * The same exchanges about other observed labels, such as those of {@link #swapped}.
     *
     * @param candidate labels that an exchange could have made, {@code [rows]}
     * @throws IllegalArgumentException if no exchange could have made them
     */
    public final Exchanges relabelled(boolean[] candidate) {
        if (candidate.length != rows()) {
            throw new IllegalArgumentException(candidate.length + " labels for " + rows() + " rows");
        }
        return about(candidate.clone());
    }

    /** As {@link #relabelled}, of labels as many as rows, which it keeps. */
    abstract Exchanges about(boolean[] labels);

    /**
     * Mean candidate value minus mean control value: at 0 as observed, then under the first exchanges,
     * {@code [1 + limit]}. No NaN.
     */
    abstract double[] shifts(double[] values, int limit);

    /** What is exchanged, a row each, so that its sum of squares is the same under every exchange up to sign or order. */
    abstract Matrix invariant(Matrix rows);

    /** Whether the mean of {@link #invariant} stays the same under every exchange, so that it may be taken off. */
    abstract boolean centred();

    /** Factor from the variance of a value of {@link #invariant} to the variance of a shift. */
    abstract double varianceFactor();

    /** Refuses scores that cannot be summed. */
    final void checkScores(double[] scores) {
        if (scores.length != rows()) {
            throw new IllegalArgumentException(scores.length + " scores for " + rows() + " rows");
        }
        for (int row = 0; row < scores.length; row++) {
            if (Double.isInfinite(scores[row])) {
                throw new IllegalArgumentException("the score of row " + row + " is infinite");
            }
        }
    }

    /** A shift over its standard error; 0 where there is none to hold it against. */
    static double statistic(double shift, double standardError) {
        return standardError == 0 || Double.isInfinite(standardError) ? 0 : shift / standardError;
    }

    /** Sample standard deviation of the control's scores, NaN left out; 0 below two of them. */
    static double controlDeviation(double[] scores, boolean[] candidate) {
        double sum = 0;
        int count = 0;
        for (int row = 0; row < scores.length; row++) {
            if (!candidate[row] && !Double.isNaN(scores[row])) {
                sum += scores[row];
                count++;
            }
        }
        if (count < 2) {
            return 0;
        }
        double mean = sum / count;
        double squares = 0;
        for (int row = 0; row < scores.length; row++) {
            if (!candidate[row] && !Double.isNaN(scores[row])) {
                double centred = scores[row] - mean;
                squares += centred * centred;
            }
        }
        return StrictMath.sqrt(squares / (count - 1));
    }
}
