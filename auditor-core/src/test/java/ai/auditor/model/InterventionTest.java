package ai.auditor.model;

import static ai.auditor.model.Closeness.TOLERANCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.model.Intervention.Positions;
import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against transformers with forward hooks, by interventions.py. */
class InterventionTest {
    private static final Path GOLDEN = Path.of("src/test/resources/model/interventions/golden.json");
    private static final Capture.Settings PACKED = new Capture.Settings(4096, 4096, true);
    private static final Capture.Settings ALONE = new Capture.Settings(1, 1, false);

    private final JsonNode golden;
    private final List<TokenizedRow> rows = new ArrayList<>();

    InterventionTest() throws IOException {
        golden = new ObjectMapper().readTree(GOLDEN.toFile());
        for (JsonNode row : golden.get("rows")) {
            int[] ids = ints(row.get("ids"));
            int start = row.get("start").asInt();
            rows.add(new TokenizedRow(rows.size(), ids, start, ids.length, start, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void likelihoodsLogitsAndAnswersAreThoseOfTransformersWithHooks(boolean fused) {
        try (ReferenceModel model =
                ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, fused))) {
            for (JsonNode entry : golden.get("cases")) {
                List<Intervention> interventions = interventions(entry.get("interventions"));
                likelihoods(model, entry, interventions);
                logits(model, entry, interventions);
                answers(model, entry, interventions);
            }
        }
    }

    private void likelihoods(ReferenceModel model, JsonNode entry, List<Intervention> interventions) {
        // Every row twice, so that packing has something to pack.
        List<TokenizedRow> twice = new ArrayList<>(rows);
        twice.addAll(rows);
        for (Capture.Settings settings : List.of(PACKED, ALONE)) {
            Capture capture = new Capture(model.decoder(), settings, Progress.NONE);
            double[] nll =
                    capture.run(CapturePlan.likelihood(interventions), twice).nll();
            for (int row = 0; row < twice.size(); row++) {
                assertThat(nll[row])
                        .as("NLL of row %d under %s", row, named(interventions))
                        .isCloseTo(expected(entry, row % rows.size(), "nll").asDouble(), within(TOLERANCE));
            }
            if (interventions.size() == 1) {
                assertThat(capture.steeredNll(twice, interventions)[0]).containsExactly(nll, within(1e-6));
            }
        }
    }

    private void logits(ReferenceModel model, JsonNode entry, List<Intervention> interventions) {
        int last = model.facts().layers() - 1;
        for (int row = 0; row < rows.size(); row++) {
            TokenizedRow tokens = rows.get(row);
            long[] ids = new long[tokens.tokens()];
            Arrays.setAll(ids, i -> tokens.ids()[i]);
            TokenBatch batch =
                    new TokenBatch(1, ids.length, ids, new int[] {tokens.completionStart()}, new TokenBatch.Causal());
            try (ForwardPass pass = model.decoder().open(batch)) {
                Tensor hidden = pass.run(pass.embeddings(), 0, last, interventions);
                String what = " logits of row " + row + " under " + named(interventions);
                Closeness.assertClose(
                        "last" + what, shown(pass, hidden, ids.length - 1), floats(entry, row, "lastLogits"));
                Closeness.assertClose(
                        "prompt's" + what,
                        shown(pass, hidden, tokens.promptLast()),
                        floats(entry, row, "promptLogits"));
            }
        }
    }

    private float[] shown(ForwardPass pass, Tensor hidden, int position) {
        float[] all =
                pass.logits(pass.normed(hidden, new long[] {position}, false)).toFloats();
        int[] shown = ints(golden.get("shown"));
        float[] chosen = new float[shown.length];
        for (int i = 0; i < shown.length; i++) {
            chosen[i] = all[shown[i]];
        }
        return chosen;
    }

    private void answers(ReferenceModel model, JsonNode entry, List<Intervention> interventions) {
        Generator generator = new Generator(model.decoder(), Progress.NONE);
        List<int[]> prompts = rows.stream()
                .map(row -> Arrays.copyOf(row.ids(), row.completionStart()))
                .toList();
        List<Continuation> answers = generator.write(
                prompts,
                Decoding.greedy(
                        golden.get("newTokens").asInt(),
                        List.of(golden.get("end").asInt())),
                interventions);
        double[][] next = generator.nextTokenLogProbabilities(prompts, ints(golden.get("shown")), interventions);
        for (int row = 0; row < rows.size(); row++) {
            String what = "row " + row + " under " + named(interventions);
            assertThat(answers.get(row).ids())
                    .as("answer of " + what)
                    .containsExactly(ints(expected(entry, row, "answer")));
            assertThat(answers.get(row).stopped())
                    .as("end of " + what)
                    .isEqualTo(expected(entry, row, "stopped").asBoolean());
            double[] expected = StreamSupport.stream(
                            expected(entry, row, "next").spliterator(), false)
                    .mapToDouble(JsonNode::asDouble)
                    .toArray();
            assertThat(next[row]).as("next token of " + what).containsExactly(expected, within(TOLERANCE));
        }
    }

    @Test
    void addingByLengthIsAddingTheScaledVector() {
        assertThat(Intervention.Add.ofLength(Point.residPost(0), new float[] {3, 0, -4}, 10, Positions.LAST)
                        .vector())
                .containsExactly(6, 0, -8);
    }

    @Test
    void aDirectionThatIsZeroOrNotFiniteIsRefused() {
        for (float[] direction : List.of(new float[2], new float[] {Float.NaN, 1}, new float[0])) {
            assertThatThrownBy(() -> new Intervention.ProjectOut(Point.residPost(0), direction, Positions.ALL))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE));
            assertThatThrownBy(() -> new Intervention.Cap(Point.residPost(0), direction, 1, Positions.ALL))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE));
        }
    }

    @ParameterizedTest
    @EnumSource(Positions.class)
    void theGradientThroughAnInterventionIsThatOfItsFormula(Positions positions) {
        int length = 5;
        int start = 3;
        int width = 64;
        Random random = new Random(21);
        float[] direction = normal(random, width);
        float[] stream = normal(random, length * width);
        float[] seed = normal(random, length * width);
        List<Intervention> interventions = List.of(
                new Intervention.ProjectOut(Point.residPost(1), direction, positions),
                new Intervention.Cap(Point.residPost(1), direction, 0.1f, positions));
        try (ReferenceModel model =
                ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, true))) {
            TokenBatch batch =
                    new TokenBatch(1, length, new long[] {1, 1, 1, 1, 1}, new int[] {start}, new TokenBatch.Causal());
            for (Intervention intervention : interventions) {
                try (ForwardPass pass = model.decoder().open(batch)) {
                    Scope scope = pass.scope();
                    Tensor leaf = Gradients.leaf(scope.floats(stream, 1, length, width));
                    Tensor output = Gradients.record(() -> pass.apply(leaf, intervention));
                    // What is freed too early is written over by these.
                    for (int i = 0; i < 200; i++) {
                        scope.floats(normal(random, width), width);
                    }
                    System.gc();
                    Tensor gradient = Gradients.pull(output, scope.floats(seed, 1, length, width), leaf);
                    Closeness.assertClose(
                            "gradient through " + intervention,
                            gradient.toFloats(),
                            pulledBack(intervention, stream, seed, start));
                }
            }
        }
    }

    /** The seed without its component along the direction, at the tokens where that component of the stream is taken away. */
    private static float[] pulledBack(Intervention intervention, float[] stream, float[] seed, int start) {
        float[] unit = intervention.vector();
        float[] expected = seed.clone();
        for (int token = 0; token < seed.length / unit.length; token++) {
            boolean meant = switch (intervention.positions()) {
                case ALL -> true;
                case PROMPT -> token < start;
                case COMPLETION -> token >= start;
                case LAST -> token == start - 1;
            };
            int from = token * unit.length;
            boolean held = intervention instanceof Intervention.Cap cap && along(stream, from, unit) <= cap.limit();
            if (meant && !held) {
                double along = along(seed, from, unit);
                for (int i = 0; i < unit.length; i++) {
                    expected[from + i] = (float) (seed[from + i] - along * unit[i]);
                }
            }
        }
        return expected;
    }

    private static double along(float[] values, int from, float[] unit) {
        double sum = 0;
        for (int i = 0; i < unit.length; i++) {
            sum += (double) values[from + i] * unit[i];
        }
        return sum;
    }

    private static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static String named(List<Intervention> interventions) {
        return interventions.stream()
                .map(i -> i.getClass().getSimpleName() + " " + i.point() + " " + i.positions())
                .toList()
                .toString();
    }

    private static JsonNode expected(JsonNode entry, int row, String what) {
        return entry.get("rows").get(row).get(what);
    }

    private static float[] floats(JsonNode entry, int row, String what) {
        return floats(expected(entry, row, what));
    }

    private static float[] floats(JsonNode values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values.get(i).asDouble();
        }
        return floats;
    }

    private static int[] ints(JsonNode values) {
        return StreamSupport.stream(values.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    private static List<Intervention> interventions(JsonNode cases) {
        List<Intervention> interventions = new ArrayList<>();
        for (JsonNode one : cases) {
            Point point = Point.residPost(one.get("block").asInt());
            float[] vector = floats(one.get("vector"));
            Positions positions = Positions.valueOf(one.get("positions").asText());
            interventions.add(
                    switch (one.get("kind").asText()) {
                        case "add" -> new Intervention.Add(point, vector, positions);
                        case "project-out" -> new Intervention.ProjectOut(point, vector, positions);
                        default ->
                            new Intervention.Cap(
                                    point, vector, (float) one.get("limit").asDouble(), positions);
                    });
        }
        return interventions;
    }
}
