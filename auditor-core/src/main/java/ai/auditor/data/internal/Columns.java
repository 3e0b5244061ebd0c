package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.ReadOptions;
import java.util.Collection;
import java.util.Map;

/** What holds for every format that names its columns once. */
final class Columns {
    private Columns() {}

    /**
     * Checks that each column that the user named is there.
     *
     * @param name what messages call the file
     * @throws AuditException {@code USAGE} naming the first that is not
     */
    static void require(String name, Collection<String> columns, ReadOptions options) {
        options.fields().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(named -> {
            if (!columns.contains(named.getValue())) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        name + ": no column " + Printable.quoted(named.getValue()) + " ("
                                + named.getKey().option() + "); its columns: " + Printable.quotedAll(columns));
            }
        });
    }
}
