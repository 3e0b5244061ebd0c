package ai.auditor.sae.vectors;

import ai.auditor.direction.Direction;
import java.util.List;

/**
 * What a vector is made of: decoder directions of unit length with weights above zero, by matching pursuit. See {@link Decomposer}.
 *
 * @param vector that was taken apart
 * @param parts by share, the largest first
 * @param explained share of the vector's squared length that the parts have together; 0 of a zero vector
 * @param stop why the pursuit ended
 * @param nearest the features whose directions have the largest cosines with the vector, of either sign, the largest first
 */
public record Decomposition(Direction vector, List<Part> parts, double explained, Stop stop, List<Nearness> nearest) {
    public Decomposition {
        parts = List.copyOf(parts);
        nearest = List.copyOf(nearest);
    }

    /**
     * One feature.
     *
     * @param weight what the direction of unit length is multiplied with, in the units of the residual stream
     * @param share of the vector's squared length that went with it
     */
    public record Part(int feature, double weight, double share) {}

    /**
     * One feature beside the vector.
     *
     * @param cosine of the decoder direction with the whole vector
     */
    public record Nearness(int feature, double cosine) {}

    /** Why a pursuit ends. */
    public enum Stop {
        /** The parts explain {@link Decomposer#EXPLAINED} of the squared length. */
        EXPLAINED,
        /** It has {@link Decomposer#MOST_FEATURES} features, or as many steps as it is let make. */
        LIMIT,
        /** No direction lies along what is left, but for a thousandth of the vector's length. */
        NOTHING_LEFT
    }

    /** L0: how many features it took. It is what the vector needs only where the pursuit stopped as {@link Stop#EXPLAINED}. */
    public int features() {
        return parts.size();
    }
}
