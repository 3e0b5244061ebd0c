package ai.auditor.audit;

import ai.auditor.probe.Evidence;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.PValue;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The place of a trait's value among decoys, as the chance that one more decoy lies as far out: a t prediction interval, since
 * a rank among 256 decoys cannot reach a level that is corrected for many traits. Where there are decoys enough for a rank to say
 * anything, it has to say so too; and decoys never count as closer together than the value's own sampling error.
 */
final class DecoyTest {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Fewer placebos than this are shown, not tested: their spread is hardly known. */
    private static final int FEWEST_PLACEBOS = 8;

    /** From here on a rank can reach a p of 0.01. */
    private static final int RANKED = 99;

    private DecoyTest() {}

    /**
     * One-sided chance that a decoy or a placebo lies as far out as the trait, whichever is larger.
     *
     * @param asked traits and points that were asked about in all, by which the chance is corrected
     */
    static double p(Evidence.DecoyPlace place, Exchanged statistic, long asked) {
        double noise = noise(place, statistic);
        double p = p(place.value(), place.decoys(), noise, asked);
        return place.placebos().length < FEWEST_PLACEBOS
                ? p
                : Math.max(p, p(place.value(), place.placebos(), noise, asked));
    }

    private static double p(double value, double[] decoys, double noise, long asked) {
        double scale = Math.max(noise, spread(decoys));
        if (decoys.length < 2 || !(scale > 0)) {
            return 1;
        }
        double wider = scale * StrictMath.sqrt(1 + 1.0 / decoys.length);
        double p = Math.min(
                1, asked * TDistribution.of(decoys.length - 1).survivalProbability((value - mean(decoys)) / wider));
        return decoys.length < RANKED ? p : Math.max(p, PValue.greater(value, decoys));
    }

    /**
     * The fraction of the reference effect at which the value would stand out from the decoys.
     *
     * @param level one-sided level, already corrected for how many traits and points are asked
     */
    static double detectableFraction(
            Evidence.DecoyPlace place, Exchanged statistic, double level, double power, double referenceShift) {
        double own = noise(place, statistic);
        double outlying = outlying(place.decoys(), own, level);
        if (place.placebos().length >= FEWEST_PLACEBOS) {
            outlying = Math.max(outlying, outlying(place.placebos(), own, level));
        }
        if (!(place.slope() > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double shift = (outlying + NORMAL.inverseCumulativeProbability(power) * own) / place.slope();
        return shift / referenceShift;
    }

    private static double outlying(double[] decoys, double noise, double level) {
        double scale = Math.max(noise, spread(decoys));
        return decoys.length < 2 || !(scale > 0)
                ? Double.POSITIVE_INFINITY
                : TDistribution.of(decoys.length - 1).inverseSurvivalProbability(level)
                        * scale
                        * StrictMath.sqrt(1 + 1.0 / decoys.length);
    }

    /** Sampling error of the value, in its own units. */
    private static double noise(Evidence.DecoyPlace place, Exchanged statistic) {
        double deviation = statistic.controlDeviation();
        return deviation > 0 ? place.slope() * statistic.standardError() / deviation : 0;
    }

    private static double spread(double[] decoys) {
        double mean = mean(decoys);
        double squares = 0;
        for (double decoy : decoys) {
            squares += (decoy - mean) * (decoy - mean);
        }
        return decoys.length < 2 ? 0 : StrictMath.sqrt(squares / (decoys.length - 1));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? 0 : sum / values.length;
    }
}
