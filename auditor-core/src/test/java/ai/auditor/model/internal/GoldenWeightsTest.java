package ai.auditor.model.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.model.WeightSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenWeightsTest {
    @TempDir
    Path directory;

    @Test
    void everyGgufTypeIsDequantisedBitByBitAsInPython() {
        try (WeightSource source = GgufSource.open(ModelBytes.golden("types.gguf"))) {
            assertThat(source.names())
                    .containsExactly("BF16", "F16", "F32", "Q4_0", "Q4_1", "Q4_K", "Q5_0", "Q5_1", "Q6_K", "Q8_0");
            requireGolden(source, "types.floats");
        }
    }

    @Test
    void everySafetensorsTypeIsReadBitByBitAsInPython() {
        try (WeightSource source = SafetensorsSource.open(ModelBytes.golden("types.safetensors"))) {
            assertThat(source.names()).containsExactly("brain", "double", "empty", "half", "scalar", "single");
            assertThat(source.shape("empty")).containsExactly(0, 4);
            assertThat(source.shape("scalar")).isEmpty();
            requireGolden(source, "types.safetensors.floats");
        }
    }

    @Test
    void shardsAreReadAsOne() {
        try (WeightSource source =
                SafetensorsSource.openShards(ModelBytes.golden("sharded/model.safetensors.index.json"))) {
            assertThat(source.names()).containsExactly("brain", "half", "scalar", "single");
            requireGolden(source, "sharded/golden.floats");
        }
    }

    @Test
    void aGgufOfTheConverterEqualsTheModelItWasMadeFrom() {
        try (WeightSource made = GgufSource.open(ModelBytes.golden("llama-gguf/model.gguf"));
                WeightSource from = SafetensorsSource.open(ModelBytes.golden("llama/model.safetensors"))) {
            assertThat(made.names()).isEqualTo(from.names()).hasSize(16);
            for (String name : from.names()) {
                assertThat(made.shape(name)).as(name).isEqualTo(from.shape(name));
                requireSameBits(name, ModelBytes.read(made, name), FloatBuffer.wrap(ModelBytes.read(from, name)));
            }
        }
    }

    @Test
    void everyHalfHasItsValue() {
        for (int bits = 0; bits < 1 << Short.SIZE; bits++) {
            int exponent = (bits >> 10) & 31;
            int fraction = bits & 1023;
            double magnitude = exponent == 0
                    ? Math.scalb((double) fraction, -24)
                    : Math.scalb(1 + fraction / 1024.0, exponent - 15);
            float value = Decoding.half((short) bits);
            if (exponent == 31) {
                assertThat(Float.isNaN(value)).isEqualTo(fraction != 0);
                assertThat(Float.isInfinite(value)).isEqualTo(fraction == 0);
            } else {
                assertThat(Math.abs(value)).as("half %x", bits).isEqualTo((float) magnitude);
            }
            assertThat(Float.floatToRawIntBits(value) < 0)
                    .as("sign of %x", bits)
                    .isEqualTo(bits >= 0x8000);
        }
    }

    @Test
    void tensorsMayStartAtOddBytes() {
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[1,9]}}";
        byte[] file = ModelBytes.safetensors(header, 9);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(file.length - 4, -1.5f);
        try (WeightSource source = SafetensorsSource.open(ModelBytes.write(directory, "odd.safetensors", file))) {
            assertThat(ModelBytes.read(source, "b")).containsExactly(0f, -1.5f);
        }
    }

    @Test
    void aTensorIsWrittenFromThePositionOnAndNowhereElse() {
        try (WeightSource source = GgufSource.open(ModelBytes.golden("llama-gguf/model.gguf"))) {
            String name = "model.layers.0.self_attn.k_proj.weight";
            float[] alone = ModelBytes.read(source, name);
            FloatBuffer wide = FloatBuffer.allocate(alone.length + 5);
            wide.put(0, 7).put(wide.capacity() - 1, 7).position(3);
            source.read(name, wide);
            assertThat(wide.position()).isEqualTo(3 + alone.length);
            assertThat(wide.get(0)).isEqualTo(7);
            assertThat(wide.get(wide.capacity() - 1)).isEqualTo(7);
            requireSameBits(name, alone, wide.slice(3, alone.length));
        }
    }

    @Test
    void aTargetThatIsTooSmallIsTheCallersMistake() {
        try (WeightSource source = GgufSource.open(ModelBytes.golden("types.gguf"))) {
            assertThatThrownBy(() -> source.read("Q8_0", FloatBuffer.allocate(767)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aBlockOfTheFormatsOwnExampleHasItsValues() {
        // First block of blk.0.attn_q of SmolLM2-135M-Instruct.Q4_1.gguf, and what transformers makes of it.
        byte[] block = HexFormat.of().parseHex("0f30d8b9458765406f65164b677664502267655a");
        FloatBuffer values = FloatBuffer.allocate(32);
        GgmlType.Q4_1.decoding().decode(ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN), values);
        assertThat(Arrays.copyOf(values.array(), 4))
                .containsExactly(-0.09631348f, 0.15734863f, -0.09631348f, -0.73046875f);
    }

    private static void requireGolden(WeightSource source, String golden) {
        FloatBuffer expected = ModelBytes.goldenFloats(golden);
        for (String name : source.names()) {
            float[] found = ModelBytes.read(source, name);
            requireSameBits(name, found, expected.slice(expected.position(), found.length));
            expected.position(expected.position() + found.length);
        }
        assertThat(expected.remaining()).isZero();
    }

    private static void requireSameBits(String name, float[] found, FloatBuffer expected) {
        for (int i = 0; i < found.length; i++) {
            assertThat(Float.floatToRawIntBits(found[i]))
                    .as("%s at %d: %s against %s", name, i, found[i], expected.get(i))
                    .isEqualTo(Float.floatToRawIntBits(expected.get(i)));
        }
    }
}
