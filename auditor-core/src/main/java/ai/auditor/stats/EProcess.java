package ai.auditor.stats;

/**
 * Evidence that grows with every pair and may be looked at after each: the wealth of a bettor who stakes on the differences of pairs being above zero.
 *
 * <p>Where each difference is symmetric about zero given those before it, as an exchange of labels within pairs makes it, no stake gains on average,
 * and the wealth ever reaches 1/alpha with probability alpha at most (Ville 1939; Ramdas, Grünwald, Vovk and Shafer 2023): stopping when it does keeps
 * the level, whenever one looks. A difference pays by its size against those before, at most the stake, so that no tail breaks the bettor; the stake
 * follows what the payoffs were so far (Waudby-Smith and Ramdas 2024, approximate GRAPA) and is never one that could lose everything.
 *
 * <p>Not safe for use by several threads.
 */
public final class EProcess {
    /** More than this of the wealth is never staked. */
    private static final double MOST_STAKE = 0.5;

    /** A difference of so many mean absolute differences pays the whole stake; of normal ones 2 % are larger. */
    private static final double WHOLE = 3;

    /** Payoffs of nothing, with a variance of a quarter, that stand before the first: the stake starts at nothing. */
    private static final double PRIOR = 5;

    private static final double PRIOR_VARIANCE = 0.25;

    private int count;
    private double absolutes;
    private double payoffs;
    private double squares;
    private double logWealth;
    private double mostLogWealth;

    /**
     * Takes one more pair.
     *
     * @param difference of its candidate minus its control
     * @throws IllegalArgumentException if it is not finite
     */
    public void add(double difference) {
        if (!Double.isFinite(difference)) {
            throw new IllegalArgumentException("the difference of pair " + count + " is " + difference);
        }
        double scale = WHOLE * absolutes / Math.max(1, count);
        double payoff = scale > 0 ? Math.max(-1, Math.min(1, difference / scale)) : Math.signum(difference);
        logWealth += StrictMath.log1p(stake() * payoff);
        mostLogWealth = Math.max(mostLogWealth, logWealth);
        count++;
        absolutes += Math.abs(difference);
        payoffs += payoff;
        squares += payoff * payoff;
    }

    /** What is staked on the next pair: known before it is seen. */
    private double stake() {
        double mean = payoffs / (count + PRIOR);
        double square = (squares + PRIOR * PRIOR_VARIANCE) / (count + PRIOR);
        return Math.max(0, Math.min(MOST_STAKE, mean / square));
    }

    /** How many pairs were taken. */
    public int count() {
        return count;
    }

    /** The wealth, of 1 at the start. */
    public double value() {
        return StrictMath.exp(logWealth);
    }

    /** The most that the wealth ever was. */
    public double largest() {
        return StrictMath.exp(mostLogWealth);
    }

    /** A p that holds whenever one looks: 1 / {@link #largest}. */
    public double p() {
        return StrictMath.exp(-mostLogWealth);
    }
}
