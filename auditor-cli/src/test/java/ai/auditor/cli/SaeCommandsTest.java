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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sparse autoencoders, as a user asks for them. */
class SaeCommandsTest {
    private static final Path CONTROL = Path.of("../examples/control.jsonl");

    @TempDir
    private Path folder;

    /**
     * Runs the command.
     *
     * @param more options with their values, and at the end one without
     */
    private Ended ends(int exit, String output, String... more) {
        Map<String, String> options = new LinkedHashMap<>(Map.of(
                "--point",
                "resid_post.1",
                "--features",
                "128",
                "--k",
                "8",
                "--batch",
                "64",
                "--tokens",
                "2600",
                "--learning-rate",
                "0.003",
                "--threads",
                "1"));
        for (int i = 0; i + 1 < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        List<String> call = new ArrayList<>(
                List.of("sae", "train", folder.resolve("rows.jsonl").toString(), "--quiet"));
        options.forEach((name, value) -> call.addAll(List.of(name, value)));
        call.addAll(List.of("-o", folder.resolve(output).toString()));
        if (more.length % 2 == 1) {
            call.add(more[more.length - 1]);
        }
        Ended ended = run(call.toArray(String[]::new));
        assertThat(ended.exit()).as(ended.err()).isEqualTo(exit);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        return ended;
    }

    @Test
    void anAutoencoderIsTrainedAndTold() throws IOException {
        Files.write(folder.resolve("rows.jsonl"), Files.readAllLines(CONTROL).subList(0, 60));
        String kept = folder.resolve("kept").toString();
        for (String recipe : List.of("topk", "batchtopk", "jumprelu")) {
            Ended ended = ends(0, recipe, "--recipe", recipe);
            assertThat(ended.out())
                    .contains("tokens trained on", "2,560", "L0", "FVU", "cross-entropy recovered", "features alive");
            assertThat(ended.err()).isEmpty();
            JsonNode config = new ObjectMapper()
                    .readTree(folder.resolve(recipe).resolve("cfg.json").toFile());
            JsonNode metadata = config.get("metadata");
            assertThat(metadata.get("hook_name").asText()).isEqualTo("blocks.1.hook_resid_post");
            assertThat(metadata.get("auditor_model_digest").asText()).hasSize(64);
            assertThat(metadata.get("auditor_data_digests").get("rows.jsonl").asText())
                    .hasSize(64);
            assertThat(metadata.get("auditor_training").get("seed").asInt()).isEqualTo(1);
        }
        ends(0, "with", "--checkpoints", kept, "--checkpoint-every", "30");
        assertThat(folder.resolve("kept/step-000030.safetensors")).exists();
        assertThat(ends(ExitCode.USAGE, "again", "--checkpoints", kept, "--checkpoint-every", "30")
                        .err())
                .contains("resume, or name another");
        ends(0, "resumed", "--checkpoints", kept, "--checkpoint-every", "30", "--resume");
        assertThat(folder.resolve("resumed/sae_weights.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("with/sae_weights.safetensors"));
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingIsRead() throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), "not looked at\n");
        Files.createDirectory(folder.resolve("there"));
        int usage = ExitCode.USAGE;
        assertThat(ends(usage, "there").err()).contains("is there already");
        assertThat(ends(usage, "out", "--recipe", "relu").err()).contains("there is no recipe");
        assertThat(ends(usage, "out", "--resume").err()).contains("--resume needs --checkpoints");
        assertThat(ends(usage, "out", "--k", "129").err()).contains("k is at most the number of features");
        assertThat(ends(usage, "out", "--tokens", "63").err()).contains("as many tokens as a batch has (64)");
        assertThat(run("sae").exit()).isEqualTo(run("fixtures").exit());
        assertThat(run("sae").err()).contains("a command is needed: train");
    }
}
