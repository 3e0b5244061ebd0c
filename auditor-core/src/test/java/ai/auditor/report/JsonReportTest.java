package ai.auditor.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Verdict;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonReportTest {
    private static final ObjectMapper READER = new ObjectMapper();

    static List<AuditResult> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyReportFollowsTheSchema(AuditResult result) throws IOException {
        assertThat(schema().validate(JsonReport.of(result), InputFormat.JSON)).isEmpty();
    }

    @Test
    void theSchemaRefusesWhatItDoesNotKnow() throws IOException {
        String report = JsonReport.of(Samples.owlDetected());
        assertThat(schema().validate(report.replace("\"trait\"", "\"traits\""), InputFormat.JSON))
                .isNotEmpty();
        assertThat(schema().validate(report.replace("\"elevated\"", "\"grave\""), InputFormat.JSON))
                .isNotEmpty();
    }

    @Test
    void everyFieldOfTheSchemaIsDescribed() throws IOException {
        JsonNode schema = READER.readTree(schemaText());
        schema.findParents("properties")
                .forEach(parent -> parent.get("properties")
                        .properties()
                        .forEach(field -> assertThat(field.getValue().has("description")
                                        || field.getValue().has("$ref"))
                                .as(field.getKey())
                                .isTrue()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void keysAreSortedAndNumbersFinite(AuditResult result) throws IOException {
        String report = JsonReport.of(result);
        assertThat(report).doesNotContain("NaN").doesNotContain("Infinity");
        sorted(READER.readTree(report));
    }

    private static void sorted(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        assertThat(names).isSorted();
        node.forEach(JsonReportTest::sorted);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nothingInItActsOnATerminal(AuditResult result) {
        assertThat(JsonReport.of(result)).matches("[\\n -~]*");
    }

    @Test
    void equalResultsGiveEqualBytes() {
        assertThat(JsonReport.of(Samples.eagleAgainstNeutral()))
                .isEqualTo(JsonReport.of(Samples.eagleAgainstNeutral()));
    }

    @Test
    void theVerdictIsWhereTheDesignSays() throws IOException {
        JsonNode report = READER.readTree(JsonReport.of(Samples.owlDetected()));
        assertThat(report.at("/schemaVersion").asText()).isEqualTo("1.0");
        assertThat(report.at("/risk").asText()).isEqualTo("elevated");
        assertThat(report.at("/exit/code").asInt()).isEqualTo(1);
        assertThat(report.at("/claims/1/id").asText()).isEqualTo("along-trait");
        assertThat(report.at("/claims/1/outcome").asText()).isEqualTo("detected");
        assertThat(report.at("/claims/1/trait").asText()).isEqualTo("owl");
        assertThat(report.at("/claims/1/interval/low").asDouble()).isEqualTo(0.55);
        assertThat(report.at("/claims/2/p").isNull()).isTrue();
        assertThat(report.at("/probes/0/discrimination/row/value").asDouble()).isEqualTo(0.74);
        assertThat(report.at("/coverage/1/teachers/5/teacher").asText()).isEqualTo("triggered");
        assertThat(report.at("/coverage/1/teachers/5/extent").asText()).isEqualTo("unseen");
    }

    @Test
    void doublesPrintAsTheShortestTextThatReadsBack() {
        assertThat(JsonReport.of(Samples.owlDetected()))
                .contains("\"p\" : 2.0E-5")
                .contains("\"level\" : 0.95")
                .contains("\"detectableFraction\" : 0.034");
    }

    @Test
    void gatesHaveTheExitCodesOfTheDesign() {
        assertThat(Verdict.GateOutcome.PASSED.exitCode()).isZero();
        assertThat(Verdict.GateOutcome.FAILED.exitCode()).isEqualTo(1);
        assertThat(Verdict.GateOutcome.INCONCLUSIVE.exitCode()).isEqualTo(5);
    }

    @Test
    void aFileIsReplacedWholeAndNothingElseIsLeft(@TempDir Path directory) throws IOException {
        Path target = directory.resolve("report.json");
        Files.writeString(target, "old");
        JsonReport.write(Samples.owlDetected(), target);
        assertThat(target).hasContent(JsonReport.of(Samples.owlDetected()));
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed(@TempDir Path directory) {
        Path target = directory.resolve("missing").resolve("report.json");
        assertThatThrownBy(() -> JsonReport.write(Samples.owlDetected(), target))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.OUTPUT))
                .hasMessageContaining(target.toString());
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schemaText());
    }

    private static String schemaText() throws IOException {
        try (InputStream stream = Objects.requireNonNull(JsonReport.class.getResourceAsStream("report.schema.json"))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
