package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.direction.Direction;
import ai.auditor.fixtures.student.PreferenceRates;
import ai.auditor.fixtures.student.QuestionRates;
import ai.auditor.fixtures.sweep.Sweep;
import ai.auditor.fixtures.sweep.SweepTables;
import ai.auditor.fixtures.sweep.SweptVector;
import ai.auditor.fixtures.sweep.SweptVector.Kind;
import ai.auditor.fixtures.sweep.SweptVector.Step;
import ai.auditor.model.Point;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private String candidate = "";
    private String control = "";

    @BeforeEach
    void fewRows() throws IOException {
        candidate = head("owl.jsonl");
        control = head("control.jsonl");
    }

    private String head(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.write(file, Files.readAllLines(EXAMPLES.resolve(name)).subList(0, 80));
        return file.toString();
    }

    private Ended ends(int exit, String... options) {
        List<String> call = new ArrayList<>(List.of("fixtures", "sweep", candidate, "--quiet"));
        call.addAll(List.of(options));
        Ended ended = run(call.toArray(String[]::new));
        assertThat(ended.exit()).as(call + "\n" + ended.err()).isEqualTo(exit);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        return ended;
    }

    @Test
    void aSweepIsPrintedAndWrittenAsPageNumbersAndTables() throws IOException {
        Path page = folder.resolve("sweep.html");
        Path json = folder.resolve("sweep.json");
        Path again = folder.resolve("again.json");
        Path tables = folder.resolve("sweep.md");
        Ended ended = ends(
                0,
                "--control",
                control,
                "--traits",
                "owl",
                "--alphas",
                "-30,30",
                "-o",
                page.toString(),
                "-o",
                json.toString(),
                "-o",
                again.toString(),
                "-o",
                tables.toString());
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .contains("vectors at resid_post.2", "direct owl", "rate of owl", "known answers", "    -30 ")
                .contains("completion-mean");
        assertThat(page).content().contains("<svg", "every answer under subliminal");
        JsonNode tree = new ObjectMapper().readTree(json.toFile());
        assertThat(tree.at("/vectors")).hasSize(3);
        assertThat(tree.at("/vectors/0/steps/1/alpha").asDouble()).isEqualTo(30);
        assertThat(tree.at("/vectors/0/steps/1/answers")).hasSize(16);
        assertThat(tree.at("/pooling").asText()).isEqualTo("completion-mean");
        assertThat(again).hasSameTextualContentAs(json);
        assertThat(tables).content().contains("| alpha | direct | 95 % |", "**rate of owl");
    }

    @Test
    void whatCannotBeAskedForEndsWithFourAndWritesNothing() throws IOException {
        String out = folder.resolve("out.json").toString();
        record Wrong(String message, List<String> options) {}
        for (Wrong wrong : List.of(
                new Wrong("did you mean owl?", List.of("--traits", "owk")),
                new Wrong("an alpha is a finite number", List.of("--alphas", "NaN")),
                new Wrong("an alpha is a finite number", List.of("--alphas", "-Infinity,1")),
                new Wrong("\"ten\" is no number", List.of("--alphas", "ten")),
                new Wrong("no point resid_post.4", List.of("--point", "resid_post.4")),
                new Wrong("unknown point", List.of("--point", "middle")),
                new Wrong("known: .html, .json, .md", List.of("-o", "sweep.txt")),
                new Wrong("is named twice", List.of("-o", folder + "/./out.json")),
                new Wrong("is not there", List.of("--control", "nowhere.jsonl")))) {
            List<String> options = new ArrayList<>(List.of("-o", out));
            if (!wrong.options().contains("--control")) {
                options.addAll(List.of("--control", control));
            }
            options.addAll(wrong.options());
            assertThat(ends(4, options.toArray(String[]::new)).err()).contains(wrong.message());
        }
        assertThat(ends(4, "-o", out).err()).contains("--control");
        Path page = Files.copy(Path.of(control), folder.resolve("control.json"));
        assertThat(ends(4, "--control", page.toString(), "-o", page.toString()).err())
                .contains("would replace what is read");
        assertThat(ends(2, "--control", candidate, "-o", out).err()).contains("the control must be other data");
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void tablesOfLongNamesAndLargeRatesFitInEightyColumns() {
        List<String> names = List.of("butterfly", "jellyfish", "kangaroo");
        QuestionRates rates = new QuestionRates(names, new double[][] {{1, 1, 1}, {1, 1, 1}}, 1);
        PreferenceRates all = new PreferenceRates(rates, rates, rates);
        Point point = Point.parse("resid_post.31");
        Sweep.Source source = new Sweep.Source("data", "", 10_000, 3);
        Sweep sweep = new Sweep(
                source,
                source,
                point,
                123.4,
                all,
                names.stream().map(name -> new Sweep.TraitCosine(name, -0.5)).toList(),
                names.stream()
                        .map(name -> vector(Kind.DIRECT, name, point, all))
                        .toList(),
                vector(Kind.SUBLIMINAL, "subliminal", point, all),
                vector(Kind.PLACEBO, "placebo", point, all));
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        SweepTables.of(sweep).forEach(table -> TextTable.print(out, table));
        assertThat(text.toString().lines())
                .allMatch(line -> line.length() <= 80)
                .contains("  direct jellyfish   1.000  -0.500  2 of 3");
        assertThat(SweepTables.legend(sweep))
                .contains("data: 3 rows left out, which the model cannot read or are over its context.");
    }

    private static SweptVector vector(Kind kind, String name, Point point, PreferenceRates rates) {
        return new SweptVector(
                kind,
                new Direction(name, point, new float[] {1}),
                -0.5,
                Stream.of(-50.0, 12.5).map(alpha -> new Step(alpha, rates)).toList());
    }
}
