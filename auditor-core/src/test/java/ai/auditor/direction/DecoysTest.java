package ai.auditor.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.stats.Matrix;
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

class DecoysTest {
    /** Draws that the covariance is estimated of: an entry's standard error is at most √2/√draws of its two variances. */
    private static final int DRAWS = 20_000;

    private record Golden(Matrix activations, double[] covariance) {}

    private static List<Golden> goldens() throws IOException {
        try (InputStream stream =
                Objects.requireNonNull(DecoysTest.class.getResourceAsStream("/direction/ledoit_wolf.json"))) {
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
    void manyDecoysHaveTheShrunkCovariance(long seed) throws IOException {
        assertThat(goldens()).hasSize(3);
        for (Golden golden : goldens()) {
            float[][] decoys = Decoys.withCovariance(golden.activations(), DRAWS, seed);
            int width = golden.activations().columns();
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < width; j++) {
                    double sum = 0;
                    for (float[] decoy : decoys) {
                        sum += (double) decoy[i] * decoy[j];
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
    void equalSeedsGiveEqualDecoysAndOthersDoNot() throws IOException {
        Matrix control = goldens().get(0).activations();
        float[][] decoys = Decoys.withCovariance(control, 7);
        assertThat(decoys).hasDimensions(256, 6);
        assertThat(Decoys.withCovariance(control, 7)).isDeepEqualTo(decoys);
        assertThat(Decoys.withCovariance(control, 8)[0]).isNotEqualTo(decoys[0]);
        assertThat(Decoys.withCovariance(control, 3, 7)[2]).isEqualTo(decoys[2]);
    }

    @Test
    void aControlThatCannotTellIsRefused() {
        refused(new Matrix(1, 2, new float[] {1, 2}), "fewer than two", AuditException.Code.NOTHING_TO_AUDIT);
        refused(new Matrix(2, 2, new float[] {1, 2, 1, 2}), "do not vary", AuditException.Code.NOTHING_TO_AUDIT);
        refused(new Matrix(2, 2, new float[] {1, Float.NaN, 1, 2}), "not finite", AuditException.Code.NUMERIC);
    }

    private static void refused(Matrix control, String message, AuditException.Code code) {
        assertThatThrownBy(() -> Decoys.withCovariance(control, 1))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
