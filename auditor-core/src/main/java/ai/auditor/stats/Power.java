package ai.auditor.stats;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** What a test would have seen: the smallest affected fraction of candidate rows that it detects with given power. */
public final class Power {
    /** The standard error of a power of 0.8 is then 2 points. */
    private static final int SIMULATIONS = 400;

    /** Steps by which a fraction is narrowed down: to a thousandth. */
    private static final int BISECTIONS = 10;

    /** Beyond which a share of rejections is no accident. */
    private static final int STANDARD_ERRORS = 3;

    /** Farther apart than so many standard deviations no scores are that leave anything to be asked. */
    private static final double FARTHEST = 8;

    /** To eight thousandths of a millionth of a deviation. */
    private static final int GAIN_BISECTIONS = 30;

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private Power() {}

    /**
     * The smallest fraction f of affected candidate rows at which a mean shift of f times the reference effect is detected:
     * (critical + z(power)) · standardError / (referenceShift · controlDeviation).
     *
     * @param statistic whose standard error and control deviation are taken
     * @param critical value that the statistic must exceed, such as {@link MaxStatistic#critical}
     * @param power wanted chance of a detection, such as 0.8
     * @param referenceShift mean shift of a fully affected row, in control standard deviations
     * @return above 1 where even fully affected data would not be detected so surely; infinite where the scores cannot tell
     */
    public static double detectableFraction(Exchanged statistic, double critical, double power, double referenceShift) {
        if (!(power > 0 && power < 1 && referenceShift > 0)) {
            throw new IllegalArgumentException("power " + power + " at a reference shift of " + referenceShift);
        }
        double reference = referenceShift * statistic.controlDeviation();
        // Without spread a score answers to nothing, so no shift would be seen in it.
        if (!(reference > 0) || !(statistic.standardError() > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double needed = critical + NORMAL.inverseCumulativeProbability(power);
        return Math.max(0, needed) * statistic.standardError() / reference;
    }

    /**
     * The fraction of affected candidate rows at which the mean of several studentised statistics is expected to be as large as is needed.
     *
     * @param statistics whose standard errors and control deviations are taken, one a split
     * @param needed what their mean has to be expected to be
     * @param referenceShift mean shift of a fully affected row, in control standard deviations
     * @return infinite where the scores cannot tell
     */
    public static double fractionToExpect(List<Exchanged> statistics, double needed, double referenceShift) {
        double whole = statistics.stream()
                .mapToDouble(one -> one.standardError() > 0
                        ? referenceShift * one.controlDeviation() / one.standardError() / statistics.size()
                        : 0)
                .sum();
        return whole > 0 ? Math.max(0, needed) / whole : Double.POSITIVE_INFINITY;
    }

    /**
     * The fraction of affected candidate rows with which a probe is expected to gain over a baseline so surely that the interval of the gain lies
     * above nothing. Scores are taken to be normal, the probe's independent of the baseline's, both weighed as is best: together they lie as far
     * apart as the root of both squared, and their AUROC goes with the baseline's as far as the baseline weighs among them. What the gain's own
     * interval was measured to be is of no use: where nothing shows the probe weighs little, and its gain varies little.
     *
     * @param baseline AUROC a row of the baseline by itself
     * @param row the interval of an AUROC a row on the same rows
     * @param referenceShift mean shift of a fully affected row, in control standard deviations
     * @return infinite where the baseline leaves no room for so large a gain
     */
    public static double fractionToGain(double baseline, Interval row, double power, double referenceShift) {
        double quantile = NORMAL.inverseCumulativeProbability((1 + row.level()) / 2);
        double needed = (row.high() - row.low()) / 2 * (1 + NORMAL.inverseCumulativeProbability(power) / quantile);
        double before = apart(Math.max(0.5, baseline));
        double low = 0;
        double high = FARTHEST;
        if (!gains(before, high, needed)) {
            return Double.POSITIVE_INFINITY;
        }
        for (int step = 0; step < GAIN_BISECTIONS; step++) {
            double middle = (low + high) / 2;
            if (gains(before, middle, needed)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high / referenceShift;
    }

    /** @param added how far apart the probe's scores lie by themselves */
    private static boolean gains(double before, double added, double needed) {
        double after = StrictMath.sqrt(before * before + added * added);
        double together = after > 0 ? before / after : 0;
        return auroc(after) - auroc(before) >= needed * StrictMath.sqrt(2 * (1 - together));
    }

    private static double auroc(double apart) {
        return NORMAL.cumulativeProbability(apart / StrictMath.sqrt(2));
    }

    /** How far apart two normal scores of unit deviation lie, by their AUROC. */
    private static double apart(double auroc) {
        return StrictMath.sqrt(2) * NORMAL.inverseCumulativeProbability(auroc);
    }

    /**
     * The share of rejections up to which a test may be thought to keep its level: the level plus three standard errors.
     *
     * @param trials in which nothing was there to be found, one or more
     */
    public static double tolerated(double level, int trials) {
        return level + STANDARD_ERRORS * StrictMath.sqrt(level * (1 - level) / trials);
    }

    /**
     * The power that each of several independent tests needs so that enough of them reach their level together.
     *
     * @param power wanted of all together
     * @param needed how many have to, from 1 to {@code tests}
     */
    public static double ofEach(double power, int needed, int tests) {
        return tests == 1
                ? power
                : BetaDistribution.of(needed, tests - needed + 1.0).inverseCumulativeProbability(power);
    }

    /**
     * How large a fraction of affected candidate rows makes the shift that was measured, if each moves it by the reference effect and the others by
     * nothing.
     *
     * @param statistic whose shift, standard error and control deviation are taken
     * @param width standard errors on either side of the shift
     * @param referenceShift mean shift of a fully affected row, in control standard deviations
     * @param level of the interval
     * @return between 0 and 1, its interval too; all of it where the scores cannot tell
     */
    public static Estimate affectedFraction(Exchanged statistic, double width, double referenceShift, double level) {
        double reference = referenceShift * statistic.controlDeviation();
        double error = width * statistic.standardError();
        if (!(reference > 0) || !(error > 0) || !Double.isFinite(error)) {
            return new Estimate(0, new Interval(0, 1, level));
        }
        return new Estimate(
                fraction(statistic.shift() / reference),
                new Interval(
                        fraction((statistic.shift() - error) / reference),
                        fraction((statistic.shift() + error) / reference),
                        level));
    }

    private static double fraction(double value) {
        return Math.max(0, Math.min(1, value));
    }

    /**
     * The smallest fraction that is detected by simulation, with nothing assumed of how scores are distributed: pairs are drawn from the
     * differences at hand, their mean taken off and their signs at random, and each is affected with the probability that is asked about.
     *
     * @param differences of held-out scores, candidate minus control, {@code [pairs]}
     * @param critical value that mean over standard error must exceed
     * @param shift of an affected pair, in units of the differences
     * @return above 1, and infinite, where even fully affected data would not be detected so surely
     */
    public static double simulatedFraction(
            double[] differences, double critical, double power, double shift, long seed) {
        if (differences.length < 2 || !(shift > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double mean = Arrays.stream(differences).average().orElse(0);
        double[] centred =
                Arrays.stream(differences).map(difference -> difference - mean).toArray();
        double unseen = 0;
        double seen = 1;
        if (share(centred, seen, shift, critical, seed) < power) {
            return Double.POSITIVE_INFINITY;
        }
        for (int step = 0; step < BISECTIONS; step++) {
            double middle = (unseen + seen) / 2;
            if (share(centred, middle, shift, critical, seed) < power) {
                unseen = middle;
            } else {
                seen = middle;
            }
        }
        return seen;
    }

    /** Share of the simulations that are detected; the draws are the same at every fraction. */
    private static double share(double[] centred, double fraction, double shift, double critical, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int pairs = centred.length;
        int detected = 0;
        for (int simulation = 0; simulation < SIMULATIONS; simulation++) {
            double sum = 0;
            double squares = 0;
            for (int pair = 0; pair < pairs; pair++) {
                double drawn = centred[random.nextInt(pairs)];
                double value = (random.nextBoolean() ? drawn : -drawn) + (random.nextDouble() < fraction ? shift : 0);
                sum += value;
                squares += value * value;
            }
            double variance = (squares - sum * sum / pairs) / (pairs - 1);
            detected += sum / pairs > critical * StrictMath.sqrt(variance / pairs) ? 1 : 0;
        }
        return (double) detected / SIMULATIONS;
    }

    /**
     * The upper limit of a rate after so many events (Clopper and Pearson, one-sided).
     *
     * @param level coverage, such as 0.95
     */
    public static double upperRate(int events, int trials, double level) {
        return events >= trials
                ? 1
                : BetaDistribution.of(events + 1, trials - events).inverseCumulativeProbability(level);
    }
}
