package ai.auditor.probes.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import smile.classification.GradientTreeBoost;
import smile.classification.LogisticRegression;
import smile.data.DataFrame;
import smile.data.Tuple;
import smile.data.formula.Formula;
import smile.data.vector.IntVector;

/** Our learners go other ways than Smile's, to the same numbers. */
class LearnerTest {
    private static final int WIDTH = 7;

    @Test
    void boostedTreesGiveTheLogOddsOfSmilesTrees() {
        for (long seed = 1; seed <= 6; seed++) {
            Random random = new Random(seed);
            int rows = 60 + random.nextInt(400);
            boolean[] candidate = labels(rows, random);
            double[][] features = features(candidate, random);
            double[][] asked = features(labels(200, random), random);

            ToDoubleFunction<double[]> ours = new Learner.BoostedTrees(15, 3, 0.12).fit(features, candidate);

            DataFrame plain = DataFrame.of(features);
            GradientTreeBoost smile = GradientTreeBoost.fit(
                    Formula.lhs("label"),
                    plain.merge(IntVector.of("label", classes(candidate))),
                    15,
                    3,
                    8,
                    20,
                    0.12,
                    1);
            for (double[] row : asked) {
                double[] posterior = new double[2];
                smile.predict(Tuple.of(row, plain.schema()), posterior);
                assertThat(ours.applyAsDouble(row))
                        .as("seed %d", seed)
                        .isCloseTo(Math.log(posterior[1] / posterior[0]), within(1e-12));
            }
        }
    }

    @Test
    void logisticRegressionGivesTheCoefficientsOfSmiles() {
        for (long seed = 1; seed <= 6; seed++) {
            Random random = new Random(seed);
            boolean[] candidate = labels(60 + random.nextInt(1_500), random);
            double[][] features =
                    Standardisation.of(features(candidate, random)).applyAll(features(candidate, random));
            for (double penalty : new double[] {1, 30, 1_000}) {
                assertThat(Learner.Logistic.coefficients(features, candidate, penalty))
                        .as("seed %d, penalty %s", seed, penalty)
                        .containsExactly(
                                LogisticRegression.binomial(features, classes(candidate), penalty, 1e-5, 200)
                                        .coefficients(),
                                within(1e-9));
            }
        }
    }

    private static boolean[] labels(int rows, Random random) {
        boolean[] labels = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = random.nextDouble() < 0.4;
        }
        return labels;
    }

    private static int[] classes(boolean[] candidate) {
        int[] classes = new int[candidate.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = candidate[i] ? 1 : 0;
        }
        return classes;
    }

    /** Plain and shifted ones, counts with many ties, and one that never varies. */
    private static double[][] features(boolean[] candidate, Random random) {
        double[][] features = new double[candidate.length][WIDTH];
        for (int i = 0; i < candidate.length; i++) {
            double shift = candidate[i] ? 0.7 : 0;
            features[i][0] = random.nextGaussian() + shift;
            features[i][1] = random.nextGaussian();
            features[i][2] = Math.floor(4 * random.nextDouble() + shift);
            features[i][3] = random.nextInt(3) / 7.0;
            features[i][4] = features[i][0] * features[i][1];
            features[i][5] = 1e5 * random.nextDouble();
            features[i][6] = 3;
        }
        return features;
    }
}
