package ai.auditor.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Exchanges of unpaired rows: labels permuted within parts. */
final class RowExchanges extends Exchanges {
    private final LabelBits labels;
    private final boolean[] candidate;
    private final int[] part;

    RowExchanges(LabelBits labels, boolean[] candidate, int[] part) {
        this.labels = labels;
        this.candidate = candidate;
        this.part = part;
    }

    static RowExchanges draw(boolean[] candidate, int[] part, int count, long seed) {
        if (candidate.length != part.length) {
            throw new IllegalArgumentException(candidate.length + " labels, but parts of " + part.length + " rows");
        }
        LabelBits labels = new LabelBits(candidate.length, count);
        PartShuffle shuffle = new PartShuffle(candidate, part);
        SplittableRandom random = new SplittableRandom(seed);
        for (int exchange = 0; exchange < count; exchange++) {
            labels.fill(exchange, shuffle.next(random));
        }
        return new RowExchanges(labels, candidate.clone(), part.clone());
    }

    @Override
    public int count() {
        return labels.count();
    }

    @Override
    public int rows() {
        return candidate.length;
    }

    @Override
    public boolean[] candidate() {
        return candidate.clone();
    }

    @Override
    public Exchanged studentised(double[] scores) {
        Scored scored = scored(scores);
        double[] sums = labels.sums(scored.values, count());
        double[] squares = labels.sums(scored.squared, count());
        int[] counts = labels.counts(scored.mask);
        double[] exchanged = new double[count()];
        for (int b = 0; b < exchanged.length; b++) {
            exchanged[b] = scored.split(sums[b], squares[b], counts[b]).statistic();
        }
        Split observed = scored.split(candidate);
        return new Exchanged(
                observed.statistic(),
                exchanged,
                observed.shift(),
                observed.standardError(),
                controlDeviation(scores, candidate),
                scored.rows);
    }

    @Override
    public boolean[] swapped(long seed) {
        long[] bits = new PartShuffle(candidate, part).next(new SplittableRandom(seed));
        boolean[] swapped = new boolean[candidate.length];
        for (int row = 0; row < swapped.length; row++) {
            swapped[row] = (bits[row / Long.SIZE] >>> (row % Long.SIZE) & 1) != 0;
        }
        return swapped;
    }

    @Override
    public Exchanges relabelled(boolean[] other) {
        if (other.length != candidate.length) {
            throw new IllegalArgumentException(other.length + " labels for " + candidate.length + " rows");
        }
        int[] surplus = new int[Arrays.stream(part).max().orElse(0) + 1];
        for (int row = 0; row < other.length; row++) {
            surplus[part[row]] += (other[row] ? 1 : 0) - (candidate[row] ? 1 : 0);
        }
        for (int p = 0; p < surplus.length; p++) {
            if (surplus[p] != 0) {
                throw new IllegalArgumentException("part " + p + " has " + surplus[p] + " candidate rows too many");
            }
        }
        return new RowExchanges(labels, other.clone(), part);
    }

    @Override
    double[] shifts(double[] values, int limit) {
        double total = 0;
        double observed = 0;
        int candidates = 0;
        for (int row = 0; row < values.length; row++) {
            total += values[row];
            if (candidate[row]) {
                observed += values[row];
                candidates++;
            }
        }
        int controls = values.length - candidates;
        double[] sums = labels.sums(values, limit);
        double[] shifts = new double[1 + limit];
        shifts[0] = observed / candidates - (total - observed) / controls;
        for (int b = 0; b < limit; b++) {
            shifts[1 + b] = sums[b] / candidates - (total - sums[b]) / controls;
        }
        return shifts;
    }

    @Override
    Matrix invariant(Matrix rows) {
        return rows;
    }

    @Override
    boolean centred() {
        return true;
    }

    @Override
    double varianceFactor() {
        int candidates = 0;
        for (boolean label : candidate) {
            candidates += label ? 1 : 0;
        }
        return 1.0 / candidates + 1.0 / (candidate.length - candidates);
    }

    private Scored scored(double[] scores) {
        checkScores(scores, candidate.length);
        double sum = 0;
        int rows = 0;
        for (double score : scores) {
            if (!Double.isNaN(score)) {
                sum += score;
                rows++;
            }
        }
        // Centred, so that a variance as a difference of sums keeps its digits.
        double mean = rows == 0 ? 0 : sum / rows;
        double[] values = new double[scores.length];
        double[] squared = new double[scores.length];
        long[] mask = new long[LabelBits.wordsFor(scores.length)];
        double centredSum = 0;
        double squares = 0;
        for (int row = 0; row < scores.length; row++) {
            if (!Double.isNaN(scores[row])) {
                values[row] = scores[row] - mean;
                squared[row] = values[row] * values[row];
                centredSum += values[row];
                squares += squared[row];
                LabelBits.set(mask, row);
            }
        }
        return new Scored(values, squared, mask, centredSum, squares, rows);
    }

    /** Centred scores, 0 where there is none. */
    private record Scored(double[] values, double[] squared, long[] mask, double sum, double squares, int rows) {
        Split split(boolean[] candidate) {
            double candidateSum = 0;
            double candidateSquares = 0;
            int candidates = 0;
            for (int row = 0; row < values.length; row++) {
                if (candidate[row] && (mask[row / Long.SIZE] >>> (row % Long.SIZE) & 1) != 0) {
                    candidateSum += values[row];
                    candidateSquares += squared[row];
                    candidates++;
                }
            }
            return split(candidateSum, candidateSquares, candidates);
        }

        Split split(double candidateSum, double candidateSquares, int candidates) {
            int controls = rows - candidates;
            double shift =
                    candidates == 0 || controls == 0 ? 0 : candidateSum / candidates - (sum - candidateSum) / controls;
            if (candidates < 2 || controls < 2) {
                return new Split(shift, Double.POSITIVE_INFINITY);
            }
            double variance = variance(candidateSum, candidateSquares, candidates) / candidates
                    + variance(sum - candidateSum, squares - candidateSquares, controls) / controls;
            double least = PairExchanges.LEAST_VARIANCE * squares / rows * (1.0 / candidates + 1.0 / controls);
            return new Split(shift, StrictMath.sqrt(Math.max(variance, least)));
        }

        private static double variance(double sum, double squares, int count) {
            return Math.max(0, squares - sum * sum / count) / (count - 1);
        }
    }

    /** Mean difference between two classes and its standard error by Welch. */
    private record Split(double shift, double standardError) {
        double statistic() {
            return standardError == 0 || Double.isInfinite(standardError) ? 0 : shift / standardError;
        }
    }
}
