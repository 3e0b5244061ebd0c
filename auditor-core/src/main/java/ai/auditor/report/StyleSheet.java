package ai.auditor.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * The style of every page.
 *
 * @param text the style sheet
 * @param contentPolicy the Content-Security-Policy under which only this very style sheet may act on the page: even markup that slipped
 *     in could style, load and run nothing
 */
record StyleSheet(String text, String contentPolicy) {
    static StyleSheet read() {
        try (InputStream stream = Objects.requireNonNull(StyleSheet.class.getResourceAsStream("report.css"))) {
            byte[] bytes = stream.readAllBytes();
            return new StyleSheet(new String(bytes, StandardCharsets.UTF_8), contentPolicy(bytes));
        } catch (IOException failure) {
            throw new UncheckedIOException("the style sheet in the jar cannot be read", failure);
        }
    }

    private static String contentPolicy(byte[] style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style);
            return "default-src 'none'; style-src 'sha256-"
                    + Base64.getEncoder().encodeToString(digest)
                    + "'; img-src data:; base-uri 'none'; form-action 'none'";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
