package ai.auditor.stats;

import java.util.SplittableRandom;

/** Exchanges within pairs of rows 2i and 2i+1. */
final class PairExchanges extends Exchanges {
    PairExchanges(LabelBits flips, boolean[] candidate) {
        super(flips, candidate);
    }

    static PairExchanges draw(int pairs, int count, long seed) {
        LabelBits flips = new LabelBits(pairs, count);
        SplittableRandom random = new SplittableRandom(seed);
        long[] bits = new long[LabelBits.wordsFor(pairs)];
        for (int exchange = 0; exchange < count; exchange++) {
            for (int word = 0; word < bits.length; word++) {
                bits[word] = random.nextLong();
            }
            flips.fill(exchange, bits);
        }
        boolean[] candidate = new boolean[Math.multiplyExact(pairs, 2)];
        for (int pair = 0; pair < pairs; pair++) {
            candidate[2 * pair] = true;
        }
        return new PairExchanges(flips, candidate);
    }

    @Override
    public Exchanged studentised(double[] scores) {
        Differences differences = differences(scores);
        double[] flipped = bits.sums(differences.values, count());
        double[] exchanged = new double[flipped.length];
        for (int b = 0; b < flipped.length; b++) {
            exchanged[b] = differences.statistic(differences.sum - 2 * flipped[b]);
        }
        return new Exchanged(
                differences.statistic(differences.sum),
                exchanged,
                differences.pairs == 0 ? 0 : differences.sum / differences.pairs,
                differences.standardError(differences.sum),
                controlDeviation(scores, candidate),
                differences.pairs);
    }

    @Override
    public boolean[] swapped(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean[] swapped = candidate.clone();
        for (int pair = 0; pair < bits.units(); pair++) {
            boolean first = swapped[2 * pair] ^ random.nextBoolean();
            swapped[2 * pair] = first;
            swapped[2 * pair + 1] = !first;
        }
        return swapped;
    }

    @Override
    Exchanges about(boolean[] labels) {
        for (int pair = 0; pair < bits.units(); pair++) {
            if (labels[2 * pair] == labels[2 * pair + 1]) {
                throw new IllegalArgumentException("pair " + pair + " has two rows of one class");
            }
        }
        return new PairExchanges(bits, labels);
    }

    @Override
    double[] shifts(double[] values, int limit) {
        int pairs = bits.units();
        double[] differences = new double[pairs];
        double sum = 0;
        for (int pair = 0; pair < pairs; pair++) {
            differences[pair] = sign(pair) * (values[2 * pair] - values[2 * pair + 1]);
            sum += differences[pair];
        }
        double[] flipped = bits.sums(differences, limit);
        double[] shifts = new double[1 + limit];
        shifts[0] = sum / pairs;
        for (int b = 0; b < limit; b++) {
            shifts[1 + b] = (sum - 2 * flipped[b]) / pairs;
        }
        return shifts;
    }

    @Override
    Matrix invariant(Matrix rows) {
        int columns = rows.columns();
        float[] differences = new float[bits.units() * columns];
        for (int pair = 0; pair < bits.units(); pair++) {
            for (int column = 0; column < columns; column++) {
                differences[pair * columns + column] = rows.at(2 * pair, column) - rows.at(2 * pair + 1, column);
            }
        }
        return new Matrix(bits.units(), columns, differences);
    }

    @Override
    boolean centred() {
        return false;
    }

    @Override
    double varianceFactor() {
        return 1.0 / bits.units();
    }

    private int sign(int pair) {
        return candidate[2 * pair] ? 1 : -1;
    }

    private Differences differences(double[] scores) {
        checkScores(scores);
        double[] values = new double[bits.units()];
        double sum = 0;
        double squares = 0;
        int pairs = 0;
        for (int pair = 0; pair < values.length; pair++) {
            double first = scores[2 * pair];
            double second = scores[2 * pair + 1];
            if (Double.isNaN(first) != Double.isNaN(second)) {
                throw new IllegalArgumentException("only one row of pair " + pair + " has a score");
            }
            if (!Double.isNaN(first)) {
                double difference = sign(pair) * (first - second);
                values[pair] = difference;
                sum += difference;
                squares += difference * difference;
                pairs++;
            }
        }
        return new Differences(values, sum, squares, pairs);
    }

    /** Differences of the scored pairs; their sum of squares is the same under every exchange. */
    private record Differences(double[] values, double sum, double squares, int pairs) {
        double statistic(double exchangedSum) {
            return Exchanges.statistic(exchangedSum / pairs, standardError(exchangedSum));
        }

        double standardError(double exchangedSum) {
            if (pairs < 2) {
                return Double.POSITIVE_INFINITY;
            }
            double variance = (squares - exchangedSum * exchangedSum / pairs) / (pairs - 1);
            return StrictMath.sqrt(Math.max(variance, LEAST_VARIANCE * squares / pairs) / pairs);
        }
    }
}
