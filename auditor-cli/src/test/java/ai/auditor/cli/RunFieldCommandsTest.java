package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control runs in one file, and policies that want some, by the command line, on the model in the box. */
class RunFieldCommandsTest {
    private static final Path EXAMPLES = Path.of("../examples/quick-start");
    private static final int PROMPTS = 60;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private List<String> control = List.of();
    private List<String> clean = List.of();

    @BeforeEach
    void read() throws IOException {
        control = lines("control.jsonl");
        clean = lines("clean.jsonl");
        Files.write(folder.resolve("owl.jsonl"), lines("owl.jsonl"));
    }

    private static List<String> lines(String example) throws IOException {
        try (Stream<String> lines = Files.lines(EXAMPLES.resolve(example))) {
            return lines.limit(PROMPTS).toList();
        }
    }

    private static List<String> with(String field, List<String> rows) {
        return rows.stream()
                .map(row -> row.substring(0, row.length() - 1) + "," + field + "}")
                .toList();
    }

    private String file(String name, List<String> rows) throws IOException {
        return Files.write(folder.resolve(name), rows).toString();
    }

    private Ended audit(String... more) {
        return auditOf(folder.resolve("owl.jsonl").toString(), more);
    }

    private static Ended auditOf(String candidate, String... more) {
        return run(Stream.concat(Stream.of("audit", candidate, "--tier", "quick", "--threads", "1"), Stream.of(more))
                .toArray(String[]::new));
    }

    /** Of a model that cannot be opened. */
    private Ended unopened(String... more) throws IOException {
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve("config.json"), "{}");
        return audit(Stream.concat(Stream.of(more), Stream.of("--model", broken.toString()))
                .toArray(String[]::new));
    }

    private static void refused(int exit, Ended ended, String... said) {
        assertThat(ended.exit()).as(ended.err()).isEqualTo(exit);
        assertThat(ended.err()).contains(said).doesNotContain("Exception");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void oneFileIsAuditedToTheNumberAsAFileARun() throws IOException {
        String policy = file("policy.yaml", List.of("nullSwaps: 5", "exchanges: 199", "controlRuns: 2"));
        List<String> rows = new ArrayList<>(with("\"seed\":\"a\\u202e<b>\"", control));
        rows.addAll(with("\"seed\":7", clean));
        Collections.shuffle(rows, new Random(3));
        Path one = folder.resolve("one.json");
        Ended together = audit(
                "--control", file("runs.jsonl", rows), "--run-field", "seed", "--policy", policy, "-o", one.toString());
        Path two = folder.resolve("two.json");
        Ended apart = audit(
                "--control",
                file("1.jsonl", clean),
                "--control",
                file("2.jsonl", control),
                "--policy",
                policy,
                "-o",
                two.toString());
        assertThat(together.exit()).as(together.err()).isEqualTo(apart.exit()).isIn(0, 1, 5);
        ObjectNode first = (ObjectNode) JSON.readTree(one.toFile());
        ObjectNode second = (ObjectNode) JSON.readTree(two.toFile());
        JsonNode names = ((ObjectNode) first.at("/calibration/runs")).remove("names");
        ((ObjectNode) second.at("/calibration/runs")).remove("names");
        assertThat(first.remove("provenance").at("/controls")).hasSize(1);
        assertThat(second.remove("provenance").at("/controls")).hasSize(2);
        assertThat(first).isEqualTo(second);
        assertThat(first.at("/policy/controlRuns").asInt()).isEqualTo(2);
        assertThat(names).hasSize(2);
        assertThat(names.get(0).asText()).endsWith("runs.jsonl, run 7");
        assertThat(names.get(1).asText()).endsWith("runs.jsonl, run a\\u{202E}<b>");
    }

    @Test
    void aCandidateThatNamesRunsIsAuditedAsOneAndToldSo() throws IOException {
        List<String> owl = lines("owl.jsonl");
        List<String> named = new ArrayList<>(with("\"seed\":1", owl.subList(0, PROMPTS / 2)));
        named.addAll(with("\"seed\":0.5", owl.subList(PROMPTS / 2, PROMPTS)));
        Ended ended = auditOf(
                file("named.jsonl", named),
                "--control",
                file("runs.jsonl", with("\"seed\":1", control)),
                "--run-field",
                "seed",
                "--policy",
                file("policy.yaml", List.of("nullSwaps: 0", "exchanges: 199")));
        assertThat(ended.exit()).as(ended.err()).isIn(0, 1, 5);
        assertThat(ended.out().replaceAll("\\s+", " "))
                .contains("One control run:")
                .contains("The candidate's rows name several runs too, which is not used");
    }

    @Test
    void aFieldThatNamesNoRunsEndsBeforeTheModelIsOpened() throws IOException {
        refused(
                4,
                unopened("--control", file("plain.jsonl", control), "--run-field", "seed"),
                "plain.jsonl: no row has a value in the field \"seed\" (--run-field); the fields of its first row: \"messages\"");
        refused(
                4,
                unopened("--control", file("same.jsonl", with("\"x\":1", control)), "--run-field", "messages\u001b"),
                "\"messages\\u{1B}\" (--run-field)");
        List<String> some = new ArrayList<>(with("\"seed\":1", control));
        some.addAll(clean);
        refused(
                2,
                unopened("--control", file("some.jsonl", some), "--run-field", "seed"),
                "60 of 120 rows are bad",
                "some.jsonl, line 61",
                "no field \"seed\", by which the row would say what run it is of");
        refused(
                2,
                unopened("--control", file("half.jsonl", with("\"seed\":0.5", control)), "--run-field", "seed"),
                "\"seed\" names no run");
        List<String> each = new ArrayList<>();
        for (int i = 0; i < 1_001; i++) {
            each.addAll(with("\"seed\":" + i, control.subList(i % PROMPTS, i % PROMPTS + 1)));
        }
        refused(
                4,
                unopened("--control", file("each.jsonl", each), "--run-field", "seed"),
                "each.jsonl: its rows name more than 1000 runs");
    }

    @Test
    void fewerControlRunsThanThePolicyWantsEndWithFour() throws IOException {
        String policy = file("policy.yaml", List.of("controlRuns: 4"));
        String one = file("1.jsonl", control);
        String two = file("2.jsonl", clean);
        String[] what = {"controlRuns: 4 control runs or more are required", "--control", "--run-field"};
        refused(4, unopened("--control", one, "--policy", policy), what);
        refused(4, unopened("--control", one, "--policy", policy), "not 1");
        refused(4, unopened("--control", one, "--control", two, "--policy", policy), "not 2");
        List<String> rows = new ArrayList<>(with("\"seed\":1", control));
        rows.addAll(with("\"seed\":2", clean));
        rows.addAll(with("\"seed\":3", clean));
        refused(4, unopened("--control", file("runs.jsonl", rows), "--run-field", "seed", "--policy", policy), "not 3");
        refused(3, unopened("--policy", policy), "no --control was given");
        rows.addAll(with("\"seed\":4", clean));
        refused(
                2,
                unopened("--control", file("runs.jsonl", rows), "--run-field", "seed", "--policy", policy),
                "config.json");
    }
}
