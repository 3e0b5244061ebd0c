package ai.auditor.text;

import java.util.Locale;

/** What is done with a row of more tokens than the model's context. */
public enum LongRows {
    /** The row takes no part; it is counted and shown. */
    LEAVE_OUT,
    /** The completion is cut at the context's end; the row is counted and shown. */
    CUT;

    /** As the command line spells it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
