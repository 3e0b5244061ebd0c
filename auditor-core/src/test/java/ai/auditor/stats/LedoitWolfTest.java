package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedoitWolfTest {
    /** Draws that the covariance is estimated of: an entry's standard error is at most √2/√draws of its two variances. */
    private static final int DRAWS = 20_000;

    private record Golden(Matrix activations, double[] covariance) {}

    private static List<Golden> goldens() throws IOException {
        try (InputStream stream =
                Objects.requireNonNull(LedoitWolfTest.class.getResourceAsStream("/direction/ledoit_wolf.json"))) {
            List<Golden> goldens = new ArrayList<>();
            for (JsonNode node : new ObjectMapper().readTree(stream)) {
                double[] values = doubles(node.path("values"));
                float[] floats = new float[values.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) values[i];
                }
                goldens.add(new Golden(
                        new Matrix(
                                node.path("rows").asInt(), node.path("columns").asInt(), floats),
                        doubles(node.path("covariance"))));
            }
            return goldens;
        }
    }

    private static double[] doubles(JsonNode node) {
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.path(i).asDouble();
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void manyGaussianVectorsHaveTheShrunkCovariance(long seed) throws IOException {
        assertThat(goldens()).hasSize(3);
        for (Golden golden : goldens()) {
            double[][] drawns = Covariance.ledoitWolf(golden.activations())
                    .cholesky()
                    .gaussian(DRAWS, seed)
                    .toArray(double[][]::new);
            int width = golden.activations().columns();
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < width; j++) {
                    double sum = 0;
                    for (double[] drawn : drawns) {
                        sum += drawn[i] * drawn[j];
                    }
                    double spread = Math.sqrt(
                            golden.covariance()[i * width + i] * golden.covariance()[j * width + j] * 2 / DRAWS);
                    assertThat(sum / DRAWS)
                            .as("seed %d, entry %d, %d", seed, i, j)
                            .isCloseTo(golden.covariance()[i * width + j], within(5 * spread));
                }
            }
        }
    }

    @Test
    void equalSeedsGiveEqualVectorsAndOthersDoNot() throws IOException {
        Matrix control = goldens().get(0).activations();
        Cholesky factor = Covariance.ledoitWolf(control).cholesky();
        double[][] drawns = factor.gaussian(5, 7).toArray(double[][]::new);
        assertThat(drawns).hasDimensions(5, 6);
        assertThat(factor.gaussian(5, 7).toArray(double[][]::new)).isDeepEqualTo(drawns);
        assertThat(factor.gaussian(5, 8).toArray(double[][]::new)[0]).isNotEqualTo(drawns[0]);
        assertThat(factor.gaussian(3, 7).toArray(double[][]::new)[2]).isEqualTo(drawns[2]);
    }
}
