package ai.auditor.probes.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoftmaxTest {
    /** Against scikit-learn; values by src/test/python/softmax_goldens.py. */
    @Test
    void probabilitiesAreThoseOfScikitLearn() throws IOException {
        try (InputStream in = SoftmaxTest.class.getResourceAsStream("softmax.json")) {
            for (JsonNode golden : new ObjectMapper().readTree(in)) {
                double[][] features = matrix(golden.get("features"));
                int[] labels = IntStream.range(0, golden.get("labels").size())
                        .map(i -> golden.get("labels").get(i).asInt())
                        .toArray();
                double[][] expected = matrix(golden.get("probabilities"));
                Softmax fitted = Softmax.fit(
                        features,
                        labels,
                        golden.get("classes").asInt(),
                        golden.get("penalty").asDouble());
                for (int i = 0; i < features.length; i++) {
                    double[] found = Arrays.stream(fitted.logProbabilities(features[i]))
                            .map(Math::exp)
                            .toArray();
                    assertThat(found)
                            .as("penalty %s, row %d", golden.get("penalty"), i)
                            .containsExactly(expected[i], within(2e-4));
                }
            }
        }
    }

    @Test
    void theGradientIsThatOfDifferences() {
        for (long seed = 1; seed <= 8; seed++) {
            Random random = new Random(seed);
            int classes = 2 + random.nextInt(4);
            double[][] features = random(20, 3, random);
            int[] labels = random.ints(20, 0, classes).toArray();
            SoftmaxObjective objective = new SoftmaxObjective(features, labels, classes, 0.7);
            double[] weights = random.doubles(classes * 4L, -1, 1).toArray();
            double[] gradient = new double[weights.length];
            double value = objective.g(weights, gradient);
            assertThat(value).isEqualTo(objective.f(weights));
            double step = 1e-6;
            for (int j = 0; j < weights.length; j++) {
                double[] up = weights.clone();
                up[j] += step;
                double[] down = weights.clone();
                down[j] -= step;
                assertThat(gradient[j])
                        .as("seed %d, weight %d", seed, j)
                        .isCloseTo((objective.f(up) - objective.f(down)) / (2 * step), within(1e-6));
            }
        }
    }

    @Test
    void withTwoClassesItIsLogisticRegressionOfHalfThePenalty() {
        Random random = new Random(5);
        double[][] features = random(80, 4, random);
        boolean[] candidate = new boolean[80];
        int[] labels = new int[80];
        for (int i = 0; i < 80; i++) {
            candidate[i] = features[i][0] + random.nextGaussian() > 0.3;
            labels[i] = candidate[i] ? 1 : 0;
        }
        // Each class carries half of a weight: w² / 4 twice, where the one of a logistic regression is w².
        Softmax fitted = Softmax.fit(features, labels, 2, 20);
        double[] logistic = Learner.Logistic.coefficients(features, candidate, 10);
        for (double[] row : features) {
            double[] found = fitted.logProbabilities(row);
            double expected = logistic[4];
            for (int j = 0; j < 4; j++) {
                expected += logistic[j] * row[j];
            }
            assertThat(found[1] - found[0]).isCloseTo(expected, within(1e-3));
        }
    }

    @Test
    void withoutFeaturesThereAreTheSharesOfTheClasses() {
        int[] labels = {0, 1, 2, 2};
        double[] found = Softmax.fit(new double[4][0], labels, 3, 10).logProbabilities(new double[0]);
        assertThat(Arrays.stream(found).map(Math::exp).toArray())
                .containsExactly(new double[] {0.25, 0.25, 0.5}, within(1e-3));
        int[] even = {0, 1, 2};
        assertThat(Softmax.fit(new double[3][0], even, 3, 10).logProbabilities(new double[0]))
                .containsExactly(new double[] {-Math.log(3), -Math.log(3), -Math.log(3)}, within(1e-12));
    }

    @Test
    void farLogitsOverflowNowhere() {
        assertThat(Softmax.logTotal(new double[] {1e4, 1e4})).isCloseTo(1e4 + Math.log(2), within(1e-9));
        assertThat(Softmax.logTotal(new double[] {-1e4, -2e4})).isCloseTo(-1e4, within(1e-9));
    }

    private static double[][] random(int rows, int width, Random random) {
        double[][] features = new double[rows][width];
        for (double[] row : features) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return features;
    }

    private static double[][] matrix(JsonNode node) {
        double[][] matrix = new double[node.size()][];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = new double[node.get(i).size()];
            for (int j = 0; j < matrix[i].length; j++) {
                matrix[i][j] = node.get(i).get(j).asDouble();
            }
        }
        return matrix;
    }
}
