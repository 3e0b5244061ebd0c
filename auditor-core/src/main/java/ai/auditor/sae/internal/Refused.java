package ai.auditor.sae.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.nio.file.Path;

/** The words in which an autoencoder's file is refused. */
final class Refused {
    private Refused() {}

    static AuditException of(Path file, String reason) {
        return new AuditException(AuditException.Code.MODEL, Printable.line(file.toString()) + ": " + reason);
    }

    static AuditException tensor(String file, String tensor, String reason) {
        return new AuditException(
                AuditException.Code.MODEL,
                Printable.line(file) + ": tensor " + Printable.quoted(tensor) + ": " + reason);
    }
}
