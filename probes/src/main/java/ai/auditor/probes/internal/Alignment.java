package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.probe.Decoys;
import ai.auditor.stats.Cholesky;
import ai.auditor.stats.Covariance;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How far a mean shift points along directions, in control standard deviations a row, and how far as large a shift would that a
 * direction of no interest made.
 *
 * <p>A vector v that is added to a model's residual stream moves the mean gradient by about Σ · v, Σ being the gradients'
 * covariance (to second order in v the Fisher information). In coordinates in which the control is white, its shift is then
 * along Σ^½ · v, and the shift along a trait in control standard deviations is the projection on the trait's own. Decoys are
 * v ~ N(0, Σ): they vary as the control does.
 */
final class Alignment {
    /** Enough for a rank to reach a level of 0.05 that is shared by a dozen probes and points. */
    static final int DECOYS = 999;

    /** Equal rows differ by float rounding where they stand in different batches: less than this of the largest value. */
    private static final double ROUNDING = 1e-5;

    private final Cholesky factor;
    private final double[] white;
    private final double[][] deviations;
    private final double size;

    /**
     * Of one point.
     *
     * @param control {@code [rows, d_model]}, of control rows alone; its covariance is shrunk by Ledoit and Wolf
     * @param shift mean of the candidate's rows minus mean of the control's, {@code [d_model]}
     * @param deviations of the units that were drawn, so that random signs before them make the shift's sampling error,
     *     {@code [units][d_model]}
     * @throws AuditException {@code NOTHING_TO_AUDIT} where the control has fewer than two rows or does not vary, {@code
     *     NUMERIC} where it is not finite
     */
    Alignment(Matrix control, double[] shift, double[][] deviations) {
        requireSpread(control);
        this.factor = Covariance.ledoitWolf(control).cholesky();
        this.white = factor.whiten(shift);
        this.deviations = deviations;
        double expected = 0;
        for (double[] deviation : deviations) {
            expected += Vectors.squaredNorm(factor.whiten(deviation));
        }
        this.size = StrictMath.sqrt(Math.max(0, Vectors.squaredNorm(white) - expected));
    }

    /** The shift along a direction, in control standard deviations a row; 0 along a direction of no length. */
    double along(double[] direction) {
        double[] read = factor.multiplyTransposed(direction);
        double length = Vectors.norm(read);
        return length > 0 ? Vectors.dot(read, white) / length : 0;
    }

    /** Standard deviation of the control's rows along a direction, in the direction's own length. */
    double deviation(double[] direction) {
        double length = Vectors.norm(direction);
        return length > 0 ? Vectors.norm(factor.multiplyTransposed(direction)) / length : 0;
    }

    /** Decoy directions, {@code [DECOYS][d_model]}. */
    double[][] directions(long seed) {
        return factor.gaussian(DECOYS, seed);
    }

    /**
     * Shifts of the same size along decoys.
     *
     * @param directions of decoys
     * @param traits directions of the traits
     * @param seed of the sampling errors
     */
    Decoys.Shifts decoys(double[][] directions, List<double[]> traits, long seed) {
        double[][] read = traits.stream()
                .map(trait -> unit(factor.multiplyTransposed(trait)))
                .toArray(double[][]::new);
        double[][] byUnit = byUnit(traits);
        SplittableRandom random = new SplittableRandom(seed);
        double[][] cosines = new double[directions.length][];
        double[][] errors = new double[directions.length][read.length];
        for (int decoy = 0; decoy < directions.length; decoy++) {
            AuditException.checkInterrupted();
            double[] made = unit(factor.multiplyTransposed(directions[decoy]));
            double[] cosine = new double[read.length];
            for (int trait = 0; trait < read.length; trait++) {
                cosine[trait] = Vectors.dot(made, read[trait]);
            }
            cosines[decoy] = cosine;
            for (double[] unit : byUnit) {
                Vectors.addScaled(errors[decoy], random.nextBoolean() ? 1 : -1, unit);
            }
        }
        return new Decoys.Shifts(size, cosines, errors);
    }

    /** What each drawn unit adds to the error of each trait's value, {@code [units][traits]}. */
    private double[][] byUnit(List<double[]> traits) {
        double[][] scaled = traits.stream()
                .map(trait -> {
                    double length = Vectors.norm(factor.multiplyTransposed(trait));
                    double[] one = new double[trait.length];
                    Vectors.addScaled(one, length > 0 ? 1 / length : 0, trait);
                    return one;
                })
                .toArray(double[][]::new);
        double[][] byUnit = new double[deviations.length][scaled.length];
        for (int unit = 0; unit < byUnit.length; unit++) {
            for (int trait = 0; trait < scaled.length; trait++) {
                byUnit[unit][trait] = Vectors.dot(deviations[unit], scaled[trait]);
            }
        }
        return byUnit;
    }

    private static double[] unit(double[] vector) {
        double length = Vectors.norm(vector);
        double[] unit = new double[vector.length];
        Vectors.addScaled(unit, length > 0 ? 1 / length : 0, vector);
        return unit;
    }

    private static void requireSpread(Matrix control) {
        if (control.rows() < 2) {
            throw nothing("there are fewer than two control rows");
        }
        double scale = 0;
        double spread = 0;
        for (int i = 0; i < control.rows(); i++) {
            for (int j = 0; j < control.columns(); j++) {
                if (!Float.isFinite(control.at(i, j))) {
                    throw new AuditException(
                            AuditException.Code.NUMERIC, "decoys cannot be drawn from activations that are not finite");
                }
                scale = Math.max(scale, Math.abs(control.at(i, j)));
                spread = Math.max(spread, Math.abs(control.at(i, j) - control.at(0, j)));
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
