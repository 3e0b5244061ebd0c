package ai.auditor.cli;

import ai.auditor.Printable;
import ai.auditor.probe.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table as lines of text: a title, headings, and columns as wide as their widest cell; words on the left, numbers on the right. */
final class TextTable {
    private static final String BETWEEN = "  ";

    private final Table table;
    private final int[] widths;
    private final boolean[] words;

    private TextTable(Table table) {
        this.table = table;
        int columns = table.columns().size();
        this.widths = new int[columns];
        this.words = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            int place = column;
            List<String> cells =
                    table.rows().stream().map(row -> row.get(place)).toList();
            widths[column] = Math.max(
                    width(table.columns().get(column)),
                    cells.stream().mapToInt(TextTable::width).max().orElse(0));
            words[column] = !cells.isEmpty() && cells.stream().allMatch(TextTable::isWord);
        }
    }

    /** Prints a table, and an empty line behind it. */
    static void print(PrintWriter out, Table table) {
        new TextTable(table).print(out);
    }

    private void print(PrintWriter out) {
        out.println(Printable.line(table.title()));
        if (table.rows().isEmpty()) {
            out.println(BETWEEN + Table.NONE);
        } else {
            if (!String.join("", table.columns()).isBlank()) {
                out.println(line(table.columns()));
            }
            table.rows().forEach(row -> out.println(line(row)));
        }
        out.println();
    }

    private String line(List<String> cells) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> padded(cells.get(column), column))
                .collect(Collectors.joining(BETWEEN, BETWEEN, ""))
                .stripTrailing();
    }

    private String padded(String cell, int column) {
        String shown = Printable.line(cell);
        String blanks = " ".repeat(widths[column] - width(cell));
        return words[column] ? shown + blanks : blanks + shown;
    }

    private static int width(String cell) {
        String shown = Printable.line(cell);
        return shown.codePointCount(0, shown.length());
    }

    private static boolean isWord(String cell) {
        return cell.isEmpty() || Character.isLetter(cell.codePointAt(0));
    }
}
