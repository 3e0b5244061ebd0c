package ai.auditor.report;

import ai.auditor.AtomicFile;
import ai.auditor.Printable;
import ai.auditor.audit.AuditResult;
import ai.auditor.report.internal.Page;
import ai.auditor.report.template.JtereportGenerated;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.nio.file.Path;

/** The report as one HTML page: no scripts, no network, everything inside. */
public final class HtmlReport {
    private HtmlReport() {}

    /**
     * Writes the page; it appears whole or not at all.
     *
     * @throws ai.auditor.AuditException {@code OUTPUT} naming the path
     */
    public static void write(AuditResult result, Path target) {
        AtomicFile.write(target, of(result));
    }

    /** The page. */
    public static String of(AuditResult result) {
        StyleSheet style = StyleSheet.read();
        StringOutput page = new StringOutput();
        JtereportGenerated.render(
                new OwaspHtmlTemplateOutput(page), null, new Page(result, style.text(), style.contentPolicy()));
        // The template escapes markup; this makes what a browser would obey without markup visible, such as a change of
        // reading direction.
        return Printable.lines(page.toString().strip() + "\n");
    }
}
