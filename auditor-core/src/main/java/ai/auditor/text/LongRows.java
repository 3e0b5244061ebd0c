package ai.auditor.text;

/** What is done with a row of more tokens than the model's context. */
public enum LongRows {
    /** The row takes no part; it is counted and shown. */
    LEAVE_OUT,
    /** The completion is cut at the context's end; the row is counted and shown. */
    CUT
}
