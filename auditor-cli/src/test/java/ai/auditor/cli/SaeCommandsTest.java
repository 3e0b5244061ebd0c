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
import java.util.TreeMap;
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
    private static Path passed = Path.of("");
    private static Path flagged = Path.of("");

    @BeforeAll
    static void features() throws IOException {
        owl = head("owl.jsonl", 150);
        control = head("control.jsonl", 150);
        sae = autoencoder(
                "sae", WIDTH, 1, "SmolLM2-of-another-kind", data(Path.of(owl)).contentDigest());
        html = folder.resolve("features.html");
        report = folder.resolve("features.json");
        passed = folder.resolve("passed.jsonl");
        flagged = folder.resolve("flagged.jsonl");
        printed = ends(0, features(sae, "-o", html.toString(), "-o", report.toString()))
                .out();
    }

    private static String head(String name, int rows) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, Files.readAllLines(EXAMPLES.resolve(name)).subList(0, rows));
        return file.toString();
    }

    private static String autoencoder(String name, int width, float threshold, String model) throws IOException {
        return autoencoder(name, width, threshold, model, "of other data");
    }

    private static String autoencoder(String name, int width, float threshold, String model, String trainedOn)
            throws IOException {
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
                        .put("W_enc", encoder, width, 2L * width)
                        .put("W_dec", decoder, 2L * width, width)
                        .put("b_enc", new float[2 * width], 2L * width)
                        .put("b_dec", new float[width], width)
                        .put("threshold", thresholds, 2L * width),
                Map.of());
        Files.writeString(directory.resolve("cfg.json"), """
                {"architecture": "jumprelu", "d_in": %d, "d_sae": %d, "dtype": "float32", "apply_b_dec_to_input": false,
                 "normalize_activations": "none", "reshape_activations": "none",
                 "metadata": {"model_name": "%s", "hook_name": "blocks.2.hook_resid_post", "prepend_bos": true,
                   "auditor_data_digests": {"data": "%s"}}}
                """.formatted(width, 2 * width, model, trainedOn));
        return directory.toString();
    }

    /** The call for features of the candidate's rows. */
    private static List<String> features(String sae, String... more) {
        return with(List.of("sae", "features", owl, "--control", control, "--sae", sae), more);
    }

    /** The call that filters rows into {@link #passed}. */
    private static List<String> filter(String data, String sae, String... terms) {
        return with(List.of("sae", "filter", data, "--sae", sae, "--passed", passed.toString()), terms);
    }

    private static List<String> audit(String... more) {
        return with(List.of("audit", owl), more);
    }

    private static List<String> with(List<String> call, String... more) {
        List<String> whole = new ArrayList<>(call);
        whole.addAll(List.of(more));
        return whole;
    }

    private static void refused(int exit, List<String> call, String... parts) {
        assertThat(ends(exit, call).err()).contains(parts);
    }

    private static Ended ends(int exit, List<String> call) {
        List<String> whole = new ArrayList<>(call);
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
        assertThat(numbers.at("/schemaVersion").asText()).isEqualTo("1.0");
        List<String> names = new ArrayList<>();
        numbers.fieldNames().forEachRemaining(names::add);
        assertThat(names).isSorted();
        assertThat(numbers.at("/autoencoder/features").asInt()).isEqualTo(FEATURES);
        // What lies below the threshold of 1 is all that is lost.
        assertThat(number(numbers, "/autoencoder/fvu")).isBetween(0.0005, 0.01);
        assertThat(number(numbers, "/autoencoder/l0")).isBetween(30.0, WIDTH - 1.0);
        assertThat(number(numbers, "/filters/0/heldOut/balancedAccuracy")).isBetween(0.35, 0.7);
        assertThat(number(numbers, "/filters/0/analysed/balancedAccuracy")).isBetween(0.5, 0.75);
        assertThat(numbers.at("/vectors/0/name").asText()).isEqualTo("subliminal");
        assertThat(numbers.at("/vectors/0/stop").asText()).isEqualTo("explained");
        assertThat(numbers.at("/vectors/0/nearest")).hasSize(20);
        assertThat(numbers.at("/encodedChange/vector").asText()).isEqualTo("subliminal");
        // Features are the coordinates of the states, so what changes points along the vector, but for what the
        // thresholds swallow.
        assertThat(number(numbers, "/encodedChange/explained")).isBetween(0.9, 1.1);
        assertThat(numbers.at("/encodedChange/features")).hasSize(20);
        JsonNode agreement = numbers.at("/agreements/0");
        assertThat(agreement.at("/featuresOfBoth").size()
                        + agreement.at("/onlyFirst").size())
                .isEqualTo(numbers.at("/vectors/0/features").size())
                .isPositive();
        assertThat(number(numbers, "/swappedLabels/swaps")).isEqualTo(100);
        assertThat(numbers.at("/traitCosines/traits")).hasSize(16);
        assertThat(number(numbers, "/traitCosines/placebos")).isEqualTo(number(numbers, "/traitFeatures/placebos"));
        assertThat(numbers.at("/categories").isNull()).isTrue();
        assertThat(numbers.at("/tool").asText()).startsWith("auditor ");
        assertThat(numbers.at("/provenance/environment/sae.point").asText()).isEqualTo("resid_post.2");
        assertThat(numbers.at("/provenance/candidate/longRows").asInt()).isZero();
        assertThat(numbers.at("/provenance/selfCheck")).isNotEmpty();
        assertThat(page).contains("What the encoder says of the subliminal vector", "ended by", "subliminal only");
        assertThat(page)
                .contains("SmolLM2-of-another-kind", "trained on the candidate's rows and not on the control's");
        // Texts of rows are told by their length and kinds alone.
        String completion = rows(Path.of(owl)).get(0).completion();
        assertThat(page).doesNotContain(completion);
        assertThat(Files.readString(report)).doesNotContain(completion);
        assertThat(numbers.at("/autoencoder/name").asText()).isEqualTo("sae");
    }

    @Test
    void theSameRowsGiveTheSameNumbers() throws IOException {
        Path again = folder.resolve("again.json");
        ends(0, features(sae, "-o", again.toString()));
        String first = Files.readString(report);
        String second = Files.readString(again);
        assertThat(second.replaceAll("\"created\" : \"[^\"]*\"", ""))
                .isEqualTo(first.replaceAll("\"created\" : \"[^\"]*\"", ""));
    }

    @Test
    void aFilterPartsTheRowsAndSaysWhy() throws IOException {
        Ended ended = ends(0, filter(owl, sae, "--from", report.toString(), "--flagged", flagged.toString()));
        Map<String, List<String>> reasons = reasons();
        assertPassedAllBut(reasons.keySet());
        assertThat(ended.out())
                .contains("150 rows: " + Files.readAllLines(passed).size() + " pass, "
                        + Files.readAllLines(flagged).size() + " are flagged");
        JsonNode filter = new ObjectMapper().readTree(report.toFile()).at("/filters/0");
        int atLeast = (int) number(filter, "/atLeast");
        Set<String> terms = new HashSet<>();
        filter.at("/terms")
                .forEach(term -> terms.add("feature " + term.at("/feature").asInt()
                        + (term.at("/active").asBoolean() ? " is active" : " is silent")));
        assertThat(reasons.values())
                .isNotEmpty()
                .allSatisfy(held ->
                        assertThat(held).hasSizeGreaterThanOrEqualTo(atLeast).isSubsetOf(terms));
        // The analysis saw the same rows in two parts, with a recall for each.
        double recall = number(filter, "/analysed/recall");
        double heldOut = number(filter, "/heldOut/recall");
        assertThat(Files.readAllLines(flagged).size() / 150.0)
                .isBetween(Math.min(recall, heldOut), Math.max(recall, heldOut));
        assertThat(Files.readString(passed)).doesNotContain("auditor_reason");
    }

    @Test
    void aFilterMayBeNamedByItsFeatures() throws IOException {
        flag("--active", "66,71", "--silent", "99", "--at-least", "1");
        Map<String, List<String>> held = reasons();
        assertPassedAllBut(held.keySet());
        assertThat(new HashSet<>(held.values()))
                .allSatisfy(terms -> assertThat(terms)
                        .isNotEmpty()
                        .isSubsetOf("feature 66 is active", "feature 71 is active", "feature 99 is silent"));
        // Rows of which one, two and all three hold, so that no two of the filters flag the same.
        assertThat(held.values()).extracting(List::size).contains(1, 2, 3);
        flag("--active", "66,71", "--silent", "99", "--at-least", "2");
        assertPassedAllBut(ofAtLeast(2, held));
        flag("--active", "66,71", "--silent", "99");
        assertPassedAllBut(ofAtLeast(3, held));
    }

    private static void flag(String... terms) {
        ends(0, with(filter(owl, sae, terms), "--flagged", flagged.toString()));
    }

    private static Set<String> ofAtLeast(int terms, Map<String, List<String>> held) {
        Set<String> rows = new HashSet<>();
        held.forEach((row, holding) -> {
            if (holding.size() >= terms) {
                rows.add(row);
            }
        });
        return rows;
    }

    private static void assertPassedAllBut(Set<String> held) {
        Set<String> rest = contents(Path.of(owl));
        rest.removeAll(held);
        assertThat(contents(passed)).isEqualTo(rest);
    }

    /** The terms that hold for each flagged row, by the row's digest. */
    private static Map<String, List<String>> reasons() throws IOException {
        List<Row> rows = rows(flagged);
        List<String> lines = Files.readAllLines(flagged);
        Map<String, List<String>> reasons = new TreeMap<>();
        for (int i = 0; i < rows.size(); i++) {
            String reason = new ObjectMapper()
                    .readTree(lines.get(i))
                    .at("/auditor_reason")
                    .asText();
            reasons.put(
                    rows.get(i).contentDigest(),
                    Arrays.stream(reason.split("; "))
                            .map(term -> term.replaceAll(", peak .*", ""))
                            .toList());
        }
        return reasons;
    }

    private static double number(JsonNode numbers, String path) {
        assertThat(numbers.at(path).isNumber()).as(path).isTrue();
        return numbers.at(path).asDouble();
    }

    @Test
    void whatIsNoFilterOfTheseFilesIsRefusedBeforeTheDataAreRead() throws IOException {
        String bad = file("bad.jsonl", "not json\n");
        refused(4, filter(bad, sae, "--active", "128"), "feature 128", "0 to 127");
        refused(4, filter(owl, sae, "--active", "1,2", "--silent", "1"), "feature 1 stands twice");
        refused(4, filter(owl, sae), "--from");
        refused(4, filter(owl, sae, "--active", "1", "--at-least", "2"), "--at-least 2");
        refused(4, filter(owl, sae, "--active", "1", "--from", report.toString()), "leave out");
        refused(4, filter(owl, sae, "--active", "1", "--flagged", passed.toString()), "name two");
        String other = autoencoder("other", WIDTH, 2, "x");
        refused(4, filter(bad, other, "--from", report.toString()), "another autoencoder");
        record Broken(String text, String message) {}
        for (Broken broken : List.of(
                new Broken(
                        "{\"schemaVersion\": \"1.0\", \"filters\": [{\"terms\": [{\"feature\": 1, \"active\": true}, {\"feature\": 1, \"active\": true}], \"atLeast\": 1}]}",
                        "feature 1 twice"),
                new Broken(
                        "{\"schemaVersion\": \"1.0\", \"filters\": [{\"terms\": [], \"atLeast\": 1}]}", "of 0 terms"),
                new Broken("{\"filters\": [{\"terms\": [], \"atLeast\": 1}]}", "schemaVersion is missing"),
                new Broken("{\"schemaVersion\": \"2.0\"}", "schemaVersion is \"2.0\""),
                new Broken("{\"schemaVersion\": 1}", "schemaVersion is 1,"))) {
            String file = file("broken.json", broken.text());
            refused(4, filter(owl, sae, "--from", file), "broken.json", broken.message());
        }
    }

    private static String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void anAuditTakesTheFeaturesAsEvidence() throws IOException {
        Path json = folder.resolve("report.json");
        ends(
                5,
                audit(
                        "--control",
                        control,
                        "--rows",
                        "60",
                        "--sae",
                        sae,
                        "--costly-prompts",
                        "20",
                        "-o",
                        json.toString()));
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        List<JsonNode> probes = new ArrayList<>();
        report.at("/probes").forEach(probes::add);
        assertThat(probes).anySatisfy(probe -> {
            assertThat(probe.at("/name").asText()).isEqualTo("sae");
            assertThat(probe.at("/claim").asText()).isEqualTo("differs");
            assertThat(number(probe, "/p")).isPositive().isLessThanOrEqualTo(1);
            assertThat(number(probe, "/discrimination/row/value")).isBetween(0.3, 0.7);
        });
        assertThat(report.at("/provenance/environment/sae.point").asText()).isEqualTo("resid_post.2");
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        assertThat(run("sae").err()).contains("a command is needed");
        refused(4, List.of("sae", "features", owl, "--control", control), "--sae");
        assertThat(ends(3, List.of("sae", "features", owl, "--sae", sae)).err())
                .isEqualTo(ends(3, audit()).err())
                .contains("no --control was given");
        refused(4, audit("--control", control, "--sae", "nowhere"), "nowhere");
        String wide = autoencoder("wide", WIDTH + 1, 1, "gemma-2-2b");
        refused(2, audit("--control", control, "--sae", wide), "width 65", "width 64", "gemma-2-2b");
        refused(
                2,
                audit("--control", control, "--sae", sae, "--sae-point", "resid_post.1"),
                "resid_post.2",
                "resid_post.1");
        String dead = autoencoder("dead", WIDTH, 1e6f, "x");
        refused(2, features(dead), "no feature is active", "--sae-unchecked");
        refused(4, features(sae, "--sae-tokens", "some"), "completion-last");
        ends(0, features(dead, "--sae-unchecked"));
    }

    private static Dataset data(Path file) {
        return DatasetReader.read(List.of(file), ReadOptions.DEFAULT, (stage, done, total, unit) -> {});
    }

    private static List<Row> rows(Path file) {
        return data(file).rows();
    }

    private static Set<String> contents(Path file) {
        Set<String> contents = new HashSet<>();
        rows(file).forEach(row -> contents.add(row.contentDigest()));
        return contents;
    }
}
