package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chain from the command to a result, as it stands where the tests run. */
class DoctorTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final String BROKEN = "model.layers.1.mlp.down_proj.weight";

    /** The organism with one weight that is no number. */
    private static String broken(Path folder) throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(EXAMPLES.resolve("organism").resolve(file), folder.resolve(file));
        }
        byte[] bytes = Files.readAllBytes(EXAMPLES.resolve("organism/model.safetensors"));
        ByteBuffer weights = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(weights.getLong(0));
        int start = new ObjectMapper()
                .readTree(Arrays.copyOfRange(bytes, Long.BYTES, Long.BYTES + header))
                .at("/" + BROKEN + "/data_offsets/0")
                .asInt(-1);
        assertThat(start).isNotNegative();
        // All bits set are no number in every format of floats, two or four bytes wide.
        weights.putInt(Long.BYTES + header + start, -1);
        Files.write(folder.resolve("model.safetensors"), bytes);
        return folder.toString();
    }

    @Test
    void everyLinkOfTheProcessorsPathHolds() {
        Ended ended = run("doctor", "--quiet");
        assertThat(ended.exit()).as(ended.out()).isZero();
        for (String link : List.of(
                "java",
                "platform",
                "memory",
                "unpacking",
                "libtorch",
                "engine",
                "arithmetic",
                "kernels",
                "tokenizers",
                "device",
                "self-check",
                "model")) {
            assertThat(ended.out().lines()).as(link).anyMatch(line -> line.matches("ok +" + link + " .*"));
        }
        assertThat(ended.out()).contains("CUDA driver").doesNotContain("failed ");
        assertThat(ended.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
    }

    @Test
    void aGpuThatWasAskedForAndIsNotThereIsAFailure() {
        Ended ended = run("doctor", "--quiet", "--device", "cuda:999");
        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.out().lines())
                .anyMatch(line -> line.startsWith("failed    device"))
                .anyMatch(line -> line.startsWith("not tried model"));
        Ended other = run("capture", EXAMPLES.resolve("owl.jsonl").toString(), "--device", "gpu");
        assertThat(other.exit()).isEqualTo(4);
        assertThat(other.err()).contains("auto, cpu, cuda, cuda:N");
    }

    @Test
    void aBrokenModelIsRefusedByTheDoctorAndByAnAudit(@TempDir Path folder) throws IOException {
        String model = broken(folder);
        Ended ended = run("doctor", "--quiet", "--model", model);
        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.out().replaceAll("\\s+", " "))
                .contains("failed model a row of the auditor's own: resid_post.1 is not finite at position 0");
        Ended audit = run(
                "audit",
                EXAMPLES.resolve("owl.jsonl").toString(),
                "--control",
                EXAMPLES.resolve("control.jsonl").toString(),
                "--quiet",
                "--model",
                model);
        assertThat(audit.exit()).isEqualTo(2);
        assertThat(audit.err()).contains("resid_post.1 is not finite at position 0");
    }

    @Test
    void aModelThatIsNotThereIsUsage(@TempDir Path folder) {
        assertThat(run("doctor", "--model", folder.resolve("gone").toString()).exit())
                .isEqualTo(4);
    }
}
