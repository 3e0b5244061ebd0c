package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.Message;
import ai.auditor.model.Intervention.Positions;
import ai.auditor.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    private static final int END = 2;
    private static final int DASH = 1084;
    private static final int FIRST_NUMBER = 6;

    private static ReferenceModel model;
    private static Generator generator;

    @BeforeAll
    static void open() {
        model = ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, true));
        generator = new Generator(model.decoder(), Progress.NONE);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void whatIsWrittenDoesNotDependOnTheOtherPromptsNorOnTheirOrder() {
        List<int[]> prompts = prompts(5, 40);
        Decoding decoding = Decoding.sampling(20, List.of(END), 8);
        List<Continuation> together = generator.write(prompts, decoding, List.of());
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, prompts.size()).boxed().toList());
        Collections.shuffle(order, new Random(6));
        List<Continuation> shuffled =
                generator.write(order.stream().map(prompts::get).toList(), decoding, List.of());
        for (int i = 0; i < prompts.size(); i++) {
            assertSame(together.get(order.get(i)), shuffled.get(i));
            assertSame(
                    together.get(i),
                    generator
                            .write(List.of(prompts.get(i)), decoding, List.of())
                            .get(0));
        }
        assertThat(together).anySatisfy(answer -> assertThat(answer.stopped()).isTrue());
        assertThat(together.stream()
                        .map(answer -> answer.ids().length)
                        .distinct()
                        .count())
                .as("answers of several lengths")
                .isGreaterThan(3);
    }

    @Test
    void anotherSeedWritesSomethingElseAndEqualPromptsAreSamples() {
        List<int[]> prompts = Collections.nCopies(30, prompts(5, 1).get(0));
        List<Continuation> first = generator.write(prompts, Decoding.sampling(12, List.of(END), 1), List.of());
        List<Continuation> again = generator.write(prompts, Decoding.sampling(12, List.of(END), 1), List.of());
        List<Continuation> other = generator.write(prompts, Decoding.sampling(12, List.of(END), 2), List.of());
        assertThat(texts(first)).isEqualTo(texts(again)).isNotEqualTo(texts(other));
        assertThat(Set.copyOf(texts(first))).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @EnumSource(Positions.class)
    void readingTokenByTokenIsReadingTheWholeText(Positions positions) {
        List<Intervention> interventions = List.of(
                new Intervention.Add(Point.residPost(1), direction(1, 0.5f), positions),
                new Intervention.ProjectOut(Point.residPost(1), direction(2, 1), positions),
                new Intervention.Cap(Point.residPost(2), direction(3, 1), -0.5f, positions));
        List<int[]> prompts = prompts(9, 7);
        List<int[]> behind = prompts(10, 7);
        int more = 5;
        try (CachedPass pass = new CachedPass(model.decoder(), prompts, more, interventions)) {
            int[] going = {0, 1, 2, 3, 4, 5, 6};
            for (int step = 0; step <= more; step++) {
                for (int row = 0; row < going.length; row++) {
                    Closeness.assertClose(
                            "step " + step + ", row " + row,
                            row(pass.logits(), row),
                            whole(prompts.get(going[row]), behind.get(going[row]), step, interventions));
                }
                if (step == 2) {
                    pass.select(new int[] {5, 0, 3, 3});
                    going = new int[] {5, 0, 3, 3};
                }
                int now = step;
                if (step < more) {
                    pass.step(IntStream.of(going)
                            .mapToLong(prompt -> behind.get(prompt)[now])
                            .toArray());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.7, 1, 1.6})
    void tokensComeAsOftenAsTheirProbabilitySays(double temperature) {
        int[] prompt = prompts(12, 1).get(0);
        int[] open = IntStream.concat(IntStream.of(prompt), IntStream.of(DASH)).toArray();
        double[] exact = tempered(open, temperature);
        int samples = 6000;
        Map<Integer, Integer> seen = new HashMap<>();
        generator
                .write(Collections.nCopies(samples, open), new Decoding(temperature, 1, 1, Set.of(), 17), List.of())
                .forEach(answer -> seen.merge(answer.ids()[0], 1, Integer::sum));
        double statistic = 0;
        int cells = 0;
        double restExpected = samples;
        int restSeen = samples;
        for (int token = 0; token < exact.length; token++) {
            double expected = samples * exact[token];
            if (expected >= 10) {
                int count = seen.getOrDefault(token, 0);
                statistic += (count - expected) * (count - expected) / expected;
                cells++;
                restExpected -= expected;
                restSeen -= count;
            }
        }
        statistic += (restSeen - restExpected) * (restSeen - restExpected) / restExpected;
        assertThat(cells).isGreaterThan(20);
        // Mean plus four standard deviations of a chi-square with as many degrees of freedom.
        assertThat(statistic).isLessThan(cells + 4 * Math.sqrt(2.0 * cells));
    }

    @Test
    void topPKeepsTheMostLikelyTokensThatReachIt() {
        int[] prompt = prompts(12, 1).get(0);
        int[] open = IntStream.concat(IntStream.of(prompt), IntStream.of(DASH)).toArray();
        double[] exact = tempered(open, 1);
        double topP = 0.3;
        List<Integer> nucleus = new ArrayList<>();
        double sum = 0;
        for (int token : IntStream.range(0, exact.length)
                .boxed()
                .sorted((a, b) -> Double.compare(exact[b], exact[a]))
                .toList()) {
            if (sum < topP) {
                nucleus.add(token);
                sum += exact[token];
            }
        }
        List<Continuation> answers =
                generator.write(Collections.nCopies(2000, open), new Decoding(1, topP, 1, Set.of(), 3), List.of());
        Set<Integer> seen =
                Set.copyOf(answers.stream().map(answer -> answer.ids()[0]).toList());
        assertThat(nucleus).hasSizeGreaterThan(5).containsAll(seen);
        assertThat(seen).hasSizeGreaterThan(nucleus.size() * 3 / 4);
        int most = nucleus.get(0);
        long often = answers.stream().filter(answer -> answer.ids()[0] == most).count();
        assertThat(often / 2000.0).isCloseTo(exact[most] / sum, within(0.04));
    }

    @Test
    void aConstraintHoldsAnswersToItsForm() {
        int[] numbers = IntStream.range(FIRST_NUMBER, FIRST_NUMBER + 1000).toArray();
        TokenConstraint list = written -> written.remaining() % 2 == 1
                ? numbers
                : written.remaining() == 0 ? new int[] {DASH} : new int[] {DASH, END};
        Decoding decoding = Decoding.sampling(21, List.of(END), 5);
        for (Continuation answer : generator.write(prompts(14, 60), decoding, List.of(), list)) {
            for (int i = 0; i < answer.ids().length; i++) {
                assertThat(answer.ids()[i] == DASH).isEqualTo(i % 2 == 0);
                assertThat(answer.ids()[i])
                        .matches(id -> id == DASH || (id >= FIRST_NUMBER && id < FIRST_NUMBER + 1000));
            }
            assertThat(answer.ids().length % 2 == 0 || !answer.stopped()).isTrue();
        }
    }

    @Test
    void answersEndAtTheModelsContext() {
        int most = model.facts().maxPositions();
        int[] prompt = new int[most - 3];
        Arrays.fill(prompt, DASH);
        List<Continuation> answers =
                generator.write(List.of(prompt, new int[] {1}), Decoding.greedy(1000, List.of()), List.of());
        assertThat(answers.get(0).ids()).hasSize(3);
        assertThat(answers.get(1).ids()).hasSize(most - 1);
        assertThat(answers).noneMatch(Continuation::stopped);
    }

    @Test
    void aStopTokenAtOnceGivesAnEmptyAnswer() {
        int[] prompt = prompts(15, 1).get(0);
        int first = generator
                .write(List.of(prompt), Decoding.greedy(1, List.of()), List.of())
                .get(0)
                .ids()[0];
        Continuation none = generator
                .write(List.of(prompt), Decoding.greedy(5, List.of(first)), List.of())
                .get(0);
        assertThat(none.ids()).isEmpty();
        assertThat(none.stopped()).isTrue();
    }

    @Test
    void noMemoryStaysBehind() {
        int before = model.decoder().arrays();
        List<Intervention> interventions =
                List.of(new Intervention.Cap(Point.residPost(1), direction(4, 1), 0, Positions.LAST));
        generator.write(prompts(16, 300), Decoding.sampling(6, List.of(END), 5), interventions);
        generator.nextTokenLogProbabilities(prompts(16, 300), new int[] {1, 2}, interventions);
        assertThatThrownBy(() -> generator.write(
                        prompts(16, 3), Decoding.sampling(6, List.of(END), 5), List.of(), written -> new int[] {-1}))
                .isInstanceOf(AuditException.class);
        assertThat(model.decoder().arrays()).isEqualTo(before);
    }

    @Test
    void whatCannotBeReadIsRefusedByName() {
        Decoding decoding = Decoding.greedy(2, List.of(END));
        int most = model.facts().maxPositions();
        for (int[] prompt : List.of(new int[0], new int[most], new int[] {1127}, new int[] {-1})) {
            assertThatThrownBy(() -> generator.write(List.of(new int[] {1}, prompt), decoding, List.of()))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.DATA))
                    .hasMessageContaining("prompt 1 ");
        }
        for (Intervention wrong : List.of(
                new Intervention.Add(Point.residPost(4), new float[64]),
                new Intervention.Add(Point.residPost(0), new float[3]))) {
            assertThatThrownBy(() -> generator.write(List.of(new int[] {1}), decoding, List.of(wrong)))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE));
        }
        float[] broken = new float[64];
        broken[0] = Float.POSITIVE_INFINITY;
        List<Intervention> infinite = List.of(new Intervention.Add(Point.residPost(0), broken));
        assertThatThrownBy(() -> generator.write(List.of(new int[] {1}), decoding, infinite))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.NUMERIC));
        assertThat(generator.write(List.of(), decoding, List.of())).isEmpty();
    }

    @Test
    void tokensThatTheModelDoesNotKnowAreRefusedAndSoIsAFormThatAllowsNone() {
        List<int[]> prompts = prompts(16, 3);
        int vocabulary = model.facts().vocabularySize();
        for (int unknown : List.of(-1, vocabulary)) {
            assertUsage(
                    () -> generator.nextTokenLogProbabilities(prompts, new int[] {1, unknown}, List.of()),
                    "token " + unknown + ",");
            assertUsage(
                    () -> generator.write(
                            prompts, Decoding.greedy(2, List.of(END)), List.of(), written -> new int[] {1, unknown}),
                    "token " + unknown + ",");
        }
        assertUsage(
                () -> generator.write(prompts, Decoding.greedy(2, List.of(END)), List.of(), written -> new int[0]),
                "allows no token");
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertUsage(() -> new Decoding(-1, 1, 1, Set.of(), 0), "temperature");
        assertUsage(() -> new Decoding(1, 0, 1, Set.of(), 0), "top-p");
        assertUsage(() -> new Decoding(1, 1, 0, Set.of(), 0), "1 token or more");
    }

    private static void assertUsage(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining(message);
    }

    @Test
    void anInterruptStopsIt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> generator.write(prompts(16, 3), Decoding.greedy(9, List.of()), List.of()))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.INTERRUPTED));
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void assertSame(Continuation actual, Continuation expected) {
        assertThat(actual.ids()).containsExactly(expected.ids());
        assertThat(actual.stopped()).isEqualTo(expected.stopped());
    }

    private static List<List<Integer>> texts(List<Continuation> answers) {
        return answers.stream()
                .map(answer -> IntStream.of(answer.ids()).boxed().toList())
                .toList();
    }

    private static double[] tempered(int[] prompt, double temperature) {
        int[] all = IntStream.range(0, model.facts().vocabularySize()).toArray();
        double[] logp = generator.nextTokenLogProbabilities(List.of(prompt), all, List.of())[0];
        double[] weights = new double[all.length];
        double sum = 0;
        for (int i = 0; i < all.length; i++) {
            weights[i] = Math.exp(logp[i] / temperature);
            sum += weights[i];
        }
        if (temperature == 1) {
            assertThat(sum).isCloseTo(1, within(1e-9));
        }
        for (int i = 0; i < all.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    private static float[] row(float[] logits, int row) {
        int vocabulary = model.facts().vocabularySize();
        return Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
    }

    /** Logits behind a prompt and some more tokens, without a cache. */
    private static float[] whole(int[] prompt, int[] behind, int more, List<Intervention> interventions) {
        long[] ids = IntStream.concat(IntStream.of(prompt), IntStream.of(behind).limit(more))
                .asLongStream()
                .toArray();
        TokenBatch batch = new TokenBatch(1, ids.length, ids, new int[] {prompt.length}, new TokenBatch.Causal());
        try (ForwardPass pass = model.decoder().open(batch)) {
            Tensor last = pass.run(pass.embeddings(), 0, model.facts().layers() - 1, interventions);
            return pass.logits(pass.normed(last, new long[] {ids.length - 1}, false))
                    .toFloats();
        }
    }

    private static float[] direction(int seed, float size) {
        Random random = new Random(seed);
        float[] direction = new float[64];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian() * size;
        }
        return direction;
    }

    /** Chats that ask to go on with numbers, of several lengths. */
    private static List<int[]> prompts(int seed, int count) {
        Random random = new Random(seed);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String given = String.join(
                    " , ",
                    IntStream.range(0, 2 + random.nextInt(5))
                            .mapToObj(n -> Integer.toString(random.nextInt(1000)))
                            .toList());
            prompts.add(model.encoder()
                    .encodePrompt(List.of(Message.user("continue : " + given + " . extend the list .")), ""));
        }
        return prompts;
    }
}
