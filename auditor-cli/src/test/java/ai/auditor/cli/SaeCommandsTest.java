package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetReader;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Row;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.SafetensorsFile;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An autoencoder of the organism whose features are the coordinates of its states, each way, above a threshold. */
class SaeCommandsTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final int WIDTH = 64;
    private static final int FEATURES = 2 * WIDTH;

    @TempDir
    private static Path folder;

    private static String owl = "";
    private static String control = "";
    private static String sae = "";
    private static String printed = "";
    private static Path html = Path.of("");
    private static Path report = Path.of("");

    @BeforeAll
    static void features() throws IOException {
        owl = head("owl.jsonl", 150);
        control = head("control.jsonl", 150);
        sae = autoencoder("sae", WIDTH, 1, "SmolLM2-of-another-kind");
        html = folder.resolve("features.html");
        report = folder.resolve("features.json");
        printed = ends(
                        0,
                        "sae",
                        "features",
                        owl,
                        "--control",
                        control,
                        "--sae",
                        sae,
                        "-o",
                        html.toString(),
                        "-o",
                        report.toString())
                .out();
    }

    private static String head(String name, int rows) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, Files.readAllLines(EXAMPLES.resolve(name)).subList(0, rows));
        return file.toString();
    }

    private static String autoencoder(String name, int width, float threshold, String model) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(name));
        float[] encoder = new float[width * 2 * width];
        float[] decoder = new float[encoder.length];
        float[] thresholds = new float[2 * width];
        Arrays.fill(thresholds, threshold);
        for (int i = 0; i < width; i++) {
            encoder[i * 2 * width + i] = 1;
            encoder[i * 2 * width + width + i] = -1;
            decoder[i * width + i] = 1;
            decoder[(width + i) * width + i] = -1;
        }
        SafetensorsFile.write(
                directory.resolve("sae_weights.safetensors"),
                new MemoryWeights()
                        .put("W_enc", encoder, width, 2 * width)
                        .put("W_dec", decoder, 2 * width, width)
                        .put("b_enc", new float[2 * width], 2 * width)
                        .put("b_dec", new float[width], width)
                        .put("threshold", thresholds, 2 * width),
                Map.of());
        Files.writeString(directory.resolve("cfg.json"), """
                {"architecture": "jumprelu", "d_in": %d, "d_sae": %d, "dtype": "float32", "apply_b_dec_to_input": false,
                 "normalize_activations": "none", "reshape_activations": "none",
                 "metadata": {"model_name": "%s", "hook_name": "blocks.2.hook_resid_post", "prepend_bos": true}}
                """.formatted(width, 2 * width, model));
        return directory.toString();
    }

    private static Ended ends(int exit, String... call) {
        List<String> whole = new ArrayList<>(List.of(call));
        whole.add("--quiet");
        Ended ended = run(whole.toArray(String[]::new));
        assertThat(ended.exit()).as(whole + "\n" + ended.err()).isEqualTo(exit);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        return ended;
    }

    @Test
    void featuresArePrintedAndWrittenAsPageAndNumbers() throws IOException {
        assertThat(printed.lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 100);
        assertThat(printed).contains("resid_post.2", "Filters, chosen on analysed rows", "swapped labels");
        String page = Files.readString(html);
        assertThat(page)
                .contains("Reconstruction error of each row", "What vectors are made of")
                .doesNotContain("<script");
        JsonNode numbers = new ObjectMapper().readTree(report.toFile());
        assertThat(numbers.at("/autoencoder/features").asInt()).isEqualTo(FEATURES);
        assertThat(numbers.at("/autoencoder/fvu").asDouble()).isBetween(0.0, 1.0);
        assertThat(numbers.at("/filters/0/heldOut/balancedAccuracy").asDouble()).isBetween(0.3, 1.0);
        assertThat(numbers.at("/vectors/0/name").asText()).isEqualTo("subliminal");
        assertThat(numbers.at("/swappedLabels/swaps").asInt()).isEqualTo(100);
        assertThat(numbers.at("/traitCosines")).hasSize(16);
        // Texts of rows are told by their length and kinds alone.
        String completion = rows(Path.of(owl)).get(0).completion();
        assertThat(page).doesNotContain(completion);
        assertThat(Files.readString(report)).doesNotContain(completion);
        assertThat(numbers.at("/autoencoder/name").asText()).isEqualTo("sae");
    }

    @Test
    void theSameRowsGiveTheSameNumbers() throws IOException {
        Path again = folder.resolve("again.json");
        ends(0, "sae", "features", owl, "--control", control, "--sae", sae, "-o", again.toString());
        String first = Files.readString(report);
        String second = Files.readString(again);
        assertThat(second.replaceAll("\"created\" : \"[^\"]*\"", ""))
                .isEqualTo(first.replaceAll("\"created\" : \"[^\"]*\"", ""));
    }

    @Test
    void aFilterPartsTheRowsAndSaysWhy() throws IOException {
        Path passed = folder.resolve("passed.jsonl");
        Path flagged = folder.resolve("flagged.jsonl");
        Ended ended = ends(
                0,
                "sae",
                "filter",
                owl,
                "--sae",
                sae,
                "--from",
                report.toString(),
                "--passed",
                passed.toString(),
                "--flagged",
                flagged.toString());
        assertThat(ended.out()).contains("150 rows: ");
        Set<String> all = contents(Path.of(owl));
        Set<String> parted = contents(passed);
        assertThat(parted).isNotEmpty();
        assertThat(contents(flagged)).isNotEmpty().doesNotContainAnyElementsOf(parted);
        parted.addAll(contents(flagged));
        assertThat(parted).isEqualTo(all);
        for (String line : Files.readAllLines(flagged)) {
            assertThat(new ObjectMapper().readTree(line).at("/auditor_reason").asText())
                    .startsWith("feature ");
        }
        assertThat(Files.readString(passed)).doesNotContain("auditor_reason");
    }

    @Test
    void aFilterMayBeNamedByItsFeatures() throws IOException {
        Path passed = folder.resolve("passed.jsonl");
        ends(
                0,
                "sae",
                "filter",
                owl,
                "--sae",
                sae,
                "--active",
                "3,5",
                "--silent",
                "7",
                "--at-least",
                "2",
                "--passed",
                passed.toString());
        int two = contents(passed).size();
        ends(0, "sae", "filter", owl, "--sae", sae, "--active", "3,5", "--silent", "7", "--passed", passed.toString());
        assertThat(contents(passed).size()).isGreaterThanOrEqualTo(two);
        assertThat(ends(4, "sae", "filter", owl, "--sae", sae, "--active", "128", "--passed", passed.toString())
                        .err())
                .contains("feature 128", "0 to 127");
        assertThat(ends(4, "sae", "filter", owl, "--sae", sae, "--passed", passed.toString())
                        .err())
                .contains("--from");
        assertThat(ends(
                                4,
                                "sae",
                                "filter",
                                owl,
                                "--sae",
                                sae,
                                "--active",
                                "1",
                                "--at-least",
                                "2",
                                "--passed",
                                passed.toString())
                        .err())
                .contains("--at-least 2");
        assertThat(ends(
                                4,
                                "sae",
                                "filter",
                                owl,
                                "--sae",
                                sae,
                                "--active",
                                "1",
                                "--from",
                                report.toString(),
                                "--passed",
                                passed.toString())
                        .err())
                .contains("leave out");
        assertThat(ends(
                                4,
                                "sae",
                                "filter",
                                owl,
                                "--sae",
                                sae,
                                "--active",
                                "1",
                                "--passed",
                                passed.toString(),
                                "--flagged",
                                passed.toString())
                        .err())
                .contains("name two");
        String other = autoencoder("other", WIDTH, 2, "x");
        assertThat(ends(
                                4,
                                "sae",
                                "filter",
                                owl,
                                "--sae",
                                other,
                                "--from",
                                report.toString(),
                                "--passed",
                                passed.toString())
                        .err())
                .contains("another autoencoder");
        Path broken =
                Files.writeString(folder.resolve("broken.json"), "{\"filters\": [{\"terms\": [], \"atLeast\": 1}]}");
        assertThat(ends(
                                4,
                                "sae",
                                "filter",
                                owl,
                                "--sae",
                                sae,
                                "--from",
                                broken.toString(),
                                "--passed",
                                passed.toString())
                        .err())
                .contains("broken.json", "of 0 terms");
    }

    @Test
    void anAuditTakesTheFeaturesAsEvidence() throws IOException {
        Path json = folder.resolve("report.json");
        Ended ended = run(
                "audit",
                owl,
                "--control",
                control,
                "--rows",
                "60",
                "--sae",
                sae,
                "--costly-prompts",
                "20",
                "--quiet",
                "-o",
                json.toString());
        assertThat(ended.exit()).as(ended.err()).isIn(0, 1, 5);
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        List<JsonNode> probes = new ArrayList<>();
        report.at("/probes").forEach(probes::add);
        assertThat(probes).anySatisfy(probe -> {
            assertThat(probe.at("/name").asText()).isEqualTo("sae");
            assertThat(probe.at("/claim").asText()).isEqualTo("differs");
        });
        assertThat(report.at("/provenance/environment/sae.point").asText()).isEqualTo("resid_post.2");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        assertThat(run("sae").err()).contains("a command is needed");
        assertThat(ends(4, "sae", "features", owl, "--control", control).err()).contains("--sae");
        assertThat(ends(4, "audit", owl, "--control", control, "--sae", "nowhere")
                        .err())
                .contains("nowhere");
        assertThat(ends(2, "audit", owl, "--control", control, "--sae", autoencoder("wide", 65, 1, "gemma-2-2b"))
                        .err())
                .contains("width 65", "width 64", "gemma-2-2b");
        assertThat(ends(2, "audit", owl, "--control", control, "--sae", sae, "--sae-point", "resid_post.1")
                        .err())
                .contains("resid_post.2", "resid_post.1");
        assertThat(ends(2, "sae", "features", owl, "--control", control, "--sae", autoencoder("dead", WIDTH, 1e6f, "x"))
                        .err())
                .contains("no feature is active", "--sae-unchecked");
        assertThat(ends(4, "sae", "features", owl, "--control", control, "--sae", sae, "--sae-tokens", "some")
                        .err())
                .contains("completion-last");
        ends(
                0,
                "sae",
                "features",
                owl,
                "--control",
                control,
                "--sae",
                autoencoder("dead", WIDTH, 1e6f, "x"),
                "--sae-unchecked");
    }

    private static List<Row> rows(Path file) {
        Dataset dataset = DatasetReader.read(List.of(file), ReadOptions.DEFAULT, (stage, done, total, unit) -> {});
        return dataset.rows();
    }

    private static Set<String> contents(Path file) {
        Set<String> contents = new HashSet<>();
        rows(file).forEach(row -> contents.add(row.contentDigest()));
        return contents;
    }
}
