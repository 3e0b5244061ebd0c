package ai.auditor.stats;

import java.util.OptionalInt;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One more value beside a few of its kind: a t prediction interval, exact where all are normal with one variance, and where each two of
 * them have one correlation.
 */
public final class Prediction {
    private Prediction() {}

    /**
     * One-sided chance that one more value lies as far above the others.
     *
     * @param values the others
     * @param least what their standard deviation counts as at least
     * @return 1 where there are fewer than two others, or none differs from another
     */
    public static double greater(double value, double[] values, double least) {
        double scale = Math.max(least, Vectors.deviation(values));
        if (values.length < 2 || !(scale > 0)) {
            return 1;
        }
        double wider = scale * StrictMath.sqrt(1 + 1.0 / values.length);
        return TDistribution.of(values.length - 1).survivalProbability((value - Vectors.mean(values)) / wider);
    }

    /**
     * The value from which the chance is a level or less.
     *
     * @param values the others
     * @param least what their standard deviation counts as at least
     * @return infinite where there is none
     */
    public static double critical(double[] values, double least, double level) {
        double scale = Math.max(least, Vectors.deviation(values));
        return values.length < 2 || !(scale > 0)
                ? Double.POSITIVE_INFINITY
                : Vectors.mean(values)
                        + quantile(values.length, level) * scale * StrictMath.sqrt(1 + 1.0 / values.length);
    }

    /** How many of their standard deviations above the mean of so many others a value has to lie, two or more. */
    public static double deviations(int values, double level) {
        return quantile(values, level) * StrictMath.sqrt(1 + 1.0 / values);
    }

    /**
     * How many others there would have to be, with the mean and the deviation that they have, for the chance to be a level or less.
     *
     * @param most the most that are thought of
     * @return empty where so many would not do
     */
    public static OptionalInt wanted(double value, double[] values, double level, int most) {
        double scale = Vectors.deviation(values);
        double distance = value - Vectors.mean(values);
        for (int count = Math.max(2, values.length); count <= most; count++) {
            if (distance >= deviations(count, level) * scale) {
                return OptionalInt.of(count);
            }
        }
        return OptionalInt.empty();
    }

    private static double quantile(int values, double level) {
        return TDistribution.of(values - 1).inverseSurvivalProbability(level);
    }
}
