package ai.auditor.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.model.Closeness;
import ai.auditor.tensor.BlockWeights.Part;
import ai.auditor.tensor.Kernels.Sight;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused kernels against the textbook. */
class KernelsTest {
    private static final int BATCH = 3;
    private static final int LENGTH = 11;
    private static final int INNER = 40;
    private static final int VOCABULARY = 50;

    private final Engine engine = Engine.start(1);

    @ParameterizedTest
    @CsvSource({
        "4, 4, 8, false, false",
        "4, 2, 8, false, true",
        "6, 2, 10, true, false",
        "9, 3, 4, true, true",
        "8, 1, 16, true, true"
    })
    void aFusedBlockIsThePlainBlock(int heads, int groups, int headWidth, boolean biased, boolean masked) {
        BlockShape shape = shape(heads, groups, headWidth, biased);
        try (Scope scope = engine.open();
                Kernels fused = Kernels.fused(scope, shape);
                Kernels plain = Kernels.plain(shape)) {
            Random random = new Random(heads * 31L + groups);
            BlockWeights weights = weights(scope, shape, random);
            Tensor hidden = random(scope, random, 1, BATCH, LENGTH, 24);
            Tensor rotation = random(scope, random, 1, masked ? BATCH : 1, LENGTH, 1, headWidth / 2, 2);
            Tensor mask = masked ? mask(scope, random) : null;
            Tensor seed = random(scope, random, 0.1f, BATCH, LENGTH, 24);

            Closeness.assertClose(
                    "block",
                    fused.block(hidden, new Sight(rotation, mask), weights).toFloats(),
                    plain.block(hidden, new Sight(rotation, mask), weights).toFloats());
            Closeness.assertClose(
                    "recorded block",
                    Gradients.record(() -> fused.block(hidden, new Sight(rotation, mask), weights))
                            .toFloats(),
                    plain.block(hidden, new Sight(rotation, mask), weights).toFloats());
            Closeness.assertClose(
                    "gradient",
                    gradient(fused, hidden, rotation, mask, weights, seed),
                    gradient(plain, hidden, rotation, mask, weights, seed));
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 4, 8, false", "4, 2, 8, true", "9, 3, 4, true"})
    void aBlockOnPartsBehindACacheIsTheBlockOnTheWhole(int heads, int groups, int headWidth, boolean biased) {
        BlockShape shape = shape(heads, groups, headWidth, biased);
        try (Scope scope = engine.open();
                Kernels fused = Kernels.fused(scope, shape);
                Kernels plain = Kernels.plain(shape)) {
            Random random = new Random(heads * 37L + groups);
            BlockWeights weights = weights(scope, shape, random);
            Tensor hidden = random(scope, random, 1, BATCH, LENGTH, 24);
            Tensor rotation = random(scope, random, 1, 1, LENGTH, 1, headWidth / 2, 2);
            float[] whole =
                    plain.block(hidden, new Sight(rotation, null), weights).toFloats();
            for (Kernels kernels : List.of(fused, plain)) {
                AttentionCache cache = AttentionCache.empty(scope, shape, BATCH, LENGTH + 2);
                int first = 7;
                Closeness.assertClose(
                        "the first part",
                        kernels.block(
                                        part(scope, hidden, 0, first),
                                        new Sight(part(scope, rotation, 0, first), null, new Past.Growing(cache)),
                                        weights)
                                .toFloats(),
                        part(scope, scope.floats(whole, BATCH, LENGTH, 24), 0, first)
                                .toFloats());
                for (int next = first; next < LENGTH; next++) {
                    Closeness.assertClose(
                            "token " + next,
                            kernels.block(
                                            part(scope, hidden, next, next + 1),
                                            new Sight(
                                                    part(scope, rotation, next, next + 1),
                                                    scope.zeros(BATCH, 1, 1, next + 1),
                                                    new Past.Growing(cache)),
                                            weights)
                                    .toFloats(),
                            part(scope, scope.floats(whole, BATCH, LENGTH, 24), next, next + 1)
                                    .toFloats());
                }
            }
        }
    }

    static Stream<BlockShape> shapes() {
        return Stream.of(
                shape(6, 2, 8, false),
                // In the manner of Gemma: head norms, norms behind, caps, GELU by a tanh.
                new BlockShape(
                        24,
                        4,
                        2,
                        8,
                        1e-5,
                        BlockShape.Norm.RMS,
                        true,
                        true,
                        false,
                        true,
                        BlockShape.Activation.GELU_TANH,
                        0.2,
                        5,
                        3,
                        false,
                        false,
                        false),
                // In the manner of NeoX: layer norms, parallel, no gate, GELU by the error function.
                new BlockShape(
                        24,
                        3,
                        3,
                        8,
                        1e-5,
                        BlockShape.Norm.LAYER,
                        false,
                        false,
                        true,
                        false,
                        BlockShape.Activation.GELU,
                        0.3,
                        0,
                        0,
                        true,
                        true,
                        true));
    }

    /** What a GPU runs, on the processor: blocks with and without what came before, their gradients, likelihoods. */
    @ParameterizedTest
    @MethodSource("shapes")
    void theKernelsOfAGpuAreThePlainOnes(BlockShape shape) {
        try (Scope scope = engine.open();
                Kernels portable = Kernels.portable(scope, shape, WeightType.FLOAT32);
                Kernels plain = Kernels.plain(shape)) {
            Random random = new Random(12);
            BlockWeights weights = weights(scope, shape, random);
            int before = 5;
            Tensor hidden = random(scope, random, 1, BATCH, LENGTH, 24);
            Tensor rotation = random(scope, random, 1, 1, LENGTH, 1, 4, 2);
            Tensor mask = mask(scope, random);
            Tensor wide = Tensor.joined(List.of(scope.zeros(BATCH, 1, LENGTH, before), mask));
            Tensor keys = random(scope, random, 1, 1, before, shape.groups(), 8);
            AttentionCache past = new AttentionCache(keys, keys.times(keys));
            Tensor seed = random(scope, random, 0.1f, BATCH, LENGTH, 24);
            for (Sight sight : List.of(new Sight(rotation, mask), new Sight(rotation, wide, new Past.Fixed(past)))) {
                float[] expected = plain.block(hidden, sight, weights).toFloats();
                Closeness.assertClose(
                        "block", portable.block(hidden, sight, weights).toFloats(), expected);
                float[][] slopes = new float[2][];
                for (int one = 0; one < 2; one++) {
                    Kernels kernels = one == 0 ? portable : plain;
                    Tensor leaf = Gradients.leaf(hidden);
                    Tensor output = Gradients.record(() -> kernels.block(leaf, sight, weights));
                    slopes[one] = Gradients.pull(output, seed, leaf).toFloats();
                }
                Closeness.assertClose("gradient", slopes[0], slopes[1]);
            }
            float[][] cached = new float[2][];
            for (int one = 0; one < 2; one++) {
                AttentionCache cache = AttentionCache.behind(past, scope, BATCH, LENGTH);
                cached[one] = (one == 0 ? portable : plain)
                        .block(hidden, new Sight(rotation, wide, new Past.Growing(cache)), weights)
                        .toFloats();
            }
            Closeness.assertClose("cached block", cached[0], cached[1]);
            try (Kernels halved = Kernels.portable(scope, shape, WeightType.BFLOAT16)) {
                Map<Part, Tensor> parts = new EnumMap<>(Part.class);
                Map<Part, Tensor> wholes = new EnumMap<>(Part.class);
                for (Part part : shape.parts()) {
                    Tensor whole = part.matrix() ? rounded(scope, weights.at(part)) : weights.at(part);
                    wholes.put(part, whole);
                    parts.put(
                            part,
                            part.matrix() ? halved.held(scope, scope.floats(whole.toFloats(), whole.shape())) : whole);
                }
                Sight sight = new Sight(rotation, mask);
                Closeness.assertClose(
                        "block of matrices in 16 bits",
                        halved.block(hidden, sight, BlockWeights.of(shape, parts))
                                .toFloats(),
                        plain.block(hidden, sight, BlockWeights.of(shape, wholes))
                                .toFloats());
            }
            Tensor normed = random(scope, random, 1, 3, 24);
            Tensor head = random(scope, random, 1, VOCABULARY, 24);
            Tensor targets = scope.longs(new long[] {0, 49, 20}, 3);
            Tensor shares = scope.floats(new float[] {0.5f, 0.25f, 1}, 3);
            Kernels.NllGradient found = portable.nllGradient(normed, head, targets, shares);
            Kernels.NllGradient wanted = plain.nllGradient(normed, head, targets, shares);
            Closeness.assertClose("nll", found.nll().toFloats(), wanted.nll().toFloats());
            Closeness.assertClose(
                    "gradient of nll",
                    found.gradient().toFloats(),
                    wanted.gradient().toFloats());
        }
    }

    /** Numbers that 16 bits hold. */
    private static Tensor rounded(Scope scope, Tensor matrix) {
        float[] values = matrix.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToIntBits(values[i]) & 0xFFFF0000);
        }
        return scope.floats(values, matrix.shape());
    }

    /** Some of the second axis. */
    private static Tensor part(Scope scope, Tensor whole, int from, int to) {
        long[] axes = whole.shape();
        int inner = 1;
        for (int axis = 2; axis < axes.length; axis++) {
            inner *= (int) axes[axis];
        }
        float[] values = whole.toFloats();
        float[] chosen = new float[(int) axes[0] * (to - from) * inner];
        for (int row = 0; row < axes[0]; row++) {
            System.arraycopy(
                    values,
                    (row * (int) axes[1] + from) * inner,
                    chosen,
                    row * (to - from) * inner,
                    (to - from) * inner);
        }
        axes = axes.clone();
        axes[1] = (long) to - from;
        return scope.floats(chosen, axes);
    }

    @Test
    void headsAndLikelihoodsAgree() {
        BlockShape shape = shape(4, 2, 8, false);
        try (Scope scope = engine.open();
                Kernels fused = Kernels.fused(scope, shape);
                Kernels plain = Kernels.plain(shape)) {
            Random random = new Random(1);
            Tensor hidden = random(scope, random, 1, BATCH, LENGTH, 24);
            Tensor head = random(scope, random, 1, VOCABULARY, 24);
            Tensor norm = random(scope, random, 1, 24);
            Tensor positions = scope.longs(new long[] {0, 7, 32}, 3);
            Tensor targets = scope.longs(new long[] {0, 49, 20}, 3);
            Tensor weights = scope.floats(new float[] {0.5f, 0.25f, 1}, 3);
            Tensor normed = plain.normAt(hidden, positions, norm, null);
            Kernels.NllGradient fusedGradient = fused.nllGradient(normed, head, targets, weights);
            Kernels.NllGradient plainGradient = plain.nllGradient(normed, head, targets, weights);
            Closeness.assertClose(
                    "norm", fused.normAt(hidden, positions, norm, null).toFloats(), normed.toFloats());
            Closeness.assertClose(
                    "logits",
                    fused.logits(normed, head).toFloats(),
                    plain.logits(normed, head).toFloats());
            Closeness.assertClose(
                    "nll",
                    fused.nll(normed, head, targets).toFloats(),
                    plain.nll(normed, head, targets).toFloats());
            Closeness.assertClose(
                    "nll beside its gradient",
                    fusedGradient.nll().toFloats(),
                    plainGradient.nll().toFloats());
            Closeness.assertClose(
                    "gradient of nll",
                    fusedGradient.gradient().toFloats(),
                    plainGradient.gradient().toFloats());
        }
    }

    @Test
    void surprisesAreThoseOfTheProbabilitiesWithoutBarredTokens() {
        BlockShape shape = shape(4, 2, 8, false);
        try (Scope scope = engine.open();
                Kernels fused = Kernels.fused(scope, shape);
                Kernels portable = Kernels.portable(scope, shape, WeightType.FLOAT32);
                Kernels plain = Kernels.plain(shape)) {
            Random random = new Random(7);
            Tensor normed = random(scope, random, 1, 3, 24);
            Tensor head = random(scope, random, 1, VOCABULARY, 24);
            long[] targets = {0, 49, 20};
            float[] bars = new float[VOCABULARY];
            bars[3] = -1e9f;
            bars[48] = -1e9f;
            float[] classes = new float[2 * VOCABULARY];
            classes[2 * 3] = 1;
            classes[2 * 20] = 1;
            classes[2 * 7 + 1] = 1;
            float[] logits = plain.logits(normed, head).toFloats();
            for (Kernels kernels : List.of(fused, portable, plain)) {
                Kernels.Surprise found = kernels.surprise(
                        normed,
                        head,
                        scope.longs(targets, 3),
                        scope.floats(bars, VOCABULARY),
                        scope.floats(classes, VOCABULARY, 2));
                for (int position = 0; position < targets.length; position++) {
                    double total = 0;
                    for (int token = 0; token < VOCABULARY; token++) {
                        total += bars[token] < 0 ? 0 : Math.exp(logits[position * VOCABULARY + token]);
                    }
                    double entropy = 0;
                    double squares = 0;
                    for (int token = 0; token < VOCABULARY; token++) {
                        double nll = Math.log(total) - logits[position * VOCABULARY + token];
                        double p = bars[token] < 0 ? 0 : Math.exp(-nll);
                        entropy += p * nll;
                        squares += p * nll * nll;
                    }
                    double nll = Math.log(total) - logits[position * VOCABULARY + (int) targets[position]];
                    double first = Math.exp(logits[position * VOCABULARY + 20]) / total;
                    double second = Math.exp(logits[position * VOCABULARY + 7]) / total;
                    assertThat((double) found.classes().toFloats()[2 * position])
                            .isCloseTo(first, within(1e-5));
                    assertThat((double) found.classes().toFloats()[2 * position + 1])
                            .isCloseTo(second, within(1e-5));
                    assertThat((double) found.nll().toFloats()[position]).isCloseTo(nll, within(1e-4));
                    assertThat((double) found.entropy().toFloats()[position]).isCloseTo(entropy, within(1e-4));
                    assertThat((double) found.variance().toFloats()[position])
                            .isCloseTo(squares - entropy * entropy, within(1e-3));
                }
            }
        }
    }

    @Test
    void recordedLikelihoodsReachPositionsAndHead() {
        BlockShape shape = shape(4, 2, 8, false);
        try (Scope scope = engine.open();
                Kernels fused = Kernels.fused(scope, shape);
                Kernels plain = Kernels.plain(shape)) {
            Random random = new Random(4);
            Tensor normed = random(scope, random, 1, 3, 24);
            Tensor head = random(scope, random, 1, VOCABULARY, 24);
            Tensor targets = scope.longs(new long[] {0, 49, 20}, 3);
            Tensor weights = scope.floats(new float[] {0.5f, 0.25f, 1}, 3);
            float[] expected =
                    plain.nllGradient(normed, head, targets, weights).gradient().toFloats();
            for (Kernels kernels : List.of(fused, plain)) {
                Tensor at = Gradients.variable(scope.floats(normed.toFloats(), 3, 24));
                Tensor table = Gradients.variable(scope.floats(head.toFloats(), VOCABULARY, 24));
                Gradients.accumulate(Gradients.record(() -> kernels.nll(at, table, targets)), weights);
                Closeness.assertClose("positions", Gradients.accumulated(at).toFloats(), expected);
                // Adding the same number to all logits of a position changes nothing.
                float[] columns = new float[24];
                float[] gradient = Gradients.accumulated(table).toFloats();
                for (int i = 0; i < gradient.length; i++) {
                    columns[Math.floorMod(i, 24)] += gradient[i];
                }
                Closeness.assertClose("head, summed over words", columns, new float[24]);
                assertThat(gradient[0]).isNotZero();
            }
        }
    }

    @Test
    void twoThreadsTakeTheirGradientsAtOnce() {
        BlockShape shape = shape(4, 2, 8, true);
        try (Scope scope = engine.open();
                Kernels kernels = Kernels.fused(scope, shape)) {
            Random random = new Random(2);
            BlockWeights weights = weights(scope, shape, random);
            float[] alone = manyGradients(scope, kernels, weights);
            List<CompletableFuture<float[]>> both = List.of(
                    CompletableFuture.supplyAsync(() -> manyGradients(scope, kernels, weights)),
                    CompletableFuture.supplyAsync(() -> manyGradients(scope, kernels, weights)));
            for (CompletableFuture<float[]> one : both) {
                Closeness.assertClose("gradient", one.join(), alone);
            }
        }
    }

    @Test
    void theEngineStartsOfflineAndSilent() {
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(Gradients.recording()).isFalse();
    }

    @Test
    void aRecordingInsideAnotherLeavesItOpen() {
        engine.enter();
        boolean open = Gradients.record(() -> {
            boolean inner = Gradients.record(Gradients::recording);
            return inner && Gradients.recording();
        });
        assertThat(open).isTrue();
        assertThat(Gradients.recording()).isFalse();
    }

    @Test
    void closingAScopeFreesWhatWasMadeInIt() {
        try (Scope scope = engine.open()) {
            Tensor kept;
            try (Scope inner = scope.child()) {
                Tensor one = inner.floats(new float[] {1, 2}, 2);
                kept = scope.keep(one.plus(one));
                assertThat(inner.arrays()).isEqualTo(1);
            }
            assertThat(kept.toFloats()).containsExactly(2, 4);
            assertThat(scope.arrays()).isEqualTo(1);
        }
    }

    private float[] manyGradients(Scope scope, Kernels kernels, BlockWeights weights) {
        engine.enter();
        float[] gradient = new float[0];
        for (int repeat = 0; repeat < 20; repeat++) {
            try (Scope own = scope.child()) {
                Random random = new Random(3);
                gradient = gradient(
                        kernels,
                        random(own, random, 1, BATCH, LENGTH, 24),
                        random(own, random, 1, 1, LENGTH, 1, 4, 2),
                        null,
                        weights,
                        random(own, random, 1, BATCH, LENGTH, 24));
            }
        }
        return gradient;
    }

    private static float[] gradient(
            Kernels kernels, Tensor hidden, Tensor rotation, @Nullable Tensor mask, BlockWeights weights, Tensor seed) {
        Tensor leaf = Gradients.leaf(hidden);
        Tensor output = Gradients.record(() -> kernels.block(leaf, new Sight(rotation, mask), weights));
        return Gradients.pull(output, seed, leaf).toFloats();
    }

    private static BlockShape shape(int heads, int groups, int headWidth, boolean biased) {
        BlockShape llama = BlockShape.llama(24, heads, groups, headWidth, 1e-5);
        return new BlockShape(
                llama.width(),
                heads,
                groups,
                headWidth,
                llama.epsilon(),
                llama.norm(),
                llama.headNorms(),
                llama.postNorms(),
                llama.parallel(),
                llama.gated(),
                llama.activation(),
                llama.scale(),
                llama.scoreCap(),
                llama.logitCap(),
                biased,
                biased,
                biased);
    }

    private static BlockWeights weights(Scope scope, BlockShape shape, Random random) {
        int attention = shape.heads() * shape.headWidth();
        int qkv = attention + 2 * shape.groups() * shape.headWidth();
        int width = shape.width();
        Map<Part, Tensor> parts = new EnumMap<>(Part.class);
        for (Part part : shape.parts()) {
            parts.put(
                    part,
                    switch (part) {
                        case QKV -> random(scope, random, 0.2f, width, qkv);
                        case OUTPUT -> random(scope, random, 0.2f, attention, width);
                        case GATE, UP -> random(scope, random, 0.2f, width, INNER);
                        case DOWN -> random(scope, random, 0.2f, INNER, width);
                        case QKV_BIAS -> random(scope, random, 1, qkv);
                        case GATE_BIAS, UP_BIAS -> random(scope, random, 1, INNER);
                        case QUERY_NORM, KEY_NORM -> random(scope, random, 1, shape.headWidth());
                        case ATTENTION_NORM,
                                ATTENTION_NORM_BIAS,
                                MLP_NORM,
                                MLP_NORM_BIAS,
                                OUTPUT_BIAS,
                                DOWN_BIAS,
                                ATTENTION_POST_NORM,
                                MLP_POST_NORM -> random(scope, random, 1, width);
                    });
        }
        return BlockWeights.of(shape, parts);
    }

    private static Tensor mask(Scope scope, Random random) {
        float[] mask = new float[BATCH * LENGTH * LENGTH];
        for (int i = 0; i < mask.length; i++) {
            boolean self = i % LENGTH == i / LENGTH % LENGTH;
            mask[i] = self || random.nextBoolean() ? 0 : Float.NEGATIVE_INFINITY;
        }
        return scope.floats(mask, BATCH, 1, LENGTH, LENGTH);
    }

    private static Tensor random(Scope scope, Random random, float size, long... shape) {
        int count = 1;
        for (long axis : shape) {
            count *= Math.toIntExact(axis);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = size * (float) random.nextGaussian();
        }
        return scope.floats(values, shape);
    }
}
