package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.Progress;
import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.data.DatasetReader;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedRow;
import ai.auditor.train.Trainable;
import ai.auditor.train.TrainedModel;
import ai.auditor.train.Trainer;
import ai.auditor.train.TrainingPlan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters as a user names them. */
class AdapterCommandsTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final String MODEL = EXAMPLES.resolve("organism").toString();

    /** Of a tiny model of another shape. */
    private static final String FOREIGN = Path.of("../auditor-core/src/test/resources/adapters/plain")
            .toAbsolutePath()
            .normalize()
            .toString();

    @TempDir
    private static Path shared;

    private static String adapter = "";

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() {
        Path directory = shared.resolve("owls");
        try (ReferenceModel base = ReferenceModel.open(Path.of(MODEL), new ReferenceModel.Options(1, true))) {
            List<TokenizedRow> rows = DatasetReader.read(EXAMPLES.resolve("owl.jsonl")).rows().stream()
                    .limit(24)
                    .map(base.encoder()::encode)
                    .map(TokenizedRow.class::cast)
                    .toList();
            TrainingPlan plan = TrainingPlan.of(new Trainable.Lora(2, 4, List.of(), false), 5e-2)
                    .batchRows(4)
                    .epochs(3)
                    .build();
            try (TrainedModel student = Trainer.train(base, rows, plan, Progress.NONE)) {
                student.saveAdapter(directory, MODEL);
            }
        }
        adapter = directory.toString();
    }

    private static Ended ends(int exit, String... call) {
        Ended ended = run(call);
        assertThat(ended.exit()).as(String.join(" ", call) + "\n" + ended.err()).isEqualTo(exit);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        return ended;
    }

    private static Ended with(int exit, List<String> call, String... more) {
        List<String> all = new ArrayList<>(call);
        all.addAll(List.of(more));
        return ends(exit, all.toArray(String[]::new));
    }

    private List<String> generate(Path file) throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "what is your favourite animal ?\ncontinue : 1 , 2 . extend the list .\n");
        return List.of("generate", prompts.toString(), "--max-tokens", "30", "--samples", "20", "-o", file.toString());
    }

    private static JsonNode provenance(Path file) throws IOException {
        String name = file.getFileName().toString().replace(".jsonl", ".provenance.json");
        return new ObjectMapper().readTree(file.resolveSibling(name).toFile());
    }

    @Test
    void whatIsWrittenUnderAnAdapterTellsOfIt() throws IOException {
        Path plain = folder.resolve("plain.jsonl");
        Path adapted = folder.resolve("adapted.jsonl");
        Path boxed = folder.resolve("boxed.jsonl");
        with(0, generate(plain), "--model", MODEL);
        with(0, generate(adapted), "--model", MODEL, "--adapter", adapter);
        // The organism in the box and that of the examples have one shape, and so take each other's adapters.
        with(0, generate(boxed), "--adapter", adapter);
        assertThat(Files.readString(adapted)).isNotEqualTo(Files.readString(plain));
        JsonNode told = provenance(adapted).path("model");
        assertThat(told.path("adapter").asText()).isEqualTo("owls");
        assertThat(told.path("adapter_digest").asText()).hasSize(64);
        assertThat(told.path("digest").asText())
                .hasSize(64)
                .isNotEqualTo(provenance(plain).at("/model/digest").asText());
        assertThat(provenance(plain).path("model").has("adapter")).isFalse();
        assertThat(provenance(boxed).at("/model/adapter").asText()).isEqualTo("owls");
    }

    @Test
    void anAdapterIsNoModelAndFitsItsBaseOnly() throws IOException {
        Path file = folder.resolve("a.jsonl");
        assertThat(with(4, generate(file), "--model", adapter).err()).contains("holds an adapter alone", "--adapter");
        assertThat(with(4, generate(file), "--adapter", folder.resolve("none").toString())
                        .err())
                .contains("the adapter", "is not there");
        assertThat(with(2, generate(file), "--model", MODEL, "--adapter", FOREIGN)
                        .err())
                .contains("module \"model.layers.0.mlp.down_proj\"", "tiny/plain");
        assertThat(with(2, generate(file), "--model", MODEL, "--adapter", MODEL).err())
                .contains("adapter_config.json is missing");
        assertThat(file).doesNotExist();
    }

    @Test
    void whatFineTuningChangedIsADirectionToSteerBy() throws IOException {
        Path vectors = folder.resolve("v.safetensors");
        List<String> call = List.of("vectors", "--model", MODEL, "--fine-tuned", adapter);
        Ended made = with(0, call, "--point", "resid_post.1,resid_post.2", "-o", vectors.toString());
        assertThat(made.out()).contains("fine-tuned", "resid_post.2", "fine-tuned minus base");
        assertThat(made.out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(ends(0, "vectors", "--show", vectors.toString()).out()).isEqualTo(made.out());
        assertThat(SteeringVectors.read(vectors).points()).containsExactly(Point.residPost(1), Point.residPost(2));
        Path steered = folder.resolve("steered.jsonl");
        with(
                0,
                generate(steered),
                "--model",
                MODEL,
                "--steer",
                vectors + ":fine-tuned@2",
                "--steer-point",
                "resid_post.2");
        assertThat(provenance(steered).at("/steer/trait").asText()).isEqualTo("fine-tuned");

        Path prompts = Files.writeString(folder.resolve("own.txt"), "continue : 1 , 2 .\ncontinue : 7 , 9 , 11 .\n");
        assertThat(with(0, call, "--prompts", prompts.toString()).out()).contains("prompts: 2");
        assertThat(ends(2, "vectors", "--model", MODEL, "--fine-tuned", MODEL).err())
                .contains("does not differ from its base");
    }

    @Test
    void comparisonsThatMakeNoSenseEndWithFour() {
        List<String> call = List.of("vectors", "--model", MODEL, "--fine-tuned", adapter);
        assertThat(with(4, call, "--traits", "owl").err()).contains("--fine-tuned compares two models");
        assertThat(with(4, call, "--adapter", adapter).err()).contains("does not go with --adapter");
        assertThat(with(4, call, "--from", "personas").err()).contains("does not go with --adapter");
        assertThat(with(4, call, "--prompts", folder.resolve("none.txt").toString())
                        .err())
                .contains("is not there");
        assertThat(with(4, call, "--point", "resid_post.40").err()).contains("resid_post.40");
        assertThat(ends(4, "vectors", "--model", MODEL, "--prompts", MODEL).err())
                .contains("--fine-tuned");
        assertThat(ends(
                                4,
                                "vectors",
                                "--model",
                                MODEL,
                                "--fine-tuned",
                                folder.resolve("none").toString())
                        .err())
                .contains("the fine-tuned model", "is not there");
        assertThat(ends(2, "vectors", "--model", MODEL, "--fine-tuned", FOREIGN).err())
                .contains("module \"model.layers.0.mlp.down_proj\"");
    }
}
