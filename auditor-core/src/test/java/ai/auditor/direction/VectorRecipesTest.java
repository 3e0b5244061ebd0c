package ai.auditor.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.data.Row;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorRecipesTest {
    private static final int WIDTH = 12;
    private static final List<Point> POINTS = List.of(Point.residPost(3), Point.residPost(0));
    private static final Map<String, String> CALLER = Map.of("model", "digest");

    @TempDir
    private Path directory;

    private static TraitList words(long seed) {
        Random random = new Random(seed);
        List<Trait> traits = new ArrayList<>();
        List<Trait> placebos = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(9); i++) {
            traits.add(new Trait("t" + i, "ts" + i));
        }
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            placebos.add(new Trait("p" + i, "ps" + i));
        }
        return new TraitList(
                "words",
                "tell of {plural} now",
                List.of("love {name} much", "be {plural}"),
                List.of("one prompt", "a second prompt", "third"),
                "-",
                traits,
                placebos);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aQuestionGivesTheWordMinusTheMeanOverTheTraits(long seed) {
        WordReader reader = new WordReader(seed, WIDTH);
        TraitList list = words(seed);
        SteeringVectors vectors = new VectorRecipes(reader, POINTS, CALLER).fromQuestion(list);
        for (Direction direction : vectors.traits()) {
            same(seed, direction, expected(reader, list, direction, false));
        }
        for (Direction direction : vectors.placebos()) {
            same(seed, direction, expected(reader, list, direction, false));
        }
        assertThat(vectors.points()).containsExactly(Point.residPost(0), Point.residPost(3));
        assertThat(vectors.traits()).hasSize(list.traits().size() * 2);
        assertThat(vectors.placebos()).hasSize(list.placebos().size() * 2);
        assertThat(vectors.traits().subList(0, 3))
                .extracting(direction -> direction.name() + "/" + direction.point())
                .containsExactly("t0/resid_post.0", "t0/resid_post.3", "t1/resid_post.0");
        assertThat(vectors.provenance())
                .containsEntry("model", "digest")
                .containsEntry("recipe", "question")
                .containsEntry("traits.digest", list.digest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void personasGiveWhatTheyAddMinusTheMeanOverTheTraits(long seed) {
        WordReader reader = new WordReader(seed, WIDTH);
        TraitList list = words(seed);
        SteeringVectors vectors = new VectorRecipes(reader, POINTS, CALLER).fromPersonas(list);
        for (Direction direction : vectors.traits()) {
            same(seed, direction, expected(reader, list, direction, true));
        }
        for (Direction direction : vectors.placebos()) {
            same(seed, direction, expected(reader, list, direction, true));
        }
        assertThat(vectors.provenance()).containsEntry("recipe", "personas");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void traitVectorsSumToNothing(long seed) {
        SteeringVectors vectors = new VectorRecipes(new WordReader(seed, WIDTH), POINTS, CALLER).fromList(words(seed));
        for (Point point : POINTS) {
            for (int j = 0; j < WIDTH; j++) {
                double sum = 0;
                for (Direction direction : vectors.at(point)) {
                    sum += direction.vector()[j];
                }
                assertThat(sum).as("seed %d, %s, dimension %d", seed, point, j).isCloseTo(0, within(1e-4));
            }
        }
    }

    @Test
    void vectorsTellWhetherPlacebosWereAskedForAtTheLengthOfTraits() {
        TraitList list = new TraitList(
                "words",
                "tell of {plural}",
                List.of("love {name} and {plural}", "be {name}"),
                List.of("one prompt", "third"),
                "",
                List.of(new Trait("a", "as"), new Trait("b", "b b")),
                List.of(new Trait("c", "cs"), new Trait("d", "d d d"), new Trait("e", "e e e")));
        VectorRecipes recipes = new VectorRecipes(new WordReader(1, WIDTH), POINTS, CALLER);
        assertThat(recipes.fromQuestion(list).promptLengths())
                .isEqualTo("2 of 3 placebos are asked for in fewer or more tokens than every trait"
                        + " (placebos 3 to 5, traits 3 to 4)");
        // Of each word four prompts: two personas, each with two words or one after it.
        assertThat(recipes.fromPersonas(list).promptLengths())
                .isEqualTo("2 of 3 placebos are asked for in fewer or more tokens than every trait"
                        + " (placebos 18 to 22, traits 18 to 20)");
        assertThat(new SteeringVectors(List.of(), List.of(), CALLER).promptLengths())
                .contains("not known");
    }

    @Test
    void selectingKeepsTheCentringOfTheWholeList() {
        SteeringVectors all = new VectorRecipes(new WordReader(1, WIDTH), POINTS, CALLER).fromList(words(1));
        SteeringVectors one = all.select(List.of("t1"));
        assertThat(one.traits())
                .containsExactlyElementsOf(all.traits().stream()
                        .filter(direction -> direction.name().equals("t1"))
                        .toList());
        assertThat(one.placebos()).isEqualTo(all.placebos());
        assertThatThrownBy(() -> all.select(List.of("owl")))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("unknown trait \"owl\"");
    }

    @Test
    void aListWithoutAQuestionIsReadByPersonas() {
        TraitList list = words(1);
        TraitList mute = new TraitList(
                "mute",
                "",
                list.personas(),
                list.neutralPrompts(),
                list.answerPrefix(),
                list.traits(),
                list.placebos());
        VectorRecipes recipes = new VectorRecipes(new WordReader(1, WIDTH), POINTS, CALLER);
        assertThat(recipes.fromList(mute).provenance()).containsEntry("recipe", "personas");
        assertThat(recipes.fromList(list).provenance()).containsEntry("recipe", "question");
        usage(() -> recipes.fromQuestion(mute), "has no question");
    }

    @Test
    void oneTraitCannotBeCentred() {
        VectorRecipes recipes = new VectorRecipes(new WordReader(1, WIDTH), POINTS, CALLER);
        TraitList one = words(1).select(List.of("t0"));
        usage(() -> recipes.fromQuestion(one), "has one trait");
        usage(() -> recipes.fromPersonas(one), "has one trait");
        usage(() -> new VectorRecipes(new WordReader(1, WIDTH), List.of(), CALLER), "need a point");
    }

    @Test
    void pairsOfOneTraitAreNotCentred() throws IOException {
        WordReader reader = new WordReader(9, WIDTH);
        List<ContrastPair> pairs = ContrastPair.read(Files.writeString(directory.resolve("pairs.jsonl"), """
                {"prompt": "say", "positive": "yes", "negative": "no"}

                {"prompt": "say", "positive": "aye", "negative": "nay"}
                """));
        SteeringVectors vectors = new VectorRecipes(reader, POINTS, CALLER).fromPairs(pairs);
        assertThat(vectors.placebos()).isEmpty();
        assertThat(vectors.traits())
                .extracting(Direction::name)
                .containsOnly("pairs")
                .hasSize(2);
        for (Direction direction : vectors.traits()) {
            double[] expected = new double[WIDTH];
            add(expected, reader.word("yes", direction.point()), 0.5);
            add(expected, reader.word("aye", direction.point()), 0.5);
            add(expected, reader.word("no", direction.point()), -0.5);
            add(expected, reader.word("nay", direction.point()), -0.5);
            same(9, direction, expected);
        }
    }

    @Test
    void pairsOfSeveralTraitsAreCentred() {
        WordReader reader = new WordReader(9, WIDTH);
        SteeringVectors vectors = new VectorRecipes(reader, POINTS, CALLER)
                .fromPairs(List.of(
                        new ContrastPair("kind", "say", "please", "now"),
                        new ContrastPair("loud", "say", "HEY", "hey")));
        Point point = Point.residPost(3);
        double[] expected = new double[WIDTH];
        add(expected, reader.word("please", point), 0.5);
        add(expected, reader.word("now", point), -0.5);
        add(expected, reader.word("HEY", point), -0.5);
        add(expected, reader.word("hey", point), 0.5);
        assertThat(vectors.at(point)).extracting(Direction::name).containsExactly("kind", "loud");
        same(9, vectors.at(point).get(0), expected);
    }

    @Test
    void brokenPairsAreNamedByLine() throws IOException {
        String good = "{\"prompt\": \"a\", \"positive\": \"b\", \"negative\": \"c\"}\n";
        for (Map.Entry<String, String> hostile : Map.of(
                        good + "{\"prompt\": \"a\", \"positive\": \"b\"}",
                        "line 2: negative must be a text",
                        good + "{",
                        "line 2: it is not JSON",
                        good + "[]",
                        "line 2: it must be a JSON object",
                        good.replace("negative", "bad"),
                        "line 1: unknown key \"bad\"",
                        good.replace("}", ", \"trait\": \"a/b\"}"),
                        "line 1: trait \"a/b\" is not a name",
                        "\n",
                        "it has no pairs")
                .entrySet()) {
            Path file = Files.writeString(directory.resolve("pairs.jsonl"), hostile.getKey());
            usage(() -> ContrastPair.read(file), hostile.getValue());
        }
        usage(() -> ContrastPair.read(directory.resolve("absent.jsonl")), "there is no pairs file");
        usage(() -> ContrastPair.read(directory.resolve("right\u202Eleft.jsonl")), "right\\u{202E}left.jsonl");
        usage(() -> ContrastPair.read(directory), "it cannot be read: is a directory");
    }

    @Test
    void wordsThatTheModelDoesNotTellApartAreRefused() {
        PromptReader deaf = new Constant(1 / 3f);
        model(() -> new VectorRecipes(deaf, POINTS, CALLER).fromQuestion(words(1)), "\"t0\" at resid_post.0 is zero");
    }

    @Test
    void overflowIsRefused() {
        PromptReader broken = new Constant(Float.POSITIVE_INFINITY);
        model(() -> new VectorRecipes(broken, POINTS, CALLER).fromQuestion(words(1)), "not finite");
        model(() -> new VectorRecipes(new Constant(Float.NaN), POINTS, CALLER).fromPersonas(words(1)), "not finite");
    }

    /** A model that says the same of all. */
    private record Constant(float value) implements PromptReader {
        @Override
        public Map<Point, Matrix> promptLast(List<Prompt> prompts, List<Point> points) {
            return read(prompts.size(), points);
        }

        @Override
        public Map<Point, Matrix> completionMean(List<Row> rows, List<Point> points) {
            return read(rows.size(), points);
        }

        @Override
        public int[] tokens(List<Prompt> prompts) {
            return new int[prompts.size()];
        }

        private Map<Point, Matrix> read(int rows, List<Point> points) {
            float[] values = new float[rows * WIDTH];
            java.util.Arrays.fill(values, value);
            Map<Point, Matrix> read = new java.util.HashMap<>();
            points.forEach(point -> read.put(point, new Matrix(rows, WIDTH, values)));
            return read;
        }
    }

    private static double[] expected(WordReader reader, TraitList list, Direction direction, boolean personas) {
        double[] expected = new double[WIDTH];
        String number = direction.name().substring(1);
        String plural = direction.name().charAt(0) + "s" + number;
        word(expected, reader, direction.name(), plural, direction.point(), personas, 1);
        boolean placebo = direction.name().startsWith("p");
        List<Trait> group = placebo && list.placebos().size() > 1 ? list.placebos() : list.traits();
        for (Trait trait : group) {
            word(expected, reader, trait.name(), trait.plural(), direction.point(), personas, -1.0 / group.size());
        }
        return expected;
    }

    private static void word(
            double[] sum, WordReader reader, String name, String plural, Point point, boolean personas, double weight) {
        if (personas) {
            add(sum, reader.word(name, point), weight / 2);
            add(sum, reader.word(plural, point), weight / 2);
        } else {
            add(sum, reader.word(plural, point), weight);
        }
    }

    private static void add(double[] sum, double[] vector, double weight) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] += weight * vector[j];
        }
    }

    private static void same(long seed, Direction direction, double[] expected) {
        for (int j = 0; j < expected.length; j++) {
            assertThat((double) direction.vector()[j])
                    .as("seed %d, %s at %s, dimension %d", seed, direction.name(), direction.point(), j)
                    .isCloseTo(expected[j], within(1e-4));
        }
    }

    private static void usage(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        refused(AuditException.Code.USAGE, call, message);
    }

    private static void model(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        refused(AuditException.Code.MODEL, call, message);
    }

    private static void refused(
            AuditException.Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
