package ai.auditor.probes.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.stats.Matrix;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

class SpectrumTest {
    private static final int ROWS = 60;
    private static final int WIDTH = 7;

    /** Odd rows are shifted, so that total and within-class scatter differ much. */
    private static Matrix data(long seed) {
        Random random = new Random(seed);
        float[] values = new float[ROWS * WIDTH];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < WIDTH; j++) {
                values[i * WIDTH + j] =
                        (float) (random.nextGaussian() * (j + 1) + (j > 0 ? values[i * WIDTH + j - 1] : 0) + i % 2 * 3);
            }
        }
        return new Matrix(ROWS, WIDTH, values);
    }

    private static double[] difference(Matrix data) {
        double[] difference = new double[WIDTH];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < WIDTH; j++) {
                difference[j] += (i % 2 == 1 ? 2.0 : -2.0) / ROWS * data.at(i, j);
            }
        }
        return difference;
    }

    @Test
    void theDiscriminantPointsWhereTheWithinClassOneDoes() {
        for (long seed = 1; seed <= 20; seed++) {
            for (double shrinkage : new double[] {0.03, 0.3, 1}) {
                Matrix data = data(seed);
                Spectrum spectrum =
                        Spectrum.of(Moments.of(data, IntStream.range(0, ROWS).toArray()));
                double[] weights = spectrum.discriminant(difference(data), shrinkage);
                double[] direct = withinClass(data, spectrum, shrinkage);
                assertThat(cosine(weights, direct))
                        .as("seed %d, shrinkage %s", seed, shrinkage)
                        .isCloseTo(1, within(1e-9));
            }
        }
    }

    /** Solves with the within-class covariance outright. */
    private static double[] withinClass(Matrix data, Spectrum spectrum, double shrinkage) {
        double[][] mean = new double[2][WIDTH];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < WIDTH; j++) {
                mean[i % 2][j] += 2.0 / ROWS * data.at(i, j);
            }
        }
        DMatrixRMaj covariance = new DMatrixRMaj(WIDTH, WIDTH);
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < WIDTH; j++) {
                for (int k = 0; k < WIDTH; k++) {
                    double product = (data.at(i, j) - mean[i % 2][j])
                            * (data.at(i, k) - mean[i % 2][k])
                            / (spectrum.deviation()[j] * spectrum.deviation()[k]);
                    covariance.add(j, k, (1 - shrinkage) * product / ROWS);
                }
            }
        }
        DMatrixRMaj right = new DMatrixRMaj(WIDTH, 1);
        for (int j = 0; j < WIDTH; j++) {
            covariance.add(j, j, shrinkage);
            right.set(j, (mean[1][j] - mean[0][j]) / spectrum.deviation()[j]);
        }
        DMatrixRMaj solution = new DMatrixRMaj(WIDTH, 1);
        assertThat(CommonOps_DDRM.solve(covariance, right, solution)).isTrue();
        double[] weights = new double[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
            weights[j] = solution.get(j) / spectrum.deviation()[j];
        }
        return weights;
    }

    @Test
    void leadingComponentsAreUncorrelatedAndLargestFirst() {
        Matrix data = data(5);
        Spectrum spectrum =
                Spectrum.of(Moments.of(data, IntStream.range(0, ROWS).toArray()));
        double[][] components = spectrum.components(data, 3);
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                double sum = 0;
                for (double[] row : components) {
                    sum += row[a] * row[b] / ROWS;
                }
                assertThat(sum).isCloseTo(a == b ? spectrum.eigenvalues()[a] : 0, within(1e-6));
            }
        }
        assertThat(spectrum.eigenvalues()[0]).isGreaterThan(spectrum.eigenvalues()[1]);
    }

    @Test
    void aColumnThatNeverVariesDoesNoHarm() {
        Matrix data = data(6);
        for (int i = 0; i < ROWS; i++) {
            data.values()[i * WIDTH + 2] = 4;
        }
        Spectrum spectrum =
                Spectrum.of(Moments.of(data, IntStream.range(0, ROWS).toArray()));
        assertThat(spectrum.discriminant(difference(data), 0.03)).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
    }

    private static double cosine(double[] a, double[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < a.length; j++) {
            ab += a[j] * b[j];
            aa += a[j] * a[j];
            bb += b[j] * b[j];
        }
        return ab / StrictMath.sqrt(aa * bb);
    }
}
