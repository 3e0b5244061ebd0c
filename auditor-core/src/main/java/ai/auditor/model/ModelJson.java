package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.model.internal.StrictJson;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/** JSON that lies beside weights: well-formed UTF-8, no duplicate keys, bounded depth and size, nothing after the value. */
public final class ModelJson {
    private ModelJson() {}

    /**
     * Reads a whole file as an object.
     *
     * @param longest bytes that it may have
     * @throws AuditException {@code MODEL} naming the file
     */
    public static ObjectNode object(Path file, long longest) {
        return StrictJson.object(file, longest);
    }
}
