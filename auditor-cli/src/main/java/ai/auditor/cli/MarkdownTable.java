package ai.auditor.cli;

import ai.auditor.Printable;
import ai.auditor.probe.Table;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tables as Markdown, to be taken into a document. */
final class MarkdownTable {
    /** What would be markup in a cell; our own tables hold "<=". */
    private static final Pattern MARKUP = Pattern.compile("[\\\\`*\\[\\]|]|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])");

    /** What GitHub makes a link or a message of, escaped or not: mentions, addresses, issues. */
    private static final Pattern ACTING = Pattern.compile("@|www\\.|://|#\\d|\\bgh-\\d", Pattern.CASE_INSENSITIVE);

    private MarkdownTable() {}

    /** Prints a table under its title, and an empty line behind it. */
    static void print(PrintWriter out, Table table) {
        out.println("**" + cell(table.title()) + "**\n");
        if (table.rows().isEmpty()) {
            out.println(Table.NONE);
        } else {
            head(out, table.columns());
            table.rows().forEach(row -> row(out, row));
        }
        out.println();
    }

    /** Prints a line of text as a paragraph, in which nothing is markup. */
    static void paragraph(PrintWriter out, String line) {
        out.println(cell(line) + "\n");
    }

    /** Prints the headings. */
    static void head(PrintWriter out, List<String> columns) {
        row(out, columns);
        row(out, columns.stream().map(column -> "---").toList());
    }

    /** Prints one row; what a cell holds stays in it. */
    static void row(PrintWriter out, List<String> cells) {
        out.println(cells.stream().map(MarkdownTable::cell).collect(Collectors.joining(" | ", "| ", " |")));
    }

    private static String cell(String text) {
        return Arrays.stream(Printable.line(text).split(" ", -1))
                .map(word -> ACTING.matcher(word).find()
                        ? "`" + word.replace("`", "\\u{60}").replace("|", "\\u{7C}") + "`"
                        : MARKUP.matcher(word).replaceAll("\\\\$0"))
                .collect(Collectors.joining(" "));
    }
}
