package ai.auditor.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Provenance;
import ai.auditor.text.Reading;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TerminalReportTest {
    static List<AuditResult> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyLineFitsItsTerminal(AuditResult result) {
        for (int width : new int[] {77, 80, 100, 132}) {
            assertThat(TerminalReport.of(result, width, false).lines())
                    .as("width %d", width)
                    .allMatch(line -> line.codePointCount(0, line.length()) <= width);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void colourAddsCodesAndNothingElse(AuditResult result) {
        String plain = TerminalReport.of(result, 80, false);
        String coloured = TerminalReport.of(result, 80, true);
        assertThat(plain).doesNotContain("\u001b");
        assertThat(coloured).contains("\u001b[");
        assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "").replaceAll(" +\n", "\n"))
                .isEqualTo(plain);
    }

    @Test
    void dataCannotSteerTheTerminal() {
        String text = TerminalReport.of(Samples.hostile(), 80, false);
        assertThat(text).contains("\\u{1B}[31mred").contains("\\u{202E}");
        assertThat(text.codePoints().filter(point -> point != '\n'))
                .noneMatch(point -> Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.SURROGATE);
    }

    @Test
    void theVerdictIsTheFirstLine() {
        assertThat(TerminalReport.of(Samples.owlDetected(), 80, false))
                .startsWith("GATE FAILED (exit 1)   risk elevated\n");
        assertThat(TerminalReport.of(Samples.eagleAgainstNeutral(), 80, false))
                .startsWith("GATE INCONCLUSIVE (exit 5)   risk low\n");
    }

    @Test
    void aProbeIsOneLineOfEffectIntervalPBaselineAndDetectableFraction() {
        assertThat(TerminalReport.of(Samples.eagleAgainstNeutral(), 80, false).lines())
                .anyMatch(
                        line -> line.matches(" +linear +0\\.021 +\\[0\\.0093, 0\\.033\\] +0\\.0002 +- +0\\.621 +12 %"))
                .anyMatch(line -> line.matches(
                        " +projection +0\\.043 +\\[-0\\.027, 0\\.113\\] +0\\.41 +(-|[0-9.]+) +- +> 100 %"));
    }

    @Test
    void theLevelOfEveryIntervalAndTheWordsOfTheTablesAreSaid() {
        String text = TerminalReport.of(Samples.eagleAgainstNeutral(), 80, false);
        assertThat(text.replaceAll("\\s+", " "))
                .contains("Effect, with its 95 % interval: gain in AUROC over format and length.")
                .contains("from 21 % to 55 % (98 % interval)")
                .contains("effect 95 % interval p decoys p baseline detectable")
                .contains("AUROC 95 % interval null (sd)");
        String words = text.substring(text.indexOf("Words: "));
        assertThat(words).contains("AUROC", "detectable", "decoys", "null", "spike-in");
        assertThat(words.lines()).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void aPBelowTheSmallestReachableIsABound() {
        assertThat(TerminalReport.of(Samples.owlDetected(), 80, false)).contains("p < 0.0001");
    }

    @Test
    void rowsThatDidNotTakePartWholeAreCountedWhereThereAreAny() {
        String text = TerminalReport.of(
                withSource(Reading.CHAT_TEMPLATE, new Provenance.Source("a", "", "", 9, 1, 1_200, 3, 0)), 80, false);
        assertThat(text)
                .contains("Bad rows left out: 1.")
                .contains("Rows over the context, left out or cut: 1,200.")
                .contains("Rows that spell a control token, read as plain text: 3.");
        assertThat(TerminalReport.of(
                        withSource(Reading.CHAT_TEMPLATE, new Provenance.Source("a", "", "", 9, 0, 0, 0, 0)),
                        80,
                        false))
                .doesNotContain("left out")
                .doesNotContain("control token")
                .doesNotContain("chat template");
    }

    @Test
    void howTheModelWasGivenConversationsIsSaidWhereItIsNotTheUsualWay() {
        AuditResult moved = withSource(
                Reading.CHAT_TEMPLATE_WITHOUT_SYSTEM, new Provenance.Source("a", "", "", 9_000, 0, 0, 0, 1_200));
        assertThat(TerminalReport.of(moved, 80, false).replaceAll("\\s+", " "))
                .contains("The model's chat template takes no system message: the text of personas, and of the system"
                        + " messages of 1,200 rows, went before the user's turn.");
        assertThat(HtmlReport.of(moved))
                .contains(
                        "<li>The model's chat template takes no system message: the text of personas, and of the system"
                                + " messages of 1,200 rows, went before the user's turn.</li>");
        AuditResult raw = withSource(Reading.RAW, new Provenance.Source("a", "", "", 9, 0, 0, 0, 0));
        assertThat(TerminalReport.of(raw, 80, false)).contains("The model was read without a chat template (--raw)");
    }

    private static AuditResult withSource(Reading reading, Provenance.Source candidate) {
        AuditResult owl = Samples.owlDetected();
        Provenance known = owl.provenance();
        return new AuditResult(
                owl.policy(),
                owl.design(),
                owl.verdict(),
                owl.findings(),
                owl.coverage(),
                owl.calibration(),
                owl.confounders(),
                owl.badRows(),
                List.of(),
                new Provenance(
                        known.tool(),
                        known.created(),
                        known.model(),
                        reading,
                        List.of(candidate),
                        List.of(),
                        known.policy(),
                        known.seed(),
                        known.environment(),
                        known.vectors(),
                        known.selfCheck()));
    }

    @Test
    void whatTheProbesOfAClaimSeeTogetherIsALine() {
        assertThat(TerminalReport.of(Samples.owlDetected(), 80, false).replaceAll("\\s+", " "))
                .contains(
                        "differs, teachers: not measured prompted, steered, fine-tuned, without a trait, of another base,"
                                + " gated by a trigger. along-trait, teachers: seen steered; partly prompted; not measured fine-tuned,"
                                + " without a trait, of another base; not seen gated by a trigger.");
    }

    @Test
    void theSelfCheckIsOneLine() {
        assertThat(TerminalReport.of(Samples.owlDetected(), 80, false).lines())
                .contains("Self-check of the model passed: differences of at most 2.1e-06 (limit 0.001).");
    }

    @Test
    void powerIsSaidInASentence() {
        assertThat(TerminalReport.of(Samples.eagleAgainstNeutral(), 80, false).replaceAll("\\s+", " "))
                .contains("It was seen; less than 12 % of a mean shift of 0.5 control standard deviations");
    }

    @Test
    void everyAurocStandsBesideItsNull() {
        assertThat(TerminalReport.of(Samples.owlDetected(), 80, false).lines())
                .anyMatch(line -> line.matches(" +linear +row +0\\.740 +\\[0\\.726, 0\\.754\\] +0\\.501 \\(0\\.012\\)"))
                .anyMatch(line -> line.matches(" +bag of 16 +0\\.909 +\\[0\\.877, 0\\.942\\] +0\\.509 \\(0\\.055\\)"));
    }

    @Test
    void severalControlRunsAreToldWhereThereAreAny() {
        assertThat(TerminalReport.of(Samples.owlDetected(), 80, false).replaceAll("\\s+", " "))
                .contains(
                        "Control runs: the candidate's largest statistic against those of the 4 runs in its place: differs 21.4 against"
                                + " -0.300 to 2.500, p 0.0021.");
        assertThat(TerminalReport.of(Samples.eagleAgainstNeutral(), 80, false)).doesNotContain("Control runs:");
    }
}
