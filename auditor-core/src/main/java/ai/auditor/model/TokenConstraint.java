package ai.auditor.model;

import java.nio.IntBuffer;

/** Holds decoding to a form, such as a list of numbers. */
@FunctionalInterface
public interface TokenConstraint {
    /**
     * The tokens of which the next one is chosen, by their probabilities among themselves.
     *
     * @param written what was written behind the prompt so far; read-only, valid during the call
     * @return ids without repetition, one or more; a stop token must be among them for an answer to end
     */
    int[] allowed(IntBuffer written);
}
