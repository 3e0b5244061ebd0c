package ai.auditor.audit;

import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Prediction;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The place of a trait's value among decoys.
 *
 * <p>Among shifts along decoys it is a rank. Among other directions or prompts, of which there are few, it is the chance that one
 * more lies as far out, a t prediction interval; they never count as closer together than the value's own sampling error. Where
 * a placebo lies above the trait, its rank among the placebos counts too: then the trait is not what stands out.
 */
final class DecoyTest {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Steps by which a detectable shift is narrowed down: to a billionth of the widest. */
    private static final int BISECTIONS = 30;

    /** The widest shift that is looked at, in sampling errors: a row moved by that many is told apart by itself. */
    private static final double WIDEST = 1_000;

    private DecoyTest() {}

    /**
     * One-sided chance that something of no interest lies as far out as the trait.
     *
     * @param asked comparisons in all, by which the chance is corrected
     */
    static double p(Evidence.DecoyPlace place, long asked) {
        double[] decoys = place.decoys().values();
        double among = place.decoys() instanceof Decoys.Shifts
                ? PValue.greater(place.value(), decoys)
                : Prediction.greater(place.value(), decoys, place.error());
        boolean surpassed = Arrays.stream(place.placebos()).anyMatch(placebo -> placebo >= place.value());
        double rank = surpassed ? PValue.greater(place.value(), place.placebos()) : 0;
        return Math.max(rank, Math.min(1, asked * among));
    }

    /**
     * The fraction of the reference effect at which the value would stand out from the decoys.
     *
     * @param level one-sided level, already corrected for how many comparisons are made
     */
    static double detectableFraction(
            Evidence.DecoyPlace place, double level, double power, ReferenceEffect.Moved reference) {
        double own = place.error();
        if (!(place.slope() > 0) || !(own > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double whole = reference.placed() * place.slope();
        double size = reference.size() * place.slope();
        double margin = NORMAL.inverseCumulativeProbability(power) * own;
        double unseen = 0;
        double seen = WIDEST * own / whole;
        if (seen * whole - margin < outlying(place.decoys(), seen * size, own, level)) {
            return Double.POSITIVE_INFINITY;
        }
        for (int step = 0; step < BISECTIONS; step++) {
            double middle = (unseen + seen) / 2;
            if (middle * whole - margin >= outlying(place.decoys(), middle * size, own, level)) {
                seen = middle;
            } else {
                unseen = middle;
            }
        }
        return seen;
    }

    /** The value from which a trait stands out, if something moves it by so much. */
    private static double outlying(Decoys decoys, double added, double noise, double level) {
        double[] values = decoys.values(added);
        if (decoys instanceof Decoys.Shifts) {
            return PValue.critical(Arrays.stream(values).sorted().toArray(), level);
        }
        return Prediction.critical(values, noise, level);
    }
}
