package ai.auditor.report;

import ai.auditor.AtomicFile;
import ai.auditor.Printable;
import ai.auditor.audit.AuditResult;
import ai.auditor.report.internal.Page;
import ai.auditor.report.template.JtereportGenerated;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

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
        String style = style();
        StringOutput page = new StringOutput();
        JtereportGenerated.render(
                new OwaspHtmlTemplateOutput(page), null, new Page(result, style, contentPolicy(style)));
        // The template escapes markup; this makes what a browser would obey without markup visible, such as a change of
        // reading direction.
        return Printable.lines(page.toString().strip() + "\n");
    }

    /** Only this very style sheet may act on the page: even markup that slipped in could style, load and run nothing. */
    private static String contentPolicy(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'sha256-"
                    + Base64.getEncoder().encodeToString(digest)
                    + "'; img-src data:; base-uri 'none'; form-action 'none'";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    private static String style() {
        try (InputStream stream = Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("the style sheet in the jar cannot be read", failure);
        }
    }
}
