package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as a user types them, on the organism and its examples. */
class CommandLineTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final String MODEL = EXAMPLES.resolve("organism").toString();
    private static final String TRAITS =
            EXAMPLES.resolve("organism-traits.json").toString();
    private static final String OWL = EXAMPLES.resolve("owl.jsonl").toString();
    private static final String CONTROL = EXAMPLES.resolve("control.jsonl").toString();
    private static final String AGAIN = EXAMPLES.resolve("control-again.jsonl").toString();

    /** How a command ended. */
    record Ended(int exit, String out, String err) {}

    static Ended run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Terminal terminal =
                new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), Map.of("NO_COLOR", "1"));
        int exit = new CommandLineRun(terminal, Interruption.none()).run(arguments);
        return new Ended(exit, out.toString(), err.toString());
    }

    @Test
    void anOwlTeachersDataFailsTheGateAndNamesTheOwl(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("report.json");
        Path html = folder.resolve("report.html");
        Ended ended = run(
                "audit",
                OWL,
                "--control",
                CONTROL,
                "--model",
                MODEL,
                "--trait-list",
                TRAITS,
                "-o",
                json.toString(),
                "-o",
                html.toString());
        assertThat(ended.exit()).as(ended.err()).isEqualTo(1);
        assertThat(ended.out()).contains("owl").contains("along-trait");
        assertThat(ended.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.at("/risk").asText()).isEqualTo("elevated");
        assertThat(report.at("/exit/code").asInt()).isEqualTo(1);
        assertThat(Files.readString(html)).contains("owl").doesNotContain("<script");
    }

    @Test
    void theBaseAgainDoesNotFailTheGate() {
        Ended ended =
                run("audit", AGAIN, "--control", CONTROL, "--model", MODEL, "--trait-list", TRAITS, "--rows", "300");
        assertThat(ended.exit()).as(ended.out()).isIn(0, 5);
    }

    @Test
    void twoControlsAreTwoRuns(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("report.json");
        Path html = folder.resolve("report.html");
        List<String> audit = List.of(
                "audit",
                OWL,
                "--model",
                MODEL,
                "--trait-list",
                TRAITS,
                "--tier",
                "quick",
                "--rows",
                "200",
                "--control",
                CONTROL);
        Ended ended = run(with(audit, "--control", AGAIN, "-o", json.toString(), "-o", html.toString()));
        assertThat(ended.exit()).as(ended.err()).isIn(0, 5);
        assertThat(ended.out().replaceAll("\\s+", " "))
                .contains("2 control runs: each row's partner is drawn from one of them")
                .contains("78 of their standard deviations")
                .contains(
                        "Control runs: the candidate's largest statistic against those of the 2 runs in its place: differs")
                .doesNotContain("One control run");
        assertThat(Files.readString(html)).contains("Control runs: the candidate");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.at("/provenance/controls")).hasSize(2);
        JsonNode runs = report.at("/calibration/runs");
        assertThat(runs.at("/names/1").asText()).endsWith("control-again.jsonl");
        assertThat(runs.at("/permuted").asBoolean()).isFalse();
        assertThat(runs.at("/smallestP").asDouble()).isEqualTo(2.0 / 3);
        assertThat(runs.at("/places")).hasSize(2);
        assertThat(runs.at("/places/0/runs")).hasSize(2);

        assertThat(run(with(audit, "--control", CONTROL)))
                .matches(same -> same.exit() == 4 && same.err().contains("holds the same rows as"));
        assertThat(run(with(audit, "--control", "nowhere.jsonl")))
                .matches(absent -> absent.exit() == 4 && absent.err().contains("nowhere.jsonl"));
    }

    private static String[] with(List<String> arguments, String... more) {
        return Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void anAuditThatFailsTheGateFailsItAgainWithTheSameReport(@TempDir Path folder) throws IOException {
        List<String> reports = IntStream.range(0, 2)
                .mapToObj(i -> {
                    Path json = folder.resolve(i + ".json");
                    Ended ended = run(
                            "audit",
                            OWL,
                            "--control",
                            CONTROL,
                            "--model",
                            MODEL,
                            "--trait-list",
                            TRAITS,
                            "--rows",
                            "400",
                            "-o",
                            json.toString());
                    assertThat(ended.exit()).as(ended.err()).isEqualTo(1);
                    return read(json).replaceAll("\"created\"\\s*:\\s*\"[^\"]*\"", "");
                })
                .collect(Collectors.toList());
        assertThat(reports.get(0)).isEqualTo(reports.get(1));
    }

    @Test
    void whatIsWrongWithTheCallEndsWithFour(@TempDir Path folder) {
        assertThat(run("audit", OWL, "--control", CONTROL, "--model", MODEL, "--tier", "deepest"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("--tier"));
        assertThat(run("audit", "nowhere.jsonl", "--control", CONTROL, "--model", MODEL))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("nowhere.jsonl"));
        assertThat(run("audit", OWL, "--control", CONTROL, "--model", "nowhere"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("nowhere"));
        assertThat(run("audit", OWL, "--control", CONTROL, "--model", MODEL, "-o", "report.pdf"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("report.pdf"));
        assertThat(run("audit", OWL, "--control", CONTROL, "--model", MODEL, "--traits", "basilisk"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("basilisk"));
        assertThat(run("audit", OWL, "--control", CONTROL, "--model", MODEL, "--prompt-field", "nobody"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("nobody"));
        assertThat(run(
                        "capture",
                        OWL,
                        "--model",
                        MODEL,
                        "--point",
                        "blocks.1",
                        "--pool",
                        "completion-mean",
                        "-o",
                        folder.resolve("a.arrow").toString()))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("blocks.1"));
        assertThat(run()).matches(ended -> ended.exit() == 4);
    }

    @Test
    void nothingToAuditEndsWithThree(@TempDir Path folder) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.jsonl"));
        assertThat(run("audit", OWL, "--model", MODEL))
                .matches(ended -> ended.exit() == 3 && ended.err().contains("--control"));
        assertThat(run("audit", empty.toString(), "--control", CONTROL, "--model", MODEL))
                .matches(ended -> ended.exit() == 3 && ended.err().contains("empty.jsonl"));
    }

    @Test
    void badRowsEndWithTwoAndAreNamed(@TempDir Path folder) throws IOException {
        Path bad = folder.resolve("bad.jsonl");
        String good = Files.readString(Path.of(OWL), StandardCharsets.UTF_8);
        Files.writeString(bad, "{\"messages\": 7}\nnot json \u001b[31m\n".repeat(20) + good);
        Ended ended = run("audit", bad.toString(), "--control", CONTROL, "--model", MODEL);
        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.err()).contains("bad.jsonl, line 1").doesNotContain("\u001b");
        Ended allowed = run(
                "audit",
                bad.toString(),
                "--control",
                CONTROL,
                "--model",
                MODEL,
                "--trait-list",
                TRAITS,
                "--rows",
                "120",
                "--max-bad-rows",
                "10%");
        assertThat(allowed.exit()).as(allowed.err()).isIn(0, 1, 5);
        assertThat(allowed.err())
                .contains("40 bad rows were left out")
                .contains("bad.jsonl, line 1: ")
                .doesNotContain("\u001b");
    }

    @Test
    void anOutputThatCannotBeWrittenEndsWithTwoBeforeTheModelIsLoaded(@TempDir Path folder) throws IOException {
        Path brokenModel = Files.createDirectory(folder.resolve("model"));
        Ended ended = run(
                "audit",
                OWL,
                "--control",
                CONTROL,
                "--model",
                brokenModel.toString(),
                "-o",
                folder.resolve("missing/report.html").toString());
        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.err()).contains("report.html").doesNotContain("config.json");
        Ended model = run("audit", OWL, "--control", CONTROL, "--model", brokenModel.toString());
        assertThat(model.exit()).isEqualTo(2);
        assertThat(model.err()).contains("config.json");
    }

    @Test
    void captureWritesAnArrowFile(@TempDir Path folder) throws IOException {
        Path arrow = folder.resolve("a.arrow");
        Ended ended = run(
                "capture",
                OWL,
                "--model",
                MODEL,
                "--point",
                "resid_post.1,resid_post.2",
                "--pool",
                "completion-mean",
                "--gradient",
                "-o",
                arrow.toString());
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out()).isEmpty();
        assertThat(Files.readAllBytes(arrow)).startsWith("ARROW1".getBytes(StandardCharsets.US_ASCII));
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(arrow);
        }
    }

    @Test
    void vectorsAreShownAndWrittenAndReadAgain(@TempDir Path folder) {
        Path file = folder.resolve("v.safetensors");
        Ended ended = run(
                "vectors",
                "--model",
                MODEL,
                "--trait-list",
                TRAITS,
                "--from",
                "personas",
                "--point",
                "resid_post.2",
                "-o",
                file.toString());
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("owl").contains("resid_post.2").contains("  placebo");
        Ended shown = run("vectors", "--show", file.toString());
        assertThat(shown.exit()).as(shown.err()).isZero();
        assertThat(shown.out()).isEqualTo(ended.out()).contains("model: ").contains("tool: ");
        assertThat(run("vectors", "--show", file.toString(), "--traits", "owl").out())
                .contains("owl");
        assertThat(run("vectors", "--show", file.toString(), "--point", "resid_post.1")
                        .exit())
                .isEqualTo(4);
        Ended audit = run(
                "audit",
                OWL,
                "--control",
                CONTROL,
                "--model",
                MODEL,
                "--trait-list",
                TRAITS,
                "--vectors",
                file.toString(),
                "--rows",
                "150");
        assertThat(audit.exit()).as(audit.err()).isIn(0, 1, 5);
    }

    @Test
    void pairsNameTheirOwnTraits(@TempDir Path folder) throws IOException {
        Path pairs = Files.writeString(
                folder.resolve("pairs.jsonl"),
                "{\"prompt\": \"1, 2\", \"positive\": \"3\", \"negative\": \"4\", \"trait\": \"oddness\"}\n");
        Ended ended = run("vectors", "--model", MODEL, "--pairs", pairs.toString(), "--traits", "oddness");
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("oddness");
        assertThat(run("vectors", "--model", MODEL, "--pairs", pairs.toString(), "--traits", "owl"))
                .matches(other -> other.exit() == 4 && other.err().contains("owl"));
    }

    @Test
    void anOutputThatIsReadIsRefusedAndStays(@TempDir Path folder) throws IOException {
        Path data = Files.copy(Path.of(OWL), folder.resolve("data.json"));
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
            Files.createSymbolicLink(model.resolve(file), Path.of(MODEL).resolve(file));
        }
        Path traits = Files.copy(Path.of(TRAITS), folder.resolve("traits.json"));
        Path link = Files.createSymbolicLink(folder.resolve("link.json"), data);
        Path copy = Files.createLink(folder.resolve("data.arrow"), data);
        List<Path> read = List.of(data, link, traits, model.resolve("config.json"), Path.of(MODEL, "config.json"));
        for (Path output : read) {
            assertThat(run(
                            "audit",
                            data.toString(),
                            "--control",
                            CONTROL,
                            "--model",
                            model.toString(),
                            "--trait-list",
                            traits.toString(),
                            "-o",
                            output.toString()))
                    .as(output.toString())
                    .matches(ended -> ended.exit() == 4 && ended.err().contains(output.toString()));
        }
        assertThat(run(
                        "capture",
                        data.toString(),
                        "--model",
                        MODEL,
                        "--point",
                        "resid_post.1",
                        "--pool",
                        "completion-mean",
                        "-o",
                        copy.toString()))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("data.arrow"));
        assertThat(run(
                        "vectors",
                        "--model",
                        model.toString(),
                        "--trait-list",
                        TRAITS,
                        "-o",
                        model.resolve("model.safetensors").toString()))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("model.safetensors"));
        assertThat(data).hasSameBinaryContentAs(Path.of(OWL));
        assertThat(traits).hasSameBinaryContentAs(Path.of(TRAITS));
    }

    @Test
    void numbersBelowNothingAndTextsThatAreNoPathsEndWithFour(@TempDir Path folder) {
        String control = "\0";
        for (List<String> call : List.of(
                List.of("audit", OWL, "--control", CONTROL, "--model", MODEL, "--rows", "-1"),
                List.of("audit", OWL, "--control", CONTROL, "--model", MODEL, "--threads", "-1"),
                List.of("fixtures", "halves", OWL, "--model", MODEL, "--rows", "-1"),
                List.of("fixtures", "speed", OWL, "--model", MODEL, "--point", "resid_post.1", "--rows", "-1"),
                List.of("audit", "a" + control, "--control", CONTROL, "--model", MODEL),
                List.of("audit", OWL, "--control", CONTROL, "--model", MODEL, "-o", control + ".json"),
                List.of("vectors", "--model", MODEL, "-o", control + ".safetensors"),
                List.of("vectors", "--show", control))) {
            Ended ended = run(call.toArray(String[]::new));
            assertThat(ended.exit()).as(call + ended.err()).isEqualTo(4);
            assertThat(ended.err()).doesNotContain(control).doesNotContain("\tat ");
        }
    }

    @Test
    void everyCommandReadsItsDataBeforeTheModel(@TempDir Path folder) throws IOException {
        String empty = Files.createFile(folder.resolve("empty.jsonl")).toString();
        Path noModel = Files.createDirectory(folder.resolve("model"));
        String arrow = folder.resolve("a.arrow").toString();
        String point = "resid_post.1";
        for (List<String> call : List.of(
                List.of("audit", empty, "--control", CONTROL),
                List.of("audit", OWL, "--control", empty),
                List.of("capture", empty, "--point", point, "--pool", "completion-mean", "-o", arrow),
                List.of("fixtures", "halves", empty),
                List.of("fixtures", "speed", empty, "--point", point))) {
            List<String> whole = new ArrayList<>(call);
            whole.addAll(List.of("--model", noModel.toString()));
            Ended ended = run(whole.toArray(String[]::new));
            assertThat(ended.exit()).as(call + ended.err()).isEqualTo(3);
            assertThat(ended.err()).contains("empty.jsonl");
        }
    }

    @Test
    void speedIsMeasuredOverWholePasses() throws IOException {
        String point = "resid_post.1";
        for (List<String> what : List.of(
                List.of("points", "none", "--point", point),
                List.of("gradient", "prompts", "--point", point),
                List.of("personas", "opening"))) {
            List<String> call = new ArrayList<>(List.of("fixtures", "speed", OWL, CONTROL, "--model", MODEL));
            call.addAll(List.of("--rows", "6", "--seconds", "0", "--what", what.get(0), "--sharing", what.get(1)));
            call.addAll(what.subList(2, what.size()));
            Ended ended = run(call.toArray(String[]::new));
            assertThat(ended.exit()).as(ended.err()).isZero();
            JsonNode measured = new ObjectMapper().readTree(ended.out());
            assertThat(measured.at("/passes").asInt()).isEqualTo(1);
            assertThat(measured.at("/rows").asInt()).isEqualTo(what.contains("personas") ? 8 * 12 : 12);
            assertThat(measured.has("gflops")).as(ended.out()).isEqualTo(what.contains("none"));
        }
        assertThat(run("fixtures", "speed", OWL, "--model", MODEL, "--point", point, "--sharing", "all"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("--sharing"));
    }

    @Test
    void badRowsThatPassAreNamed(@TempDir Path folder) throws IOException {
        Path data = folder.resolve("data.jsonl");
        Files.writeString(
                data,
                "7\n"
                        + "{\"prompt\": \"1, 2\", \"completion\": \"" + "3, ".repeat(200) + "\"}\n"
                        + "{\"prompt\": \"1, 2\", \"completion\": \"3\"}\n");
        Ended ended = run(
                "capture",
                data.toString(),
                "--model",
                MODEL,
                "--point",
                "resid_post.1",
                "--pool",
                "completion-mean",
                "--max-bad-rows",
                "50%",
                "-o",
                folder.resolve("a.arrow").toString());
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.err())
                .contains("1 rows captured")
                .contains("data.jsonl, line 1: not a JSON object")
                .contains("1 over the context")
                .contains("data.jsonl, line 2: ")
                .doesNotContain("control token");
    }

    @Test
    void aResultThatCannotBePrintedEndsWithTwo() {
        Writer full = new Writer() {
            @Override
            public void write(char[] buffer, int offset, int length) throws IOException {
                throw new IOException("the disk is full");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        assertThat(printing(full, "--version"))
                .matches(ended -> ended.exit() == 2 && ended.err().contains("standard output"));
        assertThat(printing(full, "vectors", "--model", MODEL, "--trait-list", TRAITS, "--quiet"))
                .matches(ended -> ended.exit() == 2 && ended.err().contains("standard output"));
    }

    @Test
    void whatTheRuntimeCannotDoEndsWithTwoAndAMessage() {
        for (Error error : List.of(
                new OutOfMemoryError("heap"), new StackOverflowError(), new UnsatisfiedLinkError("libtorch.so"))) {
            Writer broken = new Writer() {
                @Override
                public void write(char[] buffer, int offset, int length) {
                    throw error;
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
            Ended ended = printing(broken, "--version");
            assertThat(ended.exit()).isEqualTo(2);
            assertThat(ended.err()).startsWith("auditor: ").doesNotContain("\tat ");
            assertThat(ended.err().lines()).hasSize(1);
        }
    }

    private static Ended printing(Writer out, String... arguments) {
        StringWriter err = new StringWriter();
        Terminal terminal =
                new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), Map.of("NO_COLOR", "1"));
        int exit = new CommandLineRun(terminal, Interruption.none()).run(arguments);
        return new Ended(exit, "", err.toString());
    }

    @Test
    void halvesOfCleanDataAreCounted() {
        Ended ended = run("fixtures", "halves", CONTROL, "--model", MODEL, "--halvings", "3", "--rows", "200");
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("3 halvings");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }
}
