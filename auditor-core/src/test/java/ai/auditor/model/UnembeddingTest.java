package ai.auditor.model;

import static ai.auditor.model.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.model.Unembedding.Moved;
import ai.auditor.model.Unembedding.Readout;
import ai.auditor.tensor.DeviceChoice;
import ai.auditor.tensor.WeightType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against transformers; values by src/test/python/unembedding.py. */
class UnembeddingTest {
    private static final int VOCABULARY = 96;

    @ParameterizedTest
    @ValueSource(strings = {"llama3", "gemma2", "gpt_neox", "gpt2"})
    void logitsAreThoseOfTransformers(String family) throws IOException {
        JsonNode golden = new ObjectMapper()
                .readTree(Path.of("src/test/resources/model/unembedding/golden.json")
                        .toFile())
                .get(family);
        float[][] vectors = rows(golden.get("vectors"));
        float[][] wanted = rows(golden.get("logits"));
        for (boolean fused : List.of(true, false)) {
            try (ReferenceModel model = FamilyParityTest.open(Golden.ofFamily(family), fused)) {
                // Of the smallest chunk each vector and each token is a part of its own.
                for (long bytes : List.of(1L, 3000L, 1L << 20)) {
                    List<Readout> read = new Unembedding(model.decoder(), bytes).read(vectors, VOCABULARY);
                    for (int i = 0; i < vectors.length; i++) {
                        float[] logits = new float[VOCABULARY];
                        read.get(i).raised().forEach(moved -> logits[moved.token()] = moved.logit());
                        assertClose(family, logits, wanted[i]);
                        assertThat(read.get(i).raised()).isSortedAccordingTo(ORDER.reversed());
                        assertThat(read.get(i).lowered())
                                .isSortedAccordingTo(ORDER)
                                .hasSize(VOCABULARY);
                    }
                }
                assertThat(new Unembedding(model.decoder())
                                .read(vectors, 4)
                                .get(1)
                                .raised())
                        .hasSize(4)
                        .isEqualTo(new Unembedding(model.decoder())
                                .read(vectors, VOCABULARY)
                                .get(1)
                                .raised()
                                .subList(0, 4));
            }
        }
    }

    private static final Comparator<Moved> ORDER = Comparator.comparingDouble(Moved::logit);

    @ParameterizedTest
    @ValueSource(strings = {"llama3", "qwen2", "gemma2"})
    void aRowOfTheHeadOverTheGainPutsItsTokenFirst(String family) {
        float[] head;
        float[] gain;
        try (ReferenceModel model = FamilyParityTest.open(Golden.ofFamily(family), false)) {
            head = model.decoder().weights().head().toFloats();
            gain = model.decoder().weights().finalNorm().toFloats();
        }
        int[] clear = IntStream.range(0, VOCABULARY)
                .filter(token -> meetsItselfMost(head, token, gain.length))
                .toArray();
        assertThat(clear).hasSizeGreaterThan(VOCABULARY / 2);
        float[][] vectors = new float[clear.length][gain.length];
        for (int i = 0; i < clear.length; i++) {
            for (int j = 0; j < gain.length; j++) {
                vectors[i][j] = head[clear[i] * gain.length + j] / gain[j];
            }
        }
        for (WeightType type : WeightType.values()) {
            try (ReferenceModel model = ReferenceModel.open(
                    Golden.ofFamily(family).home(),
                    new ReferenceModel.Options(
                            1, new Loading(true, type, List.of()), new DeviceChoice.Automatic(), false))) {
                int arrays = model.decoder().arrays();
                assertThat(new Unembedding(model.decoder())
                                .read(vectors, 1).stream()
                                        .mapToInt(read -> read.raised().get(0).token())
                                        .toArray())
                        .as(family + " " + type)
                        .isEqualTo(clear);
                assertThat(model.decoder().arrays()).isEqualTo(arrays);
            }
        }
    }

    /** Whether a row of the head is longer along itself than any other row is, by more than 16 bits round. */
    private static boolean meetsItselfMost(float[] head, int token, int width) {
        double own = product(head, token, token, width);
        return IntStream.range(0, VOCABULARY)
                .allMatch(other -> other == token || product(head, token, other, width) < 0.95 * own);
    }

    private static double product(float[] head, int one, int other, int width) {
        return IntStream.range(0, width)
                .mapToDouble(i -> (double) head[one * width + i] * head[other * width + i])
                .sum();
    }

    @Test
    void aVectorOfAnotherWidthIsRefused() {
        try (ReferenceModel model = FamilyParityTest.open(Golden.ofFamily("llama3"), false)) {
            assertThatThrownBy(() -> new Unembedding(model.decoder()).read(new float[1][31], 10))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("31");
            assertThat(new Unembedding(model.decoder()).read(new float[0][], 10))
                    .isEmpty();
        }
    }

    private static float[][] rows(JsonNode rows) {
        return IntStream.range(0, rows.size())
                .mapToObj(i -> {
                    float[] row = new float[rows.get(i).size()];
                    for (int j = 0; j < row.length; j++) {
                        row[j] = (float) rows.get(i).get(j).asDouble();
                    }
                    return row;
                })
                .toArray(float[][]::new);
    }
}
