package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.NumberText;
import ai.auditor.data.internal.Place;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The limit on bad rows. */
public final class BadRows {
    /** The largest share of bad records that passes unless something else is asked for. */
    public static final double USUAL_SHARE = 0.01;

    /** Rows that a message names. */
    private static final int NAMED = 5;

    /** Rows that a result names. */
    private static final int KEPT = 20;

    private static final double PER_CENT = 100;

    private BadRows() {}

    /**
     * Lets a dataset pass if few enough of its records are bad.
     *
     * @param first the first of the bad rows
     * @param count how many records are bad
     * @param share the largest share of bad records that passes
     * @throws AuditException {@code DATA} naming the first bad rows
     */
    public static void requireFew(String name, List<BadRow> first, long count, long records, double share) {
        if (count == 0 || count <= share * records) {
            return;
        }
        throw new AuditException(
                AuditException.Code.DATA,
                String.format(
                        Locale.ROOT,
                        "%s: %,d of %,d rows are bad, more than %s %%; the first:\n  %s\nMend them, give the names of their fields (--prompt-field, --completion-field, --messages-field, --text-field; --run-field of runs), or allow"
                                + " more by --max-bad-rows",
                        name,
                        count,
                        records,
                        NumberText.of(share * PER_CENT),
                        String.join("\n  ", named(first))));
    }

    /** The first of these rows, as many as a result names. */
    public static List<BadRow> sample(Stream<BadRow> badRows) {
        return badRows.limit(KEPT).toList();
    }

    /** The first of these rows, each with its place and what is wrong with it: for messages. */
    public static List<String> named(List<BadRow> badRows) {
        return badRows.stream().limit(NAMED).map(BadRows::told).toList();
    }

    private static String told(BadRow row) {
        return new Place(row.file(), row.line(), row.record()) + ": " + row.reason();
    }
}
