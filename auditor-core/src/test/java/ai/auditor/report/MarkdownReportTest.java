package ai.auditor.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Verdict;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownReportTest {
    private static final List<String> COMMAND =
            List.of("auditor", "audit", "eagle.jsonl", "--control", "neutral.jsonl");

    /** What GitHub takes as a comment, in characters. */
    private static final int LONGEST_COMMENT = 65_536;

    private static final Pattern CODE = Pattern.compile("`[^`\n]+`");
    private static final Pattern OUR_TAGS = Pattern.compile("<details><summary>[^<]*</summary>|</details>|&[lg]t;");

    static List<AuditResult> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void tablesKeepTheirShape(AuditResult result) {
        keepsItsShape(MarkdownReport.of(result, COMMAND));
    }

    private static void keepsItsShape(String summary) {
        int columns = 0;
        for (String line : lines(summary)) {
            if (line.startsWith("|")) {
                int bars = line.length() - line.replace("|", "").length();
                assertThat(line).endsWith("|").doesNotContain("\\|");
                assertThat(columns == 0 || columns == bars).as(line).isTrue();
                columns = bars;
            } else {
                columns = 0;
                assertThat(line).doesNotContain("|");
            }
        }
    }

    /** The lines before the command, which stands in a block of its own. */
    private static List<String> lines(String summary) {
        return summary.substring(0, summary.indexOf("### To run it again"))
                .lines()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nothingActsOutsideOfCode(AuditResult result) {
        actsNowhere(MarkdownReport.of(result, COMMAND));
    }

    /** Without code and our own markup nothing is left that GitHub would make a tag, a link, a mention, a reference, maths or an image of. */
    private static void actsNowhere(String summary) {
        for (String line : lines(summary)) {
            String bare = CODE.matcher(OUR_TAGS.matcher(line).replaceAll("")).replaceAll("");
            assertThat(bare.replaceFirst("^#{2,3} ", ""))
                    .as(line)
                    .doesNotContain("`", "<", ">", "@", "#", "$", "://", "~", "_", "\\", "&", "![", "](")
                    .doesNotContainIgnoringCase("www.")
                    .doesNotContainPattern("(?i)\\bgh-\\d")
                    .doesNotContainPattern(":[a-z]+:");
        }
        assertThat(summary.codePoints().filter(point -> point != '\n'))
                .noneMatch(point -> Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.SURROGATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a|b||c",
                "a `b` ``c`` ` |",
                "@everyone and @org/team",
                "[x](https://evil.example) ![y](z) <img src=x> &lt;b&gt;",
                "https://evil.example www.evil.example mail@evil.example",
                "#1 GH-12 org/repo#3 0123456789abcdef0123456789abcdef01234567",
                "\n\n# heading\n| a |\n|---|\n```\n",
                "$x^2$ $`y`$ :tada: ~~z~~ **b** _i_ <!-- <details>",
                "\\| \\` \\\\",
                "1. one\n- two\n> three\n=====",
                "\u202egnp.exe \u001b[31m \ud800 \u2028 \ufeff",
                "   ",
                ""
            })
    void hostileTextStandsForItself(String text) {
        String summary = MarkdownReport.of(saying(text, 1), COMMAND);
        keepsItsShape(summary);
        actsNowhere(summary);
    }

    @Test
    void wordsOfASentenceAreReadAsOne() {
        assertThat(MarkdownReport.of(Samples.eagleAgainstNeutral(), COMMAND))
                .contains(
                        "but a shift of half the reference would have been missed. It could not have seen it below 50 % of a mean"
                                + " shift of 0.5 control standard deviations a row (power 0.8).")
                .contains("One control run: a trait and an effect of the run cannot be told apart.");
        assertThat(MarkdownReport.of(saying("owl at resid_post.19 moved", 1), COMMAND))
                .contains("owl at `resid_post.19` moved");
        assertThat(MarkdownReport.of(saying("owl +1.5 [-1.4, 4.3], z 17.0", 1), COMMAND))
                .contains("[-1.4, 4.3], z 17.0");
    }

    @Test
    void theVerdictComesFirstAndTheCommandLast() {
        assertThat(MarkdownReport.of(Samples.eagleAgainstNeutral(), COMMAND))
                .startsWith("## Audit of `eagle.jsonl`: risk low\n\n**Gate inconclusive (exit 5).** ")
                .containsSubsequence(
                        "| differs | **detected** | - | 0.021 [0.0091, 0.033] | 0.0002 | - | 12 % |",
                        "| along-trait | inconclusive | `eagle` |",
                        "What the probes found",
                        "Teachers that these probes can and cannot see",
                        "| prompted | not measured | partly |",
                        "| gated by a trigger | not measured | not seen |",
                        "What a generator that knows these tests could hide",
                        "left out",
                        "| bad rows, left out | 3 |",
                        "Provenance",
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
                .endsWith("```sh\nauditor audit eagle.jsonl --control neutral.jsonl\n```\n");
    }

    @Test
    void theCommandIsQuotedForAShellAndStaysInItsBlock() {
        assertThat(MarkdownReport.of(
                        Samples.owlDetected(), List.of("auditor", "audit", "it's $(here).jsonl", "```\n# x", "")))
                .endsWith("````sh\nauditor audit 'it'\\''s $(here).jsonl' '```\\u{A}# x' ''\n````\n");
    }

    @Test
    void withoutACommandThereIsNone() {
        assertThat(MarkdownReport.of(Samples.owlDetected(), List.of())).doesNotContain("To run it again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"W", "` ", "@ ", "\ud83e\udd89 ", "\u202e", "| "})
    void aSummaryFitsAComment(String text) {
        String summary =
                MarkdownReport.of(saying(text.repeat(5_000), 1_000), Collections.nCopies(10_000, text.repeat(100)));
        assertThat(summary.length()).isLessThan(LONGEST_COMMENT);
        assertThat(summary.getBytes(StandardCharsets.UTF_8).length).isLessThan(1 << 20);
    }

    /** A result all of whose texts are this one, and whose lists are this long. */
    private static AuditResult saying(String text, int times) {
        AuditResult owl = Samples.owlDetected();
        Evidence known = owl.findings().get(0).evidence();
        Evidence evidence = new Evidence(
                text,
                known.claim(),
                new Evidence.Effect(text, known.effect().value(), known.effect().interval()),
                known.contrasts(),
                known.discrimination(),
                known.scores(),
                known.tables(),
                known.charts(),
                List.of(text));
        AuditResult.Finding finding = owl.findings().get(0);
        Provenance provenance = owl.provenance();
        Provenance.Source source = new Provenance.Source(text, text, text, 1, 2, 3, 4, 5);
        return new AuditResult(
                owl.policy(),
                new AuditResult.Design(true, 1, 1, 1, 1, Collections.nCopies(times, text)),
                new Verdict(
                        owl.verdict().claims().stream()
                                .map(claim -> new Verdict.ClaimVerdict(
                                        claim.claim(),
                                        Verdict.Outcome.DETECTED,
                                        text,
                                        Optional.of(text),
                                        text,
                                        claim.effect(),
                                        claim.interval(),
                                        claim.p(),
                                        claim.decoyP(),
                                        claim.q(),
                                        claim.detectableFraction(),
                                        Optional.empty(),
                                        text))
                                .toList(),
                        owl.verdict().risk(),
                        new Verdict.Gate(Verdict.GateOutcome.FAILED, text),
                        Map.of()),
                Collections.nCopies(
                        times,
                        new AuditResult.Finding(
                                evidence,
                                finding.p(),
                                finding.decoyP(),
                                finding.detectableFraction(),
                                finding.contrasts(),
                                Optional.empty())),
                Collections.nCopies(times, new AuditResult.ProbeCoverage(text, known.claim(), Coverage.of(text))),
                owl.calibration(),
                new Confounders(
                        Collections.nCopies(
                                times,
                                new Confounders.Nuisance(
                                        text,
                                        text,
                                        1,
                                        0,
                                        Optional.empty(),
                                        OptionalDouble.of(0.001),
                                        OptionalDouble.of(0.001),
                                        Confounders.Handling.LEFT)),
                        Optional.empty()),
                Collections.nCopies(times, new BadRow(text, 1, 0, text)),
                List.of(),
                new Provenance(
                        text,
                        text,
                        Map.of("name", text, "digest", text),
                        provenance.reading(),
                        List.of(source),
                        Collections.nCopies(times, source),
                        text,
                        text,
                        Map.of(),
                        Map.of(),
                        provenance.selfCheck()));
    }

    @Test
    void equalResultsGiveEqualBytesInAnyLocale() {
        String summary = MarkdownReport.of(Samples.eagleAgainstNeutral(), COMMAND);
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(MarkdownReport.of(Samples.eagleAgainstNeutral(), COMMAND))
                    .isEqualTo(summary);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aSummaryIsWritten(@TempDir Path directory) throws IOException {
        Path target = directory.resolve("report.md");
        MarkdownReport.write(Samples.owlDetected(), COMMAND, target);
        assertThat(target).hasContent(MarkdownReport.of(Samples.owlDetected(), COMMAND));
    }

    @Test
    void severalControlRunsAreToldWhereThereAreAny() {
        assertThat(MarkdownReport.of(Samples.owlDetected(), List.of()).replaceAll("\\s+", " "))
                .contains(
                        "Control runs: the candidate's largest statistic against those of the 4 runs in its place: differs 21.4 against"
                                + " -0.300 to 2.500, p 0.0021.");
        assertThat(MarkdownReport.of(Samples.eagleAgainstNeutral(), List.of())).doesNotContain("Control runs:");
    }
}
