package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.ModelFile;
import ai.auditor.data.Sha256;
import ai.auditor.model.internal.ModelBytes;
import ai.auditor.text.ChatTemplate;
import ai.auditor.text.Tokenizer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFilesTest {
    private static final String SHARD = "model-00001-of-00002.safetensors";

    @TempDir
    Path directory;

    @Test
    void oneFileComesBeforeShardsAndShardsBeforeGguf() throws IOException {
        copy("llama-gguf/config.json", "config.json");
        copy("llama-gguf/model.gguf", "any.gguf");
        requireNames("lm_head.weight");
        for (String file : List.of("model.safetensors.index.json", SHARD, "model-00002-of-00002.safetensors")) {
            copy("sharded/" + file, file);
        }
        requireNames("half");
        copy("types.safetensors", "model.safetensors");
        requireNames("double");
    }

    @Test
    void whatWasLookedForIsNamed() {
        requireRefused("has no weights: looked for model.safetensors, model.safetensors.index.json and one *.gguf");
    }

    @Test
    void pickleIsNeverRead() {
        ModelBytes.write(directory, "pytorch_model.bin", new byte[] {(byte) 0x80, 2});
        requireRefused("pickle");
        requireRefused("convert them to safetensors");
    }

    @Test
    void twoGgufFilesAreRefused() {
        copy("llama-gguf/model.gguf", "a.gguf");
        copy("llama-gguf/model.gguf", "b.gguf");
        requireRefused("holds 2 files *.gguf");
    }

    @Test
    void aGgufThatContradictsTheConfigurationIsRefused() throws IOException {
        copy("llama-gguf/model.gguf", "model.gguf");
        String config = Files.readString(ModelBytes.golden("llama-gguf/config.json"))
                .replace("\"rope_theta\": 10000.0", "\"rope_theta\": 500000.0");
        Files.writeString(directory.resolve("config.json"), config);
        requireRefused("metadata \"llama.rope.freq_base\" is 10000.0, but config.json says rope_theta 500000.0");
    }

    @Test
    void theDigestCoversEveryFileOfTheModel() throws IOException {
        List<String> files = List.of(
                "config.json",
                "tokenizer.json",
                "model.safetensors.index.json",
                SHARD,
                "model-00002-of-00002.safetensors",
                "chat_template.jinja",
                "chat_template.json",
                "tokenizer_config.json");
        copy("llama/config.json", "config.json");
        ModelBytes.write(directory, "tokenizer.json", new byte[] {'{', '}'});
        for (String file : files.subList(2, 5)) {
            copy("sharded/" + file, file);
        }
        Set<String> digests = new HashSet<>(Set.of(WeightFiles.digest(directory)));
        for (String file : files.subList(5, 8)) {
            ModelBytes.write(directory, file, new byte[] {'{', '}'});
            assertThat(digests.add(WeightFiles.digest(directory))).as(file).isTrue();
        }
        for (String file : files) {
            byte[] before = ModelBytes.bytes(directory.resolve(file));
            Files.write(
                    directory.resolve(file),
                    (new String(before, StandardCharsets.ISO_8859_1) + " ").getBytes(StandardCharsets.ISO_8859_1));
            assertThat(digests.add(WeightFiles.digest(directory))).as(file).isTrue();
            Files.write(directory.resolve(file), before);
        }
        assertThat(digests.add(WeightFiles.digest(directory))).isFalse();
    }

    @Test
    void theDigestIsOneOfNamesAndDigests() throws IOException {
        copy("llama/config.json", "config.json");
        copy("llama/model.safetensors", "model.safetensors");
        ModelBytes.write(directory, "tokenizer.json", new byte[0]);
        Sha256 expected = new Sha256();
        for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            byte[] bytes = ModelBytes.bytes(directory.resolve(file));
            expected.text(file).text(new Sha256().bytes(bytes, 0, bytes.length).hex());
        }
        assertThat(WeightFiles.digest(directory)).isEqualTo(expected.hex());
        Files.delete(directory.resolve("tokenizer.json"));
        assertThatThrownBy(() -> WeightFiles.digest(directory)).hasMessageContaining("tokenizer.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json",
                "tokenizer.json",
                "model.safetensors",
                "tokenizer_config.json",
                "chat_template.jinja"
            })
    void aFileThatIsADeviceADirectoryOrALinkToItselfIsNamedAndNeverOpened(String name) throws IOException {
        for (String target : List.of("/dev/zero", ".", name, "nowhere")) {
            copy("llama/config.json", "config.json");
            copy("llama/model.safetensors", "model.safetensors");
            ModelBytes.write(directory, "tokenizer.json", new byte[] {'{', '}'});
            Path file = directory.resolve(name);
            Files.deleteIfExists(file);
            Files.createSymbolicLink(file, Path.of(target));
            requireNotRegular(file, () -> WeightFiles.digest(directory));
            switch (name) {
                case "config.json" -> requireNotRegular(file, () -> ModelFacts.read(directory));
                case "tokenizer.json" -> requireNotRegular(file, () -> Tokenizer.open(directory));
                case "model.safetensors" -> requireNotRegular(file, () -> WeightFiles.open(directory));
                default -> requireNotRegular(file, () -> ChatTemplate.find(directory));
            }
            Files.delete(file);
        }
    }

    @Test
    void aPipeIsNotWaitedFor() throws IOException, InterruptedException {
        copy("llama/config.json", "config.json");
        copy("llama/model.safetensors", "model.safetensors");
        Path pipe = directory.resolve("tokenizer.json");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        requireNotRegular(pipe, () -> WeightFiles.digest(directory));
        requireNotRegular(pipe, () -> Tokenizer.open(directory));
    }

    @Test
    void aTextThatIsTooLongIsRefusedByItsSize() throws IOException {
        copy("llama/config.json", "config.json");
        copy("llama/model.safetensors", "model.safetensors");
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("tokenizer.json").toFile(), "rw")) {
            sparse.setLength(ModelFile.LONGEST_TEXT + 1);
        }
        assertThatThrownBy(() -> WeightFiles.digest(directory))
                .hasMessageContaining("tokenizer.json is 268435457 bytes long, longer than the limit");
    }

    @Test
    void aPathIsMadeFitToPrint() {
        assertThatThrownBy(() -> ModelFile.require(directory.resolve("con\u202Efig.json")))
                .hasMessageContaining("con\\u{202E}fig.json is missing: give a model directory");
        assertThat(ModelFile.unreadable(directory.resolve("a\tb"), new AccessDeniedException("a\tb")))
                .hasMessageEndingWith(
                        "a\\u{9}b cannot be read: permission denied; let this user read it, or get the file again");
    }

    private static void requireNotRegular(Path file, ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining(file + " is not a regular file");
    }

    private void requireNames(String one) {
        try (WeightSource source = WeightFiles.open(directory)) {
            assertThat(source.names()).contains(one);
        }
    }

    private void copy(String golden, String name) {
        ModelBytes.write(directory, name, ModelBytes.bytes(ModelBytes.golden(golden)));
    }

    private void requireRefused(String reason) {
        assertThatThrownBy(() -> WeightFiles.open(directory))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining(directory.toString())
                .hasMessageContaining(reason);
    }
}
