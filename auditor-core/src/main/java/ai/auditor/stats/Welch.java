package ai.auditor.stats;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Welch's t of two samples with variances of their own.
 *
 * @param statistic mean of the first minus mean of the second over its standard error; 0 where neither varies and the means agree,
 *     infinite where they do not
 * @param degrees of freedom by Welch and Satterthwaite; 1 or more
 */
public record Welch(double statistic, double degrees) {
    /**
     * What is known of a sample.
     *
     * @param count values, two or more for a variance
     * @param sum of the values
     * @param squares sum of their squares
     */
    public record Sample(int count, double sum, double squares) {
        /** Of values. */
        public static Sample of(double[] values) {
            double sum = 0;
            double squares = 0;
            for (double value : values) {
                sum += value;
                squares += value * value;
            }
            return new Sample(values.length, sum, squares);
        }

        /** Mean; 0 of no values. */
        public double mean() {
            return count == 0 ? 0 : sum / count;
        }

        /** Unbiased variance; 0 below two values. */
        public double variance() {
            return count < 2 ? 0 : Math.max(0, squares - sum * sum / count) / (count - 1);
        }
    }

    /** Of two samples; with fewer than two values in one there is nothing to hold a difference against, and the statistic is 0. */
    public static Welch of(Sample first, Sample second) {
        if (first.count() < 2 || second.count() < 2) {
            return new Welch(0, 1);
        }
        double a = first.variance() / first.count();
        double b = second.variance() / second.count();
        double difference = first.mean() - second.mean();
        if (a + b <= 0) {
            return new Welch(difference == 0 ? 0 : Math.copySign(Double.POSITIVE_INFINITY, difference), 1);
        }
        double degrees = (a + b) * (a + b) / (a * a / (first.count() - 1) + b * b / (second.count() - 1));
        return new Welch(difference / StrictMath.sqrt(a + b), Math.max(1, degrees));
    }

    /** One-sided p that the first mean is the greater one by chance. */
    public double greater() {
        if (Double.isInfinite(statistic)) {
            return statistic > 0 ? 0 : 1;
        }
        return TDistribution.of(degrees).survivalProbability(statistic);
    }
}
