package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    @TempDir
    private Path folder;

    private String owl = "";
    private String clean = "";
    private String control = "";

    @BeforeEach
    void fewRows() throws IOException {
        owl = first("owl.jsonl", HOSTILE, 130);
        clean = first("clean.jsonl", "clean.jsonl", 130);
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
        Ended ended = compare(
                owl, "--control", control, clean, "--rows", "70", "-o", json.toString(), "-o", tables.toString());
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .contains("control.jsonl (0)", "clean (2)", "linear probe", "format and length alone", "33.3")
                .contains("told apart beyond format and length", "no p can be below")
                .contains("names no trait", "\\u{202E}")
                .doesNotContain("\u202E", "detected");
        assertThat(ended.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);

        String text = Files.readString(json);
        JsonNode tree = new ObjectMapper().readTree(text);
        assertThat(text).doesNotContain("NaN", "\u202E");
        assertThat(tree.at("/schemaVersion").asInt()).isEqualTo(1);
        assertThat(fields(tree)).isSorted().contains("datasets", "confusion", "provenance");
        assertThat(tree.at("/datasets")).hasSize(3);
        assertThat(tree.at("/datasets/1/name").asText()).endsWith("<b>\\u{202E}.jsonl");
        assertThat(tree.at("/datasets/1/contentDigest").asText()).hasSize(64);
        assertThat(tree.at("/provenance/model/digest").asText()).hasSize(64);
        assertThat(tree.at("/provenance/tool").asText()).startsWith("auditor ");
        assertThat(tree.at("/design/rows").asInt()).isEqualTo(70);
        assertThat(tree.at("/accuracy/chance").asDouble()).isEqualTo(1.0 / 3);
        assertThat(tree.at("/againstRest")).hasSize(3);
        assertThat(tree.at("/pairs")).hasSize(3);
        assertThat(tree.at("/pairs/2/first").asInt()).isEqualTo(1);
        assertThat(tree.at("/pairs/2/auroc/low").asDouble()).isBetween(0.0, 1.0);
        assertThat(tree.at("/smallestP/pairs").asDouble()).isBetween(0.0, 0.01);
        assertThat(tables)
                .content()
                .contains("| control.jsonl (0) |", "o\\|w\\`l\\*\\[x\\](y)\\<b>")
                .doesNotContain("\u202E", "<b>\\u", "(y)<b>");
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
