package ai.auditor.model;

import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens stand in their texts, and which tokens they see.
 *
 * @param positionRows sequences, or 1 where all stand alike
 * @param length tokens of a sequence
 * @param positions {@code [positionRows, length]}
 * @param seen tokens that there are to see, those themselves the last of them
 * @param seenPositions {@code [positionRows, seen]}
 * @param visible whether a token sees another, {@code [positionRows, length, seen]}; null where it sees all up to its own position
 */
record View(
        int positionRows, int length, int[] positions, int seen, int[] seenPositions, boolean @Nullable [] visible) {
    /** Added to the score of a token that is not seen. */
    private static final float HIDDEN = Float.NEGATIVE_INFINITY;

    /** Texts from their beginning, alike. */
    static View causal(int length) {
        int[] positions = IntStream.range(0, length).toArray();
        return new View(1, length, positions, length, positions, null);
    }

    /** Texts from their beginning that see as they are told. */
    static View blocks(int rows, int length, int[] positions, boolean[] visible) {
        return new View(rows, length, positions, length, positions, visible);
    }

    /**
     * The same texts behind tokens that were read before.
     *
     * @param rows sequences of the batch
     */
    View behind(Prefix prefix, int rows) {
        int before = prefix.slots();
        if (prefix.shared() && visible == null) {
            int[] whole = IntStream.range(0, before + length).toArray();
            return new View(1, length, Arrays.copyOfRange(whole, before, whole.length), whole.length, whole, null);
        }
        int all = before + length;
        int[] later = new int[Math.multiplyExact(rows, length)];
        int[] seenLater = new int[Math.multiplyExact(rows, all)];
        boolean[] sees = new boolean[Math.multiplyExact(later.length, all)];
        for (int row = 0; row < rows; row++) {
            int own = positionRows == 1 ? 0 : row;
            int read = prefix.length(row);
            for (int slot = 0; slot < all; slot++) {
                seenLater[row * all + slot] = slot < before ? slot : read + positions[own * length + slot - before];
            }
            for (int token = 0; token < length; token++) {
                later[row * length + token] = read + positions[own * length + token];
                int start = (row * length + token) * all;
                Arrays.fill(sees, start, start + read, true);
                for (int other = 0; other < length; other++) {
                    sees[start + before + other] =
                            visible == null ? other <= token : visible[(own * length + token) * length + other];
                }
            }
        }
        return new View(rows, length, later, all, seenLater, sees);
    }

    /** Whether a window hides nothing of these texts; 0 is no window. */
    boolean fits(int window) {
        return window == 0 || IntStream.of(positions).allMatch(position -> position < window);
    }

    /**
     * What is added to attention scores, {@code [positionRows, 1, length, seen]}; null where the plain causal order says it all.
     *
     * @param window how many tokens are seen, the token itself included; 0 for all
     * @param needed whether to spell the causal order out too
     */
    @Nullable
    Tensor mask(Scope scope, int window, boolean needed) {
        if (visible == null && seen == length && window == 0 && !needed) {
            return null;
        }
        float[] added = new float[Math.multiplyExact(Math.multiplyExact(positionRows, length), seen)];
        for (int row = 0; row < positionRows; row++) {
            for (int token = 0; token < length; token++) {
                int at = positions[row * length + token];
                int start = (row * length + token) * seen;
                for (int other = 0; other < seen; other++) {
                    int away = at - seenPositions[row * seen + other];
                    boolean sees = visible == null ? away >= 0 : visible[start + other];
                    if (!sees || (window > 0 && away >= window)) {
                        added[start + other] = HIDDEN;
                    }
                }
            }
        }
        return scope.floats(added, positionRows, 1, length, seen);
    }
}
