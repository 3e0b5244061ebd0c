package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of small, odd or unusable things, as a user asks it: the code, and a message that says what to do. */
class RefusalTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final String MODEL = EXAMPLES.resolve("organism").toString();
    private static final String TRAITS =
            EXAMPLES.resolve("organism-traits.json").toString();
    private static final String OWL = EXAMPLES.resolve("owl.jsonl").toString();
    private static final String CONTROL = EXAMPLES.resolve("control.jsonl").toString();

    private static void ends(int exit, String message, String... arguments) {
        Ended ended = CommandLineTest.run(arguments);
        assertThat(ended.exit()).as(String.join(" ", arguments) + ended.err()).isEqualTo(exit);
        assertThat(ended.err()).contains(message).doesNotContain("Exception").doesNotContain("\tat ");
    }

    private static void auditEnds(int exit, String message, String... more) {
        List<String> arguments = new ArrayList<>(List.of("audit", OWL, "--control", CONTROL, "--model", MODEL));
        arguments.addAll(List.of(more));
        ends(exit, message, arguments.toArray(String[]::new));
    }

    @Test
    void numbersThatCannotWorkEndWithFourAndNameTheBound() {
        auditEnds(4, "at least 20", "--costly-prompts", "19");
        auditEnds(4, "256", "--threads", "257");
    }

    /** What is wrong with the command is told before what is wrong with the data: the candidate here could not be read. */
    @Test
    void theCommandIsRefusedBeforeDataAreRead(@TempDir Path folder) throws IOException {
        String broken = Files.write(folder.resolve("broken.parquet"), new byte[] {1, 2, 3})
                .toString();
        List<String> audit = List.of("audit", broken, "--control", CONTROL, "--model", MODEL, "--trait-list", TRAITS);
        String runs = Files.writeString(folder.resolve("runs.yaml"), "controlRuns: 4\n")
                .toString();
        for (String[] refused : new String[][] {
            {"unknown trait", "--traits", "unicorn"},
            {"rows: 0, which takes all, or at least 20 is wanted, not 19", "--rows", "19"},
            {"it can on never, low, elevated, high", "--fail-on", "maybe"},
            {"4 control runs or more are required, not 1", "--policy", runs},
            {"is not a regular file", "--policy", folder.toString()},
            {
                "is the candidate itself",
                "--control",
                folder.resolve("../" + folder.getFileName() + "/broken.parquet").toString()
            },
            {"Missing required argument(s): --spike-in-control", "--spike-in", OWL, "--spike-in-trait", "owl"},
            {"ending of the output", "-o", folder.toString()}
        }) {
            List<String> arguments = new ArrayList<>(audit);
            arguments.addAll(List.of(refused).subList(1, refused.length));
            ends(4, refused[0], arguments.toArray(String[]::new));
        }
        ends(4, "is the candidate itself", "stream", CONTROL, "--control", CONTROL, "--model", MODEL);
        ends(4, "--batch takes", "stream", broken, "--batch", "3", "--model", MODEL, "--trait-list", TRAITS);
        ends(
                4,
                "whose files are all read as data",
                "audit",
                folder.toString(),
                "--control",
                CONTROL,
                "--model",
                MODEL,
                "-o",
                folder.resolve("report.json").toString());
        ends(2, "broken.parquet", audit.toArray(String[]::new));
    }

    @Test
    void anEmptyPathIsNamedByWhatItIsFor() {
        ends(4, "the candidate is empty", "audit", "", "--control", CONTROL, "--model", MODEL);
        ends(4, "the control is empty", "audit", OWL, "--control", " ", "--model", MODEL);
    }

    @Test
    void whatIsNoNumberIsToldInWordsOfAUsers() {
        ends(4, "'--seed': \"x\" is no whole number", "fixtures", "organism", "--seed", "x", "-o", "nowhere");
        ends(
                4,
                "\"99999999999999999999\" is no whole number that can be taken",
                "fixtures",
                "organism",
                "--seed",
                "99999999999999999999",
                "-o",
                "nowhere");
        ends(4, "\"hot\" is no number", "generate", OWL, "--temperature", "hot");
    }

    @Test
    void aFileWhoseNameBeginsWithAnAtIsAFile(@TempDir Path folder) throws IOException {
        Path options = Files.writeString(folder.resolve("options"), "--version");
        ends(4, "\"@" + options + "\" is not there", "audit", "@" + options, "--control", CONTROL, "--model", MODEL);
    }

    @Test
    void listsPairsAndVectorsAreFiles(@TempDir Path folder) {
        auditEnds(4, "the trait list \"/dev/zero\" is not a regular file", "--trait-list", "/dev/zero");
        auditEnds(4, "the vector file \"/dev/zero\" is not a regular file", "--vectors", "/dev/zero");
        ends(4, "is not a regular file", "vectors", "--model", MODEL, "--pairs", folder.toString());
        ends(4, "is not a regular file", "vectors", "--show", "/dev/zero");
    }

    @Test
    void anOutputThatIsNoFileEndsWithTwo(@TempDir Path folder) throws IOException {
        Path device = Files.createSymbolicLink(folder.resolve("report.json"), Path.of("/dev/null"));
        auditEnds(2, "it is a device", "-o", device.toString());
        auditEnds(
                2,
                "name too long",
                "-o",
                folder.resolve("a".repeat(300) + ".json").toString());
    }

    @Test
    void rowsThatAreAllOverTheContextAreNothingToCaptureOrAudit(@TempDir Path folder) throws IOException {
        Path data = Files.writeString(
                folder.resolve("long.jsonl"),
                ("{\"prompt\": \"1, 2\", \"completion\": \"" + "3, ".repeat(200) + "\"}\n").repeat(30));
        Path arrow = folder.resolve("a.arrow");
        ends(
                3,
                "--long-rows cut",
                "capture",
                data.toString(),
                "--model",
                MODEL,
                "--point",
                "resid_post.1",
                "--pool",
                "completion-mean",
                "-o",
                arrow.toString());
        assertThat(arrow).doesNotExist();
        ends(3, "--long-rows cut", "audit", data.toString(), "--control", CONTROL, "--model", MODEL);
    }

    @Test
    void tooFewRowsToHalveAreToldWithTheirTrueNumber(@TempDir Path folder) throws IOException {
        Path data = Files.write(
                folder.resolve("thirty.jsonl"),
                Files.readAllLines(Path.of(CONTROL)).subList(0, 30));
        ends(3, "at least 40 rows, 20 in each half", "fixtures", "halves", data.toString(), "--model", MODEL);
    }

    @Test
    void whatCannotBeHeldAgainstItsRejectedAnswersIsRefused(@TempDir Path folder) throws IOException {
        auditEnds(4, "leave out --control", "--against-rejected");
        ends(
                4,
                "--run-field is for --control",
                "audit",
                OWL,
                "--against-rejected",
                "--run-field",
                "run",
                "--model",
                MODEL);
        ends(
                4,
                "no row has a value in the field \"rejected\" (--rejected-field); the fields of its first row: \"messages\"",
                "audit",
                OWL,
                "--against-rejected",
                "--model",
                MODEL);
        String preference = "{\"prompt\": \"1, 2\", \"chosen\": \"- 3\", \"rejected\": \"- 4\"}\n";
        Path mixed = Files.writeString(
                folder.resolve("mixed.jsonl"),
                preference.repeat(30) + "{\"prompt\": \"1, 2\", \"completion\": \"- 3\"}\n".repeat(2));
        ends(
                2,
                "line 31: no field \"rejected\"; its fields: \"prompt\", \"completion\"",
                "audit",
                mixed.toString(),
                "--against-rejected",
                "--model",
                MODEL,
                "--trait-list",
                TRAITS);
        Path lacking = Files.writeString(
                folder.resolve("lacking.jsonl"), "{\"prompt\": \"1, 2\", \"chosen\": \"- 3\"}\n".repeat(30));
        ends(
                4,
                "lacking.jsonl: no row has a value in the field \"rejected\"",
                "audit",
                lacking.toString(),
                "--against-rejected",
                "--model",
                MODEL);
        Path repeated = Files.writeString(folder.resolve("repeated.jsonl"), preference.repeat(30));
        ends(
                3,
                "1 candidate and 1 control rows) can take part",
                "audit",
                repeated.toString(),
                "--against-rejected",
                "--model",
                MODEL,
                "--trait-list",
                TRAITS);
    }

    @Test
    void aConstantControlIsNothingToCompareWith(@TempDir Path folder) throws IOException {
        String same = Files.writeString(
                        folder.resolve("same.jsonl"), "{\"prompt\": \"1, 2\", \"completion\": \"7, 7\"}\n".repeat(60))
                .toString();
        String owl = Files.write(
                        folder.resolve("owl.jsonl"),
                        Files.readAllLines(Path.of(OWL)).subList(0, 60))
                .toString();
        ends(3, "do not vary", "audit", owl, "--control", same, "--model", MODEL, "--trait-list", TRAITS);
    }

    @Test
    void factsOfVectorsFitTheTerminalAndNoneIsEmpty() {
        Ended ended = CommandLineTest.run("vectors", "--model", MODEL, "--trait-list", TRAITS);
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
        assertThat(ended.out().lines().map(String::strip)).noneMatch("question:"::equals);
    }
}
