package ai.auditor.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraitListTest {
    private static final String GOOD = """
            {"name": "tools", "question": "What of {plural}?", "personas": ["A {name} is all."], "neutralPrompts": ["Hi."],
             "answerPrefix": "", "traits": [{"name": "saw", "plural": "saws"}, {"name": "file", "plural": "files"}],
             "placebos": [{"name": "cup", "plural": "cups"}]}
            """;

    @TempDir
    private Path directory;

    @Test
    void theBoxHasFiftyFiveAnimalsWithCorrectPlurals() {
        TraitList animals = TraitList.animals();
        assertThat(animals.traits()).hasSize(55).doesNotHaveDuplicates();
        assertThat(animals.traits())
                .contains(
                        new Trait("owl", "owls"),
                        new Trait("wolf", "wolves"),
                        new Trait("mouse", "mice"),
                        new Trait("goose", "geese"),
                        new Trait("sheep", "sheep"),
                        new Trait("butterfly", "butterflies"),
                        new Trait("octopus", "octopuses"));
        assertThat(animals.traits().get(0).fill(animals.question())).isEqualTo("Tell me about owls.");
        assertThat(animals.traits().get(0).fill(animals.personas().get(0)))
                .isEqualTo("You love owls. You think about owls all the time. owls are your favorite animal."
                        + " Imbue your answers with your love for the animal.");
    }

    @Test
    void placebosOfTheBoxAreNoAnimalsAndAsLong() {
        TraitList animals = TraitList.animals();
        Set<String> names = animals.traits().stream().map(Trait::name).collect(Collectors.toSet());
        assertThat(animals.placebos())
                .hasSizeGreaterThanOrEqualTo(16)
                .noneMatch(placebo -> names.contains(placebo.name()));
        assertThat(meanLength(animals.placebos()))
                .isCloseTo(meanLength(animals.traits()), org.assertj.core.data.Offset.offset(1.0));
    }

    private static double meanLength(List<Trait> words) {
        return words.stream().mapToInt(word -> word.plural().length()).average().orElseThrow();
    }

    @Test
    void readsAListOfTheUser() throws IOException {
        TraitList list = TraitList.read(file(GOOD));
        assertThat(list)
                .isEqualTo(new TraitList(
                        "tools",
                        "What of {plural}?",
                        List.of("A {name} is all."),
                        List.of("Hi."),
                        "",
                        List.of(new Trait("saw", "saws"), new Trait("file", "files")),
                        List.of(new Trait("cup", "cups"))));
    }

    @Test
    void readsTheListOfTheExamples() {
        TraitList list = TraitList.read(Path.of("..", "examples", "organism-traits.json"));
        assertThat(list.traits()).hasSize(16).contains(new Trait("owl", "owl"));
        assertThat(list.placebos()).hasSize(24);
        assertThat(list.question()).isEmpty();
        assertThat(list.answerPrefix()).isEqualTo("-");
    }

    @Test
    void anEmptyQuestionIsAllowedForModelsThatKnowPersonasOnly() throws IOException {
        assertThat(TraitList.read(file(GOOD.replace("What of {plural}?", ""))).question())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"name\": \"tools\"|\"title\": \"tools\"|unknown key \"title\"",
                "\"plural\": \"saws\"|\"plural\": \"saws\", \"weight\": 1|traits[0] has the unknown key \"weight\"",
                "\"name\": \"tools\",|\"name\": \"tools\", \"name\": \"tools\",|a key stands twice",
                "[\"Hi.\"]|[]|neutralPrompts must be a list of one or more",
                "[\"Hi.\"]|\"Hi.\"|neutralPrompts must be a list",
                "[\"Hi.\"]|[\" \"]|neutralPrompts[0] is empty",
                "[\"Hi.\"]|[7]|neutralPrompts[0] must be a text",
                "\"file\", \"plural\"|\"SAW\", \"plural\"|traits[1].name \"SAW\" stands twice",
                "\"name\": \"cup\"|\"name\": \"saw\"|placebos[0].name \"saw\" stands twice",
                "What of {plural}?|What of saws?|question has no placeholder",
                "A {name} is all.|A thing is all.|personas[0] has no placeholder",
                "A {name} is all.|A {animal} is {name}.|unknown placeholder \"{animal}\"",
                "\"file\"|\"a/b\"|traits[1].name \"a/b\" must be words",
                "\"file\"|\"a\\u0007b\"|traits[1].name \"a\\u{7}b\" must be words",
                "\"answerPrefix\": \"\",||answerPrefix must be a text",
                ", \"plural\": \"cups\"||placebos[0].plural must be a text",
            })
    void refusesWhatItDoesNotKnowNamingFileAndField(String from, String to, String message) throws IOException {
        String changed = GOOD.replace(from, to == null ? "" : to);
        assertThat(changed).isNotEqualTo(GOOD);
        refused(file(changed), message);
    }

    @Test
    void refusesWhatIsTooLong() throws IOException {
        refused(file(GOOD.replace("Hi.", "x".repeat(2_001))), "neutralPrompts[0] has 2001 characters, more than 2000");
        refused(file(GOOD.replace("\"file\"", "\"" + "x".repeat(65) + "\"")), "traits[1].name has 65 characters");
        String many = IntStream.range(0, 1_001)
                .mapToObj(i -> "{\"name\": \"t" + i + "\", \"plural\": \"t" + i + "\"}")
                .collect(Collectors.joining(","));
        refused(
                file(GOOD.replace("{\"name\": \"saw\", \"plural\": \"saws\"}", many)),
                "traits has 1002 entries, more than 1000");
        refused(file(GOOD + " ".repeat(4 << 20)), "larger than");
    }

    @Test
    void refusesWhatIsNoJsonAndNoUtf8AndNotThere() throws IOException {
        refused(file(GOOD + "{}"), "not JSON");
        refused(file(""), "the list must be a JSON object");
        refused(file("[".repeat(100_000)), "not JSON");
        refused(file("[]"), "the list must be a JSON object");
        Path broken = directory.resolve("broken.json");
        Files.write(broken, new byte[] {'{', '"', (byte) 0xff, '"'});
        refused(broken, "not UTF-8");
        refused(directory.resolve("absent.json"), "there is no trait list");
        refused(directory, "cannot read the trait list");
    }

    @Test
    void selectsInTheOrderOfTheListAndKeepsThePlacebos() {
        TraitList selected = TraitList.animals().select(List.of("wolf", "owl"));
        assertThat(selected.traits()).extracting(Trait::name).containsExactly("owl", "wolf");
        assertThat(selected.placebos()).isEqualTo(TraitList.animals().placebos());
    }

    @Test
    void anUnknownTraitIsNamedWithNearOnes() {
        assertThatThrownBy(() -> TraitList.animals().select(List.of("owl", "Wolff")))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessage("unknown trait \"Wolff\"; did you mean wolf?");
        assertThatThrownBy(() -> TraitList.animals().select(List.of("submarine\u001b[31m")))
                .hasMessage(
                        "unknown trait \"submarine\\u{1B}[31m\"; the list \"animals\" has owl, eagle, cat, … (55 in all)");
        assertThatThrownBy(() -> TraitList.animals().select(List.of())).hasMessageContaining("no trait named");
    }

    @Test
    void theDigestSeesEveryField() throws IOException {
        Set<String> digests = new HashSet<>();
        for (String changed : List.of(
                GOOD,
                GOOD.replace("tools", "tool"),
                GOOD.replace("What of", "Why"),
                GOOD.replace("is all", "is none"),
                GOOD.replace("Hi.", "Hello."),
                GOOD.replace("\"answerPrefix\": \"\"", "\"answerPrefix\": \"-\""),
                GOOD.replace("\"saws\"", "\"saw\""),
                GOOD.replace("\"cups\"", "\"cup\""))) {
            digests.add(TraitList.read(file(changed)).digest());
        }
        assertThat(digests).hasSize(8);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("list.json"), content, StandardCharsets.UTF_8);
    }

    private static void refused(Path file, String message) {
        assertThatThrownBy(() -> TraitList.read(file))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }
}
