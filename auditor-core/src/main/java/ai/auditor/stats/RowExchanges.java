package ai.auditor.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Exchanges of unpaired rows: labels permuted within parts. */
final class RowExchanges extends Exchanges {
    private final int[] part;

    RowExchanges(LabelBits labels, boolean[] candidate, int[] part) {
        super(labels, candidate);
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
    public Exchanged studentised(double[] scores) {
        Scored scored = scored(scores);
        double[] sums = bits.sums(scored.values, count());
        double[] squares = bits.sums(scored.squared, count());
        int[] counts = bits.counts(scored.mask);
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
        long[] drawn = new PartShuffle(candidate, part).next(new SplittableRandom(seed));
        boolean[] swapped = new boolean[candidate.length];
        for (int row = 0; row < swapped.length; row++) {
            swapped[row] = LabelBits.isSet(drawn, row);
        }
        return swapped;
    }

    @Override
    Exchanges about(boolean[] labels) {
        int[] surplus = new int[Arrays.stream(part).max().orElse(0) + 1];
        for (int row = 0; row < labels.length; row++) {
            surplus[part[row]] += (labels[row] ? 1 : 0) - (candidate[row] ? 1 : 0);
        }
        for (int p = 0; p < surplus.length; p++) {
            if (surplus[p] != 0) {
                throw new IllegalArgumentException("part " + p + " has " + surplus[p] + " candidate rows too many");
            }
        }
        return new RowExchanges(bits, labels, part);
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
        double[] sums = bits.sums(values, limit);
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
        checkScores(scores);
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
                if (candidate[row] && LabelBits.isSet(mask, row)) {
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
            double least = LEAST_VARIANCE * squares / rows * (1.0 / candidates + 1.0 / controls);
            return new Split(shift, StrictMath.sqrt(Math.max(variance, least)));
        }

        private static double variance(double sum, double squares, int count) {
            return Math.max(0, squares - sum * sum / count) / (count - 1);
        }
    }

    /** Mean difference between two classes and its standard error by Welch. */
    private record Split(double shift, double standardError) {
        double statistic() {
            return Exchanges.statistic(shift, standardError);
        }
    }
}
