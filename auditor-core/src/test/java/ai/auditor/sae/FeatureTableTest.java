package ai.auditor.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.capture.TokenStates;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureTableTest {
    private static final int WIDTH = 5;
    private static final int FEATURES = 40;

    @Test
    void rowsHoldWhatTheirTokensHave() {
        int tokens = 9;
        int[] rows = {2, 2, 2, 0, 0, 0, 0, 1, 1};
        int[] positions = {4, 5, 6, 1, 2, 3, 4, 8, 9};
        float[] states = TinyAutoencoder.drawn(new Random(4), tokens * WIDTH);
        Engine engine = Engine.start(1);
        try (Scope scope = engine.open();
                SparseAutoencoder sae =
                        TinyAutoencoder.of(scope, WIDTH, FEATURES, new Activation.Relu(), InputNorm.NONE, 9)) {
            int before = scope.arrays();
            FeatureTable table = FeatureTable.of(sae, 4, work -> {
                try (Tensor given = scope.floats(states, tokens, WIDTH)) {
                    work.accept(new TokenStates(given, rows, positions));
                }
            });
            float[] features;
            try (Tensor given = scope.floats(states, tokens, WIDTH);
                    Tensor encoded = sae.encode(given)) {
                features = encoded.toFloats();
            }
            long active = 0;
            for (int row = 0; row < 4; row++) {
                RowFeatures of = table.rows().get(row);
                int count = 0;
                long activeHere = 0;
                for (int token = 0; token < tokens; token++) {
                    count += rows[token] == row ? 1 : 0;
                }
                assertThat(of.tokens()).isEqualTo(count);
                for (int i = 0; i < WIDTH; i++) {
                    double sum = 0;
                    for (int token = 0; token < tokens; token++) {
                        sum += rows[token] == row ? states[token * WIDTH + i] : 0;
                    }
                    assertThat((double) table.states().at(row, i)).isCloseTo(sum / Math.max(1, count), within(1e-6));
                }
                for (int feature = 0; feature < FEATURES; feature++) {
                    double sum = 0;
                    float peak = 0;
                    int at = -1;
                    for (int token = 0; token < tokens; token++) {
                        float value = features[token * FEATURES + feature];
                        if (rows[token] == row && value > 0) {
                            sum += value;
                            activeHere++;
                            at = value > peak ? positions[token] : at;
                            peak = Math.max(peak, value);
                        }
                    }
                    assertThat(of.active(feature)).isEqualTo(at >= 0);
                    assertThat(of.mean(feature)).isCloseTo(count == 0 ? 0 : sum / count, within(1e-6));
                    if (at >= 0) {
                        int place = java.util.Arrays.binarySearch(of.features(), feature);
                        assertThat(of.peaks()[place]).isEqualTo(peak);
                        assertThat(of.peakTokens()[place]).isEqualTo(at);
                    }
                }
                assertThat(of.l0()).isCloseTo(count == 0 ? 0 : (double) activeHere / count, within(1e-12));
                active += activeHere;
            }
            assertThat(table.reconstruction().tokens()).isEqualTo(tokens);
            assertThat(table.reconstruction().l0()).isCloseTo((double) active / tokens, within(1e-12));
            double errors = table.rows().stream()
                    .mapToDouble(row -> row.error() * row.tokens())
                    .sum();
            assertThat(table.reconstruction().fvu()).isCloseTo(errors / centred(states), within(1e-6));
            assertThat(scope.arrays()).isEqualTo(before);
        }
    }

    private static double centred(float[] states) {
        double sum = 0;
        for (int i = 0; i < WIDTH; i++) {
            double mean = 0;
            for (int j = i; j < states.length; j += WIDTH) {
                mean += (double) states[j] * WIDTH / states.length;
            }
            for (int j = i; j < states.length; j += WIDTH) {
                sum += (states[j] - mean) * (states[j] - mean);
            }
        }
        return sum;
    }
}
