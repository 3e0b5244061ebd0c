package ai.auditor.model;

import ai.auditor.AuditException;
import java.util.Collection;
import java.util.Set;

/**
 * How the next token is chosen, and where an answer ends.
 *
 * @param temperature divides the logits; 0 takes the most likely token, the lowest id among equals
 * @param topP keeps the most likely tokens that together reach this probability, above 0; 1 keeps all (Holtzman et al. 2020)
 * @param maxTokens most tokens of an answer, 1 or more
 * @param stopTokens ids that end an answer and are no part of it; where there are none, answers end at their longest
 * @param seed of the choices; a row's own seed is drawn of this one, its prompt, and how often that stood before it
 */
public record Decoding(double temperature, double topP, int maxTokens, Set<Integer> stopTokens, long seed) {
    /** @throws AuditException {@code USAGE} for a number that cannot be */
    public Decoding {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw refused("a temperature is finite and 0 or more, not " + temperature);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw refused("top-p is above 0 and at most 1, not " + topP);
        }
        if (maxTokens < 1) {
            throw refused("an answer has 1 token or more, not " + maxTokens);
        }
        stopTokens = Set.copyOf(stopTokens);
    }

    private static AuditException refused(String reason) {
        return new AuditException(AuditException.Code.USAGE, reason);
    }

    /** Always the most likely token. */
    public static Decoding greedy(int maxTokens, Collection<Integer> stopTokens) {
        return new Decoding(0, 1, maxTokens, Set.copyOf(stopTokens), 0);
    }

    /** Every token with its own probability. */
    public static Decoding sampling(int maxTokens, Collection<Integer> stopTokens, long seed) {
        return new Decoding(1, 1, maxTokens, Set.copyOf(stopTokens), seed);
    }
}
