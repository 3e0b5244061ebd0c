package ai.auditor.model.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.WeightSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileGgufTest {
    private static final int FLIP_SEEDS = 1000;
    private static final int F32 = 0;
    private static final int Q8_0 = 8;
    private static final long HUGE = Long.MAX_VALUE;

    @TempDir
    Path directory;

    private static ModelBytes llama(long tensors, int morePairs) {
        return ModelBytes.gguf(3, tensors, 2 + morePairs)
                .pair("general.architecture", "llama")
                .pair("llama.attention.head_count", 2);
    }

    private static ModelBytes oneTensor(String name, int type, long offset, long... fastestFirst) {
        return llama(1, 0).tensor(name, type, offset, fastestFirst);
    }

    static Stream<Arguments> hostile() {
        String key = "general.architecture";
        return Stream.of(
                Arguments.of("is truncated", new byte[0]),
                Arguments.of("does not start with GGUF", "GGML1234".getBytes(StandardCharsets.US_ASCII)),
                Arguments.of("version 1", ModelBytes.gguf(1, 0, 0).done()),
                Arguments.of("version 4", ModelBytes.gguf(4, 0, 0).done()),
                Arguments.of("big-endian", ModelBytes.gguf(3 << 24, 0, 0).done()),
                Arguments.of("tensors", ModelBytes.gguf(3, HUGE, 0).done()),
                Arguments.of("tensors", ModelBytes.gguf(3, -1, 0).done()),
                Arguments.of("metadata pairs", ModelBytes.gguf(3, 0, HUGE).done()),
                Arguments.of("metadata pairs", ModelBytes.gguf(3, 0, -1).done()),
                Arguments.of("bytes of text", ModelBytes.gguf(3, 0, 1).i64(HUGE).data(64)),
                Arguments.of("bytes of text", ModelBytes.gguf(3, 0, 1).i64(2000).data(4000)),
                Arguments.of(
                        "bytes of text",
                        ModelBytes.gguf(3, 0, 1).text(key).i32(8).i64(HUGE).data(64)),
                Arguments.of(
                        "unknown value type 13",
                        ModelBytes.gguf(3, 0, 1).text(key).i32(13).data(64)),
                Arguments.of(
                        "unknown value type 4294967295",
                        ModelBytes.gguf(3, 0, 1).text(key).i32(-1).data(64)),
                Arguments.of(
                        "array elements",
                        ModelBytes.gguf(3, 0, 1)
                                .text(key)
                                .i32(9)
                                .i32(8)
                                .i64(HUGE)
                                .data(64)),
                Arguments.of(
                        "array elements",
                        ModelBytes.gguf(3, 0, 1).text(key).i32(9).i32(4).i64(-1).data(64)),
                Arguments.of(
                        "array of the unknown",
                        ModelBytes.gguf(3, 0, 1).text(key).i32(9).i32(99).i64(1).data(64)),
                Arguments.of("nests arrays", nested(10)),
                Arguments.of(
                        "is not a short text",
                        ModelBytes.gguf(3, 0, 1).pair(key, 7).done()),
                Arguments.of(
                        "\"x\": occurs twice",
                        llama(0, 2).pair("x", 1).pair("x", 2).done()),
                Arguments.of(
                        "architecture \"\" is not known",
                        ModelBytes.gguf(3, 0, 0).done()),
                Arguments.of(
                        "architecture \"mamba\" is not known",
                        ModelBytes.gguf(3, 0, 1).pair(key, "mamba").done()),
                Arguments.of(
                        "head_count\": is not there",
                        ModelBytes.gguf(3, 0, 1).pair(key, "llama").done()),
                Arguments.of(
                        "are not positive",
                        llama(0, 1).pair("llama.attention.head_count_kv", 0).done()),
                Arguments.of("split GGUF", llama(0, 1).pair("split.count", 2).done()),
                Arguments.of(
                        "rope kind \"yarn\"",
                        llama(0, 1).pair("llama.rope.scaling.type", "yarn").done()),
                Arguments.of(
                        "general.alignment",
                        llama(0, 1).pair("general.alignment", 0).done()),
                Arguments.of(
                        "general.alignment",
                        llama(0, 1).pair("general.alignment", 24).done()),
                Arguments.of(
                        "tensor \"a\": has 0 dimensions", oneTensor("a", F32, 0).data(8)),
                Arguments.of(
                        "tensor \"a\": has 5 dimensions",
                        oneTensor("a", F32, 0, 1, 1, 1, 1, 1).data(8)),
                Arguments.of(
                        "tensor \"a\": has a size of 18446744073709551615",
                        oneTensor("a", F32, 0, -1).data(8)),
                Arguments.of(
                        "tensor \"a\": the size of its shape",
                        oneTensor("a", F32, 0, HUGE, 2).data(8)),
                Arguments.of(
                        "tensor \"a\": the size of its shape",
                        oneTensor("a", F32, 0, HUGE / 2).data(8)),
                Arguments.of(
                        "tensor \"a\": its rows of 48 are not whole",
                        oneTensor("a", Q8_0, 0, 48, 2).data(102)),
                Arguments.of(
                        "tensor \"a\": its ggml type number 10 is",
                        oneTensor("a", 10, 0, 256).data(256)),
                Arguments.of(
                        "tensor \"a\": its ggml type number 4294967295",
                        oneTensor("a", -1, 0, 32).data(64)),
                Arguments.of(
                        "tensor \"a\": its offset 4 is not",
                        oneTensor("a", F32, 4, 1).data(64)),
                Arguments.of(
                        "tensor \"a\": its offset 18446744073709551584",
                        oneTensor("a", F32, -32, 1).data(64)),
                Arguments.of(
                        "tensor \"a\": its 4 bytes at",
                        oneTensor("a", F32, HUGE - 31, 1).data(64)),
                Arguments.of(
                        "tensor \"a\": its 256 bytes at 0",
                        oneTensor("a", F32, 0, 64).data(255)),
                Arguments.of(
                        "tensor \"a\": its 4 bytes at 0",
                        oneTensor("a", F32, 0, 1).done()),
                Arguments.of(
                        "its bytes overlap those of tensor \"a\"",
                        llama(2, 0)
                                .tensor("a", F32, 0, 9)
                                .tensor("b", F32, 32, 8)
                                .data(64)),
                Arguments.of(
                        "tensor \"a\": occurs twice",
                        llama(2, 0)
                                .tensor("a", F32, 0, 8)
                                .tensor("a", F32, 32, 8)
                                .data(64)),
                Arguments.of(
                        "tensor \"model.norm.weight\": occurs twice",
                        llama(2, 0)
                                .tensor("output_norm.weight", F32, 0, 8)
                                .tensor("model.norm.weight", F32, 32, 8)
                                .data(64)),
                Arguments.of(
                        "tensor \"blk.0.attn_q.weight\": its rows",
                        oneTensor("blk.0.attn_q.weight", F32, 0, 1, 6).data(24)),
                Arguments.of(
                        "tensor \"blk.0.attn_k.bias\": its rows",
                        oneTensor("blk.0.attn_k.bias", Q8_0, 0, 32).data(34)));
    }

    private static byte[] nested(int depth) {
        ModelBytes bytes = ModelBytes.gguf(3, 0, 1).text("general.deep").i32(9);
        for (int i = 0; i < depth; i++) {
            bytes.i32(9).i64(1);
        }
        return bytes.data(64);
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void filesThatAreNotSoundAreRefused(String reason, byte[] file) {
        requireRefused(() -> open(file), reason);
    }

    @Test
    void aFileCutAnywhereIsRefused() {
        byte[] whole = ModelBytes.bytes(ModelBytes.golden("llama-gguf/model.gguf"));
        // The last tensor ends at most one alignment before the file does.
        for (int length = 0; length < whole.length - 32; length += length < 2048 ? 1 : 97) {
            byte[] cut = Arrays.copyOf(whole, length);
            requireRefused(() -> open(cut), "");
        }
    }

    @Test
    void otherAlignmentsAreHonoured() {
        ModelBytes bytes = ModelBytes.gguf(3, 2, 3)
                .pair("general.architecture", "llama")
                .pair("llama.attention.head_count", 1)
                .pair("general.alignment", 4)
                .tensor("a", F32, 0, 1)
                .tensor("b", F32, 4, 1);
        int start = (bytes.done().length + 3) / 4 * 4;
        bytes.raw(new byte[start - bytes.done().length]).i32(0).i32(Float.floatToIntBits(-3));
        try (WeightSource source = open(bytes.done())) {
            assertThat(ModelBytes.read(source, "b")).containsExactly(-3);
        }
    }

    @Test
    void numbersThatContradictTheConfigurationAreNamedBoth() {
        ModelFacts facts = ModelFacts.read(ModelBytes.golden("llama-gguf"));
        try (GgufSource source = GgufSource.open(ModelBytes.golden("llama-gguf/model.gguf"))) {
            source.requireAgreement(facts);
        }
        byte[] other = llama(0, 1).pair("llama.attention.head_count_kv", 1).done();
        try (GgufSource source = GgufSource.open(ModelBytes.write(directory, "model.gguf", other))) {
            requireRefused(() -> source.requireAgreement(facts), "\"llama.attention.head_count\" is 2, but");
            requireRefused(() -> source.requireAgreement(facts), "num_attention_heads 4");
        }
    }

    @Test
    void flippedBytesAreReadOrRefusedButNeverWorse() {
        byte[] whole = ModelBytes.bytes(ModelBytes.golden("llama-gguf/model.gguf"));
        ModelFacts facts = ModelFacts.read(ModelBytes.golden("llama-gguf"));
        for (int seed = 0; seed < FLIP_SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] file = whole.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                file[random.nextInt(1800)] = (byte) random.nextInt(256);
            }
            try (GgufSource source = GgufSource.open(ModelBytes.write(directory, "model.gguf", file))) {
                source.requireAgreement(facts);
                source.names().forEach(name -> ModelBytes.read(source, name));
            } catch (AuditException refused) {
                assertThat(refused.code()).as("seed %d", seed).isEqualTo(AuditException.Code.MODEL);
            } catch (RuntimeException | OutOfMemoryError worse) {
                throw new AssertionError("seed " + seed, worse);
            }
        }
    }

    private WeightSource open(byte[] file) {
        return GgufSource.open(ModelBytes.write(directory, "model.gguf", file));
    }

    private static void requireRefused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("model.gguf")
                .hasMessageContaining(reason);
    }
}
