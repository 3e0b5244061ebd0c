package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.probes.linear.ComparisonJson;
import ai.auditor.report.JsonReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several datasets beside each other by the command line, on the model in the box. */
class CompareCommandTest {
    private static final Path EXAMPLES = Path.of("../examples/quick-start");

    /** A name that a terminal, Markdown and JSON each have to be kept from. */
    private static final String HOSTILE = "o|w`l*[x](y)<b>\u202E.jsonl";

    /** A name that is longer than a column of a terminal. */
    private static final String LONG = "clean-of-a-second-generation-run-42.jsonl";

    private static final ObjectMapper READER = new ObjectMapper();

    @TempDir
    private Path folder;

    private String owl = "";
    private String clean = "";
    private String control = "";

    @BeforeEach
    void fewRows() throws IOException {
        owl = first("owl.jsonl", HOSTILE, 130);
        clean = first("clean.jsonl", LONG, 130);
        control = first("control.jsonl", "control.jsonl", 130);
    }

    private String first(String name, String as, int rows) throws IOException {
        List<String> lines = Files.readAllLines(EXAMPLES.resolve(name)).subList(0, rows);
        return Files.write(folder.resolve(as), lines).toString();
    }

    private static Ended compare(String... arguments) {
        List<String> call = new ArrayList<>(List.of("compare", "--quiet", "--threads", "1"));
        call.addAll(List.of(arguments));
        Ended ended = run(call.toArray(String[]::new));
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        return ended;
    }

    @Test
    void aComparisonIsPrintedAndWrittenAsNumbersAndTables() throws IOException {
        Path json = folder.resolve("compared.json");
        Path tables = folder.resolve("compared.md");
        Files.writeString(Path.of(control), "no row\n", StandardOpenOption.APPEND);
        Ended ended = compare(
                owl, "--control", control, clean, "--rows", "70", "-o", json.toString(), "-o", tables.toString());
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.err().lines())
                .hasSize(2)
                .contains("1 bad rows were left out; the first:")
                .anyMatch(line -> line.startsWith("  ") && line.contains("control.jsonl, line 131"));
        assertThat(ended.out())
                .contains("control.jsonl (0)", "clean-of-a-... (2)", "linear probe", "format and length alone", "33.3")
                .contains("told apart beyond format and length", "no p can be below")
                .contains("names no trait", "\\u{202E}")
                .doesNotContain("\u202E", "detected", LONG);
        assertThat(ended.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
        assertThat(tables)
                .content()
                .contains(
                        "/control.jsonl (0) |", "| control.jsonl (0) |", "/" + LONG + " (2) |", "| " + LONG + " (2) |")
                .contains("o\\|w\\`l\\*\\[x\\](y)\\<b>")
                .doesNotContain("\u202E", "<b>\\u", "(y)<b>", "...");

        String text = Files.readString(json);
        assertThat(text).doesNotContain("NaN", "\u202E");
        numbers(READER.readTree(text));
        assertThat(schema().validate(text, InputFormat.JSON)).isEmpty();
        theSchemaIsStrict(READER.readTree(text));
    }

    private static void numbers(JsonNode tree) {
        assertThat(fields(tree)).isSorted().contains("datasets", "confusion", "provenance");
        assertThat(tree.at("/schemaVersion").asText()).isEqualTo("1.0");
        assertThat(tree.at("/tool").asText()).startsWith("auditor ");
        assertThat(tree.at("/datasets")).hasSize(3);
        assertThat(tree.at("/datasets/1").asText()).endsWith("<b>\\u{202E}.jsonl");
        assertThat(tree.at("/design/rows").asInt()).isEqualTo(70);
        assertThat(tree.at("/design/promptsOfEach")).hasSize(3);
        assertThat(tree.at("/accuracy/chance").asDouble()).isEqualTo(1.0 / 3);
        assertThat(tree.at("/againstRest")).hasSize(3);
        assertThat(tree.at("/pairs")).hasSize(3);
        assertThat(tree.at("/pairs/2/first").asInt()).isEqualTo(1);
        assertThat(tree.at("/pairs/2/auroc/interval/low").asDouble()).isBetween(0.0, 1.0);
        assertThat(tree.at("/smallestP/pairs").asDouble()).isBetween(0.0, 0.01);
        assertThat(tree.at("/badRows/0/line").asInt()).isEqualTo(131);
        JsonNode provenance = tree.at("/provenance");
        assertThat(provenance.at("/model/digest").asText()).hasSize(64);
        assertThat(provenance.at("/candidates/0/name")).isEqualTo(tree.at("/datasets/1"));
        assertThat(provenance.at("/candidates/0/contentDigest").asText()).hasSize(64);
        assertThat(provenance.at("/controls/0/badRows").asInt()).isEqualTo(1);
        assertThat(provenance.at("/environment/longRows").asText()).isEqualTo("leave-out");
        assertThat(provenance.at("/environment/maxBadRows").asText()).isEqualTo("0.01");
        assertThat(provenance.at("/environment/promptSample").asText()).isEqualTo("70");
        assertThat(provenance.at("/selfCheck").findValuesAsText("name")).contains("padded against not");
    }

    private static JsonSchema schema() {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(ComparisonJson.schema());
    }

    /** Whatever object of a valid file has a field too many or too few is refused. */
    private static void theSchemaIsStrict(JsonNode valid) {
        JsonSchema schema = schema();
        List<ObjectNode> objects = new ArrayList<>();
        collect(valid, objects);
        assertThat(objects).hasSizeGreaterThan(30);
        for (ObjectNode object : objects) {
            object.put("unknown", 1);
            assertThat(schema.validate(valid)).isNotEmpty();
            object.remove("unknown");
            for (String field : fields(object)) {
                JsonNode value = object.remove(field);
                assertThat(schema.validate(valid)).as(field).isNotEmpty();
                object.set(field, value);
            }
        }
        assertThat(schema.validate(valid)).isEmpty();
    }

    /** All objects but those whose keys are not ours: facts. */
    private static void collect(JsonNode node, List<ObjectNode> objects) {
        if (node instanceof ObjectNode object) {
            objects.add(object);
        }
        node.properties().stream()
                .filter(field -> !List.of("model", "environment").contains(field.getKey()))
                .forEach(field -> collect(field.getValue(), objects));
        if (node.isArray()) {
            node.forEach(one -> collect(one, objects));
        }
    }

    @Test
    void theSchemaSaysOfEveryFieldWhatItIsAndOfSharedOnesWhatTheReportsSays() throws IOException {
        JsonNode schema = READER.readTree(ComparisonJson.schema());
        schema.findParents("properties")
                .forEach(parent -> parent.get("properties")
                        .properties()
                        .forEach(field -> assertThat(field.getValue().has("description")
                                        || field.getValue().has("$ref"))
                                .as(field.getKey())
                                .isTrue()));
        JsonNode report = READER.readTree(JsonReport.schema());
        for (String shared : List.of("figure", "interval", "measured", "record", "source")) {
            assertThat(schema.at("/$defs/" + shared)).as(shared).isEqualTo(report.at("/$defs/" + shared));
        }
        List<String> provenance = new ArrayList<>(fields(report.at("/properties/provenance/properties")));
        Collections.replaceAll(provenance, "candidate", "candidates");
        assertThat(fields(schema.at("/properties/provenance/properties")))
                .containsExactlyInAnyOrderElementsOf(provenance);
    }

    private static List<String> fields(JsonNode tree) {
        return StreamSupport.stream(((Iterable<String>) tree::fieldNames).spliterator(), false)
                .toList();
    }

    @Test
    void whatCannotBeComparedEndsWithItsCodeAndWritesNothing() throws IOException {
        String out = folder.resolve("out.json").toString();
        record Wrong(int exit, String message, List<String> arguments) {}
        for (Wrong wrong : List.of(
                new Wrong(3, "--control", List.of(owl, clean)),
                new Wrong(
                        3,
                        "prompts in common",
                        List.of(first("clean.jsonl", "few.jsonl", 30), clean, "--control", control)),
                new Wrong(4, "from 2 to 20 candidates are compared, not 1", List.of(owl, "--control", control)),
                new Wrong(4, "is the candidate itself", List.of(owl, control, "--control", control)),
                new Wrong(4, "holds the same rows", List.of(owl, owl, "--control", control)),
                new Wrong(4, "a sample of 10 prompts", List.of(owl, clean, "--control", control, "--rows", "10")),
                new Wrong(4, "is not there", List.of(owl, "nowhere.jsonl", "--control", control)),
                new Wrong(4, "known: .json, .md", List.of(owl, clean, "--control", control, "-o", "table.html")),
                new Wrong(4, "would replace", List.of(owl, clean, "--control", out, "-o", out)),
                new Wrong(
                        2,
                        "bad",
                        List.of(
                                Files.writeString(folder.resolve("bad.jsonl"), "no row\n")
                                        .toString(),
                                clean,
                                "--control",
                                control)))) {
            boolean own = wrong.message().equals("would replace");
            if (own) {
                Files.copy(Path.of(control), Path.of(out));
            }
            List<String> call = new ArrayList<>(wrong.arguments());
            if (!call.contains("-o")) {
                call.addAll(List.of("-o", out));
            }
            Ended ended = compare(call.toArray(String[]::new));
            assertThat(ended.exit()).as("%s%n%s", call, ended.err()).isEqualTo(wrong.exit());
            assertThat(ended.err()).contains(wrong.message());
            assertThat(ended.out()).isEmpty();
            if (own) {
                Files.delete(Path.of(out));
            }
            assertThat(Path.of(out)).doesNotExist();
        }
    }
}
