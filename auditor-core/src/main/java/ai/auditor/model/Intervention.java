package ai.auditor.model;

/** What is done to a forward pass. */
public sealed interface Intervention {
    /** Where it is done. */
    Point point();

    /**
     * Adds a vector to the residual stream at every position.
     *
     * @param vector {@code [d_model]}, in the units of the residual stream
     */
    record Add(Point point, float[] vector) implements Intervention {}
}
