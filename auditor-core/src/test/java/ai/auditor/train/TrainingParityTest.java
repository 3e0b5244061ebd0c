package ai.auditor.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.Progress;
import ai.auditor.model.ReferenceModel;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingParityTest {
    private static final double TOLERANCE = 1e-4;
    /** By how much a hundred steps lower the loss at least. */
    private static final double LEARNED = 0.2;
    /** By how much a second look at the same pairs has a lower loss at least. */
    private static final double PREFERRED = 0.03;

    @ParameterizedTest
    @ValueSource(strings = {"full", "sgd", "biases", "lora", "rslora"})
    void theLossIsThatOfPyTorchOverAHundredSteps(String run) {
        List<Double> losses = losses(run);
        assertThat(losses).hasSize(100);
        assertThat(losses.get(99)).isLessThan(losses.get(0) - LEARNED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo-full", "dpo-biases", "dpo-lora"})
    void theLossOfPreferencesIsThatOfPyTorch(String run) {
        List<Double> losses = losses(run);
        assertThat(losses).hasSize(40);
        assertThat(losses.get(0)).isCloseTo(Math.log(2), within(TOLERANCE));
        // The fortieth step is the tenth of the second pass over the pairs.
        assertThat(losses.get(39)).isLessThan(losses.get(9) - PREFERRED);
    }

    private static List<Double> losses(String run) {
        try (ReferenceModel organism = Curves.organism();
                TrainedModel trained = Trainer.train(
                        organism, Curves.set(run), Curves.plan(run).build(), Progress.NONE)) {
            List<Double> expected = Curves.losses(run);
            double largest = 0;
            for (int step = 0; step < expected.size(); step++) {
                largest = Math.max(largest, Math.abs(trained.losses().get(step) - expected.get(step)));
            }
            assertThat(trained.losses()).hasSameSizeAs(expected);
            assertThat(largest).as("largest difference of a loss").isLessThan(TOLERANCE);
            return trained.losses();
        }
    }
}
