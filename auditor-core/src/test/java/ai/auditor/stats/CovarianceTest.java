package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CovarianceTest {
    @Test
    void unshrunkCovarianceByHand() {
        Covariance covariance = Covariance.shrunk(new Matrix(4, 2, new float[] {1, 0, 3, 0, 1, 4, 3, 4}), 0);
        assertThat(covariance.mean()).containsExactly(2, 2);
        assertThat(covariance.at(0, 0)).isEqualTo(1);
        assertThat(covariance.at(1, 1)).isEqualTo(4);
        assertThat(covariance.at(0, 1)).isZero();
        Covariance half = Covariance.shrunk(new Matrix(4, 2, new float[] {1, 0, 3, 0, 1, 4, 3, 4}), 0.5);
        assertThat(half.at(0, 0)).isEqualTo(1.75);
        assertThat(half.at(1, 1)).isEqualTo(3.25);
    }

    @Test
    void selectedRowsAloneCount() {
        Matrix rows = random(37, 5, 1);
        int[] selected = IntStream.range(0, 37).filter(i -> i % 3 != 0).toArray();
        float[] copied = new float[selected.length * 5];
        for (int i = 0; i < selected.length; i++) {
            System.arraycopy(rows.row(selected[i]), 0, copied, 5 * i, 5);
        }
        Covariance of = Covariance.ledoitWolf(rows, selected);
        Covariance whole = Covariance.ledoitWolf(new Matrix(selected.length, 5, copied));
        assertThat(of.shrinkage()).isEqualTo(whole.shrinkage());
        assertThat(of.at(2, 4)).isEqualTo(whole.at(2, 4)).isEqualTo(of.at(4, 2));
    }

    @Test
    void gaussianVectorsHaveTheCovariance() {
        Covariance covariance = Covariance.ledoitWolf(random(200, 4, 2));
        int count = 20_000;
        double[][] drawn = covariance.cholesky().gaussian(count, 3).toArray(double[][]::new);
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                double sum = 0;
                double mean = 0;
                for (double[] vector : drawn) {
                    sum += vector[i] * vector[j];
                    mean += vector[i];
                }
                double scale = Math.sqrt(covariance.at(i, i) * covariance.at(j, j));
                assertThat(sum / count).isEqualTo(covariance.at(i, j), within(0.04 * scale));
                assertThat(mean / count).isEqualTo(0, within(0.04 * Math.sqrt(scale)));
            }
        }
        assertThat(covariance.cholesky().gaussian(2, 3).toArray(double[][]::new))
                .isDeepEqualTo(covariance.cholesky().gaussian(2, 3).toArray(double[][]::new));
    }

    @Test
    void rowsWithoutSpreadHaveNoFactor() {
        Covariance flat = Covariance.ledoitWolf(new Matrix(3, 2, new float[6]));
        assertThatIllegalArgumentException().isThrownBy(flat::cholesky);
        assertThatIllegalArgumentException().isThrownBy(() -> Covariance.ledoitWolf(new Matrix(0, 2, new float[0])));
    }

    @Test
    void aShiftIsFoundAndItsLengthTold() {
        int pairs = 150;
        Matrix rows = random(2 * pairs, 40, 5);
        assertThat(ShiftSize.of(rows, Exchanges.ofPairs(pairs, 999, 1)).p()).isGreaterThan(0.01);
        float[] shifted = rows.values().clone();
        for (int pair = 0; pair < pairs; pair++) {
            shifted[2 * pair * 40 + 7] += 5;
        }
        Matrix moved = new Matrix(2 * pairs, 40, shifted);
        boolean[] candidate = Exchanges.ofPairs(pairs, 1, 1).candidate();
        for (Exchanges exchanges : new Exchanges[] {
            Exchanges.ofPairs(pairs, 999, 1), Exchanges.ofRows(candidate, new int[2 * pairs], 999, 1)
        }) {
            ShiftSize size = ShiftSize.of(moved, exchanges);
            assertThat(size.p()).isEqualTo(0.001);
            assertThat(size.z()).isGreaterThan(5);
            assertThat(size.length()).isBetween(4.0, 7.0);
            assertThat(size.dimensions()).isEqualTo(40);
            assertThat(size.exchanges()).isEqualTo(999);
        }
    }

    @Test
    void unpairedStatisticHasItsExpectationUnderTheExchanges() {
        boolean[] candidate = new boolean[400];
        for (int row = 0; row < 100; row++) {
            candidate[row] = true;
        }
        ShiftSize size = ShiftSize.of(random(400, 10, 6), Exchanges.ofRows(candidate, new int[400], 499, 2));
        // Chi squared with ten degrees of freedom, but for a little shrinkage.
        assertThat(size.expected()).isBetween(8.5, 11.5);
    }

    @Test
    void manyColumnsAreSketched() {
        int pairs = 60;
        Matrix rows = random(2 * pairs, 1_100, 8);
        float[] shifted = rows.values().clone();
        for (int pair = 0; pair < pairs; pair++) {
            for (int column = 0; column < 1_100; column++) {
                shifted[2 * pair * 1_100 + column] += 1.5f * (column % 2 == 0 ? 1 : -1);
            }
        }
        ShiftSize quiet = ShiftSize.of(rows, Exchanges.ofPairs(pairs, 99, 1));
        ShiftSize loud = ShiftSize.of(new Matrix(2 * pairs, 1_100, shifted), Exchanges.ofPairs(pairs, 99, 1));
        assertThat(quiet.dimensions()).isEqualTo(512);
        assertThat(quiet.p()).isGreaterThan(0.01);
        assertThat(loud.p()).isEqualTo(0.01);
    }

    @Test
    void columnsThatNeverVaryAreLeftOut() {
        float[] values = random(40, 3, 9).values().clone();
        for (int row = 0; row < 40; row++) {
            values[3 * row] = 2;
        }
        assertThat(ShiftSize.of(new Matrix(40, 3, values), Exchanges.ofPairs(20, 99, 1))
                        .dimensions())
                .isEqualTo(2);
        ShiftSize none = ShiftSize.of(new Matrix(40, 3, new float[120]), Exchanges.ofPairs(20, 99, 1));
        assertThat(none.p()).isEqualTo(1);
        assertThat(none.tSquared()).isZero();
        Exchanges noControl = Exchanges.ofRows(new boolean[] {true, true}, new int[2], 9, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ShiftSize.of(new Matrix(2, 1, new float[] {1, 2}), noControl));
    }

    /** Rows of unequal, correlated columns. */
    private static Matrix random(int rows, int columns, long seed) {
        Gaussian source = new Gaussian(seed);
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            double common = source.next();
            for (int column = 0; column < columns; column++) {
                values[row * columns + column] = (float) (3 + common + (1 + column % 4) * source.next());
            }
        }
        return new Matrix(rows, columns, values);
    }
}
