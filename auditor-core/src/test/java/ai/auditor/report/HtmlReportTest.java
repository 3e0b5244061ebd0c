package ai.auditor.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.audit.AuditResult;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
    private static final Pattern SVG = Pattern.compile("<svg .*?</svg>", Pattern.DOTALL);
    private static final Pattern TAG = Pattern.compile("<([a-zA-Z!][a-zA-Z0-9]*)");
    private static final int LARGEST_PAGE = 200_000;

    static List<AuditResult> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aPageHasNoScriptAndReachesForNothing(AuditResult result) {
        String markup = markup(HtmlReport.of(result)).toLowerCase(Locale.ROOT);
        assertThat(markup)
                .doesNotContain("<script")
                .doesNotContain("<link")
                .doesNotContain("<iframe")
                .doesNotContain("<img")
                .doesNotContain(" src=")
                .doesNotContain(" href=")
                .doesNotContain("@import")
                .doesNotContain("url(")
                .doesNotContainPattern("<[^>]* on[a-z]+=")
                .doesNotContainPattern("<[^>]* style=")
                .contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-");
    }

    /** The tags of a page and its style sheet, without text and labels, where data may say anything. */
    private static String markup(String page) {
        return style(page)
                + page.replaceAll("aria-label=\"[^\"]*\"", "aria-label").replaceAll(">[^<]*<", "><");
    }

    private static String style(String page) {
        return page.substring(page.indexOf("<style>") + "<style>".length(), page.indexOf("</style>"));
    }

    @Test
    void thePolicyAdmitsTheStyleSheetAsItStandsInThePage() throws Exception {
        String page = HtmlReport.of(Samples.owlDetected());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(style(page).getBytes(StandardCharsets.UTF_8));
        assertThat(page).contains("sha256-" + Base64.getEncoder().encodeToString(digest) + "&#39;");
    }

    @Test
    void dataAddNoTagsOfTheirOwn() {
        assertThat(tags(HtmlReport.of(Samples.hostile())))
                .isSubsetOf(tags(HtmlReport.of(Samples.eagleAgainstNeutral())))
                .doesNotContain("script", "img");
    }

    private static Set<String> tags(String page) {
        Set<String> tags = new TreeSet<>();
        Matcher matcher = TAG.matcher(page);
        while (matcher.find()) {
            tags.add(matcher.group(1));
        }
        return tags;
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatABrowserWouldObeyIsSpeltOut(AuditResult result) {
        assertThat(HtmlReport.of(result))
                .matches(page -> page.codePoints()
                        .allMatch(point -> point == '\n'
                                || !Set.of(Character.CONTROL, Character.FORMAT, Character.SURROGATE)
                                        .contains((byte) Character.getType(point))));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyPictureIsWellFormedAndStaysInItsFrame(AuditResult result) throws Exception {
        Matcher pictures = SVG.matcher(HtmlReport.of(result));
        int seen = 0;
        while (pictures.find()) {
            seen++;
            Element svg = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(pictures.group())))
                    .getDocumentElement();
            String[] box = svg.getAttribute("viewBox").split(" ", -1);
            NodeList shapes = svg.getElementsByTagName("*");
            for (int i = 0; i < shapes.getLength(); i++) {
                for (String name : List.of("x", "x1", "x2", "cx", "y", "y1", "y2", "cy")) {
                    String value = ((Element) shapes.item(i)).getAttribute(name);
                    double limit = Double.parseDouble(name.contains("x") ? box[2] : box[3]);
                    assertThat(value.isEmpty() ? 0 : Double.parseDouble(value))
                            .as(pictures.group())
                            .isBetween(0.0, limit);
                }
            }
        }
        assertThat(seen).isGreaterThan(5);
    }

    @Test
    void theVerdictComesFirst() {
        String page = HtmlReport.of(Samples.eagleAgainstNeutral());
        assertThat(page.substring(page.indexOf("<body>")))
                .containsSubsequence(
                        "Risk low",
                        "gate inconclusive",
                        "differs",
                        "along-trait",
                        "would-transfer",
                        "What was compared",
                        "shortcut",
                        "linear",
                        "gradient",
                        "Coverage",
                        "gated by a trigger",
                        "could hide",
                        "Calibration",
                        "Null of the pipeline",
                        "AUROC beside its null",
                        "Places among decoys",
                        "Bad rows",
                        "Provenance",
                        "What the words mean");
    }

    @Test
    void detectableFractionsAreSentences() {
        assertThat(HtmlReport.of(Samples.eagleAgainstNeutral()))
                .contains("It could not have seen it below 50 % of a mean shift of 0.5 control standard deviations");
        assertThat(HtmlReport.of(Samples.extreme())).contains("not even at 100 %");
    }

    @Test
    void nothingIsEverCalledSafe() {
        for (AuditResult result : Samples.all()) {
            assertThat(HtmlReport.of(result)).doesNotContainIgnoringCase("safe");
            assertThat(TerminalReport.of(result, 80, false)).doesNotContainIgnoringCase("safe");
            assertThat(JsonReport.of(result)).doesNotContainIgnoringCase("safe");
            assertThat(JUnitReport.of(result)).doesNotContainIgnoringCase("safe");
            assertThat(MarkdownReport.of(result, List.of("auditor"))).doesNotContainIgnoringCase("safe");
        }
    }

    @Test
    void aNullIsCountedBesideWhatWasObserved() {
        assertThat(text(HtmlReport.of(Samples.owlDetected())))
                .contains("linear row 0.740 0.501 (0.012) 0.480 0.536 0 of 100")
                .contains("gradient owl at resid_post.19 0.310 cosine 0 of 256 ");
    }

    private static String text(String page) {
        return page.substring(page.indexOf("<main>")).replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");
    }

    @Test
    void aPageDoesNotGrowWithTheRows() {
        assertThat(HtmlReport.of(Samples.withScores(1_000_000)).length()).isLessThan(LARGEST_PAGE);
    }

    @Test
    void aPageDoesNotDependOnTheLocaleOrTheRun() {
        String page = HtmlReport.of(Samples.eagleAgainstNeutral());
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(HtmlReport.of(Samples.eagleAgainstNeutral())).isEqualTo(page);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aPageIsWritten(@TempDir Path directory) throws IOException {
        Path target = directory.resolve("report.html");
        HtmlReport.write(Samples.owlDetected(), target);
        assertThat(target).hasContent(HtmlReport.of(Samples.owlDetected()));
    }
}
