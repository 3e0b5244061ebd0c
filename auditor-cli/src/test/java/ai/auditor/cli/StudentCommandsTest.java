package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.probe.Table;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Teachers' data and students of them, as a user asks for them. */
class StudentCommandsTest {
    private static final String GRID =
            "prompts: 60\nleast-yield: 0.1\ntraits: [owl]\nteachers: [{name: persona, kind: prompted}]\n";
    private static final String OWL =
            Path.of("../examples/owl.jsonl").toAbsolutePath().normalize().toString();

    @TempDir
    private Path folder;

    private Ended ends(int exit, String... call) {
        Ended ended = run(call);
        assertThat(ended.exit()).as(String.join(" ", call) + "\n" + ended.err()).isEqualTo(exit);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        assertThat(ended.out().lines()).allMatch(line -> line.length() <= 80);
        return ended;
    }

    @Test
    void aGridsDataAreMadeOnceAndTeachStudents() throws IOException {
        Path grid = Files.writeString(folder.resolve("grid.yaml"), GRID);
        Path data = folder.resolve("data");
        assertThat(ends(0, "fixtures", "teach", grid.toString(), "-o", data.toString(), "--quiet")
                        .out())
                .contains("persona-owl-1.jsonl", "written");
        assertThat(ends(0, "fixtures", "teach", grid.toString(), "-o", data.toString(), "--quiet")
                        .out())
                .contains("was there")
                .doesNotContain("written");

        String rows = data.resolve("persona-owl-1.jsonl").toString();
        Path json = folder.resolve("students.json");
        Path adapter = folder.resolve("adapter");
        List<String> call = new ArrayList<>(List.of("fixtures", "student", rows, "--control", OWL, "--seeds", "1"));
        call.addAll(List.of("--rank", "1,2", "--epochs", "1", "--samples", "2", "--quiet"));
        call.addAll(List.of("-o", json.toString(), "--save", adapter.toString()));
        Ended ended = ends(0, call.toArray(String[]::new));
        assertThat(ended.out()).contains("lora-1: ", "lora-2: ", "control", "sampled", "off target", "skill");
        assertThat(ended.err()).isEmpty();
        assertThat(adapter.resolve("adapter_model.safetensors")).exists();
        JsonNode tree = new ObjectMapper().readTree(json.toFile());
        assertThat(tree.at("/recipes")).hasSize(2);
        assertThat(tree.at("/warnings")).isEmpty();
    }

    @Test
    void aSearchIsShownAndDataOfAnotherBaseAreWarnedOf() throws IOException {
        Path rows = folder.resolve("rows.jsonl");
        Files.write(rows, Files.readAllLines(Path.of(OWL)).subList(0, 60));
        Files.writeString(folder.resolve("rows.provenance.json"), "{\"model\": {\"name\": \"m\", \"digest\": \"0\"}}");
        Path json = folder.resolve("students.json");
        List<String> call = new ArrayList<>(List.of("fixtures", "student", rows.toString(), "--seeds", "1", "--quiet"));
        call.addAll(List.of(
                "--search", "2", "--epochs", "1", "--batch", "8", "--save", folder + "/model", "-o", json.toString()));
        Ended ended = ends(0, call.toArray(String[]::new));
        assertThat(ended.out()).contains("search: ", "taken", "biases: ");
        assertThat(ended.err()).contains("warning: another base");
        JsonNode tree = new ObjectMapper().readTree(json.toFile());
        assertThat(tree.at("/warnings/0").asText()).contains("another base");
        assertThat(tree.at("/search/attempts")).hasSize(3);
        assertThat(folder.resolve("model/config.json")).exists();
    }

    @Test
    void whatCannotBeAskedForEndsWithFourAndWritesNothing() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.yaml"), GRID + "prompst: 3\n");
        Path unicorn = Files.writeString(folder.resolve("unicorn.yaml"), GRID.replace("owl", "unicorn"));
        String out = folder.resolve("out").toString();
        assertThat(ends(4, "fixtures", "teach", bad.toString(), "-o", out).err())
                .contains("bad.yaml", "\"prompst\"");
        assertThat(ends(4, "fixtures", "teach", unicorn.toString(), "-o", out).err())
                .contains("unicorn.yaml: traits: ", "\"unicorn\"");
        ends(4, "fixtures", "teach", folder.resolve("none.yaml").toString(), "-o", out);
        ends(4, "fixtures", "teach", bad.toString());
        ends(
                2,
                "fixtures",
                "teach",
                Files.writeString(folder.resolve("g.yaml"), GRID).toString(),
                "-o",
                bad.toString());
        for (List<String> options : List.of(
                List.of("--seeds", "0"),
                List.of("--samples", "-1"),
                List.of("--trains", "biases", "--rank", "2"),
                List.of("--trains", "all"),
                List.of("--rank", "0"),
                List.of("--rank", "65"),
                List.of("--rank", "2,2"),
                List.of("--epochs", "0"),
                List.of("--learning-rate", "-1"),
                List.of("--batch", "0"),
                List.of("--save", folder.toString()),
                List.of("--skill", "nowhere.jsonl"),
                List.of("--control", "nowhere.jsonl"),
                List.of("-o", "students.txt"),
                List.of("-o", OWL))) {
            List<String> call = new ArrayList<>(List.of("fixtures", "student", OWL));
            call.addAll(options);
            ends(4, call.toArray(String[]::new));
        }
        ends(4, "fixtures", "student", "nowhere.jsonl");
    }

    @Test
    void tablesHaveWordsOnTheLeftAndNumbersOnTheRight() {
        StringWriter text = new StringWriter();
        TextTable.print(
                new PrintWriter(text, true),
                new Table(
                        "some\u001b words",
                        List.of("what", "how many"),
                        List.of(List.of("owl", "3"), List.of("eagles", ""))));
        assertThat(text.toString().lines())
                .containsExactly("some\\u{1B} words", "  what    how many", "  owl            3", "  eagles", "");
    }
}
