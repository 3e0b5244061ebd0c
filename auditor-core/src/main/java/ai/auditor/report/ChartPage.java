package ai.auditor.report;

import ai.auditor.Printable;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Table;
import ai.auditor.report.internal.ProbeFigures;
import ai.auditor.report.template.JtechartsGenerated;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Charts and tables of something that is no audit, as one HTML page in the style of the report: no scripts, no network, everything
 * inside.
 *
 * @param title what was measured
 * @param lines what the numbers mean, a paragraph each
 * @param charts drawn as in a report
 * @param tables under the charts
 */
public record ChartPage(String title, List<String> lines, List<Chart> charts, List<Table> tables) {
    public ChartPage {
        Objects.requireNonNull(title);
        lines = List.copyOf(lines);
        charts = List.copyOf(charts);
        tables = List.copyOf(tables);
    }

    /** The page; all text is escaped. */
    public String html() {
        StyleSheet style = StyleSheet.read();
        StringOutput page = new StringOutput();
        JtechartsGenerated.render(
                new OwaspHtmlTemplateOutput(page),
                null,
                this,
                charts.stream().map(chart -> ProbeFigures.of(chart, Set.of())).toList(),
                style.text(),
                style.contentPolicy());
        return Printable.lines(page.toString().strip() + "\n");
    }
}
