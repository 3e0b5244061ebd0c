package ai.auditor.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedRow;
import ai.auditor.train.TrainingPlan.Checkpoints;
import ai.auditor.train.TrainingPlan.Layout;
import ai.auditor.train.TrainingPlan.Validation;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferencesTest {
    private static final List<TrainingSet.Pair> PAIRS = Curves.pairs();
    private static final TrainingSet SET = new TrainingSet.Preferences(PAIRS, 0.2);
    private static final ReferenceModel MODEL = Curves.organism();

    @TempDir
    private Path directory;

    @AfterAll
    static void close() {
        MODEL.close();
    }

    private static TrainingPlan.Builder plan(Trainable trainable) {
        return TrainingPlan.of(trainable, rate(trainable))
                .batchRows(12)
                .epochs(5)
                .maxSteps(6)
                .seed(11);
    }

    /** The fewer numbers are trained, the further each has to go. */
    private static double rate(Trainable trainable) {
        if (trainable instanceof Trainable.Full) {
            return 3e-4;
        }
        if (trainable instanceof Trainable.Lora) {
            return 2e-3;
        }
        return trainable instanceof Trainable.Biases ? 5e-3 : 2e-2;
    }

    private static TrainedModel train(TrainingPlan.Builder plan) {
        return Trainer.train(MODEL, SET, plan.build(), Progress.NONE);
    }

    @ParameterizedTest
    @MethodSource("ai.auditor.train.TrainerTest#everything")
    void partsAndPackingAddUpToTheBatch(Trainable trainable) {
        try (TrainedModel whole = train(plan(trainable));
                TrainedModel parts = train(plan(trainable).microRows(5));
                TrainedModel packed = train(plan(trainable).layout(Layout.PACKED))) {
            assertThat(whole.losses().get(0)).isCloseTo(Math.log(2), within(1e-5));
            assertThat(whole.losses().get(5)).isNotCloseTo(Math.log(2), within(1e-3));
            for (int step = 0; step < whole.losses().size(); step++) {
                assertThat(parts.losses().get(step)).isCloseTo(whole.losses().get(step), within(1e-5));
                assertThat(packed.losses().get(step)).isCloseTo(whole.losses().get(step), within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ai.auditor.train.TrainerTest#everything")
    void theChosenAnswersBecomeLikelierThanTheRejectedOnes(Trainable trainable) {
        List<TrainingSet.Pair> few = PAIRS.subList(0, 36);
        TrainingPlan plan = plan(trainable)
                .maxSteps(15)
                .validation(new Validation(new TrainingSet.Preferences(few, 1), 5, 0))
                .build();
        try (TrainedModel trained = Trainer.train(MODEL, new TrainingSet.Preferences(few, 0.2), plan, Progress.NONE)) {
            assertThat(trained.validationLosses()).hasSize(3);
            assertThat(trained.validationLosses().get(2)).isLessThan(Math.log(2) - 0.02);
        }
    }

    @Test
    void aResumedTrainingEndsWithTheSameWeights() {
        TrainingPlan.Builder plan =
                plan(new Trainable.Lora(3, 6, List.of(), false)).checkpoints(new Checkpoints(directory, 2, true));
        Progress stopping = (stage, done, total, unit) -> {
            if (stage.equals("training") && done == 5) {
                Thread.currentThread().interrupt();
            }
        };
        assertThatThrownBy(() -> Trainer.train(MODEL, SET, plan.build(), stopping))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        stopped -> assertThat(stopped.code()).isEqualTo(AuditException.Code.INTERRUPTED));
        assertThat(Thread.interrupted()).isTrue();
        TrainingSet other = new TrainingSet.Preferences(PAIRS, 0.3);
        TrainerTest.assertRefused(
                AuditException.Code.USAGE,
                "another training",
                () -> Trainer.train(MODEL, other, plan.build(), Progress.NONE));
        try (TrainedModel resumed = train(plan);
                TrainedModel straight = train(plan(new Trainable.Lora(3, 6, List.of(), false)))) {
            assertThat(resumed.losses()).isEqualTo(straight.losses());
            assertThat(resumed.model().digest()).isEqualTo(straight.model().digest());
        }
    }

    @Test
    void noArrayIsLeftBehind() {
        int before = MODEL.decoder().arrays();
        train(plan(new Trainable.Biases(List.of()))).close();
        assertThat(MODEL.decoder().arrays()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theSlopesAreThoseOfTheLoss(long seed) {
        Random random = new Random(seed);
        double small = 1e-6;
        for (int round = 0; round < 200; round++) {
            Example pair = new Example.Preference(PAIRS.get(0), 0.05 + random.nextDouble(), 20 * random.nextGaussian());
            double[] nll = {50 * random.nextDouble(), 50 * random.nextDouble()};
            for (int row = 0; row < 2; row++) {
                double[] above = nll.clone();
                double[] below = nll.clone();
                above[row] += small;
                below[row] -= small;
                double slope = (pair.loss(above).value() - pair.loss(below).value()) / (2 * small);
                assertThat(pair.loss(nll).slopes()[row]).as("seed %d", seed).isCloseTo(slope, within(1e-6));
            }
        }
    }

    @Test
    void aMarginBeyondTheReachOfAnExponentialHasALossAllTheSame() {
        Example pair = new Example.Preference(PAIRS.get(0), 1, 0);
        assertThat(pair.loss(new double[] {5000, 0}).value()).isEqualTo(5000);
        assertThat(pair.loss(new double[] {5000, 0}).slopes()).containsExactly(1, -1);
        assertThat(pair.loss(new double[] {0, 5000}).value()).isZero();
        assertThat(pair.loss(new double[] {0, 5000}).slopes()).containsExactly(0, -0.0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aBetaThatSaysNothingIsRefused(double beta) {
        TrainerTest.assertRefused(AuditException.Code.USAGE, "beta", () -> new TrainingSet.Preferences(PAIRS, beta));
    }

    @Test
    void pairsAreCheckedOnBothSides() {
        TokenizedRow good = PAIRS.get(0).chosen();
        TokenizedRow tooLong = new TokenizedRow(7, new int[200], 5, 199, 5, 0);
        TrainingPlan plan = plan(new Trainable.Full()).build();
        TrainerTest.assertRefused(
                AuditException.Code.DATA,
                "record 7",
                () -> Trainer.train(
                        MODEL,
                        new TrainingSet.Preferences(List.of(new TrainingSet.Pair(good, tooLong)), 0.1),
                        plan,
                        Progress.NONE));
        TrainerTest.assertRefused(
                AuditException.Code.NOTHING_TO_AUDIT,
                "no rows",
                () -> Trainer.train(MODEL, new TrainingSet.Preferences(List.of(), 0.1), plan, Progress.NONE));
    }
}
