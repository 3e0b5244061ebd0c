package ai.auditor;

import java.util.Objects;

/** The one exception that the auditor throws at its users: a code, and a message that says what was wrong, where, and what to do. */
public final class AuditException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of thing went wrong; a caller decides by it, the command line maps it to an exit code. */
    public enum Code {
        /** A wrong option, field, setting or a named file that is not there. */
        USAGE,
        /** Nothing to audit: no rows, or no control. */
        NOTHING_TO_AUDIT,
        /** A dataset that cannot be read or has too many bad rows. */
        DATA,
        /** A model directory or file that cannot be used. */
        MODEL,
        /** An output that cannot be written. */
        OUTPUT,
        /** A numeric self-check failed, or memory ran out: the run cannot be trusted or completed. */
        NUMERIC,
        /** The caller interrupted the run. */
        INTERRUPTED
    }

    private final Code code;

    public AuditException(Code code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code);
    }

    public AuditException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
    }

    /** The kind of failure. */
    public Code code() {
        return code;
    }

    /**
     * Stops the calling thread's work if it was interrupted.
     *
     * @throws AuditException with {@link Code#INTERRUPTED}; the interrupt flag stays set
     */
    public static void checkInterrupted() {
        if (Thread.currentThread().isInterrupted()) {
            throw new AuditException(Code.INTERRUPTED, "interrupted");
        }
    }
}
