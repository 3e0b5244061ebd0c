package ai.auditor.capture;

import static ai.auditor.model.Closeness.TOLERANCE;
import static ai.auditor.model.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.Golden;
import ai.auditor.model.Intervention;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captures of every family: batches, padding, packing, every point and its gradient, interventions. */
class FamilyCaptureTest {
    private static final Capture.Settings ONE_BATCH = new Capture.Settings(4096, 4096, false);
    private static final Capture.Settings ALONE = new Capture.Settings(1, 1, false);
    private static final Capture.Settings PACKED = new Capture.Settings(4096, 4096, true);
    private static final List<Pooling> COMPLETION = List.of(Pooling.COMPLETION_MEAN, Pooling.COMPLETION_LAST);
    /** The row whose gradients the goldens have. */
    private static final int GRADIENT_ROW = 1;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama3",
                "mistral",
                "qwen2",
                "qwen3",
                "gemma2",
                "gemma3",
                "gpt_neox",
                "gpt_neox_sequential",
                "gpt2"
            })
    void everyFamily(String family) {
        Golden golden = Golden.ofFamily(family);
        try (ReferenceModel model = ReferenceModel.open(golden.home(), new ReferenceModel.Options(1, true))) {
            pooledPointsAndGradients(family, golden, model);
            paddedAndPacked(model);
            headersAndEqualRows(model);
            rowsAsLongAsTheContext(model);
            changesOneAfterTheOther(model, pairs(3));
            changesOneAfterTheOther(model, headed(2));
            assertThat(model.decoder().arrays())
                    .as("arrays held between passes")
                    .isEqualTo(arrays(model));
            if (model.facts().parallelResidual()) {
                assertThatThrownBy(() -> run(
                                model,
                                ALONE,
                                CapturePlan.activations(List.of(Point.parse("resid_mid.0")), COMPLETION),
                                golden.rows()))
                        .isInstanceOfSatisfying(
                                AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE));
            }
        }
    }

    private static int arrays(ReferenceModel model) {
        run(model, ONE_BATCH, CapturePlan.gradients(points(model.facts()), COMPLETION), pairs(2));
        return model.decoder().arrays();
    }

    private static void pooledPointsAndGradients(String family, Golden golden, ReferenceModel model) {
        List<Point> points = points(model.facts());
        for (boolean gradient : new boolean[] {false, true}) {
            ActivationTable table = run(
                    model, ONE_BATCH, new CapturePlan(points, COMPLETION, true, gradient, List.of()), golden.rows());
            for (int row = 0; row < golden.rows().size(); row++) {
                TokenizedRow tokens = golden.rows().get(row);
                assertThat(table.nll()[row]).as(family + " NLL").isCloseTo(golden.nll(row), within(TOLERANCE));
                for (Point point : points) {
                    for (Pooling pooling : COMPLETION) {
                        String what = family + " row " + row + " " + point + " " + pooling;
                        assertClose(
                                what,
                                table.activations(point, pooling).row(row),
                                pooled(golden.point(row, point), tokens, pooling, model));
                        if (gradient && row == GRADIENT_ROW) {
                            assertClose(
                                    what + " gradient",
                                    table.gradients(point, pooling).row(row),
                                    pooled(golden.gradient(row, point), tokens, pooling, model));
                        }
                    }
                }
            }
        }
    }

    private static void paddedAndPacked(ReferenceModel model) {
        List<TokenizedRow> rows = pairs(5);
        CapturePlan plan = CapturePlan.gradients(points(model.facts()), COMPLETION);
        ActivationTable alone = run(model, ALONE, plan, rows);
        assertSame(run(model, ONE_BATCH, plan, rows), alone);
        assertSame(run(model, PACKED, plan, rows), alone);
    }

    /** Rows with one header, and some of them twice, against each row read alone, where nothing is shared. */
    private static void headersAndEqualRows(ReferenceModel model) {
        List<TokenizedRow> rows = headed(4);
        rows.addAll(rows.subList(2, 5));
        float[] vector = new float[model.facts().hiddenSize()];
        Arrays.fill(vector, 0.2f);
        List<List<Intervention>> changes = new ArrayList<>(List.of(List.of()));
        for (Intervention.Positions positions : Intervention.Positions.values()) {
            changes.add(List.of(new Intervention.Add(Point.residPost(0), vector, positions)));
        }
        for (List<Intervention> change : changes) {
            for (boolean gradient : new boolean[] {false, true}) {
                CapturePlan plan =
                        new CapturePlan(points(model.facts()), List.of(Pooling.values()), true, gradient, change);
                ActivationTable packed = run(model, PACKED, plan, rows);
                ActivationTable padded = run(model, ONE_BATCH, plan, rows);
                for (int row = 0; row < rows.size(); row++) {
                    ActivationTable alone = run(model, ALONE, plan, List.of(rows.get(row)));
                    assertRow(packed, row, alone);
                    assertRow(padded, row, alone);
                }
            }
        }
    }

    /** A row that fills the context beside a short one whose completion is longer: padding stands beyond the context. */
    private static void rowsAsLongAsTheContext(ReferenceModel model) {
        Random random = new Random(13);
        int context = model.facts().maxPositions();
        List<TokenizedRow> rows = new ArrayList<>();
        for (int[] span : new int[][] {{context - 4, context}, {4, 20}, {context - 10, context}}) {
            int[] ids = random.ints(span[1], 3, 96).toArray();
            rows.add(new TokenizedRow(rows.size(), ids, span[0], span[1], span[0], 0));
        }
        CapturePlan plan = CapturePlan.gradients(points(model.facts()), COMPLETION);
        ActivationTable together = run(model, ONE_BATCH, plan, rows);
        for (int row = 0; row < rows.size(); row++) {
            assertRow(together, row, run(model, ALONE, plan, List.of(rows.get(row))));
        }
    }

    private static void assertRow(ActivationTable table, int row, ActivationTable alone) {
        assertThat(table.nll()[row]).isCloseTo(alone.nll()[0], within(1e-5));
        alone.columns()
                .forEach((column, values) -> assertClose(
                        column + " of row " + row,
                        (column.gradient()
                                        ? table.gradients(column.point(), column.pooling())
                                        : table.activations(column.point(), column.pooling()))
                                .row(row),
                        values.row(0)));
    }

    /** Rows with one header. */
    private static List<TokenizedRow> headed(int pairs) {
        int[] header = new Random(9).ints(11, 3, 96).toArray();
        List<TokenizedRow> rows = new ArrayList<>();
        for (TokenizedRow row : pairs(pairs)) {
            int[] ids = Arrays.copyOf(header, header.length + row.tokens());
            System.arraycopy(row.ids(), 0, ids, header.length, row.tokens());
            int start = row.completionStart() + header.length;
            rows.add(new TokenizedRow(rows.size(), ids, start, row.completionEnd() + header.length, start, 0));
        }
        return rows;
    }

    private static void changesOneAfterTheOther(ReferenceModel model, List<TokenizedRow> rows) {
        Random random = new Random(4);
        float[] vector = new float[model.facts().hiddenSize()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        List<Intervention> changes = points(model.facts()).stream()
                .filter(point -> point.kind() != Point.Kind.FINAL_NORM)
                .map(point -> (Intervention) new Intervention.Add(point, vector))
                .toList();
        double[][] together = new Capture(model.decoder(), PACKED, Progress.NONE).steeredNll(rows, changes);
        double[] plain =
                run(model, ALONE, CapturePlan.likelihood(List.of()), rows).nll();
        for (int change = 0; change < changes.size(); change++) {
            double[] alone = run(model, ALONE, CapturePlan.likelihood(List.of(changes.get(change))), rows)
                    .nll();
            for (int row = 0; row < rows.size(); row++) {
                assertThat(together[change][row])
                        .as(changes.get(change).point().toString())
                        .isCloseTo(alone[row], within(2e-5));
                assertThat(together[change][row]).isNotCloseTo(plain[row], within(1e-4));
            }
        }
    }

    /** Pairs behind prompts that are longer than the windows. */
    private static List<TokenizedRow> pairs(int count) {
        Random random = new Random(7);
        List<TokenizedRow> rows = new ArrayList<>();
        for (int pair = 0; pair < count; pair++) {
            int prompt = 9 + random.nextInt(6);
            int[] shared = random.ints(prompt, 3, 96).toArray();
            for (int side = 0; side < 2; side++) {
                int length = prompt + 3 + random.nextInt(12);
                int[] ids = Arrays.copyOf(shared, length + 1);
                for (int i = prompt; i <= length; i++) {
                    ids[i] = 3 + random.nextInt(93);
                }
                rows.add(new TokenizedRow(rows.size(), ids, prompt, length, prompt, 0));
            }
        }
        return rows;
    }

    private static List<Point> points(ModelFacts facts) {
        List<Point> points = new ArrayList<>();
        for (Point.Kind kind : Point.Kind.values()) {
            for (int block = 0; block < (kind.inBlock() ? facts.layers() : 1); block++) {
                if (kind.missing(facts).isEmpty()) {
                    points.add(new Point(kind, block));
                }
            }
        }
        return points;
    }

    private static float[] pooled(float[] values, TokenizedRow row, Pooling pooling, ReferenceModel model) {
        int width = model.facts().hiddenSize();
        float[] pooled = new float[width];
        boolean mean = pooling == Pooling.COMPLETION_MEAN;
        int from = mean ? row.completionStart() : row.completionEnd() - 1;
        for (int token = from; token < row.completionEnd(); token++) {
            for (int i = 0; i < width; i++) {
                pooled[i] += values[token * width + i] / (row.completionEnd() - from);
            }
        }
        return pooled;
    }

    private static void assertSame(ActivationTable actual, ActivationTable expected) {
        for (int row = 0; row < expected.nll().length; row++) {
            assertThat(actual.nll()[row]).isCloseTo(expected.nll()[row], within(1e-5));
        }
        expected.columns().forEach((column, values) -> {
            boolean gradient = column.gradient();
            assertClose(
                    column.toString(),
                    (gradient
                                    ? actual.gradients(column.point(), column.pooling())
                                    : actual.activations(column.point(), column.pooling()))
                            .values(),
                    values.values());
        });
    }

    private static ActivationTable run(
            ReferenceModel model, Capture.Settings settings, CapturePlan plan, List<TokenizedRow> rows) {
        return new Capture(model.decoder(), settings, Progress.NONE).run(plan, rows);
    }
}
