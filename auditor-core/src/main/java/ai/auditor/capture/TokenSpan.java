package ai.auditor.capture;

import ai.auditor.text.TokenizedRow;

/** Which tokens of a row are looked at one by one. */
public enum TokenSpan {
    /** All tokens of the completion. */
    COMPLETION("completion"),
    /** The completion's last token. */
    COMPLETION_LAST("completion-last"),
    /** The token before the first of the completion. */
    PROMPT_LAST("prompt-last"),
    /** All tokens that are read but the first, on which many models put a norm of another size. */
    TEXT("text");

    private final String spelling;

    TokenSpan(String spelling) {
        this.spelling = spelling;
    }

    /** The first of them. */
    int start(TokenizedRow row) {
        return switch (this) {
            case COMPLETION -> row.completionStart();
            case COMPLETION_LAST -> row.completionEnd() - 1;
            case PROMPT_LAST -> row.promptLast();
            case TEXT -> Math.min(1, row.completionEnd());
        };
    }

    /** The one behind the last of them. */
    int end(TokenizedRow row) {
        return switch (this) {
            case COMPLETION, COMPLETION_LAST, TEXT -> row.completionEnd();
            case PROMPT_LAST -> row.completionStart();
        };
    }

    /** Whether tokens are looked at that stand before all that a pass must read itself. */
    boolean readsPrompt() {
        return this == TEXT;
    }

    @Override
    public String toString() {
        return spelling;
    }
}
