package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.model.internal.NpzSource;
import java.nio.file.Path;

/** Files in numpy's {@code .npz} format. */
public final class NpzFile {
    private NpzFile() {}

    /**
     * Opens one file; read are numbers of the types {@code <f4}, {@code <f2} and {@code <f8}.
     *
     * @throws AuditException {@code MODEL}, naming file and member, where it is not sound
     */
    public static WeightSource open(Path file) {
        return NpzSource.open(file);
    }
}
