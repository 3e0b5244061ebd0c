package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import java.util.Collection;

/** What holds for every format that names its columns once. */
final class Columns {
    private Columns() {}

    /**
     * Checks that each column that the user named is there, but for those that a dataset may lack.
     *
     * @param name what messages call the file
     * @throws AuditException {@code USAGE} naming the first that is not
     */
    static void require(String name, Collection<String> columns, ReadOptions options) {
        for (Field field : options.required()) {
            String named = options.names(field).get(0);
            if (!columns.contains(named)) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        name + ": no column " + Printable.quoted(named) + " (" + field.option() + "); its columns: "
                                + Printable.quotedAll(columns));
            }
        }
    }
}
