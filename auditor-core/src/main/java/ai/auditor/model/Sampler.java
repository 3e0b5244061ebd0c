package ai.auditor.model;

import ai.auditor.AuditException;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Chooses a token by its logits, in double precision. */
final class Sampler {
    private final Decoding decoding;

    Sampler(Decoding decoding) {
        this.decoding = decoding;
    }

    /**
     * Chooses a token.
     *
     * @param logits holds those of the vocabulary from {@code start} on
     * @param allowed ids to choose among; null for all
     * @param random gives one number for every token that is not taken greedily
     * @throws AuditException {@code NUMERIC} where a logit is not finite
     */
    int choose(float[] logits, int start, int vocabulary, int @Nullable [] allowed, SplittableRandom random) {
        int[] ids = allowed == null ? IntStream.range(0, vocabulary).toArray() : allowed;
        int best = ids[0];
        for (int id : ids) {
            float logit = logits[start + id];
            if (!Float.isFinite(logit)) {
                throw notFinite();
            }
            float highest = logits[start + best];
            if (logit > highest || (logit == highest && id < best)) {
                best = id;
            }
        }
        if (decoding.temperature() == 0 || ids.length == 1) {
            return best;
        }
        double[] weights = new double[ids.length];
        double total = 0;
        for (int i = 0; i < ids.length; i++) {
            double difference = (double) logits[start + ids[i]] - logits[start + best];
            weights[i] = StrictMath.exp(difference / decoding.temperature());
            total += weights[i];
        }
        if (decoding.topP() < 1) {
            total = keepNucleus(ids, weights, total);
        }
        return drawn(ids, weights, random.nextDouble() * total, best);
    }

    static AuditException notFinite() {
        return new AuditException(
                AuditException.Code.NUMERIC,
                "the model's logits are not finite; its weights are broken, or an intervention is too large");
    }

    /** Zeroes all but the most likely tokens that together reach top-p; gives what is left. */
    private double keepNucleus(int[] ids, double[] weights, double total) {
        // All tokens below this share together have less than 1 - p, so that none of them is needed: few are left to
        // sort.
        double least = total * (1 - decoding.topP()) / weights.length;
        int[] ordered = IntStream.range(0, weights.length)
                .filter(i -> weights[i] >= least)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -weights[i]).thenComparingInt(i -> ids[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        boolean[] kept = new boolean[weights.length];
        double sum = 0;
        for (int i = 0; i < ordered.length && sum < decoding.topP() * total; i++) {
            kept[ordered[i]] = true;
            sum += weights[ordered[i]];
        }
        for (int i = 0; i < weights.length; i++) {
            if (!kept[i]) {
                weights[i] = 0;
            }
        }
        return sum;
    }

    private static int drawn(int[] ids, double[] weights, double mark, int best) {
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            sum += weights[i];
            if (mark < sum) {
                return ids[i];
            }
        }
        // Only rounding of the sums leads here.
        return best;
    }
}
