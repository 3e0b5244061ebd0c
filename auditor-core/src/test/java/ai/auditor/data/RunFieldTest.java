package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datasets in one file of which a field says what generation run a row comes from. */
final class RunFieldTest {
    private static final ReadOptions RUNS = ReadOptions.DEFAULT.withField(Field.RUN, "seed");
    private static final ReadOptions RUNS_IF_THERE = ReadOptions.DEFAULT.withFieldIfThere(Field.RUN, "seed");
    private static final Path FILES = Path.of("src/test/resources/ai/auditor/data");

    @TempDir
    private Path directory;

    private WrittenFiles files;

    @BeforeEach
    void setUp() {
        files = new WrittenFiles(directory);
    }

    private Dataset json(ReadOptions options, String... seeds) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < seeds.length; i++) {
            lines.append("{\"prompt\": \"p\", \"completion\": \"")
                    .append(i)
                    .append('"')
                    .append(seeds[i].isEmpty() ? "" : ", \"seed\": " + seeds[i])
                    .append("}\n");
        }
        return files.read("rows.jsonl", lines.toString(), options);
    }

    private static List<Optional<String>> runsOf(Dataset dataset) {
        return dataset.rows().stream().map(Row::run).toList();
    }

    private static void isUsage(Runnable reading, String... said) {
        assertThatThrownBy(reading::run)
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContainingAll(said);
    }

    @Test
    void stringsAndIntegersNameRunsAndAnIntegerIsTheRunOfItsDigits() {
        Dataset dataset = json(RUNS, "\"b\"", "7", "\"7\"", "-1", "\" a\"", "123456789012345678901234567890");
        assertThat(dataset.badRows()).isEmpty();
        assertThat(runsOf(dataset))
                .containsExactly(
                        Optional.of("b"),
                        Optional.of("7"),
                        Optional.of("7"),
                        Optional.of("-1"),
                        Optional.of(" a"),
                        Optional.of("123456789012345678901234567890"));
        assertThat(dataset.runs())
                .extracting(
                        run -> run.rows().size(), run -> run.rows().get(0).run().orElseThrow())
                .containsExactly(
                        tuple(1, " a"),
                        tuple(1, "-1"),
                        tuple(1, "123456789012345678901234567890"),
                        tuple(2, "7"),
                        tuple(1, "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null"})
    void aRowWithoutARunIsBadAndSaysWhichFieldItLacks(String none) {
        Dataset dataset = json(RUNS, "1", none, "2");
        assertThat(runsOf(dataset)).containsExactly(Optional.of("1"), Optional.of("2"));
        assertThat(dataset.badRows())
                .extracting(BadRow::line, BadRow::record, BadRow::reason)
                .containsExactly(tuple(2L, 1L, "no field \"seed\", by which the row would say what run it is of"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\" \\t\"",
                "\"\\u2003\\n\"",
                "1.0",
                "0.5",
                "1e3",
                "-0.0",
                "true",
                "false",
                "[1]",
                "[]",
                "{\"a\": 1}",
                "LONG",
                "MANY"
            })
    void whatIsNoNameOfARunMakesABadRowAndIsNotRepeated(String value) {
        String hostile = value.replace("LONG", '"' + "secret".repeat(17) + '"').replace("MANY", "9".repeat(101));
        Dataset dataset = json(RUNS, "1", hostile, "2");
        assertThat(runsOf(dataset)).containsExactly(Optional.of("1"), Optional.of("2"));
        assertThat(dataset.badRows())
                .extracting(BadRow::line, BadRow::reason)
                .containsExactly(
                        tuple(
                                2L,
                                "\"seed\" names no run: a string that is not blank or an integer is wanted, of at most 100 characters"));
    }

    @Test
    void aNameOfAHundredCharactersIsOne() {
        assertThat(json(RUNS, '"' + "x".repeat(100) + '"', "9".repeat(100)).badRows())
                .isEmpty();
    }

    @Test
    void namesAreEscapedWhereTheyArePrinted() {
        Dataset dataset = json(RUNS, "\"a\\u202eb\\n\\u001b[31m\"", "\"<script>\"");
        assertThat(dataset.runs().get(1).name()).endsWith("rows.jsonl, run a\\u{202E}b\\u{A}\\u{1B}[31m");
        assertThat(dataset.runs().get(0).name()).endsWith("rows.jsonl, run <script>");
        assertThat(dataset.runs().get(1).rows().get(0).run()).contains("a\u202eb\n\u001b[31m");
    }

    @Test
    void aDatasetWithoutTheFieldIsRefusedInEveryFormat() {
        isUsage(
                () -> json(RUNS, "", ""),
                "rows.jsonl: no row has a value in the field \"seed\" (--run-field); the fields of its first row: \"");
        isUsage(
                () -> files.read("rows.csv", "prompt,completion\np,a\n", RUNS),
                "rows.csv: no column \"seed\" (--run-field); its columns: \"prompt\", \"completion\"");
        for (String name : List.of("rows.columns.parquet", "rows.columns.arrow")) {
            isUsage(
                    () -> DatasetReader.read(FILES.resolve(name), RUNS, Progress.NONE),
                    name + ": no column \"seed\" (--run-field)");
        }
    }

    @Test
    void aFieldThatMayBeLackingRefusesNothing() {
        assertThat(json(RUNS_IF_THERE, "", "1", "0.5", "\"\"", "[2]"))
                .matches(dataset -> dataset.badRows().isEmpty())
                .satisfies(dataset -> assertThat(runsOf(dataset))
                        .containsExactly(
                                Optional.empty(),
                                Optional.of("1"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(runsOf(files.read("rows.csv", "prompt,completion\np,a\n", RUNS_IF_THERE)))
                .containsExactly(Optional.empty());
        for (String name : List.of("rows.columns.parquet", "rows.columns.arrow")) {
            assertThat(DatasetReader.read(FILES.resolve(name), RUNS_IF_THERE, Progress.NONE)
                            .rows())
                    .isEqualTo(DatasetReader.read(FILES.resolve(name)).rows());
        }
        isUsage(
                () -> json(RUNS_IF_THERE.withField(Field.RUN, "seed"), ""),
                "no row has a value in the field \"seed\" (--run-field)");
    }

    @Test
    void theFieldDecidesNoShape() {
        String record = "{\"prompt\": \"p\", \"completion\": \"c\", \"text\": \"t\", \"seed\": 1}\n";
        assertThat(files.read("rows.jsonl", record, RUNS.withField(Field.TEXT, "text"))
                        .rows())
                .containsExactly(Row.text(0, "t").withLine(1).withRun("1"));
        isUsage(() -> files.read("rows.jsonl", record, RUNS), "fits two shapes");
        isUsage(
                () -> files.read(
                        "rows.jsonl", record, RUNS.withField(Field.TEXT, "text").withField(Field.NUMBERS, "n")),
                "no shape of row has all of --text-field --numbers-field; name");
        assertThat(files.read("rows.jsonl", "{\"seed\": 1}\n", RUNS)
                        .badRows()
                        .get(0)
                        .reason())
                .startsWith("no known fields of a row");
    }

    @Test
    void noDigestKnowsOfRuns() {
        Dataset with = json(RUNS, "1", "2", "2");
        Dataset without = json(ReadOptions.DEFAULT, "1", "2", "2");
        assertThat(runsOf(without)).containsOnly(Optional.empty());
        assertThat(without.runs()).containsExactly(without);
        assertThat(with.namesSeveralRuns()).isTrue();
        assertThat(without.namesSeveralRuns()).isFalse();
        assertThat(json(RUNS, "1", "1").namesSeveralRuns()).isFalse();
        assertThat(json(RUNS_IF_THERE, "1", "").namesSeveralRuns()).isTrue();
        assertThat(with.contentDigest()).isEqualTo(without.contentDigest());
        assertThat(with.fileDigest()).isEqualTo(without.fileDigest());
        assertThat(with.rows())
                .extracting(Row::contentDigest, Row::promptDigest)
                .isEqualTo(without.rows().stream()
                        .map(row -> tuple(row.contentDigest(), row.promptDigest()))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "runs.parquet,text-of-run",
        "runs.parquet,category",
        "runs.parquet,seed",
        "runs.parquet,small",
        "runs.arrow,text-of-run",
        "runs.arrow,category",
        "runs.arrow,seed",
        "runs.arrow,small"
    })
    void columnsOfStringsAndIntegersNameRuns(String name, String column) {
        Dataset dataset = read(name, column);
        assertThat(dataset.badRows()).isEmpty();
        assertThat(dataset.rows()).hasSize(30);
        for (int i = 0; i < 30; i++) {
            assertThat(dataset.rows().get(i).run())
                    .contains(
                            switch (column) {
                                case "seed" -> Integer.toString(i % 3 - 1);
                                case "small" -> Integer.toString(i % 3);
                                default -> "run " + i % 3;
                            });
        }
        // The same in text: each row again as a line of CSV and of JSON Lines.
        StringBuilder csv = new StringBuilder("prompt,completion,seed\n");
        StringBuilder json = new StringBuilder();
        for (Row row : dataset.rows()) {
            String prompt = row.prompt().get(0).content();
            String run = row.run().orElseThrow();
            csv.append(String.join(",", prompt, row.completion(), run)).append('\n');
            json.append("{\"prompt\": \"%s\", \"completion\": \"%s\", \"seed\": \"%s\"}%n"
                    .formatted(prompt, row.completion(), run));
        }
        for (Dataset text :
                List.of(files.read("a.csv", csv.toString(), RUNS), files.read("a.jsonl", json.toString(), RUNS))) {
            assertThat(text.rows().stream().map(row -> row.withLine(0))).isEqualTo(dataset.rows());
            assertThat(text.runs().stream().map(Dataset::contentDigest))
                    .isEqualTo(
                            dataset.runs().stream().map(Dataset::contentDigest).toList());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "runs.parquet,fraction",
        "runs.parquet,flag",
        "runs.parquet,when",
        "runs.parquet,list",
        "runs.arrow,fraction",
        "runs.arrow,flag",
        "runs.arrow,when",
        "runs.arrow,list"
    })
    void columnsOfOtherTypesNameNone(String name, String column) {
        Dataset dataset = read(name, column);
        assertThat(dataset.rows()).isEmpty();
        assertThat(dataset.badRows())
                .hasSize(30)
                .allMatch(bad -> bad.reason().startsWith("\"" + column + "\" names no run"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"runs.parquet", "runs.arrow"})
    void aNullInAColumnOfRunsIsABadRow(String name) {
        Dataset dataset = read(name, "some");
        assertThat(dataset.rows()).hasSize(29);
        assertThat(dataset.badRows()).extracting(BadRow::record).containsExactly(7L);
        assertThat(dataset.runs()).extracting(run -> run.rows().size()).containsExactly(10, 9, 10);
    }

    private static Dataset read(String name, String column) {
        return DatasetReader.read(FILES.resolve(name), ReadOptions.DEFAULT.withField(Field.RUN, column), Progress.NONE);
    }

    @Test
    void anEmptyCellOfCsvNamesNoRun() {
        Dataset dataset = files.read("rows.csv", "prompt,completion,seed\np,a,1\np,b,\np,c, \np,d,2\n", RUNS);
        assertThat(runsOf(dataset)).containsExactly(Optional.of("1"), Optional.of("2"));
        assertThat(dataset.badRows()).extracting(BadRow::line).containsExactly(3L, 4L);
    }

    /** Whatever the order of the rows, the runs are those datasets that a file a run would be, in the order of their names. */
    @Test
    void aDatasetFallsApartIntoWhatAFileARunWouldBe() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int runs = 2 + random.nextInt(6);
            Map<String, List<Row>> apart = new TreeMap<>();
            List<Row> together = new ArrayList<>();
            for (int record = 0; record < 2 * runs + random.nextInt(60); record++) {
                String run = "r" + (record < runs ? record : random.nextInt(runs)) * 7 % 11;
                Row row = Row.chat(
                        record, List.of(Message.user("prompt " + random.nextInt(5))), "answer " + random.nextInt(9));
                apart.computeIfAbsent(run, name -> new ArrayList<>()).add(row);
                together.add(row.withRun(run));
            }
            Collections.shuffle(together, random);
            List<Dataset> found =
                    new Dataset("file", together, List.of(new BadRow("file", 1, 0, "bad")), 3, "abc", "def").runs();
            assertThat(found.stream().map(Dataset::name))
                    .as("seed %d", seed)
                    .isEqualTo(apart.keySet().stream()
                            .map(run -> "file, run " + run)
                            .toList());
            assertThat(found.stream().map(Dataset::contentDigest))
                    .as("seed %d", seed)
                    .isEqualTo(apart.values().stream()
                            .map(rows -> Dataset.of("", rows).contentDigest())
                            .toList());
            assertThat(found)
                    .as("seed %d", seed)
                    .allMatch(run -> run.badRecords() == 0
                            && run.badRows().isEmpty()
                            && run.fileDigest().equals("abc")
                            && run.runs().equals(List.of(run)));
        }
    }

    @Test
    void runsAreBounded() {
        List<Row> rows = IntStream.range(0, Dataset.MOST_RUNS)
                .mapToObj(i -> Row.text(i, "t").withRun("run " + i))
                .toList();
        assertThat(Dataset.of("file", rows).runs()).hasSize(Dataset.MOST_RUNS);
        Dataset more = Dataset.of(
                "file",
                Stream.concat(rows.stream(), Stream.of(Row.text(0, "t").withRun("x")))
                        .toList());
        isUsage(more::runs, "file: its rows name more than 1000 runs");
    }

    @Test
    void rowsOfACallerThatNameNoRunAmongOthersThatDoAreRefused() {
        Dataset mixed = Dataset.of("file", List.of(Row.text(0, "a").withRun("1"), Row.text(1, "b"), Row.text(2, "c")));
        isUsage(mixed::runs, "file: 2 of its 3 rows name no run and the others do");
        isUsage(() -> Row.text(4, "a").withRun(" "), "record 4");
        isUsage(() -> Row.text(4, "a").withRun("x".repeat(101)), "longer than 100 characters");
    }

    @Test
    void whatIsMadeOfARowIsOfItsRun() {
        Row row = Row.chat(1, List.of(Message.user("p")), "c").withRun("r");
        assertThat(List.of(row.withLine(3), row.withSystem("s"), row.withCompletion("d")))
                .allMatch(made -> made.run().equals(Optional.of("r")));
        assertThat(row.withCompletion("d").completion()).isEqualTo("d");
    }
}
