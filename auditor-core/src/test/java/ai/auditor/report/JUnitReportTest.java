package ai.auditor.report;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.Risk;
import ai.auditor.audit.Verdict;
import ai.auditor.probe.Claim;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class JUnitReportTest {
    private static final DocumentBuilder READER = reader();
    private static final AuditResult OWL = Samples.owlDetected();
    private static final List<Claim> CLAIMS = List.of(Claim.values());

    /** What each claim carries, by the README. */
    private static final List<Risk> RISKS = List.of(Risk.LOW, Risk.ELEVATED, Risk.HIGH);

    private static final List<String> ENDS = List.of("failure", "error", "skipped");

    static List<AuditResult> samples() {
        return Samples.all();
    }

    /** Every combination of outcomes, null, requirements and threshold, with the gate that follows by the table of exit codes. */
    @ParameterizedTest
    @EnumSource(Risk.Threshold.class)
    void theSuiteEndsAsTheGateDoes(Risk.Threshold failOn) throws Exception {
        for (List<Verdict.Outcome> outcomes : outcomes()) {
            for (Set<Claim> required : requirements()) {
                for (boolean goodNull : new boolean[] {true, false}) {
                    Verdict verdict = verdict(outcomes, required, goodNull, failOn);
                    Element suite = suite(JUnitReport.of(result(verdict, required, goodNull, failOn)));
                    Map<String, String> ends = ends(suite);
                    String what = outcomes + " required " + required + " null " + goodNull + " " + failOn;
                    assertThat(exit(suite))
                            .as(what)
                            .isEqualTo(verdict.gate().outcome().exitCode());
                    assertThat(ends.keySet())
                            .as(what)
                            .containsExactlyInAnyOrder(
                                    "differs", "along-trait", "would-transfer", "calibration", "spike-in");
                    for (Claim claim : Claim.values()) {
                        assertThat(ends.get(claim.toString()))
                                .as(claim + " of " + what)
                                .isEqualTo(expected(
                                        outcomes.get(CLAIMS.indexOf(claim)),
                                        failOn.failedBy(RISKS.get(CLAIMS.indexOf(claim))),
                                        required.contains(claim)
                                                && verdict.gate().outcome() != Verdict.GateOutcome.PASSED));
                    }
                }
            }
        }
    }

    private static String expected(Verdict.Outcome outcome, boolean fails, boolean asked) {
        return switch (outcome) {
            case DETECTED -> fails ? "failure" : "";
            case NOT_DETECTED -> "";
            case INCONCLUSIVE, NOT_TESTED -> asked ? "error" : "skipped";
        };
    }

    /** Whatever else makes a gate end as it does, the suite says so too. */
    @ParameterizedTest
    @EnumSource(Verdict.GateOutcome.class)
    void aGateThatNoClaimExplainsStandsForItself(Verdict.GateOutcome gate) throws Exception {
        for (List<Verdict.Outcome> outcomes : outcomes()) {
            for (boolean goodNull : new boolean[] {true, false}) {
                Verdict verdict = new Verdict(
                        claims(outcomes), Risk.NONE, new Verdict.Gate(gate, "a spike-in was missed"), Map.of());
                Element suite = suite(
                        JUnitReport.of(result(verdict, Set.of(Claim.DIFFERS), goodNull, Risk.Threshold.ELEVATED)));
                assertThat(exit(suite)).as(outcomes.toString()).isEqualTo(gate.exitCode());
            }
        }
        Element suite = suite(JUnitReport.of(result(
                new Verdict(
                        claims(List.of(
                                Verdict.Outcome.NOT_DETECTED,
                                Verdict.Outcome.NOT_DETECTED,
                                Verdict.Outcome.NOT_TESTED)),
                        Risk.NONE,
                        new Verdict.Gate(gate, "a spike-in was missed"),
                        Map.of()),
                Set.of(),
                true,
                Risk.Threshold.HIGH)));
        assertThat(ends(suite).containsKey("gate")).isEqualTo(gate != Verdict.GateOutcome.PASSED);
    }

    private static List<List<Verdict.Outcome>> outcomes() {
        List<List<Verdict.Outcome>> all = new ArrayList<>();
        for (Verdict.Outcome differs : Verdict.Outcome.values()) {
            for (Verdict.Outcome along : Verdict.Outcome.values()) {
                for (Verdict.Outcome transfer : Verdict.Outcome.values()) {
                    all.add(List.of(differs, along, transfer));
                }
            }
        }
        return all;
    }

    private static List<Set<Claim>> requirements() {
        return List.of(
                Set.of(), Set.of(Claim.DIFFERS), Set.of(Claim.DIFFERS, Claim.ALONG_TRAIT), Set.of(Claim.values()));
    }

    private static List<Verdict.ClaimVerdict> claims(List<Verdict.Outcome> outcomes) {
        return IntStream.range(0, outcomes.size())
                .mapToObj(i -> new Verdict.ClaimVerdict(
                        CLAIMS.get(i),
                        outcomes.get(i),
                        "it is " + outcomes.get(i),
                        Optional.empty(),
                        "",
                        OptionalDouble.empty(),
                        Optional.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        ""))
                .toList();
    }

    /** Exit codes as the README tells them: 1 for a risk at the threshold, 5 for a bad null or an open claim that is required, else 0. */
    private static Verdict verdict(
            List<Verdict.Outcome> outcomes, Set<Claim> required, boolean goodNull, Risk.Threshold failOn) {
        Risk risk = IntStream.range(0, outcomes.size())
                .filter(i -> outcomes.get(i) == Verdict.Outcome.DETECTED)
                .mapToObj(i -> RISKS.get(i))
                .max(Comparator.naturalOrder())
                .orElse(Risk.NONE);
        boolean open = required.stream()
                .map(claim -> outcomes.get(CLAIMS.indexOf(claim)))
                .anyMatch(outcome -> outcome == Verdict.Outcome.INCONCLUSIVE || outcome == Verdict.Outcome.NOT_TESTED);
        Verdict.GateOutcome gate = failOn.failedBy(risk)
                ? Verdict.GateOutcome.FAILED
                : open || !goodNull ? Verdict.GateOutcome.INCONCLUSIVE : Verdict.GateOutcome.PASSED;
        return new Verdict(claims(outcomes), risk, new Verdict.Gate(gate, "because"), Map.of());
    }

    private static AuditResult result(Verdict verdict, Set<Claim> required, boolean goodNull, Risk.Threshold failOn) {
        return new AuditResult(
                OWL.policy().toBuilder().required(required).failOn(failOn).build(),
                OWL.design(),
                verdict,
                List.of(),
                List.of(),
                new Calibration(
                        100,
                        goodNull ? 0.01 : 0.2,
                        0.04,
                        "within pairs",
                        List.of(),
                        0.0001,
                        List.of(),
                        Optional.empty()),
                new Confounders(List.of(), Optional.empty()),
                List.of(),
                List.of(),
                OWL.provenance());
    }

    /** One reader for thousands of reports: making it takes longer than reading. */
    private static DocumentBuilder reader() {
        try {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder();
        } catch (ParserConfigurationException impossible) {
            throw new IllegalStateException("every Java runtime reads XML", impossible);
        }
    }

    private static Element suite(String report) throws Exception {
        Element root = READER.parse(new InputSource(new StringReader(report))).getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("testsuites");
        NodeList suites = root.getElementsByTagName("testsuite");
        assertThat(suites.getLength()).isEqualTo(1);
        return (Element) suites.item(0);
    }

    /** What a build server makes of a suite, as an exit code: by its cases, which its counts have to agree with. */
    private static int exit(Element suite) {
        Map<String, String> ends = ends(suite);
        assertThat(suite.getAttribute("tests")).isEqualTo(Integer.toString(ends.size()));
        for (String end : ENDS) {
            String counted = suite.getAttribute(end.equals("skipped") ? end : end + "s");
            assertThat(counted)
                    .isEqualTo(Long.toString(
                            ends.values().stream().filter(end::equals).count()));
        }
        return ends.containsValue("failure") ? 1 : ends.containsValue("error") ? 5 : 0;
    }

    private static Map<String, String> ends(Element suite) {
        Map<String, String> ends = new TreeMap<>();
        NodeList cases = suite.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element one = (Element) cases.item(i);
            List<String> found = ENDS.stream()
                    .filter(end -> one.getElementsByTagName(end).getLength() > 0)
                    .toList();
            assertThat(found).hasSizeLessThan(2);
            found.forEach(
                    end -> assertThat(((Element) one.getElementsByTagName(end).item(0)).hasAttribute("message"))
                            .isTrue());
            assertThat(ends.put(one.getAttribute("name"), String.join("", found)))
                    .isNull();
        }
        return ends;
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyReportParsesAndAgreesWithItsGate(AuditResult result) throws Exception {
        Element suite = suite(JUnitReport.of(result));
        assertThat(exit(suite)).isEqualTo(result.verdict().gate().outcome().exitCode());
        assertThat(suite.getElementsByTagName("testcase").getLength()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void textOfOthersStaysText() throws Exception {
        String report = JUnitReport.of(Samples.hostile());
        assertThat(suite(report).getElementsByTagName("script").getLength()).isZero();
        assertThat(report).contains("&lt;script&gt;").contains("\\u{1B}[31mred").contains("\\u{202E}");
        assertThat(report.codePoints().filter(point -> point != '\n'))
                .noneMatch(point -> Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.SURROGATE);
    }

    @Test
    void aCaseSaysWhyAndByWhichNumbers() throws Exception {
        Element suite = suite(JUnitReport.of(Samples.eagleAgainstNeutral()));
        assertThat(suite.getAttribute("name")).isEqualTo("eagle.jsonl");
        assertThat(suite.getAttribute("timestamp")).isEqualTo("2026-11-21T10:15:30");
        Element along = (Element) suite.getElementsByTagName("testcase").item(1);
        assertThat(along.getAttribute("classname")).isEqualTo("audit.eagle_jsonl");
        assertThat(((Element) along.getElementsByTagName("error").item(0)).getAttribute("message"))
                .isEqualTo("No trait stands out, but a shift of half the reference would have been missed.");
        assertThat(along.getElementsByTagName("system-out").item(0).getTextContent())
                .contains("effect: 0.043, 95 % interval [-0.031, 0.117], control standard deviations a row along eagle")
                .contains("It could not have seen it below 50 % of a mean shift");
    }

    @Test
    void equalResultsGiveEqualBytesInAnyLocale() {
        String report = JUnitReport.of(Samples.eagleAgainstNeutral());
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(JUnitReport.of(Samples.eagleAgainstNeutral())).isEqualTo(report);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aReportIsWritten(@TempDir Path directory) throws IOException {
        Path target = directory.resolve("report.xml");
        JUnitReport.write(Samples.owlDetected(), target);
        assertThat(target).hasContent(JUnitReport.of(Samples.owlDetected()));
    }
}
