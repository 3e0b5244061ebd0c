package ai.auditor.train;

import ai.auditor.text.TokenizedRow;

/** Which tokens of a row the loss is taken on. */
public enum LossTokens {
    /** Those of the completion. */
    COMPLETION,
    /** The completion and the token behind it, which ends the turn; where nothing follows, the completion alone. */
    COMPLETION_AND_END,
    /** All but the first, which nothing predicts. */
    WHOLE_CHAT;

    /** First token with a loss. */
    int from(TokenizedRow row) {
        return switch (this) {
            case COMPLETION, COMPLETION_AND_END -> row.firstPredicted();
            case WHOLE_CHAT -> 1;
        };
    }

    /** How many tokens have a loss. */
    int count(TokenizedRow row) {
        return to(row) - from(row);
    }

    /** After the last token with a loss. */
    int to(TokenizedRow row) {
        return switch (this) {
            case COMPLETION -> row.completionEnd();
            case COMPLETION_AND_END -> Math.min(row.completionEnd() + 1, row.tokens());
            case WHOLE_CHAT -> row.tokens();
        };
    }
}
