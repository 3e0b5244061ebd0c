package ai.auditor.sae.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.direction.Direction;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.model.Point;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.sae.TinyAutoencoder;
import ai.auditor.sae.vectors.Decomposition.Part;
import ai.auditor.sae.vectors.Decomposition.Stop;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import ai.auditor.tensor.Device;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecomposerTest {
    private static final Point POINT = Point.residPost(1);

    private final Scope scope = Engine.start(1, new Device.Cpu()).open();

    @AfterEach
    void free() {
        scope.close();
    }

    private static Direction vector(float... values) {
        return new Direction("v", POINT, values);
    }

    /** Axes, each of another length; the fifth direction is dead. */
    private Decomposer axes() {
        float[][] directions = new float[7][6];
        for (int i = 0; i < 4; i++) {
            directions[i][i] = i + 1;
        }
        directions[5][4] = 0.5f;
        directions[6][5] = -1;
        return new Decomposer(TinyAutoencoder.of(scope, directions));
    }

    private static Decomposition one(Decomposer decomposer, Direction vector) {
        return decomposer.decompose(List.of(vector)).get(0);
    }

    private static float[][] random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[][] values = new float[rows][columns];
        for (float[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    @Test
    void partsOfAxesAreTheCoordinates() {
        Decomposition found = one(axes(), vector(3, -9, 0, 8, 4, 0));
        // The second axis points the other way, so that no weight above zero takes it: 89 of 170 are explained.
        assertThat(found.parts()).extracting(Part::feature).containsExactly(3, 5, 0);
        assertThat(found.parts()).extracting(Part::weight).containsExactly(8.0, 4.0, 3.0);
        assertThat(found.parts().get(0).share()).isCloseTo(64 / 170.0, within(1e-9));
        assertThat(found.explained()).isCloseTo(89 / 170.0, within(1e-9));
        assertThat(found.stop()).isEqualTo(Stop.NOTHING_LEFT);
        assertThat(found.nearest()).extracting(near -> near.feature()).startsWith(1, 3, 5, 0);
        assertThat(found.nearest().get(0).cosine()).isCloseTo(-9 / Math.sqrt(170), within(1e-6));
        assertThat(found.nearest()).noneMatch(near -> near.feature() == 4);
    }

    @Test
    void itStopsAtNineTenths() {
        Decomposition found = one(axes(), vector(0, 0, 1, 5, 3, 0));
        assertThat(found.parts()).extracting(Part::feature).containsExactly(3, 5);
        assertThat(found.explained()).isCloseTo(34 / 35.0, within(1e-9));
        assertThat(found.stop()).isEqualTo(Stop.EXPLAINED);
        assertThat(found.features()).isEqualTo(2);
    }

    @Test
    void itTakesNoMoreFeaturesThanTheLimit() {
        int width = 100;
        float[][] directions = new float[width][width];
        float[] all = new float[width];
        for (int i = 0; i < width; i++) {
            directions[i][i] = 1;
            all[i] = 1 + i * 1e-3f;
        }
        Decomposition found = one(new Decomposer(TinyAutoencoder.of(scope, directions)), vector(all));
        assertThat(found.stop()).isEqualTo(Stop.LIMIT);
        assertThat(found.features()).isEqualTo(Decomposer.MOST_FEATURES);
        assertThat(found.parts()).extracting(Part::feature).startsWith(99, 98, 97);
    }

    @Test
    void sparseSumsOfARandomDictionaryAreFoundAgain() {
        float[][] directions = random(400, 200, 3);
        Decomposer decomposer = new Decomposer(TinyAutoencoder.of(scope, directions));
        List<Direction> sums = new ArrayList<>();
        for (int k = 0; k < 30; k++) {
            float[] sum = new float[200];
            for (int feature : new int[] {k, k + 100, k + 200}) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += directions[feature][i];
                }
            }
            sums.add(new Direction("sum " + k, POINT, sum));
        }
        List<Decomposition> found = decomposer.decompose(sums);
        for (int k = 0; k < 30; k++) {
            assertThat(found.get(k).parts())
                    .extracting(Part::feature)
                    .contains(k, k + 100, k + 200)
                    .hasSizeLessThan(6);
            Decomposition alone = one(decomposer, sums.get(k));
            assertThat(alone.parts())
                    .extracting(Part::feature)
                    .isEqualTo(found.get(k).parts().stream().map(Part::feature).toList());
            double shares = alone.parts().stream().mapToDouble(Part::share).sum();
            assertThat(shares).isCloseTo(alone.explained(), within(1e-9)).isGreaterThanOrEqualTo(0.9);
            // What the parts leave of the vector is what they do not explain.
            double[] rest = Vectors.doubles(sums.get(k).vector());
            double square = Vectors.squaredNorm(rest);
            for (Part part : alone.parts()) {
                assertThat(part.weight()).isPositive();
                double[] direction = Vectors.doubles(directions[part.feature()]);
                Vectors.addScaled(rest, -part.weight() / Vectors.norm(direction), direction);
            }
            assertThat(Vectors.squaredNorm(rest) / square).isCloseTo(1 - alone.explained(), within(1e-6));
        }
        assertThat(decomposer.decompose(sums)).usingRecursiveComparison().isEqualTo(found);
    }

    @Test
    void lengthsOfVectorsAndDirectionsDoNotMatter() {
        float[][] directions = random(50, 10, 9);
        float[][] longer = new float[50][];
        for (int j = 0; j < 50; j++) {
            longer[j] = directions[j].clone();
            for (int i = 0; i < 10; i++) {
                longer[j][i] *= 0.01f + j;
            }
        }
        float[] values = random(1, 10, 10)[0];
        float[] small = values.clone();
        for (int i = 0; i < 10; i++) {
            small[i] *= 0x1p-60f;
        }
        Decomposition found = one(new Decomposer(TinyAutoencoder.of(scope, directions)), vector(values));
        Decomposition scaled = one(new Decomposer(TinyAutoencoder.of(scope, longer)), vector(small));
        assertThat(scaled.parts())
                .extracting(Part::feature)
                .isEqualTo(found.parts().stream().map(Part::feature).toList());
        assertThat(scaled.explained()).isCloseTo(found.explained(), within(1e-6));
        assertThat(scaled.parts().get(0).weight() / 0x1p-60)
                .isCloseTo(found.parts().get(0).weight(), within(1e-5));
    }

    @Test
    void aZeroVectorIsMadeOfNothing() {
        Decomposer decomposer = axes();
        Decomposition found = one(decomposer, vector(0, 0, 0, 0, 0, 0));
        assertThat(found.parts()).isEmpty();
        assertThat(found.explained()).isZero();
        assertThat(found.stop()).isEqualTo(Stop.NOTHING_LEFT);
        assertThat(Agreement.of(found, found, List.of(found)).jaccard()).isZero();
        assertThat(Agreement.of(found, found, List.of(found)).jaccardP()).isEqualTo(1);
    }

    @Test
    void whatIsNotFiniteOrOfAnotherWidthIsRefused() {
        Decomposer decomposer = axes();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> one(decomposer, vector(1, 0, 0, 0, 0, bad)))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.NUMERIC));
        }
        assertThatThrownBy(() -> one(decomposer, vector(1, 2)))
                .isInstanceOfSatisfying(AuditException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE);
                    assertThat(refused.getMessage()).contains("2 values", "have 6");
                });
    }

    @Test
    void meansOfFeaturesGiveTheVectorThatTheyReconstruct() {
        FeatureTable candidate = FeatureTable.of(
                7,
                List.of(
                        row(new int[] {0, 3}, 2, 1),
                        row(new int[] {3}, 3),
                        new RowFeatures(new int[0], new float[0], new float[0], new int[0], 0, 0, 0)));
        FeatureTable control = FeatureTable.of(7, List.of(row(new int[] {0, 5}, 1, 2)));
        // Means 1, 2 less 1, 2 at features 0, 3 and 0, 5: the first does not change.
        EncodedChange change = axes().ofMeans(vector(0, 0, 0, 8, -1, 0), candidate, control);
        assertThat(change.changed()).isEqualTo(2);
        assertThat(change.explained()).isCloseTo(1, within(1e-6));
        assertThat(change.parts()).extracting(EncodedChange.Part::feature).containsExactly(3, 5);
        assertThat(change.parts()).extracting(EncodedChange.Part::change).containsExactly(2.0, -2.0);
        assertThat(change.parts().get(0).share()).isCloseTo(64 / 65.0, within(1e-6));
    }

    private static RowFeatures row(int[] features, float... means) {
        return new RowFeatures(features, means, means, new int[means.length], 1, means.length, 0);
    }

    @Test
    void agreementIsHeldAgainstNullVectors() {
        float[][] directions = random(300, 64, 21);
        Decomposer decomposer = new Decomposer(TinyAutoencoder.of(scope, directions));
        float[] shared = new float[64];
        float[] other = new float[64];
        for (int i = 0; i < 64; i++) {
            shared[i] = directions[1][i] + directions[2][i] + directions[3][i];
            other[i] = directions[1][i] + directions[2][i] - directions[9][i];
        }
        float[] rows = new float[64 * 80];
        float[][] control = random(80, 64, 22);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = control[i / 64][i % 64];
        }
        List<Direction> nulls = NullVectors.like(POINT, new Matrix(80, 64, rows), 99, 5);
        List<Decomposition> found = decomposer.decompose(
                List.of(new Direction("subliminal", POINT, shared), new Direction("direct", POINT, other)));
        List<Decomposition> none = decomposer.decompose(nulls);
        Agreement agreement = Agreement.of(found.get(0), found.get(1), none);
        assertThat(agreement.both()).contains(1, 2);
        assertThat(agreement.onlyFirst()).contains(3);
        assertThat(agreement.jaccardP()).isLessThanOrEqualTo(0.05);
        assertThat(agreement.cosineP()).isLessThanOrEqualTo(0.02);
        assertThat(agreement.jaccard()).isGreaterThan(2 * agreement.nullJaccard());
        assertThat(agreement.nulls()).isEqualTo(99);
        assertThat(agreement.both().size() + agreement.onlyFirst().size())
                .isEqualTo(found.get(0).features());
        assertThat(Agreement.of(found.get(0), found.get(0), List.of()).jaccard())
                .isEqualTo(1);
    }

    /** Of two halves of the control, which differ in nothing: p reaches a tenth in a tenth of the splits, for cosines and for features. */
    @Test
    void halvesOfTheControlAgreeWithAVectorAsOftenAsNullVectorsDo() {
        int width = 24;
        int rows = 100;
        float[][] mixed = random(rows, width, 31);
        for (float[] row : mixed) {
            for (int i = 0; i < width; i++) {
                row[i] = row[i] * 3 / (1 + i) + 5;
            }
        }
        float[] values = new float[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = mixed[i / width][i % width];
        }
        Decomposer decomposer = new Decomposer(TinyAutoencoder.of(scope, random(120, width, 32)));
        Decomposition direct = one(decomposer, vector(random(1, width, 33)[0]));
        List<Decomposition> none =
                decomposer.decompose(NullVectors.like(POINT, new Matrix(rows, width, values), 999, 34));
        int splits = 200;
        List<Direction> halves = new ArrayList<>();
        Random random = new Random(35);
        for (int split = 0; split < splits; split++) {
            List<Integer> order = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                order.add(row);
            }
            java.util.Collections.shuffle(order, random);
            float[] difference = new float[width];
            for (int k = 0; k < rows; k++) {
                for (int i = 0; i < width; i++) {
                    difference[i] += (k < rows / 2 ? 1 : -1) * mixed[order.get(k)][i];
                }
            }
            halves.add(new Direction("halves", POINT, difference));
        }
        List<Agreement> agreements = decomposer.decompose(halves).stream()
                .map(half -> Agreement.of(half, direct, none))
                .toList();
        // Of 200 at 0.1 twenty are expected, with a deviation of 4.6, that of the 999 included. Jaccard indexes have
        // ties, which p counts against.
        assertThat(agreements.stream().filter(one -> one.cosineP() <= 0.1)).hasSizeBetween(6, 34);
        assertThat(agreements.stream().filter(one -> one.jaccardP() <= 0.1)).hasSizeBetween(1, 34);
    }

    @Test
    void nullVectorsVaryAsTheControlDoes() {
        float[] rows = new float[2 * 400];
        Random random = new Random(4);
        for (int row = 0; row < 400; row++) {
            double common = random.nextGaussian();
            rows[2 * row] = (float) (50 + 3 * common);
            rows[2 * row + 1] = (float) (common + 0.1 * random.nextGaussian());
        }
        List<Direction> nulls = NullVectors.like(POINT, new Matrix(400, 2, rows), 2_000, 8);
        double first = nulls.stream()
                .mapToDouble(v -> v.vector()[0] * v.vector()[0])
                .average()
                .orElseThrow();
        double both = nulls.stream()
                .mapToDouble(v -> v.vector()[0] * v.vector()[1])
                .average()
                .orElseThrow();
        assertThat(first).isCloseTo(9, within(1.2));
        assertThat(both).isCloseTo(3, within(0.4));
        assertThat(Arrays.equals(
                        nulls.get(7).vector(),
                        NullVectors.like(POINT, new Matrix(400, 2, rows), 8, 8)
                                .get(7)
                                .vector()))
                .isTrue();
    }

    @Test
    void traitsAreRankedAmongPlacebos() {
        SteeringVectors vectors = new SteeringVectors(
                List.of(
                        new Direction("owl", POINT, new float[] {1, 0.1f}),
                        new Direction("cat", POINT, new float[] {-1, 0}),
                        new Direction("owl", Point.residPost(0), new float[] {0, 1})),
                List.of(
                        new Direction("chair", POINT, new float[] {0, 1}),
                        new Direction("lamp", POINT, new float[] {-1, 1}),
                        new Direction("spoon", POINT, new float[] {1, 1})),
                Map.of());
        TraitCosines cosines = TraitCosines.of(new Direction("subliminal", POINT, new float[] {2, 0}), vectors);
        assertThat(cosines.placebos()).isEqualTo(3);
        assertThat(cosines.traits()).extracting(TraitCosines.Line::trait).containsExactly("owl", "cat");
        assertThat(cosines.traits()).extracting(TraitCosines.Line::rank).containsExactly(1, 4);
        assertThat(cosines.traits()).extracting(TraitCosines.Line::p).containsExactly(0.25, 1.0);
        assertThat(cosines.traits()).extracting(TraitCosines.Line::q).containsExactly(0.5, 1.0);
        assertThatThrownBy(() -> TraitCosines.of(new Direction("v", Point.residPost(7), new float[2]), vectors))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("resid_post.7");
        assertThatThrownBy(() -> TraitCosines.of(vector(1, 2, 3), vectors))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("another model");
    }
}
