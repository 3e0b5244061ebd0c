package ai.auditor.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.Progress;
import ai.auditor.model.ReferenceModel;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingParityTest {
    private static final double TOLERANCE = 1e-4;
    /** By how much a hundred steps lower the loss at least. */
    private static final double LEARNED = 0.2;

    @ParameterizedTest
    @ValueSource(strings = {"full", "sgd", "biases", "lora", "rslora"})
    void theLossIsThatOfPyTorchOverAHundredSteps(String run) {
        try (ReferenceModel organism = Curves.organism();
                TrainedModel trained =
                        Trainer.train(organism, Curves.rows(), Curves.plan(run).build(), Progress.NONE)) {
            List<Double> expected = Curves.losses(run);
            double largest = 0;
            for (int step = 0; step < expected.size(); step++) {
                largest = Math.max(largest, Math.abs(trained.losses().get(step) - expected.get(step)));
            }
            assertThat(trained.losses()).hasSameSizeAs(expected);
            assertThat(largest).as("largest difference of a loss").isLessThan(TOLERANCE);
            assertThat(trained.losses().get(99)).isLessThan(trained.losses().get(0) - LEARNED);
        }
    }
}
