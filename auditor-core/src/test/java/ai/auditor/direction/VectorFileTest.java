package ai.auditor.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.Point;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorFileTest {
    private static final String ONE =
            "{\"trait/owl/resid_post.1\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    @TempDir
    private Path directory;

    private static SteeringVectors random(long seed) {
        Random random = new Random(seed);
        int width = 1 + random.nextInt(20);
        List<Direction> traits = new ArrayList<>();
        List<Direction> placebos = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(6); i++) {
            for (int block : new int[] {random.nextInt(5), 7 + random.nextInt(5)}) {
                traits.add(new Direction("trait z" + (9 - i), Point.residPost(block), numbers(random, width)));
                placebos.add(new Direction("ünicode" + i, Point.residPost(block), numbers(random, width)));
            }
        }
        return new SteeringVectors(traits, placebos, Map.of("recipe", "question", "text", "line\n\"quoted\" \u0001"));
    }

    private static float[] numbers(Random random, int width) {
        float[] numbers = new float[width];
        for (int j = 0; j < width; j++) {
            numbers[j] = (float) random.nextGaussian() + 0.01f;
        }
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatIsWrittenIsReadBackInOrder(long seed) throws IOException {
        SteeringVectors vectors = random(seed);
        Path file = directory.resolve("vectors.safetensors");
        vectors.write(file);
        SteeringVectors read = SteeringVectors.read(file);
        same(seed, read.traits(), vectors.traits());
        same(seed, read.placebos(), vectors.placebos());
        assertThat(read.provenance()).isEqualTo(vectors.provenance());
        byte[] bytes = Files.readAllBytes(file);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
                .as("seed %d: the numbers are aligned", seed)
                .isZero();
        Path again = directory.resolve("again.safetensors");
        read.write(again);
        assertThat(Files.readAllBytes(again)).as("seed %d", seed).isEqualTo(bytes);
        try (var files = Files.list(directory)) {
            assertThat(files).as("nothing unfinished is left").hasSize(2);
        }
    }

    private static void same(long seed, List<Direction> read, List<Direction> written) {
        assertThat(read).hasSameSizeAs(written);
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i).name())
                    .as("seed %d", seed)
                    .isEqualTo(written.get(i).name());
            assertThat(read.get(i).point()).isEqualTo(written.get(i).point());
            assertThat(read.get(i).vector()).isEqualTo(written.get(i).vector());
        }
    }

    @Test
    void readsWhatTheSafetensorsLibraryWrites() throws IOException {
        Path file = directory.resolve("python.safetensors");
        try (InputStream stream =
                Objects.requireNonNull(VectorFileTest.class.getResourceAsStream("/direction/vectors.safetensors"))) {
            Files.copy(stream, file);
        }
        SteeringVectors vectors = SteeringVectors.read(file);
        assertThat(vectors.provenance()).isEqualTo(Map.of("recipe", "question", "model", "abc"));
        assertThat(vectors.select(List.of("owl")).traits().get(0).vector()).containsExactly(1.5f, -2.0f, 0.25f);
        assertThat(vectors.select(List.of("polar bear")).traits().get(0).vector())
                .containsExactly(0f, 1e-20f, 3e20f);
        assertThat(vectors.placebosAt(Point.residPost(1)).get(0).vector()).containsExactly(-0.5f, 7f, 0.125f);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "F32|F16|MODEL|is of type \"F16\", not F32",
                "[2]|[2,1]|MODEL|must have the shape [d]",
                "[2]|[0]|MODEL|must have the shape [d]",
                "[2]|[-2]|MODEL|must have the shape [d]",
                "[2]|[9999999999]|MODEL|must have the shape [d]",
                "[2]|[1048577]|MODEL|must have the shape [d]",
                "[0,8]|[0,9]|MODEL|offsets that do not fit",
                "[0,8]|[4,12]|MODEL|leaves a gap",
                "[0,8]|[-8,0]|MODEL|offsets that do not fit",
                "[0,8]|[9223372036854775807,9223372036854775807]|MODEL|offsets that do not fit",
                "[0,8]|[0.0,8.0]|MODEL|offsets that do not fit",
                "[0,8]|8|MODEL|offsets that do not fit",
                "trait/owl|weight/owl|USAGE|unknown tensor \"weight/owl/resid_post.1\"",
                "trait/owl|trait/a/b|USAGE|unknown tensor",
                "resid_post.1|mlp.1|USAGE|unknown point \"mlp.1\"",
                "trait/owl|placebo/owl|MODEL|holds no trait's vector",
                "{\"trait|{\"__metadata__\":{\"a\":1},\"trait|MODEL|metadata \"a\" is not a text",
                "{\"trait|{\"__metadata__\":[],\"trait|MODEL|metadata is not a JSON object",
                "[0,8]}}|[0,8]},\"trait/owl/resid_post.1\":{}}|MODEL|stands twice",
                "[0,8]}}|[0,8]},\"trait/cat/resid_post.1\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|MODEL|overlaps",
                "[0,8]}}|[0,8]}|MODEL|not JSON",
            })
    void refusesAHostileHeader(String from, String to, AuditException.Code code, String message) throws IOException {
        String header = ONE.replace(from, to);
        assertThat(header).isNotEqualTo(ONE);
        refused(file(header, 1f, 2f), code, message);
    }

    @Test
    void refusesNumbersThatAreNoDirection() throws IOException {
        refused(file(ONE, 1f, Float.NaN), AuditException.Code.MODEL, "not finite");
        refused(file(ONE, Float.NEGATIVE_INFINITY, 1f), AuditException.Code.MODEL, "not finite");
        refused(file(ONE, 0f, -0f), AuditException.Code.MODEL, "is zero");
        refused(file(ONE, 1f, 2f, 3f), AuditException.Code.MODEL, "tensors take 8 bytes, but 12 follow");
        refused(file(ONE, 1f), AuditException.Code.MODEL, "tensors take 8 bytes, but 4 follow");
    }

    @Test
    void refusesAHeaderThatCannotBe() throws IOException {
        for (long length : new long[] {-1, 0, 1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 17}) {
            Path file = directory.resolve("header");
            Files.write(
                    file,
                    ByteBuffer.allocate(24)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(length)
                            .array());
            refused(file, AuditException.Code.MODEL, "its header cannot have");
        }
        refused(Files.write(directory.resolve("empty"), new byte[0]), AuditException.Code.MODEL, "cut short");
        refused(directory.resolve("absent"), AuditException.Code.USAGE, "there is no file of steering vectors");
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        Path whole = directory.resolve("whole");
        random(3).write(whole);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = directory.resolve("cut");
        for (int length = 0; length < bytes.length; length++) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> SteeringVectors.read(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(AuditException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aChangedByteIsRefusedOrGivesFiniteNumbers(long seed) throws IOException {
        Path whole = directory.resolve("whole");
        random(seed).write(whole);
        byte[] bytes = Files.readAllBytes(whole);
        Random random = new Random(seed);
        Path changed = directory.resolve("changed");
        for (int trial = 0; trial < 300; trial++) {
            byte[] copy = bytes.clone();
            int at = random.nextInt(copy.length);
            copy[at] = (byte) random.nextInt(256);
            Files.write(changed, copy);
            try {
                for (Direction direction : SteeringVectors.read(changed).traits()) {
                    for (float value : direction.vector()) {
                        assertThat(Float.isFinite(value)).isTrue();
                    }
                }
            } catch (AuditException refused) {
                assertThat(refused.code())
                        .as("seed %d, byte %d", seed, at)
                        .isIn(AuditException.Code.MODEL, AuditException.Code.USAGE);
            }
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() {
        Path file = directory.resolve("absent").resolve("vectors.safetensors");
        assertThatThrownBy(() -> random(1).write(file))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.OUTPUT))
                .hasMessageContaining(file.toString());
    }

    private Path file(String header, float... numbers) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + json.length + 4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        for (float number : numbers) {
            bytes.putFloat(number);
        }
        return Files.write(directory.resolve("hostile.safetensors"), bytes.array());
    }

    private static void refused(Path file, AuditException.Code code, String message) {
        assertThatThrownBy(() -> SteeringVectors.read(file))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
