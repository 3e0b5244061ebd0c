package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private static final double LEVEL = 0.9;

    @Test
    void drawsWholeGroupsAsManyAsThereAre() {
        int[] groups = {7, 7, 3, 3, 3, 9};
        Bootstrap.overGroups(groups, 50, LEVEL, 1).interval(weights -> {
            assertThat(weights[0]).isEqualTo(weights[1]);
            assertThat(weights[2]).isEqualTo(weights[3]).isEqualTo(weights[4]);
            assertThat(weights[0] + weights[2] + weights[5]).isEqualTo(3);
            return weights[0];
        });
    }

    @Test
    void intervalsOfAurocCoverTheTrueValueAtTheirLevel() {
        double shift = 0.6;
        double truth = NormalDistribution.of(0, 1).cumulativeProbability(shift / Math.sqrt(2));
        int runs = 400;
        int covered = 0;
        int coveredByRows = 0;
        for (int seed = 0; seed < runs; seed++) {
            Sample sample = Sample.draw(seed, 50, shift);
            covered += covers(
                    Bootstrap.overGroups(sample.groups, 300, LEVEL, seed).auroc(sample.scores, sample.candidate),
                    truth);
            int[] everyRowAlone = IntStream.range(0, sample.scores.length).toArray();
            coveredByRows += covers(
                    Bootstrap.overGroups(everyRowAlone, 300, LEVEL, seed).auroc(sample.scores, sample.candidate),
                    truth);
        }
        assertThat(covered / (double) runs).as("seeds 0 to %d", runs).isBetween(0.85, 0.95);
        // Rows of a prompt depend on one another here, so that rows resampled alone cover too little.
        assertThat(coveredByRows / (double) runs).as("seeds 0 to %d", runs).isLessThan(0.8);
    }

    @Test
    void intervalsOfBagsCoverTheTrueValueNearTheirLevel() {
        double shift = 0.3;
        double truth = NormalDistribution.of(0, 1).cumulativeProbability(shift * 2 / Math.sqrt(2));
        int runs = 200;
        int covered = 0;
        for (int seed = 0; seed < runs; seed++) {
            Gaussian source = new Gaussian(seed);
            double[] scores = new double[400];
            boolean[] candidate = new boolean[400];
            int[] groups = new int[400];
            for (int row = 0; row < 400; row++) {
                candidate[row] = row % 2 == 0;
                groups[row] = row / 2;
                scores[row] = source.next() + (candidate[row] ? shift : 0);
            }
            covered += covers(
                    Bootstrap.overGroups(groups, 200, LEVEL, seed)
                            .bags(scores, candidate, 4)
                            .orElseThrow(),
                    truth);
        }
        assertThat(covered / (double) runs).as("seeds 0 to %d", runs).isBetween(0.84, 0.97);
    }

    @Test
    void gainIsPairedAndSoNarrowerThanItsParts() {
        Sample sample = Sample.draw(3, 100, 0.5);
        double[] nearlySame = sample.scores.clone();
        for (int row = 0; row < nearlySame.length; row += 5) {
            nearlySame[row] += 0.2;
        }
        Bootstrap bootstrap = Bootstrap.overGroups(sample.groups, 300, LEVEL, 1);
        Interval single = bootstrap.auroc(sample.scores, sample.candidate);
        Interval gain = bootstrap.gain(nearlySame, sample.scores, sample.candidate);
        assertThat(gain.high() - gain.low()).isLessThan((single.high() - single.low()) / 3);
        Interval none = bootstrap.gain(sample.scores, sample.scores, sample.candidate);
        assertThat(none.low()).isZero();
        assertThat(none.high()).isZero();
    }

    @Test
    void groupsWithoutAScoreAreNotDrawn() {
        Sample sample = Sample.draw(5, 30, 0.5);
        double[] scores = Arrays.copyOf(sample.scores, sample.scores.length + 400);
        Arrays.fill(scores, sample.scores.length, scores.length, Double.NaN);
        boolean[] candidate = Arrays.copyOf(sample.candidate, scores.length);
        int[] groups = Arrays.copyOf(sample.groups, scores.length);
        for (int row = sample.scores.length; row < groups.length; row++) {
            groups[row] = 1_000 + row;
        }
        assertThat(Bootstrap.overGroups(groups, 200, LEVEL, 1).auroc(scores, candidate))
                .isEqualTo(Bootstrap.overGroups(sample.groups, 200, LEVEL, 1).auroc(sample.scores, sample.candidate));
    }

    @Test
    void aStatisticThatExistsNowhereHasNoInterval() {
        Bootstrap bootstrap = Bootstrap.overGroups(new int[] {1, 2}, 20, LEVEL, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bootstrap.auroc(new double[] {1, 2}, new boolean[] {true, true}));
        assertThat(bootstrap.bags(new double[] {1, 2}, new boolean[] {true, false}, 2))
                .isEmpty();
    }

    private static int covers(Interval interval, double truth) {
        return interval.low() <= truth && truth <= interval.high() ? 1 : 0;
    }

    /** Four rows of one class a prompt, alike within the prompt; unit variance. */
    private record Sample(double[] scores, boolean[] candidate, int[] groups) {
        static Sample draw(long seed, int prompts, double shift) {
            Gaussian source = new Gaussian(seed);
            double[] scores = new double[4 * prompts];
            boolean[] candidate = new boolean[4 * prompts];
            int[] groups = new int[4 * prompts];
            for (int prompt = 0; prompt < prompts; prompt++) {
                double common = source.next();
                for (int row = 4 * prompt; row < 4 * prompt + 4; row++) {
                    candidate[row] = prompt % 2 == 0;
                    groups[row] = prompt;
                    scores[row] = (common + source.next()) / Math.sqrt(2) + (candidate[row] ? shift : 0);
                }
            }
            return new Sample(scores, candidate, groups);
        }
    }
}
