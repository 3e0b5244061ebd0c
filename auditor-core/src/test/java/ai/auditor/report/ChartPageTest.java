package ai.auditor.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.probe.Chart;
import ai.auditor.probe.Chart.Curves;
import ai.auditor.probe.Table;
import ai.auditor.stats.Interval;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChartPageTest {
    private static final String HOSTILE = "<script>alert(1)</script>\"'\u202e";

    private static String page(String text) {
        List<Chart> charts = List.of(
                new Curves(
                        text,
                        text,
                        text,
                        0.5,
                        List.of(new Curves.Curve(
                                text,
                                List.of(
                                        new Curves.CurvePoint(-50, 0.25, Optional.of(new Interval(0.2, 0.3, 0.95))),
                                        new Curves.CurvePoint(50, 0.75, Optional.empty()))))),
                new Chart.Histogram(text, text, List.of(new Chart.Histogram.Group(text, new double[] {1, 2}))),
                new Chart.Strip(
                        text, text, List.of(new Chart.Strip.Dot(text, 1)), new double[] {0, 2}, new double[] {1}));
        return new ChartPage(
                        text, List.of(text), charts, List.of(new Table(text, List.of(text), List.of(List.of(text)))))
                .html();
    }

    @Test
    void allChartsAndTablesStandInThePage() {
        String page = page("plain words");
        assertThat(page.split("<svg ")).hasSize(4);
        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("<title>plain words</title>", "<h1>plain words</h1>", "<p>plain words</p>", "[0.200, 0.300]")
                .contains("<h4>plain words</h4>");
    }

    @Test
    void aTableWithoutRowsIsNoBareHeading() {
        String page = new ChartPage(
                        "t", List.of(), List.of(), List.of(new Table("Named", List.of("trait", "p"), List.of())))
                .html();
        assertThat(page)
                .contains("<h4>Named</h4>", "<p class=\"quiet\">none</p>")
                .doesNotContain("<th", "<table");
    }

    @Test
    void textIsTextWhateverItSays() {
        assertThat(page(HOSTILE)).contains("&lt;script&gt;", "\\u{202E}").doesNotContain("<script", "\u202e");
        assertThat(page(HOSTILE).split("<")).hasSameSizeAs(page("plain words").split("<"));
    }
}
