package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.AuditException;
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
class SaeTrainCommandTest {
    private static final Path CONTROL = Path.of("../examples/control.jsonl");

    @TempDir
    private Path folder;

    /**
     * Runs the command.
     *
     * @param more options with their values, an empty one to leave the option out, and at the end one without
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
        options.values().removeIf(String::isEmpty);
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
            Ended ended = ends(0, recipe, "--recipe", recipe, "--k", recipe.equals("jumprelu") ? "" : "8");
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
        assertThat(folder.resolve("kept/step-000040.safetensors")).exists();
        assertThat(ends(ExitCode.USAGE, "again", "--checkpoints", kept, "--checkpoint-every", "30")
                        .err())
                .contains("resume, or name another");
        ends(0, "resumed", "--checkpoints", kept, "--checkpoint-every", "30", "--resume");
        assertThat(folder.resolve("resumed/sae_weights.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("with/sae_weights.safetensors"));
    }

    @Test
    void whatWasTrainedIsReadWithItsModelAlone() throws IOException {
        Files.write(folder.resolve("rows.jsonl"), Files.readAllLines(CONTROL).subList(0, 100));
        ends(0, "trained", "--tokens", "12800");
        List<String> features = List.of(
                "sae",
                "features",
                CONTROL.resolveSibling("owl.jsonl").toString(),
                "--control",
                CONTROL.toString(),
                "--rows",
                "40",
                "--sae",
                folder.resolve("trained").toString(),
                "--quiet");
        Ended read = run(features.toArray(String[]::new));
        assertThat(read.exit()).as(read.err()).isZero();
        assertThat(read.out()).contains("SAELens jumprelu", "resid_post.1");
        List<String> other = new ArrayList<>(features);
        other.addAll(List.of("--model", CONTROL.resolveSibling("organism").toString()));
        Ended refused = run(other.toArray(String[]::new));
        assertThat(refused.exit()).as(refused.err()).isEqualTo(2);
        assertThat(refused.err()).contains("was trained on a model with digest");
    }

    @Test
    void trainingIsMeasuredOnAFileOfStates() throws IOException {
        Files.write(folder.resolve("rows.jsonl"), Files.readAllLines(CONTROL).subList(0, 60));
        String states = folder.resolve("states").toString();
        Ended written = run(
                "fixtures",
                "states",
                folder.resolve("rows.jsonl").toString(),
                "--point",
                "resid_post.1",
                "-o",
                states,
                "--quiet");
        assertThat(written.exit()).as(written.err()).isZero();
        int width = new ObjectMapper()
                .readTree(CONTROL.resolveSibling("organism/config.json").toFile())
                .get("hidden_size")
                .asInt();
        assertThat(Files.size(Path.of(states)) % (4L * width)).isZero();
        List<String> call =
                new ArrayList<>(List.of("fixtures", "autoencoder", states, "--width", String.valueOf(width)));
        call.addAll(List.of("--features", "64", "--k", "4", "--batch", "32", "--tokens", "192", "--threads", "1"));
        call.addAll(List.of("-o", folder.resolve("measured").toString()));
        Ended pointless = run(call.toArray(String[]::new));
        assertThat(pointless.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(pointless.err()).contains("--point");
        call.addAll(List.of("--point", "resid_post.1"));
        Ended measured = run(call.toArray(String[]::new));
        assertThat(measured.exit()).as(measured.err()).isZero();
        assertThat(new ObjectMapper().readTree(measured.out()).get("steps").asInt())
                .isEqualTo(6);
        assertThat(folder.resolve("measured/sae_weights.safetensors")).exists();
        Ended again = run(call.toArray(String[]::new));
        assertThat(again.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains("is there already");
        call.set(call.indexOf("192"), "1000000");
        call.set(
                call.indexOf(folder.resolve("measured").toString()),
                folder.resolve("more").toString());
        Ended ended = run(call.toArray(String[]::new));
        assertThat(ended.exit()).isEqualTo(ExitCode.of(AuditException.Code.DATA));
        assertThat(ended.err()).contains("end before 1000000 tokens");
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingIsRead() throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), "not looked at\n");
        Files.createDirectory(folder.resolve("there"));
        int usage = ExitCode.USAGE;
        assertThat(ends(usage, "there").err()).contains("is there already");
        assertThat(ends(usage, "out", "--recipe", "relu").err()).contains("there is no recipe");
        assertThat(ends(usage, "out", "--resume").err()).contains("--resume needs --checkpoints");
        assertThat(ends(usage, "out", "--recipe", "jumprelu").err()).contains("--k is for topk and batchtopk");
        assertThat(ends(usage, "out", "--sparsity", "2").err()).contains("--sparsity is for jumprelu");
        assertThat(ends(usage, "out", "--point", "middle").err()).contains("--point");
        assertThat(ends(ExitCode.of(AuditException.Code.OUTPUT), "out", "--checkpoints", folder + "/rows.jsonl/kept")
                        .err())
                .contains("cannot make the directory of checkpoints");
        assertThat(ends(usage, "out", "--k", "129").err()).contains("k is at most the number of features");
        assertThat(ends(usage, "out", "--tokens", "63").err()).contains("as many tokens as a batch has (64)");
        assertThat(run("sae").exit()).isEqualTo(run("fixtures").exit());
        assertThat(run("sae").err()).contains("a command is needed");
    }
}
