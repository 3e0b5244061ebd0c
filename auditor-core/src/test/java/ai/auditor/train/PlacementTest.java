package ai.auditor.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.Progress;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.TokenBatch;
import ai.auditor.train.TrainingPlan.Layout;
import ai.auditor.train.TrainingPlan.Validation;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {

    @ParameterizedTest
    @MethodSource("ai.auditor.train.TrainerTest#everything")
    void packedRowsHaveTheLossesOfPaddedOnes(Trainable trainable) {
        TrainingPlan.Builder plan = TrainerTest.plan(trainable)
                .lossTokens(LossTokens.WHOLE_CHAT)
                .maxSteps(10)
                .validation(new Validation(Curves.rows(), 5, 0));
        try (ReferenceModel organism = Curves.organism();
                TrainedModel padded = Trainer.train(organism, Curves.rows(), plan.build(), Progress.NONE);
                TrainedModel packed = Trainer.train(
                        organism, Curves.rows(), plan.layout(Layout.PACKED).build(), Progress.NONE)) {
            for (int step = 0; step < 10; step++) {
                assertThat(packed.losses().get(step)).isCloseTo(padded.losses().get(step), within(1e-5));
            }
            for (int look = 0; look < 2; look++) {
                assertThat(packed.validationLosses().get(look))
                        .isCloseTo(padded.validationLosses().get(look), within(1e-5));
            }
        }
    }

    @Test
    void rowsShareSequencesAndSeeThemselvesAlone() {
        Placement placement = Placement.packed(new int[] {2, 5, 3, 4});
        assertThat(placement.length()).isEqualTo(5);
        assertThat(placement.sequences()).isEqualTo(3);
        assertThat(placement.starts()).containsExactly(13, 0, 10, 5);
        TokenBatch batch = placement.tokens(new long[15]);
        assertThat(batch.layout()).isInstanceOfSatisfying(TokenBatch.Blocks.class, blocks -> {
            assertThat(blocks.positions()).containsExactly(0, 1, 2, 3, 4, 0, 1, 2, 3, 0, 0, 1, 2, 0, 1);
            assertThat(seen(blocks, 14)).isEqualTo("---xx");
            assertThat(seen(blocks, 11)).isEqualTo("xx---");
            assertThat(seen(blocks, 9)).isEqualTo("----x");
        });
    }

    private static String seen(TokenBatch.Blocks blocks, int slot) {
        StringBuilder seen = new StringBuilder();
        for (int other = 0; other < 5; other++) {
            seen.append(blocks.visible()[slot * 5 + other] ? 'x' : '-');
        }
        return seen.toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noTwoRowsShareASlot(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int[] lengths = random.ints(1 + random.nextInt(50), 1, 40).toArray();
            Placement placement = Placement.packed(lengths);
            boolean[] taken = new boolean[placement.slots()];
            for (int row = 0; row < lengths.length; row++) {
                int start = placement.starts()[row];
                int last = start + lengths[row] - 1;
                assertThat(last / placement.length()).as("seed %d", seed).isEqualTo(start / placement.length());
                for (int slot = start; slot <= last; slot++) {
                    assertThat(taken[slot]).as("seed %d", seed).isFalse();
                    taken[slot] = true;
                }
            }
        }
    }
}
