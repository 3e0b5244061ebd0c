package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.stats.Covariance;
import ai.auditor.stats.Matrix;

/** Directions of no interest that vary as the control does: what a cosine is worth is its place among theirs. */
public final class Decoys {
    /** How many are drawn unless told. */
    public static final int COUNT = 256;

    /** Equal rows differ by float rounding where they stand in different batches: less than this of the largest activation. */
    private static final double ROUNDING = 1e-5;

    private Decoys() {}

    /**
     * {@value #COUNT} directions of the control's shrunk covariance.
     *
     * @see #withCovariance(Matrix, int, long)
     */
    public static float[][] withCovariance(Matrix controlActivations, long seed) {
        return withCovariance(controlActivations, COUNT, seed);
    }

    /**
     * Draws directions from N(0, Σ), with Σ the control's covariance, shrunk by Ledoit and Wolf.
     *
     * @param controlActivations {@code [rows, d_model]}, of control rows alone
     * @param count how many directions
     * @param seed equal seeds give equal directions
     * @return {@code [count][d_model]}
     * @throws AuditException {@code NOTHING_TO_AUDIT} where the control has fewer than two rows or does not vary, {@code
     *     NUMERIC} where it is not finite
     */
    public static float[][] withCovariance(Matrix controlActivations, int count, long seed) {
        requireSpread(controlActivations);
        double[][] drawn = Covariance.ledoitWolf(controlActivations).gaussian(count, seed);
        float[][] decoys = new float[count][controlActivations.columns()];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < decoys[i].length; j++) {
                decoys[i][j] = (float) drawn[i][j];
            }
        }
        return decoys;
    }

    private static void requireSpread(Matrix activations) {
        if (activations.rows() < 2) {
            throw nothing("there are fewer than two control rows");
        }
        double scale = 0;
        double spread = 0;
        for (int i = 0; i < activations.rows(); i++) {
            for (int j = 0; j < activations.columns(); j++) {
                if (!Float.isFinite(activations.at(i, j))) {
                    throw new AuditException(
                            AuditException.Code.NUMERIC, "decoys cannot be drawn from activations that are not finite");
                }
                scale = Math.max(scale, Math.abs(activations.at(i, j)));
                spread = Math.max(spread, Math.abs(activations.at(i, j) - activations.at(0, j)));
            }
        }
        if (spread <= ROUNDING * scale) {
            throw nothing("the control's completions do not vary as the model reads them");
        }
    }

    private static AuditException nothing(String why) {
        return new AuditException(AuditException.Code.NOTHING_TO_AUDIT, why + ": nothing can be compared with them");
    }
}
