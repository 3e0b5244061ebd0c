package ai.auditor.stats;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;

/** What a test would have seen: the smallest affected fraction of candidate rows that it detects with given power. */
public final class Power {
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
