package ai.auditor.capture;

import ai.auditor.AuditException;

/** How the positions of a row become one vector. */
public enum Pooling {
    /** The mean over the completion tokens. */
    COMPLETION_MEAN("completion-mean"),
    /** The last completion token. */
    COMPLETION_LAST("completion-last"),
    /** The token before the first completion token. */
    PROMPT_LAST("prompt-last");

    private final String spelling;

    Pooling(String spelling) {
        this.spelling = spelling;
    }

    /**
     * Reads {@code completion-mean}, {@code completion-last} or {@code prompt-last}.
     *
     * @throws AuditException {@code USAGE} for any other spelling
     */
    public static Pooling parse(String spelling) {
        for (Pooling pooling : values()) {
            if (pooling.spelling.equals(spelling)) {
                return pooling;
            }
        }
        throw new AuditException(
                AuditException.Code.USAGE,
                "unknown pooling \"" + spelling + "\"; known: completion-mean, completion-last, prompt-last");
    }

    @Override
    public String toString() {
        return spelling;
    }
}
