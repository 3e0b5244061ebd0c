package ai.auditor.cli;

import ai.auditor.probe.Table;
import ai.auditor.report.TerminalReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * What a command found, for people.
 *
 * @param found sentences before the tables
 * @param notes sentences behind them: what they mean
 */
record Summary(List<String> found, List<Table> tables, List<String> notes) {
    Summary {
        found = List.copyOf(found);
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
    }

    /** Prints it as the result. */
    void print(Terminal terminal) {
        PrintWriter out = terminal.out();
        found.forEach(line -> out.print(TerminalReport.folded(line, terminal.width())));
        if (!found.isEmpty()) {
            out.println();
        }
        tables.forEach(table -> TextTable.print(out, table));
        notes.forEach(line -> out.print(TerminalReport.folded(line, terminal.width())));
        out.flush();
    }

    /** The same as Markdown. */
    String markdown() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        found.forEach(line -> MarkdownTable.paragraph(out, line));
        tables.forEach(table -> MarkdownTable.print(out, table));
        notes.forEach(line -> MarkdownTable.paragraph(out, line));
        out.flush();
        return text.toString();
    }
}
