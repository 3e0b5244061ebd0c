package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.model.internal.TorchSource;
import java.nio.file.Path;

/** Files that {@code torch.save} wrote: tensors alone, never code. */
public final class TorchFile {
    private TorchFile() {}

    /**
     * Opens one file that holds a dictionary of tensors. Its pickle is read as a list of instructions of which a few are known; nothing that
     * it names is ever looked up, called or made.
     *
     * @throws AuditException {@code MODEL}, naming file and reason, where it asks for anything else or is not sound
     */
    public static WeightSource open(Path file) {
        return TorchSource.open(file);
    }
}
