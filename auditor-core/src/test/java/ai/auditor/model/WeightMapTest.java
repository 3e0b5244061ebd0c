package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.WeightMap.Role;
import ai.auditor.model.internal.ModelBytes;
import ai.auditor.model.internal.SafetensorsSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightMapTest {
    private static final ModelFacts FACTS = ModelFacts.read(ModelBytes.golden("llama"));

    @TempDir
    Path directory;

    @Test
    void everyTensorOfAModelHasItsRole() {
        try (WeightSource source = WeightFiles.open(ModelBytes.golden("llama"))) {
            WeightMap map = WeightMap.of(FACTS, source);
            assertThat(map.tensors())
                    .extracting(WeightMap.Tensor::name)
                    .containsExactlyInAnyOrderElementsOf(source.names());
            assertThat(map.name(Role.KEY_BIAS, 0)).isEqualTo("model.layers.0.self_attn.k_proj.bias");
            assertThat(map.name(Role.OUTPUT_HEAD)).isEqualTo("lm_head.weight");
            assertThat(map.has(Role.GATE_BIAS)).isFalse();
            assertThatThrownBy(() -> map.name(Role.GATE_BIAS, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> map.name(Role.GATE, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aBaseModelSavedAloneIsUnderstood() {
        try (WeightSource source = open(header -> header.replace("\"model.", "\""))) {
            WeightMap map = WeightMap.of(FACTS, source);
            assertThat(map.name(Role.DOWN, 0)).isEqualTo("layers.0.mlp.down_proj.weight");
            assertThat(map.name(Role.FINAL_NORM)).isEqualTo("norm.weight");
        }
    }

    @Test
    void aPrefixThatComesAndGoesIsRefused() {
        try (WeightSource source = open(header -> header.replace("\"model.norm.", "\"norm."))) {
            requireRefused(source, "tensor \"model.norm.weight\": is missing; by config.json its shape is [32]");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {
                "EMBEDDING",
                "INPUT_NORM",
                "QUERY",
                "QUERY_BIAS",
                "KEY",
                "KEY_BIAS",
                "VALUE",
                "VALUE_BIAS",
                "ATTENTION_OUTPUT",
                "ATTENTION_OUTPUT_BIAS",
                "MLP_NORM",
                "GATE",
                "UP",
                "DOWN",
                "FINAL_NORM",
                "OUTPUT_HEAD"
            })
    void everyMissingTensorIsNamed(Role role) {
        String name;
        try (WeightSource source = WeightFiles.open(ModelBytes.golden("llama"))) {
            WeightMap map = WeightMap.of(FACTS, source);
            name = role.inBlock() ? map.name(role, 0) : map.name(role);
        }
        try (WeightSource source = open(header -> header.replace("\"" + name + "\"", "\"other\""))) {
            requireRefused(source, "tensor \"" + name + "\": is missing");
        }
    }

    @Test
    void aWrongShapeIsNamedBesideTheRightOne() {
        try (WeightSource source = open(header -> header.replace("\"shape\":[8,32]", "\"shape\":[32,8]"))) {
            requireRefused(
                    source,
                    "tensor \"model.embed_tokens.weight\": its shape is [32, 8], but by config.json it is [8, 32]");
        }
    }

    @Test
    void aTensorOfTwoGibibytesIsRefused() throws IOException {
        int width = 128;
        int vocabulary = (1 << 29) / width;
        Path config = ModelBytes.write(
                directory,
                "config.json",
                Files.readString(ModelBytes.golden("llama/config.json"))
                        .replaceFirst("\"vocab_size\": *\\d+", "\"vocab_size\": " + vocabulary)
                        .replaceFirst("\"hidden_size\": *\\d+", "\"hidden_size\": " + width)
                        .getBytes(StandardCharsets.UTF_8));
        ModelFacts facts = ModelFacts.read(Objects.requireNonNull(config.getParent()));
        long bytes = (1L << 29) * Short.BYTES;
        String header = String.format(
                Locale.ROOT,
                "{\"model.embed_tokens.weight\":{\"dtype\":\"F16\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}",
                vocabulary,
                width,
                bytes);
        Path file = ModelBytes.write(directory, "model.safetensors", ModelBytes.safetensors(header, 0));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(sparse.length() + bytes);
        }
        try (WeightSource source = SafetensorsSource.open(file)) {
            assertThatThrownBy(() -> WeightMap.of(facts, source))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                    .hasMessageContaining("tensor \"model.embed_tokens.weight\"")
                    .hasMessageContaining("2147483647 bytes");
        }
    }

    @Test
    void tensorsThatTheConfigurationLeavesOutAreNamedWithItsField() {
        ModelFacts facts =
                facts(config -> config.replaceFirst("\"attention_bias\": *true", "\"attention_bias\": false"));
        assertThat(facts.biases().attentionOutput()).isFalse();
        try (WeightSource source = WeightFiles.open(ModelBytes.golden("llama"))) {
            assertThatThrownBy(() -> WeightMap.of(facts, source))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                    .hasMessageContaining("has 4 tensors that the model would not use: ")
                    .hasMessageContaining("\"model.layers.0.self_attn.k_proj.bias\"")
                    .hasMessageEndingWith("correct its attention_bias (false)");
        }
    }

    @Test
    void aBlockMoreThanTheConfigurationSaysIsNamedWithItsField() {
        try (WeightSource source = with("model.layers.1.mlp.up_proj.weight")) {
            assertThatThrownBy(() -> WeightMap.of(FACTS, source))
                    .hasMessageContaining("has 1 tensors")
                    .hasMessageContaining("\"model.layers.1.mlp.up_proj.weight\"")
                    .hasMessageEndingWith("correct its num_hidden_layers (1)");
        }
    }

    @Test
    void aTensorOfNoFieldIsRefusedAndOneKnownToBeHarmlessIsNot() {
        try (WeightSource source = with("model.vision.weight")) {
            assertThatThrownBy(() -> WeightMap.of(FACTS, source)).hasMessageContaining("no field of config.json");
        }
        try (WeightSource source = with("model.layers.0.self_attn.rotary_emb.inv_freq")) {
            assertThat(WeightMap.of(FACTS, source).tensors()).isNotEmpty();
        }
        ModelFacts tied = facts(
                config -> config.replaceFirst("\"tie_word_embeddings\": *false", "\"tie_word_embeddings\": true"));
        assertThat(tied.tiedEmbeddings()).isTrue();
        try (WeightSource source = WeightFiles.open(ModelBytes.golden("llama"))) {
            assertThat(WeightMap.of(tied, source).has(Role.OUTPUT_HEAD)).isFalse();
        }
    }

    private ModelFacts facts(UnaryOperator<String> change) {
        String config = new String(ModelBytes.bytes(ModelBytes.golden("llama/config.json")), StandardCharsets.UTF_8);
        ModelBytes.write(directory, "config.json", change.apply(config).getBytes(StandardCharsets.UTF_8));
        return ModelFacts.read(directory);
    }

    /** One tensor more, of no numbers. */
    private WeightSource with(String name) {
        return open(header -> {
            String end = header.replaceAll("(?s).*\"data_offsets\":\\[\\d+,(\\d+)\\].*", "$1");
            return header.replaceFirst(
                    "\\{",
                    "{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[" + end + "," + end + "]},");
        });
    }

    private WeightSource open(UnaryOperator<String> change) {
        byte[] whole = ModelBytes.bytes(ModelBytes.golden("llama/model.safetensors"));
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(whole, Long.BYTES, length, StandardCharsets.UTF_8);
        byte[] file = ModelBytes.safetensors(change.apply(header), whole.length - Long.BYTES - length);
        return SafetensorsSource.open(ModelBytes.write(directory, "model.safetensors", file));
    }

    private static void requireRefused(WeightSource source, String reason) {
        assertThatThrownBy(() -> WeightMap.of(FACTS, source))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("model.safetensors: tensor ")
                .hasMessageContaining(reason);
    }
}
