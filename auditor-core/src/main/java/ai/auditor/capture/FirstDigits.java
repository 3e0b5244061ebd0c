package ai.auditor.capture;

import ai.auditor.stats.Cholesky;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * With which digits the completion tokens begin that begin with a digit, beside what the model expects of them.
 *
 * <p>Of a token that the model drew, given all before it and that it begins with a digit, which digit it is has the model's own
 * probabilities: so counts less their expectations are sums of martingale differences, with a covariance that the same pass gives, and
 * their squared length in its metric is chi-squared whatever the prompts are.
 *
 * @param seen tokens by the digit that they begin with, {@code [10]}
 * @param expected of the same tokens, {@code [10]}
 * @param covariance of what is seen, if the model drew it, {@code [10 * 10]}
 */
public record FirstDigits(double[] seen, double[] expected, double[] covariance) {
    /** How many digits there are. */
    public static final int DIGITS = 10;

    /** Of a digit that is expected less often than so, a sum is not normal. */
    private static final double LEAST_EXPECTED = 5;

    /** Of no token. */
    public static final FirstDigits NONE =
            new FirstDigits(new double[DIGITS], new double[DIGITS], new double[DIGITS * DIGITS]);

    /** All tokens of several together. */
    public static FirstDigits sum(List<FirstDigits> all) {
        double[] seen = new double[DIGITS];
        double[] expected = new double[DIGITS];
        double[] covariance = new double[DIGITS * DIGITS];
        for (FirstDigits one : all) {
            Arrays.setAll(seen, digit -> seen[digit] + one.seen[digit]);
            Arrays.setAll(expected, digit -> expected[digit] + one.expected[digit]);
            Arrays.setAll(covariance, place -> covariance[place] + one.covariance[place]);
        }
        return new FirstDigits(seen, expected, covariance);
    }

    /** Tokens that begin with a digit. */
    public int tokens() {
        return (int) Arrays.stream(seen).sum();
    }

    /** The share of tokens that would have to begin with another digit to be as the model expects: the total variation. */
    public double shift() {
        double off = IntStream.range(0, DIGITS)
                .mapToDouble(digit -> Math.abs(seen[digit] - expected[digit]))
                .sum();
        return tokens() == 0 ? 0 : off / 2 / tokens();
    }

    /** Chance of digits as far off, if the model drew the tokens; empty where too few tokens begin with a digit. */
    public OptionalDouble p() {
        int[] common = IntStream.range(0, DIGITS)
                .filter(digit -> expected[digit] >= LEAST_EXPECTED && covariance[digit * DIGITS + digit] > 0)
                .boxed()
                .sorted((one, other) -> Double.compare(expected[other], expected[one]))
                .mapToInt(digit -> digit)
                .toArray();
        // Counts add up to their sum, so one digit follows from the others.
        int free = common.length - 1;
        if (free < 1) {
            return OptionalDouble.empty();
        }
        double[] off = new double[free];
        double[] metric = new double[free * free];
        for (int i = 0; i < free; i++) {
            int digit = common[i + 1];
            off[i] = seen[digit] - expected[digit];
            for (int j = 0; j < free; j++) {
                metric[i * free + j] = covariance[digit * DIGITS + common[j + 1]];
            }
        }
        double[] white = Cholesky.of(free, metric).whiten(off);
        double squares = Arrays.stream(white).map(one -> one * one).sum();
        return OptionalDouble.of(ChiSquaredDistribution.of(free).survivalProbability(squares));
    }
}
