package ai.auditor.direction;

import ai.auditor.model.Point;

/**
 * A vector at a point.
 *
 * @param name the trait's name
 * @param point where it lives
 * @param vector {@code [d_model]}, in the units of the residual stream
 */
public record Direction(String name, Point point, float[] vector) {
    /** Euclidean length of the vector, in the units of the residual stream. */
    public double norm() {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return StrictMath.sqrt(squares);
    }
}
