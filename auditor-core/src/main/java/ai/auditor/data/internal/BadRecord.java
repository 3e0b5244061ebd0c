package ai.auditor.data.internal;

/** Says that the record at hand is no row, and why; it never leaves the reader. */
public final class BadRecord extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    BadRecord(String reason) {
        // No stack trace: a file may hold a million bad records.
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** What is wrong, for the reader's report. */
    public String reason() {
        return reason;
    }
}
