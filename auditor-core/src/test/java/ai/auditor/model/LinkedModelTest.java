package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.data.Message;
import ai.auditor.model.internal.ModelBytes;
import ai.auditor.text.ChatTemplate;
import ai.auditor.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model in the cache of Hugging Face: every file of a snapshot is a link to {@code ../../blobs}, named by a digest. */
class LinkedModelTest {
    @TempDir
    Path cache;

    private final Path plain = Golden.directory("sharded");
    private Path snapshot = Path.of("");

    @BeforeEach
    void linkEveryFileToABlob() throws IOException {
        snapshot = Files.createDirectories(cache.resolve("models--a--b/snapshots/0f1e2d"));
        Files.createDirectories(cache.resolve("models--a--b/blobs"));
        List<Path> files;
        try (Stream<Path> entries = Files.list(plain)) {
            files = entries.sorted().toList();
        }
        for (Path file : files) {
            link(file.getFileName().toString(), ModelBytes.bytes(file));
        }
    }

    @Test
    void aModelOfLinkedShardsIsTheModelItself() {
        try (ReferenceModel linked = ReferenceModel.open(snapshot);
                ReferenceModel direct = ReferenceModel.open(plain)) {
            assertThat(linked.facts()).isEqualTo(direct.facts());
            assertThat(linked.digest()).isEqualTo(direct.digest());
        }
    }

    @Test
    void everyTensorIsReadThroughTheLinks() {
        try (WeightSource linked = WeightFiles.open(snapshot);
                WeightSource direct = WeightFiles.open(plain)) {
            assertThat(linked.names()).isNotEmpty().isEqualTo(direct.names());
            for (String name : linked.names()) {
                assertThat(ModelBytes.read(linked, name)).as(name).isEqualTo(ModelBytes.read(direct, name));
            }
        }
    }

    @Test
    void aLinkedTokenizerIsRead() {
        try (Tokenizer linked = Tokenizer.open(snapshot);
                Tokenizer direct = Tokenizer.open(plain)) {
            assertThat(linked.encode("hello").ids())
                    .isNotEmpty()
                    .isEqualTo(direct.encode("hello").ids());
        }
    }

    @Test
    void aLinkedTemplateIsRead() throws IOException {
        link("tokenizer_config.json", "{\"bos_token\": \"<s>\"}".getBytes(StandardCharsets.UTF_8));
        link("chat_template.jinja", "{{ bos_token }}{{ messages[0].content }}".getBytes(StandardCharsets.UTF_8));
        Map<String, String> specialTokens = ChatTemplate.specialTokens(snapshot);
        assertThat(ChatTemplate.find(snapshot).orElseThrow().render(List.of(Message.user("hi")), true, specialTokens))
                .isEqualTo("<s>hi");
    }

    private void link(String name, byte[] content) throws IOException {
        ModelBytes.write(snapshot.resolve("../../blobs"), "of-" + name, content);
        Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs/of-" + name));
    }
}
