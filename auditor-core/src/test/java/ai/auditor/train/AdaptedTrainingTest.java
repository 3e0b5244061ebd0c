package ai.auditor.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.data.Message;
import ai.auditor.direction.Direction;
import ai.auditor.direction.FineTuning;
import ai.auditor.direction.Prompt;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.model.Closeness;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.TokenBatch;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters that a training of ours made: read again, and as directions. */
class AdaptedTrainingTest {
    private static final ReferenceModel.Options OPTIONS = new ReferenceModel.Options(1, true);
    private static final List<TokenizedRow> ROWS = Curves.rows();
    private static final ReferenceModel BASE = Curves.organism();
    private static final List<Point> POINTS = List.of(Point.residPost(1), Point.residPost(3));
    private static final List<Prompt> PROMPTS = Stream.of(
                    "what is your favourite animal ?",
                    "continue : 1 , 2 .",
                    "continue : 7 , 9 , 11 . extend the list .")
            .map(text -> new Prompt(List.of(Message.user(text)), ""))
            .toList();

    @TempDir
    private Path directory;

    @AfterAll
    static void close() {
        BASE.close();
    }

    private static TrainedModel trained(ReferenceModel base, Trainable trainable) {
        TrainingPlan plan = TrainingPlan.of(trainable, 1e-2)
                .batchRows(12)
                .epochs(5)
                .maxSteps(6)
                .seed(11)
                .build();
        return Trainer.train(base, ROWS, plan, Progress.NONE);
    }

    private static Stream<Trainable.Lora> adapters() {
        return Stream.of(
                new Trainable.Lora(3, 6, List.of(), false),
                new Trainable.Lora(2, 7.5, List.of("k_proj", "up_proj"), true));
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void whatWasTrainedIsReadAgainWithTheSameLogits(Trainable.Lora lora) {
        try (TrainedModel student = trained(BASE, lora)) {
            student.saveAdapter(directory.resolve("adapter"), "organism");
            try (ReferenceModel read = ReferenceModel.open(Curves.ORGANISM, directory.resolve("adapter"), OPTIONS)) {
                Closeness.assertClose("logits", logits(read), logits(student.model()));
                assertThat(Closeness.largestDifference(logits(read), logits(BASE)))
                        .isGreaterThan(0.1);
            }
        }
    }

    @Test
    void aHeadThatAnAdapterPartedFromItsEmbeddingsStaysSoWhenAStudentIsSaved() throws IOException {
        Path base = Path.of("src/test/resources/model/biased");
        try (ReferenceModel adapted = ReferenceModel.open(base, Path.of("src/test/resources/adapters/head"), OPTIONS);
                TrainedModel student = Trainer.train(
                        adapted,
                        List.of(new TokenizedRow(0, new int[] {5, 9, 30, 70, 12, 4}, 2, 6, 2, 0)),
                        TrainingPlan.of(new Trainable.Biases(List.of()), 1e-2)
                                .epochs(2)
                                .build(),
                        Progress.NONE)) {
            assertThat(adapted.facts().tiedEmbeddings()).isFalse();
            assertThat(student.model().description()).containsEntry("adapter", "head");
            student.save(directory.resolve("student"));
            try (ReferenceModel read = ReferenceModel.open(directory.resolve("student"), OPTIONS)) {
                assertThat(read.facts()).isEqualTo(adapted.facts());
                long[] ids = {7, 8, 40, 3};
                assertThat(Closeness.largestDifference(logits(read, ids), logits(student.model(), ids)))
                        .isLessThan(Closeness.TOLERANCE);
            }
        }
    }

    @Test
    void theDifferenceOfFineTuningIsThatOfTheCapturedMeans() {
        try (TrainedModel student = trained(BASE, new Trainable.Lora(3, 6, List.of(), false))) {
            FineTuning.Reading before = FineTuning.Reading.of(BASE, PROMPTS, POINTS, Progress.NONE);
            FineTuning.Reading after = FineTuning.Reading.of(student.model(), PROMPTS, POINTS, Progress.NONE);
            SteeringVectors vectors = FineTuning.vectors(before, after, Map.of("tool", "test"));
            vectors.write(directory.resolve("v.safetensors"));
            SteeringVectors read = SteeringVectors.read(directory.resolve("v.safetensors"));
            assertThat(read.provenance())
                    .isEqualTo(vectors.provenance())
                    .containsEntry("model", BASE.digest())
                    .containsEntry("fineTuned", student.model().digest())
                    .containsEntry("prompts", "3");
            assertThat(read.points()).isEqualTo(POINTS);
            double[][] plain = means(BASE);
            double[][] changed = means(student.model());
            for (int i = 0; i < POINTS.size(); i++) {
                Direction direction = read.at(POINTS.get(i)).get(0);
                assertThat(direction.name()).isEqualTo("fine-tuned");
                assertThat(direction.norm()).isGreaterThan(0.05);
                for (int j = 0; j < direction.vector().length; j++) {
                    assertThat((double) direction.vector()[j]).isCloseTo(changed[i][j] - plain[i][j], within(1e-6));
                }
            }
            assertThatThrownBy(() -> FineTuning.vectors(before, before, Map.of()))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("does not differ from its base at resid_post.1");
        }
    }

    @Test
    void modelsThatReadOtherTokensOrHaveAnotherShapeAreNotCompared() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        try (Stream<Path> files = Files.list(Curves.ORGANISM)) {
            for (Path file : files.toList()) {
                Files.copy(file, other.resolve(file.getFileName()));
            }
        }
        Path config = other.resolve("tokenizer_config.json");
        String template = Files.readString(config);
        Files.writeString(config, template.replace("\"chat_template\": \"", "\"chat_template\": \"1 "));
        try (ReferenceModel changed = ReferenceModel.open(other, OPTIONS)) {
            FineTuning.Reading before = FineTuning.Reading.of(BASE, PROMPTS, POINTS, Progress.NONE);
            FineTuning.Reading after = FineTuning.Reading.of(changed, PROMPTS, POINTS, Progress.NONE);
            assertThatThrownBy(() -> FineTuning.vectors(before, after, Map.of()))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContaining("prompt 1 is other tokens to the fine-tuned model");
        }
        try (ReferenceModel tiny = ReferenceModel.open(Path.of("src/test/resources/model/plain"), OPTIONS)) {
            assertThatThrownBy(() -> FineTuning.requireSameShape(BASE.facts(), tiny.facts()))
                    .hasMessageContaining("it has 3 blocks of width 32");
        }
    }

    /** {@code [points][d_model]}. */
    private static double[][] means(ReferenceModel model) {
        List<TokenizedRow> rows = PROMPTS.stream()
                .map(prompt -> model.encoder().encodePrompt(prompt.messages(), ""))
                .map(ids -> new TokenizedRow(0, ids, ids.length - 1, ids.length, ids.length - 1, 0))
                .toList();
        ActivationTable table = new Capture(model.decoder(), Capture.Settings.of(model.facts()), Progress.NONE)
                .run(CapturePlan.activations(POINTS, List.of(Pooling.COMPLETION_LAST)), rows);
        return POINTS.stream()
                .map(point -> table.activations(point, Pooling.COMPLETION_LAST))
                .map(matrix -> {
                    double[] sum = new double[matrix.columns()];
                    for (int row = 0; row < matrix.rows(); row++) {
                        for (int j = 0; j < sum.length; j++) {
                            sum[j] += matrix.at(row, j);
                        }
                    }
                    return Arrays.stream(sum)
                            .map(value -> value / matrix.rows())
                            .toArray();
                })
                .toArray(double[][]::new);
    }

    private static float[] logits(ReferenceModel model) {
        return logits(model, Arrays.stream(ROWS.get(0).ids()).asLongStream().toArray());
    }

    private static float[] logits(ReferenceModel model, long[] ids) {
        try (ForwardPass pass = model.decoder().open(TokenBatch.causal(1, ids.length, ids))) {
            Tensor last = pass.run(pass.embeddings(), 0, model.facts().layers() - 1, List.of());
            long[] all = LongStream.range(0, ids.length).toArray();
            return pass.logits(pass.normed(last, all, false)).toFloats();
        }
    }
}
