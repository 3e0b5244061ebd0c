package ai.auditor.model.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.WeightSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostileSafetensorsTest {
    private static final String INDEX = "model.safetensors.index.json";
    private static final int FLIP_SEEDS = 1000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | does not start with {",
                "{} x | not valid",
                "{}{} | more follows",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]} | not valid",
                "{'a':1} | tensor \"a\": its entry is not an object",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | Duplicate",
                "{'a':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}} | Duplicate",
                "{'__metadata__':{'k':'v','k':'v'},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | Duplicate",
                "{'__metadata__':{'k':1},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | is not a text",
                "{'a':{'shape':[2],'data_offsets':[0,8]}} | tensor \"a\": its entry needs",
                "{'a':{'dtype':'F32','data_offsets':[0,8]}} | tensor \"a\": its entry needs",
                "{'a':{'dtype':'F32','shape':[2]}} | tensor \"a\": its entry needs",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8]}} | tensor \"a\": its entry needs",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,8]}} | tensor \"a\": its data_offsets has more than 2",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'more':1}} | unknown field \"more\"",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | tensor \"a\": its data_offsets holds something else",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | tensor \"a\": its shape holds something else",
                "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | tensor \"a\": its shape holds something else",
                "{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}} | tensor \"a\": its shape holds something else",
                "{'a':{'dtype':'F32','shape':[[2]],'data_offsets':[0,8]}} | tensor \"a\": its shape holds something else",
                "{'a':{'dtype':'F32','shape':[18446744073709551618],'data_offsets':[0,8]}} | tensor \"a\": its shape holds something else",
                "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],'data_offsets':[0,8]}} | tensor \"a\": its shape has more than 16",
                "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | tensor \"a\": the size of its shape",
                "{'a':{'dtype':'F32','shape':[576460752303423490],'data_offsets':[0,8]}} | tensor \"a\": the size of its shape",
                "{'a':{'dtype':'Q9','shape':[4611686018427387904,4],'data_offsets':[0,8]}} | tensor \"a\": the size of its shape",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | tensor \"a\": its shape [3]",
                "{'a':{'dtype':'F4','shape':[17],'data_offsets':[0,8]}} | tensor \"a\": its shape [17]",
                "{'a':{'dtype':'I64','shape':[2],'data_offsets':[0,8]}} | tensor \"a\": its shape [2]",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | tensor \"a\": its bytes begin at 8 but end at 0",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | tensor \"a\": its bytes end at 12",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9223372036854775807]}} | tensor \"a\": its bytes end at",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | tensor \"b\": its bytes overlap",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | its bytes overlap",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | tensor \"a\": a hole of 4 bytes",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 bytes follow after the last tensor",
                "{'a\\u0007b':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | tensor \"a\\u{7}b\": its shape",
            })
    void headersThatAreNotSoundAreRefused(String header, String reason) {
        byte[] file = ModelBytes.safetensors(header.replace('\'', '"').replace("\\\\", "\\"), 8);
        requireRefused(() -> open(file), "model.safetensors", reason);
    }

    @Test
    void leadingSpaceAndOtherEncodingsAreRefused() {
        requireRefused(() -> open(ModelBytes.safetensors(" {}", 0)), "model.safetensors", "does not start with {");
        byte[] wide = "{}".getBytes(StandardCharsets.UTF_16LE);
        byte[] file = new ModelBytes().i64(wide.length).raw(wide).done();
        requireRefused(() -> open(file), "model.safetensors", "not valid");
        byte[] broken = new ModelBytes()
                .i64(6)
                .raw((byte) '{', (byte) '"', (byte) 0xff, (byte) '"', (byte) ':', (byte) '}')
                .done();
        requireRefused(() -> open(broken), "model.safetensors", "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 99_999_999, 9})
    void headerLengthsBeyondTheLimitOrTheFileAreRefused(long length) {
        byte[] file = ModelBytes.safetensors("{}", 6);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        requireRefused(() -> open(file), "model.safetensors", "header");
    }

    @Test
    void nestingIsBounded() {
        String deep = "{\"a\":{\"dtype\":" + "[".repeat(100_000) + "}}";
        requireRefused(() -> open(ModelBytes.safetensors(deep, 0)), "model.safetensors", "not a text");
        String index = "{\"metadata\":" + "[".repeat(100_000) + "}";
        requireRefused(() -> openIndex(index), INDEX, "nesting depth");
    }

    @Test
    void tensorsWithoutEndAreRefused() {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 200_000; i++) {
            header.append('"').append(i).append("\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},");
        }
        header.setCharAt(header.length() - 1, '}');
        requireRefused(() -> open(ModelBytes.safetensors(header.toString(), 0)), "model.safetensors", "Token count");
    }

    @Test
    void aFileCutAnywhereIsRefused() {
        byte[] whole = ModelBytes.bytes(ModelBytes.golden("types.safetensors"));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            requireRefused(() -> open(cut), "model.safetensors", "");
        }
    }

    @Test
    void aTypeThatIsNotReadIsRefusedOnlyWhereItIsRead() {
        String header = "{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"Q9\",\"shape\":[5],\"data_offsets\":[4,8]}}";
        try (WeightSource source = open(ModelBytes.safetensors(header, 8))) {
            requireRefused(() -> ModelBytes.read(source, "a"), "model.safetensors", "tensor \"a\": its type \"I32\"");
            requireRefused(() -> ModelBytes.read(source, "b"), "model.safetensors", "tensor \"b\": its type \"Q9\"");
            requireRefused(() -> source.shape("c"), "model.safetensors", "tensor \"c\": there is no such tensor");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../out.safetensors",
                "/etc/out.safetensors",
                "sub/in.safetensors",
                "..\\\\out.safetensors",
                "C:out.safetensors",
                "..",
                "",
                "a\\u0000.safetensors",
                "config.json",
                "missing.safetensors",
                "sub.safetensors",
                "dangling.safetensors"
            })
    void anIndexReachesNoFileButThoseBesideIt(String name) throws IOException {
        Path model = Files.createDirectories(directory.resolve("model"));
        byte[] sound = ModelBytes.bytes(ModelBytes.golden("types.safetensors"));
        ModelBytes.write(directory, "out.safetensors", sound);
        ModelBytes.write(Files.createDirectories(model.resolve("sub")), "in.safetensors", sound);
        Files.createDirectories(model.resolve("sub.safetensors"));
        Files.createSymbolicLink(model.resolve("dangling.safetensors"), directory.resolve("blob"));
        Files.writeString(model.resolve(INDEX), "{\"weight_map\":{\"half\":\"" + name + "\"}}");
        requireRefused(() -> SafetensorsSource.openShards(model.resolve(INDEX)), INDEX, "tensor \"half\": its file \"");
    }

    @Test
    void aDirectoryThatIsALinkItselfIsRead() throws IOException {
        Path model = Files.createDirectories(directory.resolve("model"));
        for (String name : List.of(INDEX, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            ModelBytes.write(model, name, ModelBytes.bytes(ModelBytes.golden("sharded/" + name)));
        }
        Path link = Files.createSymbolicLink(directory.resolve("alias"), model);
        try (WeightSource source = SafetensorsSource.openShards(link.resolve(INDEX))) {
            assertThat(source.names()).hasSize(4);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | names no tensor",
                "[] | does not start with {",
                "{'weight_map':[]} | its weight_map is not an object",
                "{'weight_map':{'half':7}} | tensor \"half\": its file name is not a text",
                "{'weight_map':{'half':'a.safetensors','half':'a.safetensors'}} | Duplicate",
                "{'weight_map':{'half':'a.safetensors'},'weight_map':{}} | Duplicate",
                "{'weight_map':{'lost':'a.safetensors'}} | a.safetensors: tensor \"lost\": is not in this file",
            })
    void anIndexThatIsNotSoundIsRefused(String index, String reason) {
        ModelBytes.write(directory, "a.safetensors", ModelBytes.bytes(ModelBytes.golden("types.safetensors")));
        requireRefused(() -> openIndex(index.replace('\'', '"')), "safetensors", reason);
    }

    @Test
    void flippedBytesAreReadOrRefusedButNeverWorse() {
        byte[] whole = ModelBytes.bytes(ModelBytes.golden("types.safetensors"));
        for (int seed = 0; seed < FLIP_SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] file = whole.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                file[random.nextInt(600)] = (byte) random.nextInt(256);
            }
            try (WeightSource source = open(file)) {
                source.names().forEach(name -> ModelBytes.read(source, name));
            } catch (AuditException refused) {
                assertThat(refused.code()).as("seed %d", seed).isEqualTo(AuditException.Code.MODEL);
            } catch (RuntimeException | OutOfMemoryError worse) {
                throw new AssertionError("seed " + seed, worse);
            }
        }
    }

    private WeightSource open(byte[] file) {
        return SafetensorsSource.open(ModelBytes.write(directory, "model.safetensors", file));
    }

    private WeightSource openIndex(String index) {
        return SafetensorsSource.openShards(ModelBytes.write(directory, INDEX, index.getBytes(StandardCharsets.UTF_8)));
    }

    private static void requireRefused(ThrowingCallable call, String file, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining(file)
                .hasMessageContaining(reason);
    }
}
