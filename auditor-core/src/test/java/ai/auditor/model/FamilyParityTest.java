package ai.auditor.model;

import static ai.auditor.model.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.Progress;
import ai.auditor.model.Intervention.Positions;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Tensor;
import ai.auditor.tensor.WeightType;
import ai.auditor.text.TokenizedRow;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family against transformers, at every point. */
class FamilyParityTest {
    static Stream<String> families() {
        return Stream.of(
                "llama3", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "gpt_neox", "gpt_neox_sequential", "gpt2");
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyPointAndLogitIsThatOfTransformers(String family) {
        for (boolean fused : List.of(true, false)) {
            everyPoint(family, fused, (what, values) -> assertClose(what, values[0], values[1]));
        }
    }

    /** Tells of every point of every row: what it is, found and wanted. */
    static void everyPoint(String family, boolean fused, BiConsumer<String, float[][]> check) {
        Golden golden = Golden.ofFamily(family);
        try (ReferenceModel model = open(golden, fused)) {
            ModelFacts facts = model.facts();
            for (int index = 0; index < golden.rows().size(); index++) {
                int row = index;
                long[] ids = ids(golden.rows().get(index));
                TokenBatch batch = TokenBatch.causal(1, ids.length, ids);
                try (ForwardPass pass = model.decoder().open(batch)) {
                    BiConsumer<Point, Tensor> compare = (point, tensor) -> check.accept(
                            family + " row " + row + " " + point,
                            new float[][] {tensor.toFloats(), golden.point(row, point)});
                    Tensor hidden = pass.embeddings(
                            List.of(), embedded -> compare.accept(new Point(Point.Kind.EMBEDDINGS, 0), embedded));
                    for (int block = 0; block < facts.layers(); block++) {
                        compare.accept(new Point(Point.Kind.RESID_PRE, block), hidden);
                        Tensor attention = pass.attention(hidden, block, List.of());
                        compare.accept(new Point(Point.Kind.ATTN_OUT, block), attention);
                        Tensor middle = hidden.plus(attention);
                        Tensor mlp = pass.mlp(facts.parallelResidual() ? hidden : middle, block, List.of());
                        compare.accept(new Point(Point.Kind.MLP_OUT, block), mlp);
                        if (!facts.parallelResidual()) {
                            compare.accept(new Point(Point.Kind.RESID_MID, block), middle);
                        }
                        Tensor after = pass.run(hidden, block, block, List.of());
                        compare.accept(Point.residPost(block), after);
                        assertClose("the sum of its parts", middle.plus(mlp).toFloats(), after.toFloats());
                        hidden = after;
                    }
                    long[] all = LongStream.range(0, ids.length).toArray();
                    Tensor normed = pass.normed(hidden, all, false);
                    compare.accept(new Point(Point.Kind.FINAL_NORM, 0), normed);
                    check.accept(
                            family + " row " + row + " logits",
                            new float[][] {pass.logits(normed).toFloats(), golden.logits(row)});
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void greedyAnswersAreThoseOfTransformers(String family) {
        Golden golden = Golden.ofFamily(family);
        JsonNode answers = golden.answers();
        float[] vector = floats(answers.get("add"));
        List<Intervention> steered = List.of(
                new Intervention.Add(Point.residPost(0), vector),
                new Intervention.ProjectOut(Point.parse("attn_out.1"), floats(answers.get("out")), Positions.ALL),
                Intervention.Add.times(Point.parse("mlp_out.1"), vector, 0.5, Positions.ALL));
        for (boolean fused : List.of(true, false)) {
            try (ReferenceModel model = open(golden, fused)) {
                for (String kind : List.of("plain", "steered")) {
                    List<int[]> prompts = new ArrayList<>();
                    List<int[]> wanted = new ArrayList<>();
                    for (JsonNode answer : answers.get("written")) {
                        if (answer.get("kind").asText().equals(kind)) {
                            prompts.add(integers(answer.get("prompt")));
                            wanted.add(integers(answer.get("tokens")));
                        }
                    }
                    List<Continuation> written = new Generator(model.decoder(), Progress.NONE)
                            .write(
                                    prompts,
                                    Decoding.greedy(wanted.get(0).length, List.of()),
                                    kind.equals("steered") ? steered : List.of());
                    for (int i = 0; i < wanted.size(); i++) {
                        assertThat(written.get(i).ids()).as(family + " " + kind).isEqualTo(wanted.get(i));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void theWeightsAreGivenBackAsTheFileHasThem(String family) {
        Golden golden = Golden.ofFamily(family);
        try (ReferenceModel model = open(golden, true);
                WeightSource file = WeightFiles.open(golden.home());
                WeightSource back = model.decoder().source()) {
            assertThat(back.names()).isEqualTo(file.names());
            for (String name : file.names()) {
                assertThat(back.shape(name)).as(name).isEqualTo(file.shape(name));
                assertThat(Closeness.largestDifference(read(back, name), read(file, name)))
                        .as(name)
                        // Norms that are stored less one lose their last bits on the way.
                        .isLessThan(3e-7);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void matricesInHalfTheMemoryAreTheSameNumbers(String family) {
        Golden golden = Golden.ofFamily(family);
        ModelFacts facts = ModelFacts.read(golden.home());
        long[] ids = ids(golden.rows().get(1));
        List<float[]> results = new ArrayList<>();
        try (WeightSource file = WeightFiles.open(golden.home());
                MemoryWeights rounded = new MemoryWeights()) {
            for (String name : file.names()) {
                float[] values = read(file, name);
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(Float.floatToIntBits(values[i]) & 0xFFFF0000);
                }
                rounded.put(name, values, file.shape(name));
            }
            for (WeightType type : WeightType.values()) {
                try (Decoder decoder =
                                Decoder.load(Engine.start(1), facts, rounded, new Loading(true, type, List.of()));
                        ForwardPass pass = decoder.open(TokenBatch.causal(1, ids.length, ids))) {
                    Tensor last = pass.run(pass.embeddings(), 0, facts.layers() - 1, List.of());
                    long[] all = LongStream.range(0, ids.length).toArray();
                    results.add(pass.logits(pass.normed(last, all, false)).toFloats());
                }
            }
        }
        assertClose(family, results.get(1), results.get(0));
    }

    @ParameterizedTest
    @MethodSource("families")
    void aPassThatStopsEarlyNeedsOnlyTheBlocksUpToThere(String family) {
        Golden golden = Golden.ofFamily(family);
        ModelFacts facts = ModelFacts.read(golden.home());
        long[] ids = ids(golden.rows().get(2));
        try (WeightSource source = WeightFiles.open(golden.home());
                Decoder decoder = Decoder.load(
                        Engine.start(1),
                        facts,
                        source,
                        new Loading(true, WeightType.FLOAT32, List.of(Point.residPost(0))));
                ForwardPass pass = decoder.open(TokenBatch.causal(1, ids.length, ids))) {
            Tensor hidden = pass.run(pass.embeddings(), 0, 0, List.of());
            assertClose(family, hidden.toFloats(), golden.point(2, Point.residPost(0)));
            for (String known : List.of("embeddings", "resid_pre.1", "attn_out.0", "mlp_out.0", "resid_post.0")) {
                decoder.require(Point.parse(known));
            }
            for (Point later : List.of(Point.residPost(1), Point.parse("final_norm"))) {
                assertThatThrownBy(() -> decoder.require(later))
                        .hasMessageContaining("only 1 of the model's " + facts.layers() + " blocks are loaded");
            }
        }
    }

    private static float[] read(WeightSource source, String name) {
        FloatBuffer values = FloatBuffer.allocate(
                Math.toIntExact(LongStream.of(source.shape(name)).reduce(1, Math::multiplyExact)));
        source.read(name, values);
        return values.array();
    }

    static ReferenceModel open(Golden golden, boolean fused) {
        return ReferenceModel.open(golden.home(), new ReferenceModel.Options(1, fused));
    }

    private static long[] ids(TokenizedRow row) {
        return Arrays.stream(row.ids()).asLongStream().toArray();
    }

    private static int[] integers(JsonNode list) {
        int[] values = new int[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.get(i).asInt();
        }
        return values;
    }

    private static float[] floats(JsonNode list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) list.get(i).asDouble();
        }
        return values;
    }
}
