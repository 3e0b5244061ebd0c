package ai.auditor.sae.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.TinyAutoencoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptionsTest {
    private static final SaeFacts SAE = TinyAutoencoder.facts(4, 32);

    @TempDir
    private Path folder;

    private static String line(String index, String description, String type) {
        return "{\"modelId\":\"gemma-2-2b\",\"layer\":\"20-gemmascope-res-16k\",\"index\":" + index
                + ",\"description\":\"" + description + "\",\"explanationModelName\":\"gpt-4o-mini\",\"typeName\":\""
                + type
                + "\",\"authorId\":null,\"embedding\":[0.25,-1e-3,[1]],\"umap\":{\"x\":1}}";
    }

    private Path file(String name, String... lines) throws IOException {
        byte[] content = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve(name);
        if (name.endsWith(".gz")) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (OutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(content);
            }
            content = packed.toByteArray();
        }
        return Files.write(file, content);
    }

    private Descriptions read(Path path) {
        return Descriptions.read(path, SAE);
    }

    private void refused(Path path, AuditException.Code code, String... parts) {
        assertThatThrownBy(() -> read(path)).isInstanceOfSatisfying(AuditException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.getMessage()).contains(parts);
        });
    }

    @Test
    void aFolderIsReadWholeWhateverTheOrderAndTheCompression() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                line("\"31\"", "words about owls", "oai_token-act-pair"),
                line("\"3\"", "seen last by type", "oai_token-act-pair"),
                line("3", "b by text", "np_max-act"),
                line("\"3\"", "a by text", "np_max-act"),
                line("\"7\"", "numbers \\u2014 and more", "np_max-act")));
        for (int round = 0; round < 6; round++) {
            Collections.rotate(lines, 1);
            file("batch-0.jsonl.gz", lines.subList(0, 2).toArray(new String[0]));
            file("batch-10.jsonl", lines.subList(2, 5).toArray(new String[0]));
            file("model.jsonl", "not read");
            Descriptions read = read(folder);
            assertThat(read.model()).isEqualTo("gemma-2-2b");
            assertThat(read.source()).isEqualTo("20-gemmascope-res-16k");
            assertThat(read.byFeature().values())
                    .containsExactly(
                            new Description(3, "a by text", "np_max-act", "gpt-4o-mini", 2),
                            new Description(7, "numbers \u2014 and more", "np_max-act", "gpt-4o-mini", 0),
                            new Description(31, "words about owls", "oai_token-act-pair", "gpt-4o-mini", 0));
            assertThat(read.of(4)).isEmpty();
            assertThat(read.of(7)).map(Description::text).hasValue("numbers \u2014 and more");
        }
    }

    @Test
    void whatIsMissingOrEmptyIsNoDescription() throws IOException {
        Path file = file(
                "one.jsonl",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"1\",\"description\":null}",
                "",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"2\"}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"3\",\"description\":\" \"}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"4\",\"description\":\"some\",\"typeName\":null}");
        assertThat(read(file).byFeature().values()).containsExactly(new Description(4, "some", "", "", 0));
    }

    @Test
    void aLongDescriptionIsCut() throws IOException {
        String text = "\uD83E\uDD89".repeat(Descriptions.LONGEST + 1);
        Description cut = read(file("one.jsonl", line("0", text, "t"))).of(0).orElseThrow();
        assertThat(cut.text().codePointCount(0, cut.text().length())).isEqualTo(Descriptions.LONGEST);
        assertThat(cut.text()).endsWith("...");
    }

    @Test
    void anotherDictionaryModelOrLayerIsRefused() throws IOException {
        refused(
                file("a.jsonl", line("\"31\"", "x", "t"), line("\"32\"", "x", "t")),
                AuditException.Code.DATA,
                "a.jsonl, line 2",
                "feature 32",
                "tiny has the features 0 to 31");
        refused(
                file("b.jsonl", line("\"1\"", "x", "t"), line("\"2\"", "x", "t").replace("gemma-2-2b", "gpt2-small")),
                AuditException.Code.DATA,
                "b.jsonl, line 2",
                "gpt2-small",
                "gemma-2-2b");
        file("batch-0.jsonl", line("\"1\"", "x", "t"));
        file("batch-1.jsonl", line("\"1\"", "x", "t").replace("20-gem", "21-gem"));
        refused(
                folder,
                AuditException.Code.DATA,
                "batch-1.jsonl, line 1",
                "\"21-gemmascope-res-16k\"",
                "\"20-gemmascope-res-16k\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"modelId\":\"m\"",
                "{} {}",
                "{\"modelId\":\"m\",\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"1\"}",
                "{\"modelId\":\"m\",\"layer\":\"l\"}",
                "{\"layer\":\"l\",\"index\":\"1\"}",
                "{\"modelId\":\"m\",\"index\":\"1\"}",
                "{\"modelId\":7,\"layer\":\"l\",\"index\":\"1\"}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"-1\"}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":1.5}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"\u0661\"}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"99999999999999999999\"}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":999999999999999999}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"1\",\"description\":[\"x\"]}",
                "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"1\",\"description\":\"\\ud83e\"}"
            })
    void aMalformedLineIsRefusedByItsNumber(String bad) throws IOException {
        refused(
                file("bad.jsonl", "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"0\"}", "", bad),
                AuditException.Code.DATA,
                "bad.jsonl, line 3: ");
    }

    @Test
    void hostileFilesAreRefused() throws IOException {
        String start = "{\"modelId\":\"m\",\"layer\":\"l\",\"index\":\"0\",\"x\":";
        refused(file("deep.jsonl", start + "[".repeat(60_000)), AuditException.Code.DATA, "deep.jsonl, line 1");
        refused(
                file("long.jsonl", start + "\"" + "x".repeat(300_000) + "\"}"),
                AuditException.Code.DATA,
                "long.jsonl, line 1",
                "longer than");
        Path cut = file("cut.jsonl.gz", line("\"1\"", "x", "t"));
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 9));
        refused(cut, AuditException.Code.DATA, "cut.jsonl.gz");
        Files.write(folder.resolve("latin.jsonl"), new byte[] {'{', (byte) 0xe9, '}'});
        refused(folder.resolve("latin.jsonl"), AuditException.Code.DATA, "latin.jsonl, line 1", "UTF-8");
    }

    @Test
    void nothingToReadIsSaid() throws IOException {
        refused(folder, AuditException.Code.USAGE, "batch-N.jsonl");
        refused(folder.resolve("absent.jsonl"), AuditException.Code.USAGE, "absent.jsonl");
        refused(file("empty.jsonl", ""), AuditException.Code.DATA, "no description");
    }
}
