package ai.auditor.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.Point;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.Activation;
import ai.auditor.sae.Hook;
import ai.auditor.sae.Reconstruction;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import ai.auditor.sae.SaeFiles;
import ai.auditor.sae.SaeWeights;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.SaeRule;
import ai.auditor.tensor.Scope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SaeTrainerTest {
    private static final int WIDTH = 12;
    private static final int FEATURES = 24;
    private static final Synthetic STATES = Synthetic.of(WIDTH, 16, 4_000, 2);

    private final Engine engine = Engine.start(1);

    @TempDir
    private Path directory;

    static Stream<SaeRecipe> recipes() {
        return Stream.of(
                SaeRecipe.topK(2),
                SaeRecipe.batchTopK(2),
                new SaeRecipe.JumpRelu(0.3, 1, 0.1, new SaeRule.Jump(2, SaeRule.Penalty.TANH, 4, true, 3e-6)),
                new SaeRecipe.JumpRelu(0.3, 0.5, 0.1, new SaeRule.Jump(0.5, SaeRule.Penalty.STEP, 4, false, 0)));
    }

    private static SaePlan plan(SaeRecipe recipe, int steps) {
        return SaePlan.of(recipe, FEATURES, steps * 128L, 128)
                .learningRate(3e-3)
                .buffer(1024)
                .seed(7);
    }

    private TrainedSae train(SaePlan plan) {
        try (Scope scope = engine.open()) {
            TrainedSae trained = SaeTrainer.train(STATES, plan, scope, Progress.NONE);
            assertThat(scope.arrays()).as("arrays left behind").isZero();
            return trained;
        }
    }

    private static float[] numbers(TrainedSae trained) {
        float[] all = new float[FEATURES * WIDTH];
        trained.weights()
                .decoder()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(all);
        return all;
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void theTrueDirectionsAreFound(SaeRecipe recipe) {
        TrainedSae trained = train(plan(recipe, 1200));
        float[] rows = numbers(trained);
        double sum = 0;
        for (float[] direction : STATES.directions()) {
            double best = 0;
            for (int row = 0; row < FEATURES; row++) {
                double cosine = 0;
                for (int i = 0; i < WIDTH; i++) {
                    cosine += direction[i] * rows[row * WIDTH + i];
                }
                best = Math.max(best, cosine);
            }
            sum += best;
        }
        assertThat(sum / STATES.directions().length).isGreaterThan(0.93);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void whatIsSavedReconstructsStatesAsTheyCome(SaeRecipe recipe) throws IOException {
        TrainedSae trained = train(plan(recipe, 600));
        float[] states = new float[500 * WIDTH];
        for (int i = 0; i < 500; i++) {
            System.arraycopy(STATES.state(i, 9), 0, states, i * WIDTH, WIDTH);
        }
        Read before = read(trained.facts("it", Hook.unknown()), trained.weights(), states);
        long active = 0;
        for (float value : before.features()) {
            active += value > 0 ? 1 : 0;
        }
        Reconstruction sums = new Reconstruction(WIDTH);
        sums.add(states, before.reconstruction(), active);
        assertThat(sums.fvu()).isLessThan(0.25);
        assertThat(sums.l0()).isBetween(1.0, 5.0);
        Path saved = directory.resolve("sae");
        SavedSae.write(
                saved,
                trained,
                new SavedSae.Origin("auditor", "tiny", "abc", Point.residPost(3), 64, Map.of("rows", "def")),
                new SaeMetrics(500, sums.l0(), sums.fvu(), 1, Optional.empty()));
        SaeFile file = SaeFiles.open(saved);
        assertThat(file.facts().declared().l0()).hasValue(sums.l0());
        Read after = read(file.facts(), file.weights(), states);
        assertThat(after.features()).containsExactly(before.features(), offset(1e-5f));
        assertThat(after.reconstruction()).containsExactly(before.reconstruction(), offset(1e-5f));
        JsonNode config = new ObjectMapper().readTree(saved.resolve("cfg.json").toFile());
        boolean top = recipe instanceof SaeRecipe.TopK;
        assertThat(config.get("architecture").asText()).isEqualTo(top ? "topk" : "jumprelu");
        assertThat(config.get("k") == null).isEqualTo(!top);
        assertThat(config.get("metadata").get("hook_name").asText()).isEqualTo("blocks.3.hook_resid_post");
        assertThat(config.get("metadata").get("sae_lens_version").asText()).startsWith("6.");
        assertThat(config.get("metadata").get("auditor_model_digest").asText()).isEqualTo("abc");
        assertThat(config.get("metadata").get("auditor_l0").asDouble()).isEqualTo(sums.l0());
        try (WeightSource weights = SafetensorsFile.open(saved.resolve("sae_weights.safetensors"));
                WeightSource sparsity = SafetensorsFile.open(saved.resolve("sparsity.safetensors"))) {
            assertThat(weights.names())
                    .containsExactlyElementsOf(
                            top
                                    ? List.of("W_dec", "W_enc", "b_dec", "b_enc")
                                    : List.of("W_dec", "W_enc", "b_dec", "b_enc", "threshold"));
            assertThat(weights.shape("W_enc")).containsExactly(WIDTH, FEATURES);
            assertThat(weights.shape("W_dec")).containsExactly(FEATURES, WIDTH);
            assertThat(sparsity.shape("sparsity")).containsExactly(FEATURES);
        }
        assertThatThrownBy(() -> SavedSae.write(
                        saved,
                        trained,
                        new SavedSae.Origin("", "", "", Point.residPost(3), 64, Map.of()),
                        new SaeMetrics(0, 0, 0, 0, Optional.empty())))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("exists already");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(saved);
        }
    }

    private record Read(float[] features, float[] reconstruction) {}

    private Read read(SaeFacts facts, SaeWeights weights, float[] states) {
        List<Read> all = new ArrayList<>();
        try (Scope scope = engine.open();
                SparseAutoencoder sae = SparseAutoencoder.of(scope, facts, weights)) {
            sae.read(
                    scope.floats(states, states.length / WIDTH, WIDTH),
                    read -> all.add(new Read(
                            read.features().toFloats(), read.reconstruction().toFloats())));
        }
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    @Test
    void aFeatureOfEveryTokenIsReadAgain() {
        SaePlan plan = plan(SaeRecipe.topK(2), 4);
        TrainedSae trained;
        try (Scope scope = engine.open()) {
            TokenBuffer buffer = new TokenBuffer(STATES, plan);
            Training.State state;
            try (Training fresh = Training.start(plan, WIDTH, scope, 1, new float[WIDTH], true)) {
                state = fresh.state();
            }
            state.parameters().get(1)[5] = 1000;
            try (Training training = Training.of(plan, WIDTH, scope, state, true)) {
                training.step(buffer.next());
                trained = TrainedSae.of(plan, STATES, training);
            }
        }
        assertThat(trained.logSparsity()[5]).isZero();
        Path undeclared = saved(trained, "undeclared", 0);
        assertThat(SaeFiles.open(undeclared).facts().declared().l0().orElseThrow())
                .isBetween(1.0, 2.0 + 1e-6);
        trained.logSparsity()[5] = 4e-7f;
        SaeFiles.open(saved(trained, "rounded", 0));
        trained.logSparsity()[5] = 0.5f;
        Path above = saved(trained, "above", 0);
        assertThatThrownBy(() -> SaeFiles.open(above)).hasMessageContaining("is above 0 at 5");
        assertThat(SaeFiles.open(saved(trained, "declared", 500))
                        .facts()
                        .declared()
                        .l0())
                .hasValue(1.5);
    }

    private Path saved(TrainedSae trained, String name, long tokens) {
        Path place = directory.resolve(name);
        SavedSae.write(
                place,
                trained,
                new SavedSae.Origin("auditor", "tiny", "", Point.residPost(3), 64, Map.of()),
                new SaeMetrics(tokens, 1.5, 0.1, 1, Optional.empty()));
        return place;
    }

    @Test
    void aTrainingThatIsOverIsReadFromItsLastCheckpoint() {
        SaePlan plan = plan(SaeRecipe.batchTopK(2), 9)
                .checkpoints(new SaePlan.Checkpoints(directory.resolve("kept"), 4, true));
        TrainedSae whole = train(plan);
        assertThat(directory.resolve("kept/step-000009.safetensors")).exists();
        List<Long> steps = new ArrayList<>();
        try (Scope scope = engine.open()) {
            TrainedSae again = SaeTrainer.train(STATES, plan, scope, (stage, done, total, unit) -> steps.add(done));
            assertThat(numbers(again)).isEqualTo(numbers(whole));
        }
        assertThat(steps).containsExactly(0L);
    }

    @ParameterizedTest
    @CsvSource({
        "1000000, 64, 537, '1,000,000 features times 537 numbers of a state are 537,000,000 numbers, more than the 536,870,911'",
        "8, 262144, 8192, '262,144 tokens of a batch times 8,192 numbers of a state are 2,147,483,648 numbers'",
        "65536, 32768, 2, '32,768 tokens of a batch times 65,536 features are 2,147,483,648 numbers'"
    })
    void whatIsTooLargeIsToldBeforeAnythingIsRead(int features, int batch, int width, String told) {
        States states = new StatesOfWidth(width);
        SaePlan plan = SaePlan.of(SaeRecipe.topK(1), features, batch, batch);
        try (Scope scope = engine.open()) {
            assertThatThrownBy(() -> SaeTrainer.train(states, plan, scope, Progress.NONE))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContaining(told);
        }
    }

    /** States of which nothing but the width may be asked. */
    private record StatesOfWidth(int width) implements States {
        @Override
        public int units() {
            throw new AssertionError("asked for units");
        }

        @Override
        public int tokens(int unit) {
            throw new AssertionError("asked for tokens");
        }

        @Override
        public void read(int[] units, Sink sink) {
            throw new AssertionError("read");
        }

        @Override
        public String digest() {
            throw new AssertionError("asked for a digest");
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void fusedAndPlainLearnTheSame(SaeRecipe recipe) {
        SaePlan plan = plan(recipe, 30);
        float[] fused = numbers(train(plan));
        try (Scope scope = engine.open()) {
            float[] plain = numbers(SaeTrainer.train(STATES, plan, scope, Progress.NONE, false));
            for (int i = 0; i < fused.length; i++) {
                assertThat(fused[i]).isEqualTo(plain[i], within(0.01f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void aResumedTrainingIsTheWholeOne(SaeRecipe recipe) throws IOException {
        SaePlan plan = plan(recipe, 40);
        SaePlan.Checkpoints kept = new SaePlan.Checkpoints(directory.resolve("kept"), 7, true);
        TrainedSae whole = train(plan);
        Progress interrupting = (stage, done, total, unit) -> {
            if (done == 23) {
                Thread.currentThread().interrupt();
            }
        };
        try (Scope scope = engine.open()) {
            assertThatThrownBy(() -> SaeTrainer.train(STATES, plan.checkpoints(kept), scope, interrupting))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            stopped -> assertThat(stopped.code()).isEqualTo(AuditException.Code.INTERRUPTED));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(scope.arrays()).isZero();
        }
        try (Stream<Path> files = Files.list(kept.directory())) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactly("step-000014.safetensors", "step-000021.safetensors");
        }
        TrainedSae resumed = train(plan.checkpoints(kept));
        assertThat(resumed.weights().encoder()).isEqualTo(whole.weights().encoder());
        assertThat(resumed.weights().decoder()).isEqualTo(whole.weights().decoder());
        assertThat(resumed.weights().encoderBias()).isEqualTo(whole.weights().encoderBias());
        assertThat(resumed.weights().decoderBias()).isEqualTo(whole.weights().decoderBias());
        assertThat(resumed.logSparsity()).isEqualTo(whole.logSparsity());
        if (whole.weights().activation() instanceof Activation.JumpRelu jump) {
            assertThat(((Activation.JumpRelu) resumed.weights().activation()).thresholds())
                    .isEqualTo(jump.thresholds());
        }
    }

    @Test
    void aCheckpointOfAnotherTrainingIsRefused() {
        Path kept = directory.resolve("kept");
        train(plan(SaeRecipe.topK(2), 8).checkpoints(new SaePlan.Checkpoints(kept, 4, false)));
        for (boolean resume : new boolean[] {false, true}) {
            SaePlan other = plan(SaeRecipe.topK(3), 8).checkpoints(new SaePlan.Checkpoints(kept, 4, resume));
            assertThatThrownBy(() -> train(other))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContaining(resume ? "belongs to another training" : "resume, or name another");
        }
    }

    @Test
    void deadFeaturesWakeByTheAuxiliaryLoss() {
        assertThat(deadAfter(0)).isGreaterThan(10);
        assertThat(deadAfter(1)).isLessThan(10);
    }

    /** Features, fewer than there are directions to learn, of which most are pushed far below zero, where no token reaches them. */
    private int deadAfter(double auxiliary) {
        SaePlan plan = plan(new SaeRecipe.TopK(2, auxiliary), 500).deadWindow(5);
        try (Scope scope = engine.open()) {
            TokenBuffer buffer = new TokenBuffer(Synthetic.of(WIDTH, 2 * FEATURES, 4_000, 2), plan);
            Training.State state;
            try (Training fresh = Training.start(plan, WIDTH, scope, 1, new float[WIDTH], true)) {
                state = fresh.state();
            }
            for (int feature = 0; feature < FEATURES - 4; feature++) {
                state.parameters().get(1)[feature] = -0.6f;
            }
            try (Training training = Training.of(plan, WIDTH, scope, state, true)) {
                while (training.done() < plan.steps()) {
                    training.step(buffer.next());
                }
                return training.dead().length;
            }
        }
    }

    @Test
    void aLossThatIsNotFiniteIsToldWithTheCheckpoint() {
        States broken = new States() {
            @Override
            public int width() {
                return 2;
            }

            @Override
            public int units() {
                return 64;
            }

            @Override
            public int tokens(int unit) {
                return 1;
            }

            @Override
            public void read(int[] units, Sink sink) {
                for (int place = 0; place < units.length; place++) {
                    sink.put(place, 0, new float[] {3e37f, -2e38f}, 0);
                }
            }

            @Override
            public String digest() {
                return "broken";
            }
        };
        SaePlan plan = SaePlan.of(SaeRecipe.topK(1), 4, 64, 16).start(false, false);
        try (Scope scope = engine.open()) {
            assertThatThrownBy(() -> SaeTrainer.train(broken, plan, scope, Progress.NONE))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.NUMERIC))
                    .hasMessageContaining("step 1 of 4")
                    .hasMessageContaining("no checkpoint was asked for");
        }
    }
}
