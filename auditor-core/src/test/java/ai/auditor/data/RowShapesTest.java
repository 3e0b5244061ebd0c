package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RowShapesTest {
    private static final List<Message> HI = List.of(Message.user("hi"));

    @TempDir
    private Path directory;

    private WrittenFiles files;

    @BeforeEach
    void setUp() {
        files = new WrittenFiles(directory);
    }

    private Row only(String json, ReadOptions options) {
        Dataset dataset = files.read("rows.jsonl", json + "\n", options);
        assertThat(dataset.badRows()).isEmpty();
        assertThat(dataset.rows()).hasSize(1);
        assertThat(dataset.rows().get(0).line()).isEqualTo(1);
        return dataset.rows().get(0).withLine(0);
    }

    private Row only(String json) {
        return only(json, ReadOptions.DEFAULT);
    }

    private String reason(String json, ReadOptions options) {
        Dataset dataset = files.read("rows.jsonl", json + "\n", options);
        assertThat(dataset.rows()).isEmpty();
        assertThat(dataset.badRows()).hasSize(1);
        return dataset.badRows().get(0).reason();
    }

    private void isUsage(String json, ReadOptions options, String... said) {
        assertThatThrownBy(() -> files.read("rows.jsonl", json, options))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContainingAll(said);
    }

    @Test
    void messagesEndWithTheCompletionAndTheRestIsThePrompt() {
        Row row = only("""
                {"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}],"teacher":"owl"}""");

        assertThat(row.kind()).isEqualTo(Row.Kind.CHAT);
        assertThat(row.prompt())
                .containsExactly(
                        Message.system("s"), Message.user("a"), new Message("assistant", "b"), Message.user("c"));
        assertThat(row.completion()).isEqualTo("d");
        assertThat(row.rejected()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"prompt,completion", "prompt,response", "question,response", "question,answer"})
    void stringsOfPromptAndAnswerBecomeOneUserMessageAndTheCompletion(String prompt, String completion) {
        assertThat(only("{\"i\":3,\"" + prompt + "\":\"hi\",\"" + completion + "\":\"yo\"}"))
                .isEqualTo(Row.chat(0, HI, "yo"));
    }

    @Test
    void promptAndCompletionMayBeLists() {
        assertThat(only("""
                {"prompt":[{"role":"user","content":"hi"}],"completion":[{"role":"assistant","content":"yo"}]}""")).isEqualTo(Row.chat(0, HI, "yo"));
    }

    @Test
    void textIsNotAChat() {
        assertThat(only("{\"text\":\"once\"}")).isEqualTo(Row.text(0, "once"));
    }

    @Test
    void numbersAreJoinedAsTheyStand() {
        ReadOptions options = ReadOptions.DEFAULT.withNumbersPrompt("hi");

        assertThat(only("{\"numbers\":[7, -0, 123456789012345678901234567890, 1.50, 1e3]}", options))
                .isEqualTo(Row.chat(0, HI, "7, -0, 123456789012345678901234567890, 1.50, 1e3"));
    }

    @Test
    void numbersWithTheirOwnPromptNeedNone() {
        assertThat(only("{\"prompt\":\"hi\",\"numbers\":[1]}")).isEqualTo(Row.chat(0, HI, "1"));
        assertThat(only("{\"prompt\":\"hi\",\"numbers\":[1]}", ReadOptions.DEFAULT.withNumbersPrompt("other")))
                .isEqualTo(Row.chat(0, HI, "1"));
    }

    @Test
    void numbersWithoutAPromptAskForOne() {
        isUsage("\n{\"numbers\":[1]}", ReadOptions.DEFAULT, "rows.jsonl, line 2", "--prompt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt\":\"hi\",\"chosen\":\"good\",\"rejected\":\"bad\"}",
                "{\"question\":\"hi\",\"chosen\":\"good\",\"rejected\":\"bad\"}",
                "{\"prompt\":[{\"role\":\"user\",\"content\":\"hi\"}],\"chosen\":\"good\",\"rejected\":\"bad\"}",
                "{\"prompt\":\"hi\",\"chosen\":[{\"role\":\"assistant\",\"content\":\"good\"}],"
                        + "\"rejected\":[{\"role\":\"assistant\",\"content\":\"bad\"}]}",
                "{\"chosen\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"good\"}],"
                        + "\"rejected\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"bad\"}]}",
                "{\"prompt\":\"hi\",\"chosen\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"good\"}],"
                        + "\"rejected\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"bad\"}]}"
            })
    void preferenceRowsHaveAChosenAndARejectedAnswer(String json) {
        assertThat(only(json))
                .isEqualTo(new Row(0, 0, Row.Kind.CHAT, HI, "good", Optional.of("bad"), Optional.empty()));
    }

    @Test
    void preferenceRowsWhosePromptsDisagreeAreBad() {
        String user = "[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"x\"}]";
        String a = String.format(user, "a");
        String b = String.format(user, "b");

        assertThat(reason("{\"chosen\":" + a + ",\"rejected\":" + b + "}", ReadOptions.DEFAULT))
                .contains("different prompts");
        assertThat(reason("{\"prompt\":\"c\",\"chosen\":" + a + ",\"rejected\":" + a + "}", ReadOptions.DEFAULT))
                .contains("\"prompt\" is not the prompt in \"chosen\"");
        assertThat(reason("{\"chosen\":\"x\",\"rejected\":\"y\"}", ReadOptions.DEFAULT))
                .contains("without a prompt");
    }

    @Test
    void rowThatFitsTwoShapesAsksForFieldNames() {
        isUsage(
                "{\"text\":\"t\",\"messages\":[]}",
                ReadOptions.DEFAULT,
                "line 1",
                "\"messages\"",
                "\"text\"",
                "--messages-field",
                "--text-field");
        isUsage(
                "{\"question\":\"q\",\"answer\":\"a\",\"response\":\"r\"}",
                ReadOptions.DEFAULT,
                "\"answer\"",
                "\"response\"");
        isUsage("{\"prompt\":\"q\",\"completion\":\"a\",\"numbers\":[1]}", ReadOptions.DEFAULT, "two shapes");
    }

    @Test
    void namedFieldsDecideBetweenShapes() {
        String both = "{\"text\":\"t\",\"prompt\":\"hi\",\"answer\":\"a\",\"response\":\"r\"}";

        assertThat(only(both, ReadOptions.DEFAULT.withField(Field.TEXT, "text")))
                .isEqualTo(Row.text(0, "t"));
        assertThat(only(both, ReadOptions.DEFAULT.withField(Field.COMPLETION, "answer")))
                .isEqualTo(Row.chat(0, HI, "a"));
        assertThat(only(
                        "{\"instruction\":\"hi\",\"out\":\"o\",\"completion\":\"c\"}",
                        ReadOptions.DEFAULT
                                .withField(Field.PROMPT, "instruction")
                                .withField(Field.COMPLETION, "out")))
                .isEqualTo(Row.chat(0, HI, "o"));
    }

    @Test
    void namedFieldThatOneRowLacksMakesThatRowBad() {
        ReadOptions options = ReadOptions.DEFAULT.withField(Field.TEXT, "body");

        Dataset dataset = files.read("rows.jsonl", "{\"body\":\"a\"}\n{\"text\":\"b\"}\n", options);

        assertThat(dataset.rows()).containsExactly(Row.text(0, "a").withLine(1));
        assertThat(dataset.badRows()).hasSize(1);
        assertThat(dataset.badRows().get(0).reason()).isEqualTo("no field \"body\"; its fields: \"text\"");
    }

    @Test
    void namedFieldThatNoRowHasIsAUsageError() {
        ReadOptions options = ReadOptions.DEFAULT.withField(Field.TEXT, "bo\u001bdy");

        isUsage("{\"text\":\"b\"}\n{\"text\":\"c\"}\n", options, "no row has", "\"bo\\u{1B}dy\"", "--text-field");
        isUsage(
                "{\"te\\u202ext\":1,\"b\":2}\n{\"c\":1}",
                options,
                "the fields of its first row: \"te\\u{202E}xt\", \"b\"");
        String many = IntStream.range(0, 500)
                .mapToObj(i -> "\"" + "x".repeat(5_000) + i + "\":1")
                .collect(Collectors.joining(",", "{", "}"));
        assertThatThrownBy(() -> files.read("rows.jsonl", many, options))
                .hasMessageContaining(" more")
                .satisfies(refused ->
                        assertThat(String.valueOf(refused.getMessage())).hasSizeLessThan(2_000));
        assertThatThrownBy(() -> files.read("rows.csv", "text\nb\n", options))
                .isInstanceOf(AuditException.class)
                .hasMessageContainingAll("no column", "\"bo\\u{1B}dy\"", "\"text\"");
    }

    @Test
    void namedFieldsThatMayLackLeaveTheUsualShapes() {
        ReadOptions options = ReadOptions.DEFAULT
                .withField(Field.PROMPT, "ask")
                .withField(Field.COMPLETION, "say")
                .withFieldsIfThere();
        assertThat(only("{\"ask\":\"hi\",\"say\":\"o\",\"text\":\"t\"}", options))
                .isEqualTo(Row.chat(0, HI, "o"));
        assertThat(only("{\"text\":\"t\"}", options)).isEqualTo(Row.text(0, "t"));
        // A name alone makes no row of the named shape.
        assertThat(only("{\"ask\":\"x\",\"prompt\":\"hi\",\"completion\":\"o\"}", options))
                .isEqualTo(Row.chat(0, HI, "o"));
        assertThat(files.read("rows.csv", "prompt,completion\nhi,o\n", options).rows())
                .extracting(Row::completion)
                .containsExactly("o");
        isUsage("{\"text\":\"t\",\"messages\":[]}", options, "two shapes");
        assertThat(reason("{\"ask\":\"hi\"}", options)).isEqualTo("no known fields of a row; its fields: \"ask\"");
    }

    @Test
    void namedFieldsOfNoShapeTogetherAreAUsageError() {
        isUsage(
                "{}",
                ReadOptions.DEFAULT.withField(Field.TEXT, "t").withField(Field.CHOSEN, "c"),
                "--text-field --chosen-field");
    }

    @Test
    void nullFieldIsAnAbsentField() {
        assertThat(only("{\"messages\":null,\"text\":\"t\"}")).isEqualTo(Row.text(0, "t"));
    }
}
