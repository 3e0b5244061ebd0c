package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;

/** The words in which a model file is refused: the file first, then the tensor where there is one, then the reason. */
public final class Refusal {
    private Refusal() {}

    /** A refusal of a whole file. */
    public static AuditException of(Path file, String reason) {
        return new AuditException(AuditException.Code.MODEL, file + ": " + reason);
    }

    /** A refusal of one tensor. */
    public static AuditException of(Path file, String tensor, String reason) {
        return of(file, "tensor " + Printable.quoted(tensor) + ": " + reason);
    }

    /** A file that could not be read, or a reader that was interrupted while it waited for the disk. */
    public static AuditException unreadable(Path file, IOException cause) {
        if (cause instanceof ClosedByInterruptException) {
            return new AuditException(AuditException.Code.INTERRUPTED, "interrupted", cause);
        }
        return new AuditException(
                AuditException.Code.MODEL,
                file + ": cannot be read: " + cause.getClass().getSimpleName() + ": "
                        + Printable.quoted(String.valueOf(cause.getMessage())),
                cause);
    }
}
