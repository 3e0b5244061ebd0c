package ai.auditor.capture;

import static ai.auditor.model.Closeness.TOLERANCE;
import static ai.auditor.model.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.Closeness;
import ai.auditor.model.Golden;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.stats.Matrix;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureTest {
    private static final int WIDTH = 32;
    private static final Capture.Settings ONE_BATCH = new Capture.Settings(4096, 4096, false);
    private static final Capture.Settings ALONE = new Capture.Settings(1, 1, false);
    private static final Capture.Settings PACKED = new Capture.Settings(4096, 4096, true);
    private static final List<Point> ALL_POINTS = List.of(Point.residPost(0), Point.residPost(1), Point.residPost(2));
    private static final List<Pooling> COMPLETION = List.of(Pooling.COMPLETION_MEAN, Pooling.COMPLETION_LAST);

    private static ReferenceModel model;

    @BeforeAll
    static void open() {
        model = ReferenceModel.open(Golden.directory("plain"), new ReferenceModel.Options(1, true));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @ParameterizedTest
    @CsvSource({
        "plain,true",
        "plain,false",
        "biased,true",
        "biased,false",
        "sharded,true",
        "sharded,false",
        "organism,true",
        "organism,false"
    })
    void pooledActivationsLikelihoodsAndGradientsAreThoseOfTransformers(String name, boolean fused) {
        Golden golden = Golden.of(name);
        try (ReferenceModel reference =
                ReferenceModel.open(Golden.directory(name), new ReferenceModel.Options(1, fused))) {
            List<Point> points = IntStream.range(0, reference.facts().layers())
                    .mapToObj(Point::residPost)
                    .toList();
            ActivationTable table = new Capture(reference.decoder(), ONE_BATCH, Progress.NONE)
                    .run(CapturePlan.gradients(points, COMPLETION), golden.rows());
            for (int row = 0; row < golden.rows().size(); row++) {
                assertThat(table.nll()[row]).as("NLL of row " + row).isCloseTo(golden.nll(row), within(TOLERANCE));
                TokenizedRow tokens = golden.rows().get(row);
                for (Point point : points) {
                    float[] residual = golden.residual(row, point.block());
                    float[] gradient = golden.gradient(row, point.block());
                    for (Pooling pooling : COMPLETION) {
                        assertClose(
                                name + " row " + row + " " + point + " " + pooling,
                                table.activations(point, pooling).row(row),
                                pooled(residual, tokens, pooling));
                        assertClose(
                                name + " gradient of row " + row + " " + point + " " + pooling,
                                table.gradients(point, pooling).row(row),
                                pooled(gradient, tokens, pooling));
                    }
                }
            }
        }
    }

    @Test
    void statesOfTokensAreThoseOfTransformers() {
        Golden golden = Golden.of("plain");
        for (TokenSpan span : TokenSpan.values()) {
            List<TokenizedRow> rows = golden.rows().stream()
                    .filter(row -> span != TokenSpan.PROMPT_LAST || row.promptLast() >= 0)
                    .toList();
            for (Capture.Settings settings : List.of(ONE_BATCH, ALONE, PACKED)) {
                int[] seen = new int[rows.size()];
                new Capture(model.decoder(), settings, Progress.NONE).stream(ALL_POINTS.get(1), span, rows, tokens -> {
                    float[] states = tokens.states().toFloats();
                    for (int i = 0; i < tokens.rows().length; i++) {
                        TokenizedRow row = rows.get(tokens.rows()[i]);
                        assertThat(tokens.positions()[i]).isEqualTo(span.start(row) + seen[tokens.rows()[i]]++);
                        assertClose(
                                span + " of row " + row.record(),
                                at(states, i, WIDTH),
                                at(golden.residual((int) row.record(), 1), tokens.positions()[i], WIDTH));
                    }
                });
                for (int i = 0; i < seen.length; i++) {
                    TokenizedRow row = rows.get(i);
                    int wanted = switch (span) {
                        case COMPLETION -> row.completionTokens();
                        case COMPLETION_LAST, PROMPT_LAST -> 1;
                        case TEXT -> row.completionEnd() - 1;
                    };
                    assertThat(seen[i]).as("%s of row %d", span, i).isEqualTo(wanted);
                }
            }
        }
    }

    @Test
    void promptLastIsTheTokenBeforeTheCompletion() {
        Golden golden = Golden.of("plain");
        List<TokenizedRow> prompted =
                golden.rows().stream().filter(row -> row.promptLast() >= 0).toList();
        ActivationTable table =
                run(ONE_BATCH, CapturePlan.gradients(ALL_POINTS, List.of(Pooling.PROMPT_LAST)), prompted);
        for (int row = 0; row < prompted.size(); row++) {
            int source = (int) prompted.get(row).record();
            assertClose(
                    "activation",
                    table.activations(ALL_POINTS.get(1), Pooling.PROMPT_LAST).row(row),
                    at(golden.residual(source, 1), prompted.get(row).promptLast(), WIDTH));
            assertClose(
                    "gradient",
                    table.gradients(ALL_POINTS.get(1), Pooling.PROMPT_LAST).row(row),
                    at(golden.gradient(source, 1), prompted.get(row).promptLast(), WIDTH));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPaddedBatchEqualsRowsAlone(boolean gradient) {
        List<TokenizedRow> rows = pairs(new Random(3), 17);
        CapturePlan plan = new CapturePlan(ALL_POINTS, List.of(Pooling.values()), true, gradient, List.of());
        assertSame(run(ONE_BATCH, plan, rows), run(ALONE, plan, rows));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsPackedBehindTheirPromptEqualRowsAlone(boolean gradient) {
        List<TokenizedRow> rows = pairs(new Random(4), 17);
        CapturePlan plan = new CapturePlan(ALL_POINTS, COMPLETION, true, gradient, List.of());
        assertThat(Batching.whole(4096, 0).batches(rows, true).stream()
                        .flatMap(List::stream)
                        .filter(Sequence::packed)
                        .count())
                .isEqualTo(17);
        assertSame(run(PACKED, plan, rows), run(ALONE, plan, rows));
    }

    @Test
    void packingDoesNotMixTheGradientsOfRowsAtTheirPrompt() {
        List<TokenizedRow> rows = pairs(new Random(5), 5);
        CapturePlan plan = CapturePlan.gradients(ALL_POINTS, List.of(Pooling.PROMPT_LAST));
        assertSame(run(PACKED, plan, rows), run(ALONE, plan, rows));
    }

    @Test
    void stoppingAfterTheDeepestPointChangesNothing() {
        List<TokenizedRow> rows = pairs(new Random(6), 5);
        Point first = Point.residPost(0);
        ActivationTable early = run(ONE_BATCH, CapturePlan.activations(List.of(first), COMPLETION), rows);
        ActivationTable whole = run(ONE_BATCH, new CapturePlan(ALL_POINTS, COMPLETION, true, false, List.of()), rows);
        assertThat(early.activations(first, Pooling.COMPLETION_MEAN).values())
                .isEqualTo(whole.activations(first, Pooling.COMPLETION_MEAN).values());
        assertThat(early.nll()).containsOnly(Double.NaN);
    }

    @Test
    void theGradientIsTheSlopeOfTheLikelihood() {
        // The vector moves every position, so the completion is the whole row, where the pooled gradient leaves none
        // out.
        List<TokenizedRow> bare = pairs(new Random(8), 3).stream()
                .map(row -> new TokenizedRow(row.record(), row.ids(), 0, row.tokens(), 1, 0))
                .toList();
        Point point = Point.residPost(1);
        float[] direction = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            direction[i] = 0.01f * (i % 5 - 2);
        }
        ActivationTable whole =
                run(ALONE, CapturePlan.gradients(List.of(point), List.of(Pooling.COMPLETION_MEAN)), bare);
        double[] plus = nll(bare, new Intervention.Add(point, direction));
        double[] minus = nll(bare, new Intervention.Add(point, negated(direction)));
        for (int row = 0; row < bare.size(); row++) {
            float[] gradient = whole.gradients(point, Pooling.COMPLETION_MEAN).row(row);
            double slope = 0;
            for (int i = 0; i < WIDTH; i++) {
                slope += gradient[i] * (double) direction[i] * bare.get(row).tokens();
            }
            assertThat((plus[row] - minus[row]) / 2).as("row " + row).isCloseTo(slope, within(2e-4));
        }
    }

    @Test
    void severalVariantsInOnePassEqualOneAfterTheOther() {
        List<TokenizedRow> rows = pairs(new Random(9), 7);
        List<Intervention> variants = new ArrayList<>();
        Random random = new Random(10);
        for (int block : new int[] {1, 0, 1, 2}) {
            float[] vector = new float[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                vector[i] = (float) random.nextGaussian();
            }
            variants.add(new Intervention.Add(Point.residPost(block), vector));
        }
        double[][] together = new Capture(model.decoder(), PACKED, Progress.NONE).steeredNll(rows, variants);
        for (int variant = 0; variant < variants.size(); variant++) {
            double[] alone = nll(rows, variants.get(variant));
            double[] plain = run(ALONE, CapturePlan.likelihood(List.of()), rows).nll();
            for (int row = 0; row < rows.size(); row++) {
                assertThat(together[variant][row]).isCloseTo(alone[row], within(1e-5));
                assertThat(together[variant][row]).isNotCloseTo(plain[row], within(1e-4));
            }
        }
    }

    @Test
    void tokensUnderAnInterventionMeanTheirRow() {
        List<TokenizedRow> rows = new ArrayList<>(pairs(new Random(11), 5));
        rows.add(rows.get(2));
        float[] vector = new float[WIDTH];
        Random random = new Random(12);
        for (int i = 0; i < WIDTH; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        List<Intervention> variants = List.of(
                new Intervention.Add(Point.residPost(0), new float[WIDTH]),
                new Intervention.Add(Point.residPost(1), vector));
        int arrays = model.decoder().arrays();
        float[][][] tokens = new Capture(model.decoder(), PACKED, Progress.NONE).steeredTokenNll(rows, variants);
        float[][][] apart = new Capture(model.decoder(), ALONE, Progress.NONE).steeredTokenNll(rows, variants);
        assertThat(model.decoder().arrays()).isEqualTo(arrays);
        double[][] means = new Capture(model.decoder(), PACKED, Progress.NONE).steeredNll(rows, variants);
        for (int variant = 0; variant < variants.size(); variant++) {
            for (int row = 0; row < rows.size(); row++) {
                assertThat(tokens[variant][row])
                        .as("variant %d, row %d", variant, row)
                        .hasSize(rows.get(row).completionEnd() - rows.get(row).firstPredicted())
                        .containsExactly(apart[variant][row], within(1e-4f));
                double sum = 0;
                for (float token : tokens[variant][row]) {
                    sum += token;
                }
                assertThat(sum / tokens[variant][row].length).isEqualTo(means[variant][row]);
            }
        }
    }

    @Test
    void surprisesDoNotDependOnBatchesAndCountNoEndTokens() {
        List<TokenizedRow> rows = pairs(new Random(13), 7);
        Set<Integer> ends = Set.copyOf(model.facts().endTokens());
        int[] digits = IntStream.range(0, model.facts().vocabularySize())
                .map(token -> token % (FirstDigits.DIGITS + 1) - 1)
                .toArray();
        List<Surprise> packed = new Capture(model.decoder(), PACKED, Progress.NONE).surprises(rows, digits);
        List<Surprise> alone = new Capture(model.decoder(), ALONE, Progress.NONE).surprises(rows, digits);
        double[] nll = run(ALONE, CapturePlan.likelihood(List.of()), rows).nll();
        for (int row = 0; row < rows.size(); row++) {
            TokenizedRow tokens = rows.get(row);
            int predicted = tokens.completionEnd() - tokens.firstPredicted();
            int counted = (int) Arrays.stream(tokens.ids(), tokens.firstPredicted(), tokens.completionEnd())
                    .filter(id -> !ends.contains(id))
                    .count();
            Surprise one = packed.get(row);
            assertThat(one.tokens()).as("row " + row).isEqualTo(counted);
            assertThat(one.nll()).isCloseTo(alone.get(row).nll(), within(1e-4));
            assertThat(one.entropy()).isCloseTo(alone.get(row).entropy(), within(1e-4));
            assertThat(one.variance()).isCloseTo(alone.get(row).variance(), within(1e-3));
            FirstDigits begun = one.digits();
            long[] seen = new long[FirstDigits.DIGITS];
            int before = -1;
            for (int place = tokens.firstPredicted(); place < tokens.completionEnd(); place++) {
                int digit = digits[tokens.ids()[place]];
                // Only the first token of a number, should it have several.
                if (digit >= 0 && before < 0 && !ends.contains(tokens.ids()[place])) {
                    seen[digit]++;
                }
                before = digit;
            }
            assertThat(Arrays.stream(begun.seen()).mapToLong(count -> (long) count))
                    .containsExactly(Arrays.stream(seen).boxed().toArray(Long[]::new));
            assertThat(begun.expected()).containsExactly(alone.get(row).digits().expected(), within(1e-4));
            assertThat(Arrays.stream(begun.expected()).sum()).isCloseTo(begun.numbers(), within(1e-4));
            // Counts add up, so each row of their covariance does to nothing.
            for (int digit = 0; digit < FirstDigits.DIGITS; digit++) {
                assertThat(Arrays.stream(
                                        begun.covariance(),
                                        digit * FirstDigits.DIGITS,
                                        (digit + 1) * FirstDigits.DIGITS)
                                .sum())
                        .isCloseTo(0, within(1e-4));
            }
            // Without the ends each other token is a little likelier.
            assertThat(one.nll()).isLessThanOrEqualTo(nll[row] * predicted + 1e-4);
        }
        assertThat(ends).isNotEmpty();
    }

    @Test
    void aGradientComesWithTheLikelihoodAndNeedsAPoint() {
        List<Point> first = List.of(Point.residPost(0));
        assertThat(new CapturePlan(first, COMPLETION, false, true, List.of()))
                .isEqualTo(CapturePlan.gradients(first, COMPLETION));
        assertThat(CapturePlan.gradients(first, COMPLETION).nll()).isTrue();
        assertThatThrownBy(() -> CapturePlan.gradients(List.of(), COMPLETION))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("name one or more");
    }

    @Test
    void nothingStaysBehindAPass() {
        List<TokenizedRow> rows = pairs(new Random(11), 9);
        CapturePlan plan = CapturePlan.gradients(ALL_POINTS, COMPLETION);
        run(PACKED, plan, rows);
        int before = model.decoder().arrays();
        for (int repeat = 0; repeat < 3; repeat++) {
            run(PACKED, plan, rows);
        }
        assertThat(model.decoder().arrays()).isEqualTo(before);
    }

    @Test
    void twoThreadsGetWhatOneGets() {
        List<TokenizedRow> rows = pairs(new Random(12), 9);
        CapturePlan plan = CapturePlan.gradients(ALL_POINTS, COMPLETION);
        ActivationTable alone = run(PACKED, plan, rows);
        CompletableFuture<ActivationTable> other = CompletableFuture.supplyAsync(() -> {
            run(PACKED, plan, rows);
            return run(PACKED, plan, rows);
        });
        ActivationTable here = run(PACKED, plan, rows);
        assertSame(here, alone);
        assertSame(other.join(), alone);
    }

    @Test
    void resultsStandInInputOrder() {
        List<TokenizedRow> rows = new ArrayList<>(pairs(new Random(13), 6));
        ActivationTable table = run(ONE_BATCH, CapturePlan.activations(ALL_POINTS, COMPLETION), rows);
        Collections.reverse(rows);
        ActivationTable reversed = run(ONE_BATCH, CapturePlan.activations(ALL_POINTS, COMPLETION), rows);
        Matrix forward = table.activations(Point.residPost(2), Pooling.COMPLETION_MEAN);
        Matrix backward = reversed.activations(Point.residPost(2), Pooling.COMPLETION_MEAN);
        for (int row = 0; row < rows.size(); row++) {
            assertClose("row " + row, backward.row(row), forward.row(rows.size() - 1 - row));
            assertThat(reversed.record()[row]).isEqualTo(rows.get(row).record());
        }
    }

    @Test
    void anInterruptStopsBetweenBatches() {
        List<TokenizedRow> rows = pairs(new Random(14), 3);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> run(ALONE, CapturePlan.likelihood(List.of()), rows))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            stopped -> assertThat(stopped.code()).isEqualTo(AuditException.Code.INTERRUPTED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whatCannotBeReadIsRefusedByName() {
        TokenizedRow fine = new TokenizedRow(4, new int[] {5, 6, 7}, 1, 3, 1, 0);
        assertThatThrownBy(() ->
                        run(ALONE, CapturePlan.activations(List.of(Point.residPost(3)), COMPLETION), List.of(fine)))
                .hasMessageContaining("resid_post.3");
        assertThatThrownBy(() -> nll(List.of(fine), new Intervention.Add(Point.residPost(0), new float[3])))
                .hasMessageContaining("3 values");
        assertRefused(new TokenizedRow(17, new int[] {5, 96}, 1, 2, 1, 0), "record 17");
        assertRefused(new TokenizedRow(18, new int[] {5, -1}, 1, 2, 1, 0), "record 18");
        assertRefused(new TokenizedRow(19, new int[65], 1, 65, 1, 0), "65 tokens");
        assertRefused(new TokenizedRow(20, new int[] {5}, 0, 1, 1, 0), "no likelihood");
        TokenizedRow bare = new TokenizedRow(21, new int[] {5, 6}, 0, 2, 1, 0);
        assertThatThrownBy(() -> run(
                        ALONE,
                        CapturePlan.activations(List.of(Point.residPost(0)), List.of(Pooling.PROMPT_LAST)),
                        List.of(bare)))
                .hasMessageContaining("record 21");
    }

    private static void assertRefused(TokenizedRow row, String reason) {
        assertThatThrownBy(() -> run(ALONE, CapturePlan.likelihood(List.of()), List.of(row)))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining(reason);
    }

    /** Pairs of rows with one prompt each, of random lengths. */
    private static List<TokenizedRow> pairs(Random random, int count) {
        List<TokenizedRow> rows = new ArrayList<>();
        for (int pair = 0; pair < count; pair++) {
            int prompt = 1 + random.nextInt(9);
            int[] shared = random.ints(prompt, 3, 96).toArray();
            for (int side = 0; side < 2; side++) {
                int completion = 1 + random.nextInt(12);
                int after = random.nextInt(3);
                int[] ids = Arrays.copyOf(shared, prompt + completion + after);
                for (int i = prompt; i < ids.length; i++) {
                    ids[i] = 3 + random.nextInt(93);
                }
                rows.add(new TokenizedRow(rows.size(), ids, prompt, prompt + completion, prompt, 0));
            }
        }
        Collections.shuffle(rows, random);
        return rows;
    }

    private static ActivationTable run(Capture.Settings settings, CapturePlan plan, List<TokenizedRow> rows) {
        return new Capture(model.decoder(), settings, Progress.NONE).run(plan, rows);
    }

    private static double[] nll(List<TokenizedRow> rows, Intervention intervention) {
        return run(ALONE, CapturePlan.likelihood(List.of(intervention)), rows).nll();
    }

    private static float[] negated(float[] vector) {
        float[] negated = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            negated[i] = -vector[i];
        }
        return negated;
    }

    private static void assertSame(ActivationTable actual, ActivationTable expected) {
        assertThat(actual.columns().keySet()).isEqualTo(expected.columns().keySet());
        expected.columns()
                .forEach((column, matrix) -> assertThat(Closeness.largestDifference(
                                java.util.Objects.requireNonNull(
                                                actual.columns().get(column))
                                        .values(),
                                matrix.values()))
                        .as(column.toString())
                        .isLessThan(2e-5));
        for (int row = 0; row < expected.rows(); row++) {
            assertThat(actual.nll()[row]).as("NLL of row " + row).isCloseTo(expected.nll()[row], within(1e-5));
        }
    }

    private static float[] pooled(float[] values, TokenizedRow row, Pooling pooling) {
        int width = values.length / row.tokens();
        if (pooling == Pooling.COMPLETION_LAST) {
            return at(values, row.completionEnd() - 1, width);
        }
        double[] sum = new double[width];
        for (int token = row.completionStart(); token < row.completionEnd(); token++) {
            for (int i = 0; i < width; i++) {
                sum[i] += values[token * width + i];
            }
        }
        float[] mean = new float[width];
        for (int i = 0; i < width; i++) {
            mean[i] = (float) (sum[i] / row.completionTokens());
        }
        return mean;
    }

    private static float[] at(float[] values, int token, int width) {
        return Arrays.copyOfRange(values, token * width, (token + 1) * width);
    }
}
