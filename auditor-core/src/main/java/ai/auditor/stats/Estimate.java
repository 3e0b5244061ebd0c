package ai.auditor.stats;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A value and its interval.
 *
 * @param value the estimate itself
 * @param interval where the true value lies, at the interval's level
 */
public record Estimate(double value, Interval interval) {
    /** The level of intervals in reports. */
    public static final double LEVEL = 0.95;

    /**
     * One thing that an estimate varies by, such as the choice of seeds or that of questions.
     *
     * @param variance of the estimate
     * @param degrees of freedom with which the variance is known, 1 or more
     */
    public record VarianceComponent(double variance, int degrees) {
        /** That of a mean of independent values, two or more. */
        public static VarianceComponent ofMean(double[] values) {
            if (values.length < 2) {
                throw new IllegalArgumentException("no variance is known from " + values.length + " value(s)");
            }
            double mean = Vectors.mean(values);
            double squares = Arrays.stream(values)
                    .map(value -> (value - mean) * (value - mean))
                    .sum();
            int degrees = values.length - 1;
            return new VarianceComponent(squares / degrees / values.length, degrees);
        }
    }

    /**
     * The mean of values with a percentile bootstrap interval over them.
     *
     * @param values one or more
     */
    public static Estimate ofMean(double[] values, double level, long seed) {
        int[] each = IntStream.range(0, values.length).toArray();
        Interval interval = Bootstrap.overGroups(each, Bootstrap.REPLICATES, level, seed)
                .interval(weights -> {
                    double sum = 0;
                    for (int i = 0; i < values.length; i++) {
                        sum += weights[i] * values[i];
                    }
                    return sum / values.length;
                });
        return new Estimate(Vectors.mean(values), interval);
    }

    /**
     * A share of successes with its score interval (Wilson 1927).
     *
     * @param trials one or more
     */
    public static Estimate ofShare(int successes, int trials, double level) {
        if (successes < 0 || trials < 1 || successes > trials) {
            throw new IllegalArgumentException(successes + " successes of " + trials);
        }
        double z = NormalDistribution.of(0, 1).inverseCumulativeProbability((1 + level) / 2);
        double share = (double) successes / trials;
        double shrink = 1 + z * z / trials;
        double centre = (share + z * z / (2.0 * trials)) / shrink;
        double half =
                z / shrink * StrictMath.sqrt(share * (1 - share) / trials + z * z / (4.0 * trials * (double) trials));
        return new Estimate(
                share,
                new Interval(successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half, level));
    }

    /**
     * A value that varies by several independent things: a t interval with the degrees of freedom of Welch and Satterthwaite.
     *
     * @param components one or more
     */
    public static Estimate of(double value, List<VarianceComponent> components, double level) {
        double variance = variance(components);
        if (!(variance > 0)) {
            return new Estimate(value, new Interval(value, value, level));
        }
        double half = TDistribution.of(degrees(components)).inverseCumulativeProbability((1 + level) / 2)
                * StrictMath.sqrt(variance);
        return new Estimate(value, new Interval(value - half, value + half, level));
    }

    /**
     * One-sided p that the true value is above a bound: how likely an estimate so large is where it lies at the bound.
     *
     * @param components of the value's variance, one or more, as in {@link #of(double, List, double)}
     */
    public static double above(double bound, double value, List<VarianceComponent> components) {
        double variance = variance(components);
        if (!(variance > 0)) {
            return value > bound ? 0 : 1;
        }
        return TDistribution.of(degrees(components)).survivalProbability((value - bound) / StrictMath.sqrt(variance));
    }

    private static double variance(List<VarianceComponent> components) {
        return components.stream().mapToDouble(VarianceComponent::variance).sum();
    }

    private static double degrees(List<VarianceComponent> components) {
        double variance = variance(components);
        return variance
                * variance
                / components.stream()
                        .mapToDouble(component -> component.variance() * component.variance() / component.degrees())
                        .sum();
    }
}
