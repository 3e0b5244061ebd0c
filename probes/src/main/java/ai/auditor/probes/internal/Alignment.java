package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.probe.Decoys;
import ai.auditor.stats.Cholesky;
import ai.auditor.stats.Covariance;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How far a mean shift points along directions, in control standard deviations a row, and how far as large a shift would that a
 * direction of no interest made.
 *
 * <p>In coordinates in which the control is white, the shift along a direction v in control standard deviations is the projection on
 * Σ^½ · v, Σ being the control's covariance. A vector v that is added to a model's residual stream moves the mean gradient by about
 * Σ · v (Σ of gradients is to second order the Fisher information), which is along Σ^½ · v there. Decoys are v ~ N(0, Σ): they vary
 * as the control does. For activations that Σ · v is a choice: it puts decoys on the components that vary most, where most
 * differences of no interest lie.
 *
 * <p>A shift is measured by the mean square of its lengths along {@value #RULERS} more decoys, rulers: over all dimensions a measure
 * is mostly sampling error, since decoys lie in the few leading ones.
 */
public final class Alignment {
    /** Enough for a rank to reach a level of 0.02 that is shared by four probes and four points. */
    private static final int DECOYS = 999;

    /** Decoys that each point more takes: a rank is corrected for all points, and has to reach the level all the same. */
    private static final int DECOYS_A_POINT = 250;

    /** Decoys along which shifts are measured. */
    public static final int RULERS = 256;

    /** Equal rows differ by float rounding where they stand in different batches: less than this of the largest value. */
    private static final double ROUNDING = 1e-5;

    private final Matrix control;
    private final Cholesky factor;
    private final double[] shift;
    private final double[][] deviations;

    /**
     * Of one point.
     *
     * @param control {@code [rows, d_model]}, of control rows alone; its covariance is shrunk by Ledoit and Wolf
     * @param shift mean of the candidate's rows minus mean of the control's, {@code [d_model]}
     * @param deviations of what was drawn, so that random signs before them make the shift's sampling error,
     *     {@code [units][d_model]}
     * @throws AuditException {@code NOTHING_TO_AUDIT} where the control has fewer than two rows or does not vary, {@code
     *     NUMERIC} where it is not finite
     */
    public Alignment(Matrix control, double[] shift, double[][] deviations) {
        requireSpread(control);
        this.control = control;
        this.factor = Covariance.ledoitWolf(control).cholesky();
        this.shift = shift;
        this.deviations = deviations;
    }

    /** The shift along a direction, in control standard deviations a row; 0 along a direction of no length. */
    public double along(double[] direction) {
        return Vectors.dot(read(direction).ruler(), shift);
    }

    /**
     * How far {@link #along} moves for a mean shift of one standard deviation of the control's rows themselves: the covariance that it
     * is told in is shrunk.
     */
    public double slope(double[] direction) {
        double shrunk = Vectors.norm(factor.multiplyTransposed(direction));
        double[] rows = new double[control.rows()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = control.dot(i, direction);
        }
        return shrunk > 0 ? Vectors.deviation(rows) / shrunk : 0;
    }

    /** Cosines of the shifts that a vector and others make when they are added to a model, in coordinates in which the control is white. */
    public double[] cosines(double[] vector, List<double[]> others) {
        return products(read(vector).white(), others.stream().map(this::read).toList());
    }

    /**
     * How many decoys a probe takes at each of its points.
     *
     * @param points at which it asks
     */
    public static int decoys(int points) {
        return Math.max(DECOYS, points * DECOYS_A_POINT - 1);
    }

    /** Decoy directions, drawn as they are taken, each {@code [d_model]}: thousands of them for many points would not fit beside a wide model. */
    public Stream<double[]> directions(int count, long seed) {
        return factor.gaussian(count, seed);
    }

    /**
     * Shifts along decoys that measure what the audited one measures.
     *
     * @param directions of decoys
     * @param rulers decoys along which shifts are measured
     * @param traits directions of the traits
     * @param seed of the sampling errors
     */
    Decoys.Shifts decoys(Stream<double[]> directions, List<double[]> rulers, List<double[]> traits, long seed) {
        List<Reading> ofTraits = traits.stream().map(this::read).toList();
        List<Reading> ofRulers = rulers.stream().map(this::read).toList();
        double[][] errorsByUnit =
                errorsByUnit(Stream.concat(ofTraits.stream(), ofRulers.stream()).toList());
        SplittableRandom random = new SplittableRandom(seed);
        List<Decoys.Candidate> candidates = new ArrayList<>();
        for (double[] direction : (Iterable<double[]>) directions::iterator) {
            AuditException.checkInterrupted();
            double[] made = read(direction).white();
            double[] error = new double[traits.size() + rulers.size()];
            for (double[] unit : errorsByUnit) {
                Vectors.addScaled(error, random.nextBoolean() ? 1 : -1, unit);
            }
            double[] lengths = products(made, ofRulers);
            double[] errorLengths = Arrays.copyOfRange(error, traits.size(), error.length);
            candidates.add(new Decoys.Candidate(
                    Vectors.squaredNorm(lengths) / rulers.size(),
                    Vectors.dot(lengths, errorLengths) / rulers.size(),
                    Vectors.squaredNorm(errorLengths) / rulers.size(),
                    products(made, ofTraits),
                    Arrays.copyOf(error, traits.size())));
        }
        double[] found = ofRulers.stream()
                .mapToDouble(ruler -> Vectors.dot(ruler.ruler(), shift))
                .toArray();
        double ofTrait = ofTraits.stream()
                .mapToDouble(trait -> Vectors.squaredNorm(products(trait.white(), ofRulers)) / rulers.size())
                .max()
                .orElse(0);
        return new Decoys.Shifts(Vectors.squaredNorm(found) / rulers.size(), ofTrait, size(), candidates);
    }

    /**
     * Shifts along decoys, each of a given length and without a sampling error, so that a rank among them is one of cosines. For a
     * shift whose own error lies in all dimensions alike that is severe: an error turns it away from traits, a decoy has none.
     *
     * @param length of every decoy's shift, in control standard deviations
     * @param directions of decoys
     * @param traits directions of the traits
     */
    public Decoys.Shifts decoys(double length, Stream<double[]> directions, List<double[]> traits) {
        List<Reading> ofTraits = traits.stream().map(this::read).toList();
        double[] noError = new double[traits.size()];
        List<Decoys.Candidate> candidates = directions
                .map(direction ->
                        new Decoys.Candidate(1, 0, 0, products(read(direction).white(), ofTraits), noError))
                .toList();
        return new Decoys.Shifts(length * length, 1, length, candidates);
    }

    /** Length of the shift in white coordinates, what its sampling error adds taken off. */
    private double size() {
        double squares = Vectors.squaredNorm(factor.whiten(shift));
        for (double[] deviation : deviations) {
            squares -= Vectors.squaredNorm(factor.whiten(deviation));
        }
        return StrictMath.sqrt(Math.max(0, squares));
    }

    /**
     * How a direction reads shifts.
     *
     * @param ruler whose product with a shift is the shift along the direction, in control standard deviations
     * @param white where the direction lies in white coordinates, of length 1
     */
    private record Reading(double[] ruler, double[] white) {}

    private Reading read(double[] direction) {
        double[] white = factor.multiplyTransposed(direction);
        double length = Vectors.norm(white);
        double scale = length > 0 ? 1 / length : 0;
        return new Reading(times(scale, direction), times(scale, white));
    }

    private static double[] times(double scale, double[] vector) {
        double[] scaled = new double[vector.length];
        Vectors.addScaled(scaled, scale, vector);
        return scaled;
    }

    private static double[] products(double[] white, List<Reading> others) {
        return others.stream()
                .mapToDouble(other -> Vectors.dot(white, other.white()))
                .toArray();
    }

    /** What each drawn unit adds to the error along each ruler, {@code [units][rulers]}. */
    private double[][] errorsByUnit(List<Reading> rulers) {
        double[][] byUnit = new double[deviations.length][rulers.size()];
        for (int unit = 0; unit < byUnit.length; unit++) {
            AuditException.checkInterrupted();
            for (int i = 0; i < byUnit[unit].length; i++) {
                byUnit[unit][i] = Vectors.dot(deviations[unit], rulers.get(i).ruler());
            }
        }
        return byUnit;
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
