package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The goldens tell a right layout from the wrong ones that would fit the same shapes. */
class WrongLayoutTest {
    private static final int WIDTH = 32;
    private static final int HEADS = 4;
    private static final int GROUPS = 2;
    private static final int HEAD = 8;

    @Test
    void theRightLayoutAgrees() {
        assertThat(difference(facts(), UnaryOperator.identity(), UnaryOperator.identity(), UnaryOperator.identity()))
                .isLessThan(Closeness.TOLERANCE);
    }

    @Test
    void interleavedRotationsShow() {
        UnaryOperator<float[]> interleaved = rows -> reordered(rows, rows.length / WIDTH, row -> {
            int within = row % HEAD;
            return row - within + (within % 2) * HEAD / 2 + within / 2;
        });
        assertThat(difference(facts(), interleaved, interleaved, UnaryOperator.identity()))
                .isGreaterThan(100 * Closeness.TOLERANCE);
    }

    @Test
    void keysRepeatedByTilesShow() {
        // Query head h would read group h mod 2 instead of h div 2: the same as exchanging the inner two heads
        // everywhere.
        UnaryOperator<float[]> queries = rows -> reordered(rows, HEADS * HEAD, WrongLayoutTest::tiled);
        UnaryOperator<float[]> output = rows -> {
            float[] changed = new float[rows.length];
            for (int row = 0; row < WIDTH; row++) {
                for (int column = 0; column < HEADS * HEAD; column++) {
                    changed[row * HEADS * HEAD + column] = rows[row * HEADS * HEAD + tiled(column)];
                }
            }
            return changed;
        };
        assertThat(difference(facts(), queries, UnaryOperator.identity(), output))
                .isGreaterThan(100 * Closeness.TOLERANCE);
    }

    @Test
    void aWrongRotaryBaseShows() {
        ModelFacts right = facts();
        Rope rope = right.attention().rope();
        ModelFacts wrong = FactsWith.rope(right, new Rope(rope.theta() / 2, rope.dimensions(), rope.scaling()));
        assertThat(difference(wrong, UnaryOperator.identity(), UnaryOperator.identity(), UnaryOperator.identity()))
                .isGreaterThan(100 * Closeness.TOLERANCE);
    }

    @Test
    void thirdsInPlaceOfHeadsShow() {
        // Of NeoX: each head has its queries, keys and values below each other.
        assertThat(difference("gpt_neox", "query_key_value.weight", rows -> {
                    int width = 64;
                    int head = 16;
                    float[] changed = new float[rows.length];
                    for (int row = 0; row < 3 * width; row++) {
                        int part = row / head % 3;
                        int from = part * width + row / (3 * head) * head + row % head;
                        System.arraycopy(rows, from * width, changed, row * width, width);
                    }
                    return changed;
                }))
                .isGreaterThan(100 * Closeness.TOLERANCE);
    }

    @Test
    void aSquareMatrixThatIsNotTurnedShows() {
        assertThat(difference("gpt2", "attn.c_proj.weight", rows -> WeightPlace.transposed(rows, WIDTH)))
                .isGreaterThan(100 * Closeness.TOLERANCE);
    }

    @Test
    void normsWithoutTheirOffsetShow() {
        assertThat(difference("gemma2", "post_attention_layernorm.weight", norm -> {
                    float[] changed = norm.clone();
                    for (int i = 0; i < changed.length; i++) {
                        changed[i] -= 1;
                    }
                    return changed;
                }))
                .isGreaterThan(100 * Closeness.TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mistral", "qwen2", "gemma2", "gemma3"})
    void aWindowThatIsOneTokenWiderShows(String family) {
        ModelFacts facts = ModelFacts.read(Golden.ofFamily(family).home());
        ModelFacts.Attention attention = facts.attention();
        assertThat(attention.window()).isEqualTo(8);
        ModelFacts wider = FactsWith.attention(
                facts,
                new ModelFacts.Attention(
                        attention.scale(),
                        attention.scoreCap(),
                        attention.rope(),
                        attention.slidingRope(),
                        9,
                        attention.sliding()));
        assertThat(difference(family, facts, "", UnaryOperator.identity())).isLessThan(Closeness.TOLERANCE);
        assertThat(difference(family, wider, "", UnaryOperator.identity())).isGreaterThan(20 * Closeness.TOLERANCE);
    }

    private static double difference(String family, String changed, UnaryOperator<float[]> change) {
        return difference(family, ModelFacts.read(Golden.ofFamily(family).home()), changed, change);
    }

    /** The largest difference at the last point of the longest row, where tensors whose name ends so are changed. */
    private static double difference(String family, ModelFacts facts, String changed, UnaryOperator<float[]> change) {
        Golden golden = Golden.ofFamily(family);
        int index = golden.rows().size() - 1;
        long[] ids =
                Arrays.stream(golden.rows().get(index).ids()).asLongStream().toArray();
        int last = facts.layers() - 1;
        try (WeightSource file = WeightFiles.open(golden.home());
                MemoryWeights weights = new MemoryWeights()) {
            for (String name : file.names()) {
                long[] shape = file.shape(name);
                FloatBuffer values = FloatBuffer.allocate(
                        Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact)));
                file.read(name, values);
                boolean meant = !changed.isEmpty() && name.endsWith(changed);
                weights.put(name, meant ? change.apply(values.array()) : values.array(), shape);
            }
            try (Decoder decoder = Decoder.load(Engine.start(1), facts, weights, Loading.whole(true));
                    ForwardPass pass = decoder.open(TokenBatch.causal(1, ids.length, ids))) {
                Tensor hidden = pass.run(pass.embeddings(), 0, last, List.of());
                return Closeness.largestDifference(hidden.toFloats(), golden.point(index, Point.residPost(last)));
            }
        }
    }

    private static int tiled(int place) {
        int head = place / HEAD;
        return (head % GROUPS * (HEADS / GROUPS) + head / GROUPS) * HEAD + place % HEAD;
    }

    private static float[] reordered(float[] rows, int count, java.util.function.IntUnaryOperator source) {
        float[] changed = new float[rows.length];
        for (int row = 0; row < count; row++) {
            System.arraycopy(rows, source.applyAsInt(row) * WIDTH, changed, row * WIDTH, WIDTH);
        }
        return changed;
    }

    private static ModelFacts facts() {
        return ModelFacts.read(Golden.directory("plain"));
    }

    private static double difference(
            ModelFacts facts,
            UnaryOperator<float[]> queries,
            UnaryOperator<float[]> keys,
            UnaryOperator<float[]> output) {
        Golden golden = Golden.of("plain");
        int index = golden.rows().size() - 1;
        TokenizedRow row = golden.rows().get(index);
        long[] ids = Arrays.stream(row.ids()).asLongStream().toArray();
        int last = facts.layers() - 1;
        try (WeightSource source = new Changed(WeightFiles.open(Golden.directory("plain")), queries, keys, output);
                Decoder decoder = Decoder.load(Engine.start(1), facts, source, Loading.whole(true));
                ForwardPass pass = decoder.open(TokenBatch.causal(1, ids.length, ids))) {
            Tensor hidden = pass.run(pass.embeddings(), 0, last, List.of());
            return Closeness.largestDifference(hidden.toFloats(), golden.residual(index, last));
        }
    }

    /** A source whose attention weights are laid out otherwise. */
    private record Changed(
            WeightSource source,
            UnaryOperator<float[]> queries,
            UnaryOperator<float[]> keys,
            UnaryOperator<float[]> output)
            implements WeightSource {
        @Override
        public SortedSet<String> names() {
            return source.names();
        }

        @Override
        public long[] shape(String name) {
            return source.shape(name);
        }

        @Override
        public String location(String name) {
            return source.location(name);
        }

        @Override
        public void read(String name, FloatBuffer target) {
            FloatBuffer values = FloatBuffer.allocate(
                    Math.toIntExact(Arrays.stream(shape(name)).reduce(1, (a, b) -> a * b)));
            source.read(name, values);
            float[] read = values.array();
            if (name.endsWith("q_proj.weight")) {
                read = queries.apply(read);
            } else if (name.endsWith("k_proj.weight")) {
                read = keys.apply(read);
            } else if (name.endsWith("o_proj.weight")) {
                read = output.apply(read);
            }
            target.put(read);
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
