package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Parquet and Arrow files hold the rows that the JSON Lines files beside them hold; all were made by column_files.py. */
final class ColumnFilesTest {
    static final Path FILES = Path.of("src/test/resources/ai/auditor/data");

    /** WRITTEN-HOW.KIND-OF-ROWS.ENDING; the files that nobody should open have no kind. */
    private static final Pattern KIND = Pattern.compile("[^.]+\\.([^.]+)\\.(?:parquet|arrow)");

    private static String kind(String name) {
        Matcher matcher = KIND.matcher(name);
        assertThat(matcher.matches()).isTrue();
        return matcher.group(1);
    }

    static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> KIND.matcher(name).matches())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void readsTheSameRowsAsJsonLines(String name) {
        Dataset expected = DatasetReader.read(FILES.resolve("rows." + kind(name) + ".jsonl"));
        Dataset found = DatasetReader.read(FILES.resolve(name));

        assertThat(found.badRows()).isEmpty();
        assertThat(found.rows())
                .isEqualTo(expected.rows().stream().map(row -> row.withLine(0)).toList());
        assertThat(found.contentDigest()).isEqualTo(expected.contentDigest());
        assertThat(found.fileDigest()).hasSize(64).isNotEqualTo(expected.fileDigest());
    }

    @Test
    void thereAreFilesOfEveryKind() throws IOException {
        assertThat(files().count()).isGreaterThan(40);
        assertThat(files().map(ColumnFilesTest::kind).distinct()).hasSize(8);
    }

    @Test
    void theFileDigestIsThatOfItsBytes() throws IOException {
        Path file = FILES.resolve("rows.text.arrow");
        byte[] bytes = Files.readAllBytes(file);

        assertThat(DatasetReader.read(file).fileDigest())
                .isEqualTo(new Sha256().bytes(bytes, 0, bytes.length).hex());
    }

    @ParameterizedTest
    @CsvSource({"nulls.parquet", "nulls.arrow"})
    void aNullIsAnAbsentField(String name) {
        Dataset dataset = DatasetReader.read(FILES.resolve(name));

        assertThat(dataset.rows()).hasSize(1);
        String file = FILES.resolve(name).toString();
        assertThat(dataset.badRows())
                .containsExactly(
                        new BadRow(file, 0, 1, "no known fields of a row; its fields: \"prompt\", \"completion\""),
                        new BadRow(file, 0, 2, "no known fields of a row; its fields: \"prompt\", \"completion\""));
        assertThat(BadRows.named(dataset.badRows()).get(0)).startsWith(file + ", record 1: ");
    }

    @ParameterizedTest
    @CsvSource({"rows.columns.parquet", "rows.columns.arrow"})
    void aColumnThatIsNamedIsTheOneThatCounts(String name) {
        ReadOptions options = ReadOptions.DEFAULT.withField(Field.TEXT, "completion");

        Dataset dataset = DatasetReader.read(FILES.resolve(name), options, Progress.NONE);
        assertThat(dataset.rows()).hasSize(60).allMatch(row -> row.kind() == Row.Kind.TEXT);
        assertThatThrownBy(() -> DatasetReader.read(
                        FILES.resolve(name), ReadOptions.DEFAULT.withField(Field.TEXT, "body"), Progress.NONE))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageEndingWith(": no column \"body\" (--text-field); its columns: \"prompt\", \"completion\"");
    }

    @ParameterizedTest
    @CsvSource({"rows.columns.parquet", "rows.columns.arrow"})
    void aFileWithoutAnyKnownColumnHasBadRows(String name) {
        ReadOptions options = ReadOptions.DEFAULT
                .withField(Field.PROMPT, "prompt")
                .withField(Field.CHOSEN, "completion")
                .withField(Field.REJECTED, "completion");

        Dataset dataset = DatasetReader.read(FILES.resolve(name), options, Progress.NONE);
        assertThat(dataset.rows()).hasSize(60).allMatch(row -> row.rejected().isPresent());
    }

    @ParameterizedTest
    @CsvSource({"rows.text.parquet", "rows.text.arrow"})
    void aTooLongRowIsBadAndTheNextIsNot(String name) {
        Dataset dataset =
                DatasetReader.read(FILES.resolve(name), ReadOptions.DEFAULT.withMaxRowBytes(100), Progress.NONE);

        assertThat(dataset.rows()).hasSize(8);
        assertThat(dataset.badRows())
                .extracting(BadRow::record, BadRow::reason)
                .containsExactly(
                        tuple(3L, "longer than the limit of 100 bytes"),
                        tuple(8L, "longer than the limit of 100 bytes"));
    }

    @ParameterizedTest
    @CsvSource({"rows.numbers.parquet", "rows.numbers.arrow", "rows.messages.parquet", "rows.messages.arrow"})
    void aRowIsWholeOrBadWhateverTheLimit(String name) {
        List<Row> whole = DatasetReader.read(FILES.resolve(name)).rows();
        for (int limit = 1; limit < 700; limit += 3) {
            Dataset dataset =
                    DatasetReader.read(FILES.resolve(name), ReadOptions.DEFAULT.withMaxRowBytes(limit), Progress.NONE);

            assertThat(whole).as("limit %d", limit).containsAll(dataset.rows());
            assertThat(dataset.records()).isEqualTo(whole.size());
        }
    }

    @Test
    void aListOfAMillionNumbersIsTooLong() {
        Dataset dataset = DatasetReader.read(FILES.resolve("long-list.parquet"));

        assertThat(dataset.badRows())
                .extracting(BadRow::reason)
                .containsExactly("longer than the limit of 4194304 bytes");
        assertThat(dataset.rows()).extracting(Row::completion).containsExactly("1, 2");
    }

    @Test
    void reportsHowFarItIs() {
        for (String name : List.of("zstd-v1.messages.parquet", "datasets.messages.arrow")) {
            try (RowStream stream = DatasetReader.open(FILES.resolve(name), ReadOptions.DEFAULT)) {
                stream.next();
                assertThat(stream.position()).isBetween(1L, stream.size());
                stream.fileDigest();
                assertThat(stream.position()).isEqualTo(stream.size());
            }
        }
    }
}
