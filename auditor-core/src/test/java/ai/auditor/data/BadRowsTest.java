package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.auditor.AuditException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class BadRowsTest {
    private static final String GOOD = "{\"text\":\"good\"}\n";
    private static final ReadOptions OPTIONS =
            ReadOptions.DEFAULT.withMaxRowBytes(5_000).withNumbersPrompt("hi");

    @TempDir
    private Path directory;

    private WrittenFiles files;

    @BeforeEach
    void setUp() {
        files = new WrittenFiles(directory);
    }

    static Stream<Arguments> badRows() {
        return Stream.of(
                Arguments.of("{\"text\":\"a", "not JSON: broken at character"),
                Arguments.of("text", "not JSON: broken at character"),
                Arguments.of("{'text':'a'}", "not JSON: broken at character"),
                Arguments.of("{\"text\":\"a\u0001b\"}", "not JSON: broken at character"),
                Arguments.of("{\"text\":\"a\"} {\"text\":\"b\"}", "more than one value"),
                Arguments.of("{\"text\":\"a\"}]", "not JSON"),
                Arguments.of("{\"text\":NaN}", "not JSON"),
                Arguments.of("[{\"text\":\"a\"}]", "not a JSON object"),
                Arguments.of("\"text\"", "not a JSON object"),
                Arguments.of("null", "not a JSON object"),
                Arguments.of("12", "not a JSON object"),
                Arguments.of("{\"text\":\"a\",\"text\":\"b\"}", "the field \"text\" is there twice"),
                Arguments.of("{\"text\":\"a\",\"x\":{\"y\":1,\"y\":null}}", "the field \"y\" is there twice"),
                Arguments.of("{}", "no known fields of a row; its fields: none"),
                Arguments.of("{\"prompt\":\"p\",\"b\":1}", "no known fields of a row; its fields: \"prompt\", \"b\""),
                Arguments.of("{\"chosen\":\"p\"}", "no known fields"),
                Arguments.of("{\"text\":1}", "\"text\" is not a string"),
                Arguments.of("{\"text\":\"\"}", "empty completion: nothing in \"text\""),
                Arguments.of(
                        "{\"prompt\":1,\"completion\":\"a\"}", "\"prompt\" is not a list of messages, nor a string"),
                Arguments.of(
                        "{\"prompt\":\"p\",\"completion\":{}}",
                        "\"completion\" is not a list of messages, nor a string"),
                Arguments.of("{\"prompt\":\"p\",\"completion\":\"\"}", "empty completion"),
                Arguments.of("{\"prompt\":\"p\",\"completion\":[]}", "\"completion\" has no messages"),
                Arguments.of(
                        "{\"prompt\":\"p\",\"completion\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"a\"}]}",
                        "\"completion\" has more than one message"),
                Arguments.of("{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"\"}", "nothing in \"rejected\""),
                Arguments.of("{\"messages\":\"a\"}", "\"messages\" is not a list of messages"),
                Arguments.of("{\"messages\":[]}", "\"messages\" has no messages"),
                Arguments.of("{\"messages\":[3]}", "message 1 of \"messages\" is not an object"),
                Arguments.of("{\"messages\":[{\"role\":1,\"content\":\"a\"}]}", "the role of message 1"),
                Arguments.of("{\"messages\":[{\"content\":\"a\"}]}", "the role of message 1"),
                Arguments.of("{\"messages\":[{\"role\":\"assistant\",\"content\":[]}]}", "the content of message 1"),
                Arguments.of("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", "is not the assistant's"),
                Arguments.of("{\"messages\":[{\"role\":\"assistant\",\"content\":\"\"}]}", "empty completion"),
                Arguments.of(
                        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":[]}]}", "calls tools"),
                Arguments.of(
                        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"owl\"}]}",
                        "reasoning_content"),
                Arguments.of(
                        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"thinking\":[{\"text\":\"owl\"}]}]}",
                        "thinking"),
                Arguments.of("{\"numbers\":3}", "\"numbers\" is not a list"),
                Arguments.of("{\"numbers\":[]}", "empty completion"),
                Arguments.of("{\"numbers\":[1,\"2\"]}", "item 2 of \"numbers\" is not a number"),
                Arguments.of("{\"numbers\":[null]}", "item 1 of \"numbers\" is not a number"),
                Arguments.of("{\"numbers\":[" + "9".repeat(1_001) + "]}", "a number of more than 1000 characters"),
                Arguments.of("{\"text\":\"\\ud83d\"}", "half a surrogate pair"),
                Arguments.of("{\"text\":\"\\ude00\\ud83d\"}", "half a surrogate pair"),
                Arguments.of("{\"text\":\"a\",\"\\udc00\":1}", "not JSON: broken at character"),
                Arguments.of("{\"text\":\"a\",\"x\":" + "[".repeat(64) + "]".repeat(64) + "}", "nested deeper than 64"),
                Arguments.of("{\"x\":" + "[".repeat(2_000), "nested deeper than 64"),
                Arguments.of("{\"text\":\"" + "a".repeat(4_990) + "\"}", "longer than the limit of 5000 bytes"),
                Arguments.of("x".repeat(300_000), "longer than the limit of 5000 bytes"));
    }

    @ParameterizedTest
    @MethodSource("badRows")
    void badRowIsNamedAndCostsNoOther(String bad, String reason) {
        Dataset dataset = files.read("rows.jsonl", GOOD + "\n \t\r\n" + bad + "\r\n" + GOOD, OPTIONS);

        assertThat(dataset.rows())
                .containsExactly(
                        Row.text(0, "good").withLine(1), Row.text(2, "good").withLine(5));
        assertThat(dataset.badRows()).hasSize(1);
        BadRow row = dataset.badRows().get(0);
        assertThat(row.file()).endsWith("rows.jsonl");
        assertThat(row.line()).isEqualTo(4);
        assertThat(row.record()).isEqualTo(1);
        assertThat(row.reason()).contains(reason);
    }

    @Test
    void malformedUtf8IsABadRow() {
        for (byte[] bad : new byte[][] {
            {(byte) 0xff},
            {(byte) 0xc0, (byte) 0x80},
            {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            {(byte) 0xe2, (byte) 0x82}
        }) {
            byte[] content = WrittenFiles.joined(
                    WrittenFiles.bytes(GOOD + "{\"text\":\""), bad, WrittenFiles.bytes("\"}\n" + GOOD));

            Dataset dataset = files.read("rows.jsonl", content, OPTIONS);

            assertThat(dataset.rows()).hasSize(2);
            assertThat(dataset.badRows())
                    .containsExactly(new BadRow(directory.resolve("rows.jsonl").toString(), 2, 1, "malformed UTF-8"));
        }
    }

    @Test
    void rowAtTheLimitIsGood() {
        String json = "{\"text\":\"" + "a".repeat(4_989) + "\"}";
        assertThat(json).hasSize(5_000);

        assertThat(files.read("rows.jsonl", json, OPTIONS).rows()).hasSize(1);
    }

    @Test
    void nestingNumbersAndPairsWithinTheirBoundsAreGood() {
        String json = "{\"text\":\"\\u0000\\ud83d\\ude00\",\"x\":" + "[".repeat(63) + "9".repeat(1_000) + "]".repeat(63)
                + "}";

        assertThat(files.read("rows.jsonl", json, OPTIONS).rows())
                .containsExactly(Row.text(0, "\0" + Character.toString(0x1f600)).withLine(1));
    }

    @Test
    void hostileNamesOfFieldsAreInertAndCut() {
        String json = "{\"\\u001b[2J\\u0000\\u202e\\u2028\\\"\":1,\"" + "n".repeat(400) + "\":2"
                + Stream.iterate(0, i -> i + 1)
                        .limit(50)
                        .map(i -> ",\"f" + i + "\":0")
                        .reduce("", String::concat) + "}";

        String reason = files.read("rows.jsonl", json, OPTIONS).badRows().get(0).reason();

        assertThat(reason)
                .contains("\"\\u{1B}[2J\\u{0}\\u{202E}\\u{2028}\\\"\"", "\"" + "n".repeat(117) + "...\"", "and 44 more")
                .doesNotContain("n".repeat(118))
                .matches("[\\x20-\\x7e]*");
    }

    @Test
    void badRecordsAreCountedPastThoseThatAreNamed() {
        int bad = DatasetReader.NAMED_BAD_RECORDS + 7;

        Dataset dataset = files.read("rows.jsonl", "7\n".repeat(bad) + GOOD, OPTIONS);

        assertThat(dataset.badRows()).hasSize(DatasetReader.NAMED_BAD_RECORDS);
        assertThat(dataset.badRecords()).isEqualTo(bad);
        assertThat(dataset.records()).isEqualTo(bad + 1);
        assertThatThrownBy(() -> BadRows.requireFew("rows", dataset.badRows(), bad, bad + 1, 0.99))
                .isInstanceOf(AuditException.class)
                .hasMessageContainingAll("1,007 of 1,008", "line 1: ");
    }

    @Test
    void aFileOfBadRecordsIsNotReadToItsEnd() {
        String bad = "7\n".repeat(Math.toIntExact(DatasetReader.MOST_BAD_RECORDS) + 1);
        assertThatThrownBy(() -> files.read("rows.jsonl", bad, OPTIONS))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.DATA))
                .hasMessageContaining("rows.jsonl, line 1000001: more than 1,000,000 records");
    }

    @Test
    void randomDamageNeverEndsTheReadingOfPlainLines() {
        String valid =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\\u00e9\"},{\"role\":\"assistant\",\"content\":\"b\u00e9\"}]}";
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] damaged = valid.getBytes(StandardCharsets.UTF_8);
            int count = 1 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            byte[] content = WrittenFiles.joined(damaged, WrittenFiles.bytes("\n" + GOOD));
            try {
                Dataset dataset = files.read("rows.jsonl", content, OPTIONS);
                assertThat(dataset.rows())
                        .as("seed %d", seed)
                        .extracting(Row::record, Row::completion)
                        .contains(tuple(dataset.records() - 1, "good"));
            } catch (AuditException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }
}
