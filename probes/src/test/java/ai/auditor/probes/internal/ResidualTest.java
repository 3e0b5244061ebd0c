package ai.auditor.probes.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResidualTest {
    @Test
    void nothingOfTheRegressorsIsLeft() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            double[] first = random.doubles(100).toArray();
            double[] second = random.doubles(100).toArray();
            double[] twice = Arrays.stream(first).map(v -> 2 * v + 5).toArray();
            double[] values = new double[100];
            for (int i = 0; i < 100; i++) {
                values[i] = 3 * first[i] - second[i] + random.nextGaussian();
            }
            double[] residual = Residual.of(values, List.of(first, twice, new double[100], second));
            assertThat(Arrays.stream(residual).sum()).as("seed %d", seed).isCloseTo(0, within(1e-9));
            for (double[] regressor : List.of(first, second)) {
                double product = 0;
                for (int i = 0; i < 100; i++) {
                    product += residual[i] * regressor[i];
                }
                assertThat(product).as("seed %d", seed).isCloseTo(0, within(1e-9));
            }
        }
    }

    @Test
    void fewRowsKeepOnlyTheFirstRegressors() {
        Random random = new Random(3);
        List<double[]> regressors = List.of(
                random.doubles(20).toArray(),
                random.doubles(20).toArray(),
                random.doubles(20).toArray());
        double[] values = random.doubles(20).toArray();
        assertThat(Residual.of(values, regressors)).isEqualTo(Residual.of(values, regressors.subList(0, 2)));
    }
}
