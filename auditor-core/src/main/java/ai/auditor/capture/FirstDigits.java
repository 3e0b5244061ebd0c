package ai.auditor.capture;

import ai.auditor.stats.Cholesky;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * With which digits the numbers of completions begin, beside what the model expects of them: of tokens that begin with a digit, after one
 * that does not.
 *
 * <p>Of a token that the model drew, given all before it and that it begins with a digit, which digit it is has the model's own
 * probabilities: so counts less their expectations are sums of martingale differences, with a covariance that the same pass gives, and
 * their squared length in its metric is chi-squared whatever the prompts are. A digit that the model hardly ever doubts or hardly ever
 * expects is counted with the others like it, since such a count is not normal.
 *
 * @param seen numbers by the digit that they begin with, {@code [10]}
 * @param expected of the same tokens, {@code [10]}
 * @param covariance of what is seen, if the model drew it, {@code [10 * 10]}
 */
public record FirstDigits(double[] seen, double[] expected, double[] covariance) {
    /** How many digits there are. */
    public static final int DIGITS = 10;

    /** Of a count with less variance the distribution is not normal; five is what Cochran's rule asks of a chi-squared test's cells. */
    private static final double LEAST_VARIANCE = 5;

    /** All numbers of several together. */
    public static FirstDigits sum(List<FirstDigits> all) {
        double[] seen = new double[DIGITS];
        double[] expected = new double[DIGITS];
        double[] covariance = new double[DIGITS * DIGITS];
        for (FirstDigits one : all) {
            Vectors.addScaled(seen, 1, one.seen);
            Vectors.addScaled(expected, 1, one.expected);
            Vectors.addScaled(covariance, 1, one.covariance);
        }
        return new FirstDigits(seen, expected, covariance);
    }

    /** How many numbers there are. */
    public int numbers() {
        return (int) Arrays.stream(seen).sum();
    }

    /** The share of numbers that would have to begin with another digit to be as the model expects: the total variation. */
    public double shift() {
        double off = IntStream.range(0, DIGITS)
                .mapToDouble(digit -> Math.abs(seen[digit] - expected[digit]))
                .sum();
        return numbers() == 0 ? 0 : off / 2 / numbers();
    }

    /** Chance of digits as far off, if the model drew the numbers; empty where it leaves too little open. */
    public OptionalDouble p() {
        List<int[]> cells = cells();
        // Counts add up to their sum, so one cell follows from the others: the commonest.
        int free = cells.size() - 1;
        if (free < 1) {
            return OptionalDouble.empty();
        }
        double[] off = new double[free];
        double[] metric = new double[free * free];
        for (int i = 0; i < free; i++) {
            off[i] = sum(seen, cells.get(i + 1)) - sum(expected, cells.get(i + 1));
            for (int j = 0; j < free; j++) {
                metric[i * free + j] = covariance(cells.get(i + 1), cells.get(j + 1));
            }
        }
        double[] white;
        try {
            white = Cholesky.of(free, metric).whiten(off);
        } catch (IllegalArgumentException singular) {
            // Where contexts never share digits, the counts of each kind of context add up too.
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(ChiSquaredDistribution.of(free).survivalProbability(Vectors.squaredNorm(white)));
    }

    /** Digits that vary enough each by itself, the commonest first, then all others together if they do. */
    private List<int[]> cells() {
        List<int[]> cells = new ArrayList<>(IntStream.range(0, DIGITS)
                .mapToObj(digit -> new int[] {digit})
                .filter(cell -> covariance(cell, cell) >= LEAST_VARIANCE)
                .sorted(Comparator.comparingDouble(cell -> -sum(expected, cell)))
                .toList());
        int[] rest = IntStream.range(0, DIGITS)
                .filter(digit -> cells.stream().noneMatch(cell -> cell[0] == digit))
                .toArray();
        if (covariance(rest, rest) >= LEAST_VARIANCE) {
            cells.add(rest);
        }
        return cells;
    }

    private double covariance(int[] one, int[] other) {
        return Arrays.stream(one)
                .mapToDouble(digit -> Arrays.stream(other)
                        .mapToDouble(with -> covariance[digit * DIGITS + with])
                        .sum())
                .sum();
    }

    private static double sum(double[] counts, int[] cell) {
        return Arrays.stream(cell).mapToDouble(digit -> counts[digit]).sum();
    }
}
