package ai.auditor.model;

import ai.auditor.AuditException;

/**
 * What is done to a forward pass: a change of the residual stream at a point, at all positions or some. The three kinds are those
 * of Neuronpedia's interp-engine.
 */
public sealed interface Intervention {
    /** Where it is done. */
    Point point();

    /** The vector that it adds, or the direction that it acts along, {@code [d_model]}. */
    float[] vector();

    /** The tokens at which it is done. */
    Positions positions();

    /** Tokens of a text. */
    enum Positions {
        /** Every token. */
        ALL,
        /** The tokens before the completion, the header of the answer among them. */
        PROMPT,
        /** The tokens of the completion and what follows it, read or written. */
        COMPLETION,
        /** The last token of the prompt: the one that predicts the first of the completion. */
        LAST
    }

    /**
     * Adds a vector to the residual stream.
     *
     * @param vector {@code [d_model]}, in the units of the residual stream
     */
    record Add(Point point, float[] vector, Positions positions) implements Intervention {
        /** Adds a vector at every position. */
        public Add(Point point, float[] vector) {
            this(point, vector, Positions.ALL);
        }

        /** Adds the unit vector of a direction, times a length; a negative one goes the other way. */
        public static Add ofLength(Point point, float[] direction, double length, Positions positions) {
            return times(point, unit(direction), length, positions);
        }

        /** Adds a vector so many times; negative goes the other way. */
        public static Add times(Point point, float[] vector, double alpha, Positions positions) {
            float[] scaled = new float[vector.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (vector[i] * alpha);
            }
            return new Add(point, scaled, positions);
        }
    }

    /**
     * Takes away the component along a direction.
     *
     * @param vector the direction, {@code [d_model]}; its length does not matter
     */
    record ProjectOut(Point point, float[] vector, Positions positions) implements Intervention {
        /** @throws AuditException {@code USAGE} for a direction that is zero or not finite */
        public ProjectOut {
            vector = unit(vector);
        }
    }

    /**
     * Holds the component along a direction at or below a limit. For a floor, cap the opposite direction at the negative of it.
     *
     * @param vector the direction, {@code [d_model]}; its length does not matter
     * @param limit in the units of the residual stream
     */
    record Cap(Point point, float[] vector, float limit, Positions positions) implements Intervention {
        /** @throws AuditException {@code USAGE} for a direction that is zero or not finite, or a limit that is not finite */
        public Cap {
            vector = unit(vector);
            if (!Float.isFinite(limit)) {
                throw new AuditException(AuditException.Code.USAGE, "a limit is finite, not " + limit);
            }
        }
    }

    private static float[] unit(float[] direction) {
        double square = 0;
        for (float value : direction) {
            square += (double) value * value;
        }
        if (!(square > 0) || !Double.isFinite(square)) {
            throw new AuditException(AuditException.Code.USAGE, "a direction is finite and not zero");
        }
        float[] unit = new float[direction.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (direction[i] / Math.sqrt(square));
        }
        return unit;
    }
}
