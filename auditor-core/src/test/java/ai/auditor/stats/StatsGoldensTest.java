package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Against numpy, scipy, scikit-learn and statsmodels; values by src/test/python/stats_goldens.py. */
class StatsGoldensTest {
    private static final Offset<Double> CLOSE = within(1e-9);

    private final JsonNode goldens = read();

    @Test
    void aurocWithTies() {
        for (JsonNode golden : goldens.get("auroc")) {
            double value = Auroc.of(doubles(golden.get("positive")), doubles(golden.get("negative")));
            assertThat(value).isEqualTo(golden.get("auroc").asDouble(), CLOSE);
        }
    }

    @Test
    void benjaminiHochberg() {
        for (JsonNode golden : goldens.get("benjaminiHochberg")) {
            assertThat(FalseDiscovery.benjaminiHochberg(doubles(golden.get("p"))))
                    .containsExactly(doubles(golden.get("q")), CLOSE);
        }
    }

    @Test
    void benjaminiYekutieli() {
        for (JsonNode golden : goldens.get("benjaminiYekutieli")) {
            assertThat(FalseDiscovery.benjaminiYekutieli(doubles(golden.get("p"))))
                    .containsExactly(doubles(golden.get("q")), CLOSE);
        }
    }

    @Test
    void holm() {
        for (JsonNode golden : goldens.get("holm")) {
            assertThat(FamilyWise.holm(doubles(golden.get("p")))).containsExactly(doubles(golden.get("holm")), CLOSE);
        }
    }

    @Test
    void welchTest() {
        for (JsonNode golden : goldens.get("meanDifferences")) {
            Welch welch = Welch.of(
                    Welch.Sample.of(doubles(golden.get("candidate"))), Welch.Sample.of(doubles(golden.get("control"))));
            assertThat(welch.statistic()).isEqualTo(golden.get("welch").asDouble(), CLOSE);
            assertThat(welch.degrees()).isEqualTo(golden.get("welchDegrees").asDouble(), CLOSE);
            assertThat(welch.greater()).isEqualTo(golden.get("welchGreater").asDouble(), CLOSE);
        }
    }

    @Test
    void welchStatistic() {
        for (JsonNode golden : goldens.get("meanDifferences")) {
            double[] candidate = doubles(golden.get("candidate"));
            double[] control = doubles(golden.get("control"));
            double[] scores = IntStream.range(0, candidate.length + control.length)
                    .mapToDouble(i -> i < candidate.length ? candidate[i] : control[i - candidate.length])
                    .toArray();
            boolean[] labels = new boolean[scores.length];
            Arrays.fill(labels, 0, candidate.length, true);
            Exchanged exchanged =
                    Exchanges.ofRows(labels, new int[scores.length], 9, 1).studentised(scores);
            assertThat(exchanged.observed()).isEqualTo(golden.get("welch").asDouble(), CLOSE);
            assertThat(exchanged.standardError())
                    .isEqualTo(golden.get("standardError").asDouble(), CLOSE);
            assertThat(exchanged.controlDeviation())
                    .isEqualTo(golden.get("controlDeviation").asDouble(), CLOSE);
        }
    }

    @Test
    void pairedStatistic() {
        for (JsonNode golden : goldens.get("meanDifferences")) {
            double[] candidate = doubles(golden.get("candidate"));
            double[] control = doubles(golden.get("control"));
            int pairs = golden.get("pairs").asInt();
            double[] scores = IntStream.range(0, 2 * pairs)
                    .mapToDouble(i -> i % 2 == 0 ? candidate[i / 2] : control[i / 2])
                    .toArray();
            Exchanged exchanged = Exchanges.ofPairs(pairs, 9, 1).studentised(scores);
            assertThat(exchanged.observed()).isEqualTo(golden.get("paired").asDouble(), CLOSE);
        }
    }

    @Test
    void ledoitWolfAndItsSolutions() {
        for (JsonNode golden : goldens.get("ledoitWolf")) {
            Covariance covariance = Covariance.ledoitWolf(matrix(golden.get("rows")));
            assertThat(covariance.shrinkage()).isEqualTo(golden.get("shrinkage").asDouble(), CLOSE);
            for (int i = 0; i < covariance.dimension(); i++) {
                for (int j = 0; j < covariance.dimension(); j++) {
                    assertThat(covariance.at(i, j))
                            .isEqualTo(golden.get("covariance").get(i).get(j).asDouble(), CLOSE);
                }
            }
            double[] right = doubles(golden.get("right"));
            Cholesky factor = covariance.cholesky();
            double[] solution = factor.solve(right);
            assertThat(solution).containsExactly(doubles(golden.get("solution")), within(1e-8));
            assertThat(factor.multiply(factor.whiten(right))).containsExactly(right, CLOSE);
        }
    }

    // Ours divides by the moment that exchanges leave alone, Hotelling's by the covariance within classes: with q = T²
    // / n one
    // is (n - classes) q / (1 - q) of the other.
    @Test
    void hotellingOfPairs() {
        JsonNode golden = goldens.get("hotelling");
        Matrix differences = matrix(golden.get("rows"));
        int pairs = differences.rows();
        float[] rows = new float[2 * differences.values().length];
        for (int pair = 0; pair < pairs; pair++) {
            System.arraycopy(differences.row(pair), 0, rows, 2 * pair * differences.columns(), differences.columns());
        }
        ShiftSize size = ShiftSize.of(
                new Matrix(2 * pairs, differences.columns(), rows),
                Exchanges.ofPairs(pairs, 99, 1),
                OptionalDouble.of(0));
        double q = size.tSquared() / pairs;
        assertThat((pairs - 1) * q / (1 - q)).isEqualTo(golden.get("oneSample").asDouble(), within(1e-4));
    }

    @Test
    void hotellingOfTwoSamples() {
        JsonNode golden = goldens.get("hotelling");
        Matrix rows = matrix(golden.get("rows"));
        boolean[] candidate = new boolean[rows.rows()];
        Arrays.fill(candidate, 0, golden.get("firstOfTwo").asInt(), true);
        ShiftSize size =
                ShiftSize.of(rows, Exchanges.ofRows(candidate, new int[rows.rows()], 99, 1), OptionalDouble.of(0));
        double q = size.tSquared() / rows.rows();
        assertThat((rows.rows() - 2) * q / (1 - q))
                .isEqualTo(golden.get("twoSamples").asDouble(), within(1e-4));
    }

    @Test
    void quantiles() {
        JsonNode golden = goldens.get("quantiles");
        double[] sorted = doubles(golden.get("values"));
        Arrays.sort(sorted);
        double[] probabilities = doubles(golden.get("probabilities"));
        assertThat(Arrays.stream(probabilities)
                        .map(p -> Quantile.ofSorted(sorted, p))
                        .toArray())
                .containsExactly(doubles(golden.get("quantiles")), CLOSE);
        double[] levels = {0.8, 0.9, 0.99};
        assertThat(Arrays.stream(levels)
                        .map(NormalDistribution.of(0, 1)::inverseCumulativeProbability)
                        .toArray())
                .containsExactly(doubles(golden.get("normal")), CLOSE);
        assertThat(Arrays.stream(levels)
                        .map(TDistribution.of(4)::inverseCumulativeProbability)
                        .toArray())
                .containsExactly(doubles(golden.get("student")), CLOSE);
    }

    @Test
    void hypergeometricTails() {
        for (JsonNode golden : goldens.get("hypergeometric")) {
            double p = Hypergeometric.atLeast(
                    golden.get("population").asInt(),
                    golden.get("marked").asInt(),
                    golden.get("drawn").asInt(),
                    golden.get("seen").asInt());
            double wanted = golden.get("p").asDouble();
            assertThat(p).as(golden.toString()).isEqualTo(wanted, within(1e-9 * wanted));
        }
    }

    @Test
    void signsOfPairs() {
        for (JsonNode golden : goldens.get("signs")) {
            int one = golden.get("one").asInt();
            int other = golden.get("other").asInt();
            double wanted = golden.get("p").asDouble();
            assertThat(PValue.ofSigns(one, other)).as(golden.toString()).isEqualTo(wanted, within(1e-9 * wanted));
            assertThat(PValue.ofSigns(other, one)).as(golden.toString()).isEqualTo(PValue.ofSigns(one, other));
        }
    }

    private static JsonNode read() {
        try (InputStream in = StatsGoldensTest.class.getResourceAsStream("goldens.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }

    private static Matrix matrix(JsonNode rows) {
        int columns = rows.get(0).size();
        float[] values = new float[rows.size() * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows.get(i / columns).get(i % columns).asDouble();
        }
        return new Matrix(rows.size(), columns, values);
    }
}
