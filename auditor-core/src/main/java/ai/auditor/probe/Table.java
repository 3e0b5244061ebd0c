package ai.auditor.probe;

import java.util.List;

/**
 * A table as data, cells already formatted without locale.
 *
 * @param title what it holds
 * @param columns headings
 * @param rows cells, as many a row as there are headings
 */
public record Table(String title, List<String> columns, List<List<String>> rows) {
    /** What stands in place of the headings where there is no row. */
    public static final String NONE = "none";

    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        int width = columns.size();
        if (rows.stream().anyMatch(row -> row.size() != width)) {
            throw new IllegalArgumentException(
                    "the table \"" + title + "\" has a row that does not hold " + width + " cells");
        }
    }
}
