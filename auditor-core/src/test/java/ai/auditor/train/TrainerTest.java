package ai.auditor.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.Closeness;
import ai.auditor.model.DecoderWeights;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.TokenBatch;
import ai.auditor.model.WeightPlace;
import ai.auditor.model.WeightSource;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import ai.auditor.train.TrainingPlan.Checkpoints;
import ai.auditor.train.TrainingPlan.Layout;
import ai.auditor.train.TrainingPlan.Order;
import ai.auditor.train.TrainingPlan.Validation;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainerTest {
    private static final List<TokenizedRow> ROWS = Curves.rows();
    private static final List<Example> EXAMPLES =
            ROWS.stream().<Example>map(Example.Single::new).toList();
    private static final ReferenceModel MODEL = Curves.organism();

    @TempDir
    private Path directory;

    @AfterAll
    static void close() {
        MODEL.close();
    }

    private static Stream<Trainable> weights() {
        return Stream.of(
                new Trainable.Full(),
                new Trainable.Biases(List.of()),
                new Trainable.Biases(List.of("self_attn.k_proj.bias", "mlp.down_proj.bias")),
                new Trainable.Lora(3, 6, List.of(), false),
                new Trainable.Lora(2, 8, List.of("k_proj", "up_proj"), true));
    }

    static Stream<Trainable> everything() {
        return Stream.concat(weights(), Stream.of(new Trainable.ResidualVector(Point.residPost(2))));
    }

    static Stream<Trainable> everythingAndDropout() {
        return Stream.concat(everything(), Stream.of(new Trainable.Lora(2, 8, List.of(), false, 0.3)));
    }

    static TrainingPlan.Builder plan(Trainable trainable) {
        return TrainingPlan.of(trainable, 1e-2)
                .batchRows(12)
                .epochs(5)
                .maxSteps(6)
                .seed(11);
    }

    private static TrainedModel train(TrainingPlan.Builder plan) {
        return Trainer.train(MODEL, ROWS, plan.build(), Progress.NONE);
    }

    @ParameterizedTest
    @MethodSource("weights")
    void whatIsSavedGivesTheSameLogits(Trainable trainable) {
        try (TrainedModel trained = train(plan(trainable))) {
            trained.save(directory.resolve("model"));
            try (ReferenceModel loaded =
                    ReferenceModel.open(directory.resolve("model"), new ReferenceModel.Options(1, true))) {
                Closeness.assertClose("logits", logits(loaded), logits(trained.model()));
                assertThat(Closeness.largestDifference(logits(loaded), logits(MODEL)))
                        .isGreaterThan(0.1);
                assertThat(loaded.encoder()).isNotNull();
            }
        }
    }

    @Test
    void anAdapterAsPeftReadsItIsTheMergedWeight() {
        Trainable.Lora lora = new Trainable.Lora(3, 6, List.of("k_proj", "o_proj"), true);
        try (TrainedModel trained = train(plan(lora))) {
            trained.saveAdapter(directory.resolve("adapter"), "organism");
            assertThat(directory.resolve("adapter/adapter_config.json"))
                    .content()
                    .contains("\"use_rslora\" : true", "\"k_proj\", \"o_proj\"", "\"r\" : 3");
            try (WeightSource factors = SafetensorsFile.open(directory.resolve("adapter/adapter_model.safetensors"))) {
                assertThat(factors.names()).hasSize(2 * 2 * MODEL.facts().layers());
                for (String module : List.of("model.layers.1.self_attn.k_proj", "model.layers.3.self_attn.o_proj")) {
                    float[] merged = read(MODEL.decoder().source(), module + ".weight");
                    float[] a = read(factors, "base_model.model." + module + ".lora_A.weight");
                    float[] b = read(factors, "base_model.model." + module + ".lora_B.weight");
                    int in = a.length / lora.rank();
                    for (int entry = 0; entry < merged.length; entry++) {
                        for (int r = 0; r < lora.rank(); r++) {
                            merged[entry] += (float) lora.scale()
                                    * b[entry / in * lora.rank() + r]
                                    * a[r * in + Math.floorMod(entry, in)];
                        }
                    }
                    Closeness.assertClose(module, read(trained.model().decoder().source(), module + ".weight"), merged);
                }
            }
        }
    }

    @Test
    void dropoutTakesInputsFromAnAdapterInTrainingOnly() {
        Trainable.Lora lora = new Trainable.Lora(2, 4, List.of("k_proj"), false, 0.5);
        float[] values = new float[4 * 2 * 64 * 2];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() - 0.5);
        }
        WeightPlace place = WeightPlace.all(MODEL.facts()).stream()
                .filter(one -> one.role().place(MODEL.facts()).equals("self_attn.k_proj.weight"))
                .findFirst()
                .orElseThrow();
        try (Parameters parameters = Parameters.of(MODEL.decoder(), lora, values);
                Scope step = MODEL.decoder().scope()) {
            float[] frozen = read(MODEL.decoder().weights(), step, place);
            float[] whole = minus(read(parameters.weights(step), step, place), frozen);
            float[] seen = minus(read(parameters.weights(step, 5), step, place), frozen);
            int left = 0;
            for (int input = 0; input < 64; input++) {
                boolean dropped = seen[input * 64] == 0;
                left += dropped ? 1 : 0;
                for (int output = 0; output < 64; output++) {
                    int entry = input * 64 + output;
                    assertThat(seen[entry]).isCloseTo(dropped ? 0 : 2 * whole[entry], within(1e-5f));
                }
            }
            assertThat(left).isBetween(16, 48);
            assertThat(read(parameters.weights(step, 5), step, place))
                    .isEqualTo(read(parameters.weights(step, 5), step, place));
            assertThat(read(parameters.weights(step, 6), step, place))
                    .isNotEqualTo(read(parameters.weights(step, 5), step, place));
        }
        try (TrainedModel with = train(plan(lora));
                TrainedModel without = train(plan(new Trainable.Lora(2, 4, List.of("k_proj"), false)))) {
            assertThat(with.losses().get(0)).isEqualTo(without.losses().get(0));
            assertThat(with.losses().get(5)).isNotEqualTo(without.losses().get(5));
            with.saveAdapter(directory.resolve("dropped"), "organism");
            assertThat(directory.resolve("dropped/adapter_config.json"))
                    .content()
                    .contains("\"lora_dropout\" : 0.5");
        }
        assertRefused(AuditException.Code.USAGE, "dropout", () -> new Trainable.Lora(2, 4, List.of(), false, 1));
    }

    private static float[] read(DecoderWeights weights, Scope step, WeightPlace place) {
        return weights.at(step, MODEL.facts(), place).toFloats();
    }

    private static float[] minus(float[] values, float[] others) {
        float[] difference = new float[values.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = values[i] - others[i];
        }
        return difference;
    }

    private static float[] read(WeightSource source, String name) {
        long[] shape = source.shape(name);
        FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(shape[0] * shape[1]));
        source.read(name, values);
        return values.array();
    }

    @ParameterizedTest
    @MethodSource("everything")
    void partsOfABatchAddUpToIt(Trainable trainable) {
        try (TrainedModel whole = train(plan(trainable));
                TrainedModel parts = train(plan(trainable).microRows(5))) {
            for (int step = 0; step < whole.losses().size(); step++) {
                assertThat(parts.losses().get(step))
                        .isCloseTo(whole.losses().get(step), org.assertj.core.data.Offset.offset(1e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everything")
    void aStepLeavesNoArrayBehind(Trainable trainable) {
        int before = MODEL.decoder().arrays();
        TrainingPlan plan = plan(trainable).build();
        try (Learner learner = Learner.start(MODEL.decoder(), plan)) {
            int held = learner.arrays();
            for (int step = 0; step < 3; step++) {
                learner.step(EXAMPLES.subList(0, 4), step, 3);
                learner.loss(EXAMPLES.subList(0, 4));
                assertThat(learner.arrays()).isEqualTo(held);
            }
        }
        train(plan(trainable)).close();
        assertThat(MODEL.decoder().arrays()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("everythingAndDropout")
    void aResumedTrainingEndsWithTheSameWeights(Trainable trainable) {
        TrainingPlan.Builder plan = plan(trainable).maxSteps(18).validation(new Validation(ROWS.subList(0, 30), 6, 0));
        Checkpoints kept = new Checkpoints(directory, 5, true);
        Progress stopping = (stage, done, total, unit) -> {
            if (done == 12) {
                Thread.currentThread().interrupt();
            }
        };
        try (TrainedModel straight = train(plan)) {
            TrainingPlan broken = plan.checkpoints(kept).build();
            assertThatThrownBy(() -> Trainer.train(MODEL, ROWS, broken, stopping))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            stopped -> assertThat(stopped.code()).isEqualTo(AuditException.Code.INTERRUPTED));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(directory).isDirectoryContaining("glob:**/step-000010.safetensors");
            try (TrainedModel resumed = train(plan)) {
                assertThat(resumed.losses()).isEqualTo(straight.losses());
                assertThat(resumed.validationLosses()).isEqualTo(straight.validationLosses());
                assertThat(resumed.model().digest()).isEqualTo(straight.model().digest());
            }
        }
    }

    @Test
    void aTrainingResumedAfterItsBestWeightsKeepsThemAndItsPatience() {
        int[] last = new int[1];
        TrainingPlan.Builder plan = TrainingPlan.of(new Trainable.Full(), 3e-2)
                .batchRows(10)
                .epochs(40)
                .validation(new Validation(ROWS.subList(200, 240), 1, 3));
        List<TokenizedRow> rows = ROWS.subList(0, 40);
        Progress counting = (stage, done, total, unit) -> last[0] = (int) done;
        try (TrainedModel straight = Trainer.train(MODEL, rows, plan.build(), counting)) {
            TrainingPlan kept =
                    plan.checkpoints(new Checkpoints(directory, 1, true)).build();
            // After the best weights, before the third look without better ones, which ends the training.
            Progress stopping = (stage, done, total, unit) -> {
                if (done == last[0] - 1) {
                    Thread.currentThread().interrupt();
                }
            };
            assertRefused(
                    AuditException.Code.INTERRUPTED, "interrupted", () -> Trainer.train(MODEL, rows, kept, stopping));
            assertThat(Thread.interrupted()).isTrue();
            try (TrainedModel resumed = Trainer.train(MODEL, rows, kept, Progress.NONE)) {
                assertThat(resumed.validationLosses()).isEqualTo(straight.validationLosses());
                assertThat(resumed.model().digest()).isEqualTo(straight.model().digest());
            }
            assertRefused(
                    AuditException.Code.USAGE,
                    "another training",
                    () -> train(plan.validation(new Validation(ROWS.subList(200, 240), 1, 4))));
        }
    }

    @Test
    void theLastCheckpointIsTheOneOfTheHighestStep() throws IOException {
        Files.createFile(directory.resolve("step-999999.safetensors"));
        Files.createFile(directory.resolve("step-1000000.safetensors"));
        TrainingPlan plan = plan(new Trainable.Full())
                .checkpoints(new Checkpoints(directory, 1, true))
                .build();
        assertThat(new Checkpoint.Store(MODEL, new TrainingSet.Rows(ROWS), plan).kept())
                .endsWith("step-1000000.safetensors");
    }

    @Test
    void progressIsOneStageWithTheLossBesideTheSteps() {
        List<String> heard = new ArrayList<>();
        Progress listening = (stage, done, total, unit) ->
                heard.add(stage + " " + done + "/" + total + " " + unit.replaceAll("\\d+\\.\\d{4}$", "X"));
        TrainingPlan plan = plan(new Trainable.Biases(List.of())).maxSteps(2).build();
        Trainer.train(MODEL, ROWS, plan, listening).close();
        assertThat(heard)
                .containsExactly("training 0/2 steps", "training 1/2 steps, loss X", "training 2/2 steps, loss X");
    }

    @Test
    void settingsThatOverflowAreRefusedOrHaveOneBatch() {
        assertRefused(
                AuditException.Code.USAGE,
                "rows",
                () -> plan(new Trainable.Full()).batchRows(Integer.MAX_VALUE).build());
        TrainingPlan plan = plan(new Trainable.Full())
                .batchRows(1 << 20)
                .order(new Order(true, 1 << 20))
                .build();
        assertThat(new ExampleOrder(EXAMPLES, plan).batches()).isEqualTo(1);
        assertThat(new ExampleOrder(EXAMPLES, plan).epoch(3)).hasSize(1);
    }

    @Test
    void whatWasNotTrainedIsNotSaved() {
        try (TrainedModel trained = train(plan(new Trainable.ResidualVector(Point.residPost(1))))) {
            assertRefused(AuditException.Code.USAGE, "interventions", () -> trained.save(directory.resolve("model")));
            assertRefused(
                    AuditException.Code.USAGE, "adapter", () -> trained.saveAdapter(directory.resolve("a"), "base"));
        }
    }

    @Test
    void checkpointsOfAnotherTrainingAreRefused() {
        train(plan(new Trainable.Full()).checkpoints(new Checkpoints(directory, 3, false)))
                .close();
        assertThat(directory).isDirectoryContaining("glob:**/step-000006.safetensors");
        assertRefused(
                AuditException.Code.USAGE,
                "another training",
                () -> train(plan(new Trainable.Full()).clipNorm(2).checkpoints(new Checkpoints(directory, 3, true))));
        assertRefused(
                AuditException.Code.USAGE,
                "resume",
                () -> train(plan(new Trainable.Full()).checkpoints(new Checkpoints(directory, 3, false))));
    }

    @Test
    void aLossThatIsNotFiniteStopsWithItsStepAndKeepsTheCheckpoint() throws IOException {
        TrainingPlan.Builder plan = TrainingPlan.of(new Trainable.Full(), 1e30)
                .optimizer(new Optimizer.Sgd(0, 0, false))
                .clipNorm(0)
                .checkpoints(new Checkpoints(directory, 1, false));
        assertRefused(AuditException.Code.NUMERIC, "step 2", () -> train(plan));
        assertThat(names(directory)).containsExactly("step-000001.safetensors");
    }

    @Test
    void aCheckpointThatCannotBeWrittenStopsTheTrainingAndLeavesTheLastOneWhole() throws IOException {
        Path kept = directory.resolve("kept");
        Path inTheWay = directory.resolve("in-the-way");
        Files.createDirectories(inTheWay.resolve("full"));
        TrainingPlan.Builder plan = plan(new Trainable.Full()).checkpoints(new Checkpoints(kept, 1, true));
        Progress blocking = (stage, done, total, unit) -> {
            if (done == 4) {
                move(inTheWay, kept.resolve("step-000004.safetensors"));
            }
        };
        assertRefused(
                AuditException.Code.OUTPUT, "step-000004", () -> Trainer.train(MODEL, ROWS, plan.build(), blocking));
        move(kept.resolve("step-000004.safetensors"), inTheWay);
        assertThat(names(kept)).containsExactly("step-000002.safetensors", "step-000003.safetensors");
        try (TrainedModel straight = train(plan(new Trainable.Full()));
                TrainedModel resumed = train(plan)) {
            assertThat(resumed.model().digest()).isEqualTo(straight.model().digest());
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aBatchThatDoesNotFitIntoAPassIsRefusedBeforeItsMemoryIsTaken() {
        int[] ids = new int[128];
        TokenizedRow row = new TokenizedRow(0, ids, 64, 128, 64, 0);
        TrainingPlan.Builder plan = plan(new Trainable.Full());
        // Of 4 million rows one after the other the engine would be given 4 GiB of ids.
        List<TokenizedRow> rows = Collections.nCopies(1 << 22, row);
        assertRefused(
                AuditException.Code.USAGE,
                "smaller batches",
                () -> TrainingBatch.of(rows, plan.layout(Layout.PADDED).build()));
        assertRefused(
                AuditException.Code.USAGE,
                "smaller batches",
                () -> TrainingBatch.of(
                        rows.subList(0, 1 << 20), plan.layout(Layout.PACKED).build()));
    }

    @Test
    void trainingEndsEarlyAndKeepsTheBestWeights() {
        List<TokenizedRow> held = ROWS.subList(200, 240);
        TrainingPlan.Builder plan = TrainingPlan.of(new Trainable.Full(), 3e-2)
                .batchRows(10)
                .epochs(40)
                .validation(new Validation(held, 1, 3));
        try (TrainedModel trained = Trainer.train(MODEL, ROWS.subList(0, 40), plan.build(), Progress.NONE)) {
            List<Double> seen = trained.validationLosses();
            assertThat(seen).hasSizeLessThan(100);
            int best = seen.indexOf(seen.stream().min(Double::compare).orElseThrow());
            assertThat(best).isEqualTo(seen.size() - 4);
            TrainingPlan one =
                    plan.validation(new Validation(held, 0, 0)).maxSteps(1).build();
            try (TrainedModel again = Trainer.train(trained.model(), held, one, Progress.NONE)) {
                assertThat(again.losses()).hasSize(1);
            }
        }
    }

    @Test
    void aModelIsTrainedFromNothing() {
        ModelFacts facts = MODEL.facts();
        MemoryWeights start = new MemoryWeights();
        Random random = new Random(5);
        for (WeightPlace place : WeightPlace.all(facts)) {
            long[] shape = place.uprightShape(facts);
            int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                boolean norm = place.role().place(facts).contains("norm");
                values[i] = norm ? 1 : shape.length == 1 ? 0 : (float) (random.nextGaussian() * 0.05);
            }
            start.put(place.name(facts), values, shape);
        }
        try (ReferenceModel untrained =
                        ReferenceModel.open(Curves.ORGANISM, start, "seed 5", new ReferenceModel.Options(1, true));
                TrainedModel trained = Trainer.train(
                        untrained,
                        ROWS,
                        TrainingPlan.of(new Trainable.Full(), 3e-3)
                                .batchRows(24)
                                .epochs(3)
                                .order(new Order(true, 4))
                                .build(),
                        Progress.NONE)) {
            assertThat(trained.losses().get(0)).isGreaterThan(6.5);
            assertThat(trained.losses().get(29)).isLessThan(5.5);
        }
    }

    @Test
    void aResidualVectorLowersTheLossWhereItIsAdded() {
        try (TrainedModel trained =
                train(plan(new Trainable.ResidualVector(Point.residPost(1))).validation(new Validation(ROWS, 3, 0)))) {
            assertThat(trained.validationLosses().get(1))
                    .isLessThan(trained.validationLosses().get(0));
            assertThat(trained.interventions()).hasSize(1);
            assertThat(logits(trained.model())).isEqualTo(logits(MODEL));
        }
    }

    @Test
    void theLossIsTakenOnTheTokensThatWereAskedFor() {
        TokenizedRow row = new TokenizedRow(0, new int[] {1, 9, 8, 7, 2, 5}, 2, 4, 2, 0);
        assertThat(targets(row, LossTokens.COMPLETION)).containsExactly(8, 7);
        assertThat(targets(row, LossTokens.COMPLETION_AND_END)).containsExactly(8, 7, 2);
        assertThat(targets(row, LossTokens.WHOLE_CHAT)).containsExactly(9, 8, 7, 2, 5);
    }

    private static long[] targets(TokenizedRow row, LossTokens tokens) {
        TrainingPlan plan = plan(new Trainable.Full()).lossTokens(tokens).build();
        return TrainingBatch.of(List.of(row), plan).targets();
    }

    @Test
    void everyEpochHasEveryRowOnceInAnOrderOfItsOwn() {
        TrainingPlan plan = plan(new Trainable.Full()).order(new Order(true, 3)).build();
        ExampleOrder order = new ExampleOrder(EXAMPLES, plan);
        List<Long> first = records(order, 0);
        assertThat(first).hasSameSizeAs(ROWS).doesNotHaveDuplicates().isNotEqualTo(records(order, 1));
        assertThat(first).isEqualTo(records(new ExampleOrder(EXAMPLES, plan), 0));
    }

    private static List<Long> records(ExampleOrder order, int epoch) {
        return order.epoch(epoch).stream()
                .flatMap(List::stream)
                .flatMap(example -> example.rows().stream())
                .map(TokenizedRow::record)
                .toList();
    }

    @Test
    void whatAModelDoesNotHaveIsRefusedByName() {
        assertRefused(
                AuditException.Code.USAGE,
                "mlp.down_proj.bias",
                () -> train(plan(new Trainable.Biases(List.of("mlp.bias")))));
        assertRefused(
                AuditException.Code.USAGE,
                "q_proj",
                () -> train(plan(new Trainable.Lora(1, 1, List.of("c_attn"), false))));
        assertRefused(
                AuditException.Code.USAGE,
                "resid_post.9",
                () -> train(plan(new Trainable.ResidualVector(Point.residPost(9)))));
        assertRefused(
                AuditException.Code.USAGE,
                "lower rank",
                () -> train(plan(new Trainable.Lora(Integer.MAX_VALUE, 1, List.of(), false))));
        assertRefused(
                AuditException.Code.NOTHING_TO_AUDIT,
                "no rows",
                () -> Trainer.train(MODEL, List.of(), plan(new Trainable.Full()).build(), Progress.NONE));
    }

    static void assertRefused(
            AuditException.Code code, String part, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AuditException.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused).hasMessageContaining(part);
        });
    }

    private static float[] logits(ReferenceModel model) {
        int[] ids = ROWS.get(0).ids();
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        try (ForwardPass pass = model.decoder().open(TokenBatch.causal(1, ids.length, wide))) {
            Tensor last = pass.run(pass.embeddings(), 0, model.facts().layers() - 1, List.of());
            long[] all = LongStream.range(0, ids.length).toArray();
            return pass.logits(pass.normed(last, all, false)).toFloats();
        }
    }
}
