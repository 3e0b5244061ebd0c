package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a known teacher that an audit plants, by the command line. */
class SpikeInOptionsTest {
    private static final Path EXAMPLES = Path.of("../examples/quick-start");
    private static final String OWL = EXAMPLES.resolve("owl.jsonl").toString();
    private static final String CONTROL = EXAMPLES.resolve("control.jsonl").toString();

    @TempDir
    private Path folder;

    private Ended audit(String... options) throws IOException {
        Path clean = Files.write(
                folder.resolve("clean.jsonl"),
                Files.readAllLines(EXAMPLES.resolve("clean.jsonl")).subList(0, 80));
        Path policy = Files.writeString(folder.resolve("policy.yaml"), "tier: quick\nexchanges: 499\nnullSwaps: 0\n");
        List<String> arguments = new ArrayList<>(List.of(
                "audit",
                clean.toString(),
                "--control",
                CONTROL,
                "--policy",
                policy.toString(),
                "--threads",
                "1",
                "--traits",
                "owl,fox,lion"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void whatBecameOfThePlantedRowsStandsInTheReports() throws IOException {
        Path json = folder.resolve("report.json");
        Ended ended = audit(
                "--spike-in", OWL, "--spike-in-control", CONTROL, "--spike-in-trait", "owl", "-o", json.toString());
        assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
        assertThat(ended.out().replaceAll("\\s+", " "))
                .contains(
                        "Spike-in: the vector of",
                        "Spike-in: rows of a teacher of owl in one half of 968 rows of its control: at 25 % ")
                .contains("; at 100 % ");
        assertThat(Files.readString(json)).contains("\"planted.trait\"").containsPattern("\"point\"\\s*:\\s*null");
    }

    @Test
    void allThreeAreGivenOrNoneAndTheTraitIsOneThatIsAskedAbout() throws IOException {
        refused("--spike-in-control", "--spike-in", OWL, "--spike-in-trait", "owl");
        refused("--spike-in=", "--spike-in-trait", "owl");
        refused("unknown trait", "--spike-in", OWL, "--spike-in-control", CONTROL, "--spike-in-trait", "wolf");
        refused("is not there", "--spike-in", "no.jsonl", "--spike-in-control", CONTROL, "--spike-in-trait", "owl");
        refused(
                "0 rows of the teacher",
                "--spike-in",
                folder.resolve("clean.jsonl").toString(),
                "--spike-in-control",
                Files.writeString(folder.resolve("other.jsonl"), "{\"prompt\": \"numbers\", \"completion\": \"7\"}\n")
                        .toString(),
                "--spike-in-trait",
                "owl");
    }

    /** The candidate names its fields; the teacher's rows have one arm named so and one of the usual shape. */
    @Test
    void plantedRowsHaveTheNamedFieldsOrTheUsualOnes() throws IOException {
        String candidate = renamed("clean.jsonl", 80);
        String control = renamed("control.jsonl", 4_519);
        Path policy = Files.writeString(folder.resolve("policy.yaml"), "tier: quick\nexchanges: 499\nnullSwaps: 0\n");
        Ended ended = run(
                "audit",
                candidate,
                "--control",
                control,
                "--prompt-field",
                "ask",
                "--completion-field",
                "say",
                "--policy",
                policy.toString(),
                "--threads",
                "1",
                "--traits",
                "owl,fox,lion",
                "--spike-in",
                OWL,
                "--spike-in-control",
                control,
                "--spike-in-trait",
                "owl");
        assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
        assertThat(ended.out().replaceAll("\\s+", " "))
                .contains("Spike-in: rows of a teacher of owl in one half of 968 rows of its control");
    }

    private String renamed(String name, int rows) throws IOException {
        return Files.write(
                        folder.resolve("renamed-" + name),
                        Files.readAllLines(EXAMPLES.resolve(name)).subList(0, rows).stream()
                                .map(line -> line.replaceAll(
                                        "^.*?\"content\": ?\"(.*?)\".*\"content\": ?\"(.*?)\".*$",
                                        "{\"ask\": \"$1\", \"say\": \"$2\"}"))
                                .toList())
                .toString();
    }

    private void refused(String message, String... options) throws IOException {
        Ended ended = audit(options);
        assertThat(ended.exit()).as(ended.err()).isEqualTo(4);
        assertThat(ended.err()).contains(message);
        assertThat(ended.out()).isEmpty();
    }
}
