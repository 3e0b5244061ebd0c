package ai.auditor.cli;

import ai.auditor.AuditException;

/** Exit codes of the command line, in one place; those of a complete audit come from its gate. */
final class ExitCode {
    static final int NOT_COMPLETED = 2;
    static final int NOTHING_TO_AUDIT = 3;
    static final int USAGE = 4;
    static final int INTERRUPTED = 130;

    private ExitCode() {}

    static int of(AuditException.Code code) {
        return switch (code) {
            case USAGE -> USAGE;
            case NOTHING_TO_AUDIT -> NOTHING_TO_AUDIT;
            case DATA, MODEL, OUTPUT, NUMERIC -> NOT_COMPLETED;
            case INTERRUPTED -> INTERRUPTED;
        };
    }
}
