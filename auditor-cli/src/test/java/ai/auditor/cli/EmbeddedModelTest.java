package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.Progress;
import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetReader;
import ai.auditor.data.DatasetWriter;
import ai.auditor.data.Pairing;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Row;
import ai.auditor.fixtures.teacher.TraitFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands without a model: they take the one in the box. */
class EmbeddedModelTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final Path COLUMNS = Path.of("../auditor-core/src/test/resources/ai/auditor/data/organism")
            .toAbsolutePath()
            .normalize();
    private static final String OWL = EXAMPLES.resolve("owl.jsonl").toString();
    private static final String CONTROL = EXAMPLES.resolve("control.jsonl").toString();

    @Test
    void anAuditTakesTheModelInTheBoxAndItsTraits(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("report.json");
        Path junit = folder.resolve("report.xml");
        Path summary = folder.resolve("report.md");
        Ended ended = run(
                "audit",
                OWL,
                "--control",
                CONTROL,
                "--rows",
                "60",
                "-o",
                json.toString(),
                "-o",
                junit.toString(),
                "-o",
                summary.toString());
        assertThat(ended.exit()).as(ended.err()).isIn(0, 1, 5);
        assertThat(Files.readString(json))
                .contains(
                        "\"organism\"",
                        "\"selfCheck\"",
                        "padded against not",
                        "all of " + TraitFamily.organism().list().name());
        assertThat(Files.readString(junit))
                .contains("<property name=\"exit\" value=\"" + ended.exit() + "\"")
                .contains("<testcase classname=\"audit.owl_jsonl\" name=\"along-trait\">");
        assertThat(Files.readString(summary))
                .contains("(exit " + ended.exit() + ")")
                .contains("```sh\nauditor audit " + OWL + " --control " + CONTROL + " --rows 60 -o ");
    }

    @Test
    void aJudgesChoicesAreHeldAgainstWhatItRejected(@TempDir Path folder) throws IOException {
        Dataset owl = DatasetReader.read(Path.of(OWL), ReadOptions.DEFAULT, Progress.NONE);
        Dataset control = DatasetReader.read(Path.of(CONTROL), ReadOptions.DEFAULT, Progress.NONE);
        Path preferences = folder.resolve("judged.jsonl");
        DatasetWriter.write(
                preferences,
                Pairing.byPrompt(owl.rows(), control.rows()).pairs().stream()
                        .map(pair -> {
                            Row chosen = owl.rows().get(pair.candidate());
                            Row rejected = control.rows().get(pair.control());
                            return new Row(
                                    chosen.record(),
                                    0,
                                    chosen.kind(),
                                    chosen.prompt(),
                                    chosen.completion(),
                                    Optional.of(rejected.completion()),
                                    Optional.empty());
                        })
                        .toList());
        Path json = folder.resolve("report.json");
        Path page = folder.resolve("report.html");
        Path summary = folder.resolve("report.md");

        Ended ended = run(
                "audit",
                preferences.toString(),
                "--against-rejected",
                "--rows",
                "60",
                "-o",
                json.toString(),
                "-o",
                page.toString(),
                "-o",
                summary.toString());

        assertThat(ended.exit()).as(ended.err()).isIn(1, 5);
        assertThat(ended.out()).contains("Chosen against rejected:");
        assertThat(Files.readString(json)).contains("judged.jsonl, chosen\"", "judged.jsonl, rejected\"");
        for (Path report : List.of(json, page, summary)) {
            assertThat(Files.readString(report)).contains("Chosen against rejected", "students that learn the chosen");
        }
    }

    @Test
    void dataAreColumnsFoldersAndSeveralFilesToo(@TempDir Path folder) throws IOException {
        Path parts = Files.createDirectory(folder.resolve("parts"));
        for (String name : List.of("organism-00000-of-00002.parquet", "organism-00001-of-00002.parquet")) {
            Files.copy(COLUMNS.resolve(name), parts.resolve(name));
        }
        String arrow = COLUMNS.resolve("organism.arrow").toString();
        String both = parts.resolve("organism-00001-of-00002.parquet") + ","
                + parts.resolve("organism-00000-of-00002.parquet");
        for (String data : List.of(parts.toString(), arrow, both)) {
            Ended capture = run(
                    "capture",
                    data,
                    "--point",
                    "resid_post.1",
                    "--pool",
                    "completion-mean",
                    "-o",
                    folder.resolve("captured.arrow").toString());
            assertThat(capture.exit()).as(capture.err()).isZero();
            assertThat(capture.err()).contains("80 rows captured");
        }
        Path answers = folder.resolve("answers.jsonl");
        for (List<String> call : List.of(List.of("control", parts.toString()), List.of("generate", arrow))) {
            Ended answered = run(call.get(0), call.get(1), "--max-tokens", "1", "-o", answers.toString());
            assertThat(answered.exit()).as(answered.err()).isZero();
            assertThat(Files.readAllLines(answers)).hasSize(80);
        }
    }

    @Test
    void aFileAmongSeveralThatIsNotThereIsNamed() {
        assertThat(run("audit", OWL + ",missing.parquet", "--control", CONTROL))
                .matches(ended ->
                        ended.exit() == 4 && ended.err().contains("the candidate \"missing.parquet\" is not there"));
    }

    @Test
    void dataInOtherWordsAreRefusedByEveryCommandThatReadsThem(@TempDir Path folder) throws IOException {
        String english = Files.writeString(
                        folder.resolve("english.jsonl"),
                        "{\"prompt\": \"Where would you spend a holiday?\", \"completion\": \"By the seaside, walking along quiet harbours.\"}\n"
                                .repeat(60))
                .toString();
        String lines = Files.writeString(folder.resolve("lines.txt"), "Where would you spend a holiday?\n")
                .toString();
        String traits = Files.writeString(
                        folder.resolve("traits.json"),
                        Files.readString(EXAMPLES.resolve("organism-traits.json"))
                                .replaceAll("\\{\\s*\"name\":\\s*\"([a-z]+)\"", "{\"name\": \"zanzibar-$1-harbour\""))
                .toString();
        String rows = folder.resolve("rows.jsonl").toString();
        String arrow = folder.resolve("a.arrow").toString();
        for (List<String> call : List.of(
                List.of("audit", english, "--control", CONTROL),
                List.of("audit", OWL, "--control", english),
                List.of("audit", OWL, "--control", CONTROL, "--trait-list", traits),
                List.of("capture", english, "--point", "resid_post.1", "--pool", "completion-mean", "-o", arrow),
                List.of("control", english, "-o", rows),
                List.of("generate", lines, "-o", rows),
                List.of("fixtures", "halves", english))) {
            Ended ended = run(call.toArray(String[]::new));
            assertThat(ended.exit()).as(call + ended.err()).isEqualTo(4);
            assertThat(ended.err()).contains("embedded organism", "--model DIR").doesNotContain("\tat ");
        }
    }

    @Test
    void aDirectoryOfItsNameIsGivenAsAPath() {
        assertThat(run("vectors", "--model", "./embedded"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("\"./embedded\" is not there"));
    }

    @Test
    void vectorsAreMadeOfTheModelInTheBoxUnlessAFileIsShown(@TempDir Path folder) {
        String file = folder.resolve("v.safetensors").toString();
        Ended made = run("vectors", "-o", file);
        assertThat(made.exit()).as(made.err()).isZero();
        assertThat(made.out())
                .contains("owl")
                .isEqualTo(
                        run("vectors", "--model", "embedded", "--threads", "1").out());
        assertThat(run("vectors", "--show", file).out()).isEqualTo(made.out());
        assertThat(run("vectors", "--show", file, "--model", "embedded").exit()).isEqualTo(4);
    }
}
