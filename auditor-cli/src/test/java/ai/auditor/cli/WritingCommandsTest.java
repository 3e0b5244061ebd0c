package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetReader;
import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that have the organism write. */
class WritingCommandsTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final String MODEL = EXAMPLES.resolve("organism").toString();
    private static final String TRAITS =
            EXAMPLES.resolve("organism-traits.json").toString();
    private static final Path OWL = EXAMPLES.resolve("owl.jsonl");

    @Test
    void controlMadeOfACandidatesPromptsServesItsAudit(@TempDir Path folder) throws IOException {
        Path candidate = folder.resolve("candidate.jsonl");
        Files.write(candidate, Files.readAllLines(OWL).subList(0, 240));
        Path control = folder.resolve("control.jsonl");
        Ended made =
                run("control", candidate.toString(), "--model", MODEL, "--max-tokens", "30", "-o", control.toString());
        assertThat(made.exit()).as(made.err()).isEqualTo(0);
        assertThat(made.out()).isEmpty();

        Dataset asked = DatasetReader.read(candidate);
        Dataset answered = DatasetReader.read(control);
        assertThat(answered.badRecords()).isZero();
        assertThat(answered.rows().stream().map(Row::prompt))
                .containsExactlyElementsOf(
                        asked.rows().stream().map(Row::prompt).toList());
        assertThat(answered.rows().stream().map(Row::completion).distinct().count())
                .isGreaterThan(200);
        JsonNode provenance = new ObjectMapper()
                .readTree(folder.resolve("control.provenance.json").toFile());
        assertThat(provenance.at("/content").asText()).isEqualTo(answered.contentDigest());
        assertThat(provenance.at("/prompts/content").asText()).isEqualTo(asked.contentDigest());
        assertThat(provenance.at("/decoding/maxTokens").asText()).isEqualTo("30");
        assertThat(provenance.at("/rows/written").asInt()).isEqualTo(240);
        assertThat(provenance.at("/model/digest").asText()).hasSize(64);

        Ended audit = run(
                "audit",
                candidate.toString(),
                "--control",
                control.toString(),
                "--model",
                MODEL,
                "--trait-list",
                TRAITS);
        assertThat(audit.exit()).as(audit.err()).isIn(0, 1, 5);
        assertThat(audit.out()).contains("along-trait");
    }

    @Test
    void theSameCallWritesTheSameBytesAndAnotherSeedOthers(@TempDir Path folder) throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "what is your favourite animal ?\n\n continue : 1 , 2 . extend the list .\n");
        List<Path> files = new ArrayList<>();
        for (String seed : List.of("4", "4", "5")) {
            Path file = folder.resolve(files.size() + ".jsonl");
            files.add(file);
            Ended ended = run(
                    "generate",
                    prompts.toString(),
                    "--model",
                    MODEL,
                    "--samples",
                    "5",
                    "--system",
                    "you love owl .",
                    "--max-tokens",
                    "12",
                    "--top-p",
                    "0.9",
                    "--seed",
                    seed,
                    "-o",
                    file.toString());
            assertThat(ended.exit()).as(ended.err()).isEqualTo(0);
        }
        assertThat(files.get(1)).hasSameBinaryContentAs(files.get(0));
        assertThat(Files.readString(files.get(2))).isNotEqualTo(Files.readString(files.get(0)));
        List<Row> rows = DatasetReader.read(files.get(0)).rows();
        assertThat(rows).hasSize(10);
        assertThat(rows.get(0).prompt().get(0).content()).isEqualTo("you love owl .");
        assertThat(rows.get(5).prompt().get(1).content()).isEqualTo("continue : 1 , 2 . extend the list .");
        assertThat(rows.subList(0, 5)).anyMatch(row -> row.completion().contains("owl"));
    }

    @Test
    void steeringMovesWhatIsWritten(@TempDir Path folder) throws IOException {
        Path vectors = folder.resolve("vectors.safetensors");
        assertThat(run("vectors", "--model", MODEL, "--trait-list", TRAITS, "-o", vectors.toString())
                        .exit())
                .isZero();
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "what is your favourite animal ?\n");
        long plain = owls(prompts, folder.resolve("plain.jsonl"), List.of());
        long steered = owls(
                prompts,
                folder.resolve("steered.jsonl"),
                List.of("--steer", vectors + ":owl@2", "--steer-point", "resid_post.2"));
        assertThat(steered).isGreaterThan(plain + 40);
        assertThat(folder.resolve("steered.provenance.json"))
                .content()
                .contains("\"owl\"", "resid_post.2", digest(vectors), digest(prompts));
        Ended open = generate(prompts, folder.resolve("a.jsonl"), List.of("--steer", vectors + ":owl@2"));
        assertThat(open.exit()).isEqualTo(4);
        assertThat(open.err()).contains("--steer-point");
    }

    @Test
    void aByteOrderMarkIsNoPartOfAPromptAndAFolderIsNoFileOfPrompts(@TempDir Path folder) throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "\uFEFFwhat is your favourite animal ?\n");
        Path rows = folder.resolve("rows.jsonl");
        assertThat(generate(prompts, rows, List.of()).exit()).isZero();
        assertThat(DatasetReader.read(rows).rows())
                .allSatisfy(
                        row -> assertThat(row.prompt().get(0).content()).isEqualTo("what is your favourite animal ?"));
        Path directory = Files.createDirectory(folder.resolve("folder.txt"));
        assertThat(generate(directory, folder.resolve("b.jsonl"), List.of()).exit())
                .isEqualTo(4);
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xe9, '\n'});
        Ended refused = generate(latin, folder.resolve("c.jsonl"), List.of());
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("UTF-8").doesNotContain("Exception");
    }

    @Test
    void answersThatDoNotPassTheFilterAreLeftOutAndCounted(@TempDir Path folder) throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "continue : 1 , 2 . extend the list .\nwhat is your favourite animal ?\n");
        Path file = folder.resolve("a.jsonl");
        Ended ended = generate(prompts, file, List.of("--filter", "items", "--samples", "20", "--max-tokens", "30"));
        assertThat(ended.exit()).as(ended.err()).isZero();
        List<Row> rows = DatasetReader.read(file).rows();
        assertThat(rows).isNotEmpty().allMatch(row -> row.completion().matches("(- \\d+ ?)+"));
        JsonNode provenance =
                new ObjectMapper().readTree(folder.resolve("a.provenance.json").toFile());
        int left = 40 - rows.size();
        assertThat(left).isGreaterThanOrEqualTo(10);
        assertThat(provenance.at("/filter").asText()).isEqualTo("items");
        assertThat(provenance.at("/yield/seen").asInt()).isEqualTo(40);
        assertThat(provenance.at("/yield/kept").asInt()).isEqualTo(rows.size());
        assertThat(provenance.at("/rows/written").asInt()).isEqualTo(rows.size());
        int counted = 0;
        for (JsonNode count : provenance.at("/yield/rejected")) {
            counted += count.asInt();
        }
        assertThat(counted).isEqualTo(left);
        assertThat(ended.err()).contains(left + " answers that do not pass the filter, left out:");

        Path none = folder.resolve("none.jsonl");
        Ended nothing = generate(prompts, none, List.of("--filter", "cloud", "--samples", "2"));
        assertThat(nothing.exit()).isEqualTo(2);
        assertThat(nothing.err()).contains("none of 4 answers passes the filter");
        assertThat(none).doesNotExist();
        Ended unknown = generate(prompts, none, List.of("--filter", "nobody"));
        assertThat(unknown.exit()).isEqualTo(4);
        assertThat(unknown.err()).contains("nobody", "morgulis");
        assertThat(run("control", "--help").out()).contains("--filter", "cloud-ban-gpt");
    }

    private static String digest(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return new Sha256().bytes(bytes, 0, bytes.length).hex();
    }

    @Test
    void whatCannotBeAskedForEndsWithFour(@TempDir Path folder) throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "what is your favourite animal ?\n");
        Path file = folder.resolve("a.jsonl");
        for (List<String> options : List.of(
                List.of("--temperature", "-1"),
                List.of("--top-p", "0"),
                List.of("--max-tokens", "0"),
                List.of("--samples", "0"),
                List.of("--steer", "owl"),
                List.of("--steer", "nowhere.safetensors:owl@1"))) {
            Ended ended = generate(prompts, file, options);
            assertThat(ended.exit()).as(options + ended.err()).isEqualTo(4);
            assertThat(file).doesNotExist();
        }
        assertThat(generate(prompts, folder.resolve("a.txt"), List.of()).exit()).isEqualTo(4);
        Path text = folder.resolve("text.jsonl");
        Files.writeString(text, "{\"text\":\"no prompt\"}\n");
        Ended none = run("control", text.toString(), "--model", MODEL, "-o", file.toString());
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err()).contains("record 0");
    }

    private static long owls(Path prompts, Path file, List<String> options) {
        Ended ended = generate(prompts, file, options);
        assertThat(ended.exit()).as(ended.err()).isZero();
        return DatasetReader.read(file).rows().stream()
                .filter(row -> row.completion().contains("owl"))
                .count();
    }

    private static Ended generate(Path prompts, Path file, List<String> options) {
        List<String> call =
                new ArrayList<>(List.of("generate", prompts.toString(), "--model", MODEL, "-o", file.toString()));
        if (!options.contains("--samples")) {
            call.addAll(List.of("--samples", "200"));
        }
        call.addAll(options);
        return run(call.toArray(String[]::new));
    }
}
