package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.stats.Matrix;
import java.util.SplittableRandom;

/** Wide activations in fewer columns, made without labels: signed sums of columns dealt out by chance keep inner products on average (Charikar and others, 2002). */
final class Sketch {
    /** Wider activations are sketched: the principal axes cost the third power of the width. */
    static final int WIDEST = 1024;

    /** What is said of activations where it was made. */
    static final String TOLD =
            "are wider than " + WIDEST + " and were sketched to that width by random signed sums of columns";

    private Sketch() {}

    /** Whether activations are wider than can be decomposed in reasonable time. */
    static boolean needed(int width) {
        return width > WIDEST;
    }

    /** The same values, {@code [rows, at most WIDEST]}: themselves where they are no wider. */
    static Matrix of(Matrix raw, long seed) {
        if (!needed(raw.columns())) {
            return raw;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] target = new int[raw.columns()];
        int[] sign = new int[raw.columns()];
        for (int j = 0; j < target.length; j++) {
            target[j] = random.nextInt(WIDEST);
            sign[j] = random.nextBoolean() ? 1 : -1;
        }
        float[] values = new float[Math.multiplyExact(raw.rows(), WIDEST)];
        for (int i = 0; i < raw.rows(); i++) {
            AuditException.checkInterrupted();
            for (int j = 0; j < target.length; j++) {
                values[i * WIDEST + target[j]] += sign[j] * raw.at(i, j);
            }
        }
        return new Matrix(raw.rows(), WIDEST, values);
    }
}
