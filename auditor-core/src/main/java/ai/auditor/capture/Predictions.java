package ai.auditor.capture;

import ai.auditor.capture.Sequence.Member;
import ai.auditor.model.ForwardPass;
import ai.auditor.tensor.Kernels;
import ai.auditor.tensor.Kernels.NllGradient;
import ai.auditor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The predicted completion tokens of a batch: where each is predicted, which token it is and what it weighs in its row's mean. */
final class Predictions {
    /** What the logits of one call may take: fewer positions read the whole head too often, more leave a processor's caches. */
    private static final long CHUNK_BYTES = 48L << 20;

    private static final int LEAST_POSITIONS = 16;

    private final List<Sequence> sequences;
    private final long[] positions;
    private final long[] targets;
    private final float[] weights;

    Predictions(List<Sequence> sequences, int length) {
        this.sequences = sequences;
        int total = 0;
        for (Sequence sequence : sequences) {
            for (Member member : sequence.members()) {
                total += predicted(member);
            }
        }
        positions = new long[total];
        targets = new long[total];
        weights = new float[total];
        int next = 0;
        for (int index = 0; index < sequences.size(); index++) {
            Sequence sequence = sequences.get(index);
            for (Member member : sequence.members()) {
                for (int token = member.tokens().firstPredicted(); token < member.needed(); token++) {
                    positions[next] = (long) index * length + sequence.slot(member, token - 1);
                    targets[next] = member.tokens().ids()[token];
                    weights[next++] = 1f / predicted(member);
                }
            }
        }
    }

    private static int chunk(ForwardPass pass) {
        return (int) Math.max(LEAST_POSITIONS, CHUNK_BYTES / Float.BYTES / pass.vocabulary());
    }

    private static int predicted(Member member) {
        return member.tokens().completionEnd() - member.tokens().firstPredicted();
    }

    /** Where the tokens are predicted, in the batch laid flat. */
    long[] positions() {
        return positions;
    }

    /** Writes each row's mean NLL into its place. */
    void nll(ForwardPass pass, Tensor last, double[] result) {
        means(nll(pass, last), result);
    }

    /** Writes the NLL of each row's tokens into its place. */
    void tokenNll(ForwardPass pass, Tensor last, float[][] result) {
        float[] all = nll(pass, last);
        int next = 0;
        for (Sequence sequence : sequences) {
            for (Member member : sequence.members()) {
                int count = predicted(member);
                result[member.row()] = Arrays.copyOfRange(all, next, next + count);
                next += count;
            }
        }
    }

    private float[] nll(ForwardPass pass, Tensor last) {
        float[] all = new float[positions.length];
        int chunk = chunk(pass);
        for (int start = 0; start < positions.length; start += chunk) {
            int end = Math.min(start + chunk, positions.length);
            try (Tensor normed = pass.normed(last, Arrays.copyOfRange(positions, start, end), false)) {
                float[] part = pass.nll(normed, Arrays.copyOfRange(targets, start, end));
                System.arraycopy(part, 0, all, start, part.length);
            }
        }
        return all;
    }

    /**
     * As {@link #nll}, with the way back from the rows' mean NLL to the last block's output begun.
     *
     * @param width d_model
     */
    Start gradient(ForwardPass pass, Tensor last, int width, double[] result) {
        float[] all = new float[positions.length];
        float[] seed = new float[Math.multiplyExact(positions.length, width)];
        int chunk = chunk(pass);
        for (int start = 0; start < positions.length; start += chunk) {
            int end = Math.min(start + chunk, positions.length);
            try (Tensor normed = pass.normed(last, Arrays.copyOfRange(positions, start, end), false)) {
                NllGradient part = pass.nllGradient(
                        normed, Arrays.copyOfRange(targets, start, end), Arrays.copyOfRange(weights, start, end));
                try (Tensor nll = part.nll();
                        Tensor gradient = part.gradient()) {
                    System.arraycopy(nll.toFloats(), 0, all, start, end - start);
                    System.arraycopy(gradient.toFloats(), 0, seed, start * width, (end - start) * width);
                }
            }
        }
        means(all, result);
        return new Start(pass.normed(last, positions, true), pass.scope().floats(seed, positions.length, width));
    }

    /**
     * Where a backward pass begins.
     *
     * @param normed recorded from the last block's output, {@code [positions, d_model]}
     * @param seed the gradient there
     */
    record Start(Tensor normed, Tensor seed) {}

    /**
     * Writes each row's surprise into its place.
     *
     * @param barred tokens that are neither counted nor expected
     * @param digits which a token begins with, below 0 for none, {@code [vocabulary]}
     */
    void surprises(ForwardPass pass, Tensor last, Set<Integer> barred, int[] digits, Surprise[] result) {
        float[][] all = new float[3][positions.length];
        float[] expected = new float[positions.length * FirstDigits.DIGITS];
        int chunk = chunk(pass);
        try (Tensor bars = pass.bars(barred);
                Tensor classes = pass.classes(digits, FirstDigits.DIGITS)) {
            for (int start = 0; start < positions.length; start += chunk) {
                int end = Math.min(start + chunk, positions.length);
                try (Tensor normed = pass.normed(last, Arrays.copyOfRange(positions, start, end), false);
                        Kernels.Surprise part =
                                pass.surprise(normed, Arrays.copyOfRange(targets, start, end), bars, classes)) {
                    System.arraycopy(part.nll().toFloats(), 0, all[0], start, end - start);
                    System.arraycopy(part.entropy().toFloats(), 0, all[1], start, end - start);
                    System.arraycopy(part.variance().toFloats(), 0, all[2], start, end - start);
                    float[] begun = part.classes().toFloats();
                    System.arraycopy(begun, 0, expected, start * FirstDigits.DIGITS, begun.length);
                }
            }
        }
        int next = 0;
        for (Sequence sequence : sequences) {
            for (Member member : sequence.members()) {
                double[] sums = new double[all.length];
                DigitCount counts = new DigitCount();
                int counted = 0;
                boolean inside = false;
                for (int end = next + predicted(member); next < end; next++) {
                    int digit = digits[(int) targets[next]];
                    if (!barred.contains((int) targets[next])) {
                        counted++;
                        for (int kind = 0; kind < sums.length; kind++) {
                            sums[kind] += all[kind][next];
                        }
                        if (digit >= 0 && !inside) {
                            counts.add(digit, expected, next * FirstDigits.DIGITS);
                        }
                    }
                    inside = digit >= 0;
                }
                result[member.row()] = new Surprise(counted, sums[0], sums[1], sums[2], counts.total());
            }
        }
    }

    /** Counts first digits token by token. */
    private static final class DigitCount {
        private final double[] seen = new double[FirstDigits.DIGITS];
        private final double[] expected = new double[FirstDigits.DIGITS];
        private final double[] covariance = new double[FirstDigits.DIGITS * FirstDigits.DIGITS];

        /**
         * Adds a number.
         *
         * @param probabilities of tokens that begin with each digit, from a place on
         */
        void add(int digit, float[] probabilities, int from) {
            double any = 0;
            for (int other = 0; other < seen.length; other++) {
                any += probabilities[from + other];
            }
            if (!(any > 0)) {
                return;
            }
            seen[digit]++;
            for (int one = 0; one < seen.length; one++) {
                double share = probabilities[from + one] / any;
                expected[one] += share;
                covariance[one * seen.length + one] += share;
                for (int other = 0; other < seen.length; other++) {
                    covariance[one * seen.length + other] -= share * probabilities[from + other] / any;
                }
            }
        }

        FirstDigits total() {
            return new FirstDigits(seen, expected, covariance);
        }
    }

    private void means(float[] all, double[] result) {
        int next = 0;
        for (Sequence sequence : sequences) {
            for (Member member : sequence.members()) {
                double sum = 0;
                int count = predicted(member);
                for (int i = 0; i < count; i++) {
                    sum += all[next++];
                }
                result[member.row()] = sum / count;
            }
        }
    }
}
