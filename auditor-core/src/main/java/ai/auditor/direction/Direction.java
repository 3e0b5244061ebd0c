package ai.auditor.direction;

import ai.auditor.model.Point;
import ai.auditor.stats.Vectors;

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
        return Vectors.norm(vector);
    }
}
