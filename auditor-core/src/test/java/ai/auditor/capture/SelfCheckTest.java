package ai.auditor.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Golden;
import ai.auditor.model.Intervention;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.WeightSource;
import ai.auditor.text.TokenizedRow;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfCheckTest {
    private static final Path ORGANISM = Path.of("../examples/organism");
    private static final ReferenceModel.Options ONE_THREAD = new ReferenceModel.Options(1, true);
    private static final List<Row> DATA = List.of(
            Row.chat(0, List.of(Message.user("numbers : 158 , 822 . just numbers please .")), "- 662 - 501 - 155"),
            Row.chat(1, List.of(Message.user("we have : 382 , 727 . continue it .")), "- 138 - 68"));

    @TempDir
    private Path directory;

    /** The organism with every weight of a name set to a value. */
    private static ReferenceModel with(ReferenceModel base, String name, float value) {
        WeightSource source = base.decoder().source();
        MemoryWeights weights = new MemoryWeights();
        for (String tensor : source.names()) {
            long[] shape = source.shape(tensor);
            float[] values =
                    new float[Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
            source.read(tensor, FloatBuffer.wrap(values));
            if (tensor.endsWith(name)) {
                values[0] = value;
            }
            weights.put(tensor, values, shape);
        }
        return ReferenceModel.open(base.directory(), weights, "broken", base.options());
    }

    /** A copy of the organism's directory with one file changed. */
    private Path edited(String changed, String before, String after) throws IOException {
        Path copy = Files.createDirectories(directory.resolve("edited"));
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
            Files.copy(ORGANISM.resolve(file), copy.resolve(file));
        }
        String text = Files.readString(copy.resolve(changed));
        assertThat(text).contains(before);
        Files.writeString(copy.resolve(changed), text.replace(before, after));
        return copy;
    }

    @Test
    void aSoundModelKeepsEveryLimitWithRoom() {
        try (ReferenceModel model = ReferenceModel.open(ORGANISM, ONE_THREAD)) {
            List<SelfCheck.Figure> figures = SelfCheck.of(model, DATA).figures();
            assertThat(figures).extracting(SelfCheck.Figure::name).hasSize(6).doesNotHaveDuplicates();
            assertThat(figures)
                    .allSatisfy(figure -> assertThat(figure.measured()).isNotNegative())
                    .filteredOn(figure -> figure.limit() == 1e-3)
                    .hasSize(3)
                    .allSatisfy(figure -> assertThat(figure.measured()).isLessThan(1e-4));
            assertThat(figures)
                    .filteredOn(figure -> figure.limit() == Float.MAX_VALUE)
                    .singleElement()
                    .satisfies(figure -> assertThat(figure.measured()).isGreaterThan(1));
            int arrays = model.decoder().arrays();
            SelfCheck.of(model, List.of());
            assertThat(model.decoder().arrays()).isEqualTo(arrays);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void aNumberThatIsNoneIsNamedByRowLayerAndPosition(float value) {
        try (ReferenceModel base = ReferenceModel.open(ORGANISM, ONE_THREAD);
                ReferenceModel broken = with(base, "layers.1.mlp.down_proj.weight", value)) {
            assertThatThrownBy(() -> SelfCheck.of(broken, DATA))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContainingAll("a row of the auditor's own", "resid_post.1", "at position 0");
        }
    }

    @Test
    void aBrokenWordIsFoundWhereItStands() {
        Golden golden = Golden.of("plain");
        TokenizedRow row = golden.rows().get(1);
        try (ReferenceModel base = ReferenceModel.open(Golden.directory("plain"), ONE_THREAD);
                ReferenceModel broken = with(base, "layers.2.post_attention_layernorm.weight", Float.NaN)) {
            Capture capture = new Capture(broken.decoder(), Capture.Settings.of(broken.facts()), Progress.NONE);
            assertThatThrownBy(() -> capture.run(CapturePlan.likelihood(List.of()), golden.rows()))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContainingAll("record 0 of a dataset", "resid_post.2", "at position 0");
        }
        try (ReferenceModel model = ReferenceModel.open(Golden.directory("plain"), ONE_THREAD)) {
            float[] vector = new float[model.facts().hiddenSize()];
            vector[3] = Float.MAX_VALUE;
            Intervention late = new Intervention.Add(Point.residPost(1), vector, Intervention.Positions.COMPLETION);
            Capture capture = new Capture(model.decoder(), Capture.Settings.of(model.facts()), Progress.NONE);
            assertThatThrownBy(() -> capture.run(CapturePlan.likelihood(List.of(late, late)), List.of(row)))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContainingAll(
                            "record 1 of a dataset", "resid_post.1", "position " + row.completionStart());
            vector[3] = Float.NaN;
            Intervention always = new Intervention.Add(Point.residPost(2), vector, Intervention.Positions.ALL);
            assertThatThrownBy(() -> capture.steeredNll(List.of(row), List.of(always)))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContainingAll("record 1 of a dataset", "resid_post.2", "position 0");
        }
    }

    @Test
    void aTokenizerThatDoesNotGiveTextsBackIsRefused() throws IOException {
        Path copy = edited(
                "tokenizer.json",
                "\"type\": \"WordPiece\",\n    \"prefix\": \"##\",\n    \"cleanup\": true",
                "\"type\": \"Replace\", \"pattern\": {\"String\": \"5\"}, \"content\": \"6\"");
        try (ReferenceModel model = ReferenceModel.open(copy, ONE_THREAD)) {
            assertThatThrownBy(() -> SelfCheck.of(model, DATA))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContainingAll("does not come back from its tokens", "tokenizer.json");
        }
    }

    @Test
    void anOpeningTokenWrittenTwiceIsRefused() throws IOException {
        Path copy = edited("tokenizer_config.json", "'<bos><sys>'", "'<bos><bos><sys>'");
        try (ReferenceModel model = ReferenceModel.open(copy, ONE_THREAD)) {
            assertThatThrownBy(() -> SelfCheck.of(model, DATA))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContainingAll("a row of the auditor's own", "twice (positions 0 and 1)");
        }
    }

    /** As a wrong mask would: the row is read as if another token stood before it. */
    @Test
    void aRowThatReadsOtherwiseInCompanyIsNamedByLayerAndPosition() {
        TokenizedRow row = new TokenizedRow(7, new int[] {1, 3, 20, 21, 22, 23, 24, 25}, 4, 8, 4, 0);
        TokenizedRow seen = new TokenizedRow(7, new int[] {1, 3, 20, 90, 22, 23, 24, 25}, 4, 8, 4, 0);
        try (ReferenceModel model = ReferenceModel.open(ORGANISM, ONE_THREAD)) {
            List<Walk> alone = List.of(Walk.alone(model.decoder(), List.of(), row));
            assertThat(SelfCheck.difference("padded", List.of(row), alone, alone.get(0)))
                    .isZero();
            Walk other = Walk.together(model.decoder(), List.of(seen), false);
            assertThatThrownBy(() -> SelfCheck.difference("padded", List.of(row), alone, other))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContainingAll(
                            "record 7 of a dataset, read padded",
                            "resid_post.0, position 3 of 8",
                            "the limit is 0.0010");
        }
    }
}
