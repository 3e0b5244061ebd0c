package ai.auditor.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.BadRows;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Hugging Face's tokenizers and jinja2 in Python (src/test/python/tokenizer_golden.py). */
class RowEncoderTest {
    private static final String CHATML =
            "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    @Test
    void idsAndSpansAreThoseOfPython() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            for (JsonNode entry : golden().get("texts")) {
                String text = entry.get("text").asText();
                TokenizedText tokens = tokenizer.encode(text);
                assertThat(tokens.ids()).as(text).isEqualTo(ints(entry.get("ids")));
                for (int i = 0; i < tokens.ids().length; i++) {
                    assertThat(tokens.starts()[i])
                            .as(text)
                            .isEqualTo(entry.get("spans").get(i).get(0).asInt());
                    assertThat(tokens.ends()[i])
                            .as(text)
                            .isEqualTo(entry.get("spans").get(i).get(1).asInt());
                }
                assertThat(tokenizer.encodePlain(text).ids()).as(text).isEqualTo(ints(entry.get("plainIds")));
                assertThat(tokenizer.decode(tokens.ids()))
                        .isEqualTo(entry.get("decoded").asText());
            }
            assertThat(tokenizer.controlTokens().keySet())
                    .containsExactly("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>");
            assertThat(tokenizer.opening()).isEmpty();
        }
    }

    @Test
    void completionsAndControlTokensAreThoseOfPython() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = RowEncoder.load(model(), tokenizer);
            long record = 0;
            for (JsonNode entry : golden().get("rows")) {
                List<Message> prompt = List.of(Message.user(entry.get("prompt").asText()));
                TokenizedRow row = tokens(encoder.encode(
                        Row.chat(record, prompt, entry.get("answer").asText())));
                assertThat(row.ids()).as("%s", entry).isEqualTo(ints(entry.get("ids")));
                assertThat(row.record()).isEqualTo(record++);
                assertThat(row.completionStart())
                        .as("%s", entry)
                        .isEqualTo(entry.get("start").asInt());
                assertThat(row.completionEnd())
                        .as("%s", entry)
                        .isEqualTo(entry.get("end").asInt());
                assertThat(row.firstPredicted()).isEqualTo(row.completionStart());
                assertThat(row.controlTokens())
                        .as("%s", entry)
                        .isEqualTo(entry.get("control").asInt());
                assertThat(encoder.encodePrompt(prompt, "")).as("%s", entry).isEqualTo(ints(entry.get("promptIds")));
            }
        }
    }

    @Test
    void aLongTextIsNeitherCutNorPadded() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            assertThat(tokenizer.encode("1".repeat(2000)).ids()).hasSize(2000);
        }
    }

    @Test
    void anAnswerPrefixFollowsTheHeader() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = encoder(tokenizer, CHATML);
            int[] ids = encoder.encodePrompt(List.of(Message.user("q")), "owl <|im_end|>");
            assertThat(tokenizer.decode(ids)).endsWith("<|im_start|>assistant\nowl <|im_end|>");
            assertThat(ids[ids.length - 1]).isNotEqualTo(turnEnd(tokenizer));
        }
    }

    @Test
    void plainTextHasNoPromptAndItsFirstTokenIsNotPredicted() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = new RowEncoder(tokenizer, Optional.empty(), Map.of());
            TokenizedRow row = tokens(encoder.encode(Row.text(4, "owl {{ 1 }} <|im_end|>")));
            assertThat(tokenizer.decode(row.ids())).isEqualTo("owl {{ 1 }} <|im_end|>");
            assertThat(row.ids()).doesNotContain(turnEnd(tokenizer));
            assertThat(List.of(row.completionStart(), row.completionEnd(), row.firstPredicted(), row.controlTokens()))
                    .containsExactly(0, row.tokens(), 1, 1);
            assertThat(unusable(encoder.encode(Row.text(5, "x")))).contains("no token that another one precedes");
        }
    }

    @Test
    void aTokenizerThatOpensEverySequenceOpensPlainTextToo(@TempDir Path directory) throws Exception {
        String json = Files.readString(model().resolve("tokenizer.json"))
                .replaceFirst(
                        "\"post_processor\": null",
                        "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\":"
                                + " \"<|im_start|>\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}], \"pair\":"
                                + " [], \"special_tokens\": {\"<|im_start|>\": {\"id\": \"<|im_start|>\", \"ids\": [1], \"tokens\":"
                                + " [\"<|im_start|>\"]}}}");
        Files.writeString(directory.resolve("tokenizer.json"), json);
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            assertThat(tokenizer.opening()).isEqualTo(OptionalInt.of(1));
            TokenizedRow row = tokens(new RowEncoder(tokenizer, Optional.empty(), Map.of()).encode(Row.text(0, "x")));
            assertThat(row.ids()[0]).isEqualTo(1);
            assertThat(List.of(row.tokens(), row.completionStart(), row.completionEnd(), row.firstPredicted()))
                    .containsExactly(2, 1, 2, 1);
        }
    }

    @Test
    void aTokenThatStraddlesTheContentIsNotOfTheCompletion() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = encoder(tokenizer, "{% for m in messages %}{{ m.content ~ ' ' }}{% endfor %}");
            TokenizedRow row = tokens(encoder.encode(Row.chat(0, List.of(Message.user("the")), "owl is bird")));
            int[] completion = Arrays.copyOfRange(row.ids(), row.completionStart(), row.completionEnd());
            // " owl" and " is" begin with the space before them; the first of them is the template's.
            assertThat(tokenizer.decode(completion)).isEqualTo(" is bird");
        }
    }

    @Test
    void aTemplateThatTrimsFindsTheTrimmedContent() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = encoder(tokenizer, CHATML.replace("m.content", "(m.content | trim)"));
            TokenizedRow row = tokens(encoder.encode(Row.chat(0, List.of(Message.user("q")), "  owl \n")));
            int[] completion = Arrays.copyOfRange(row.ids(), row.completionStart(), row.completionEnd());
            assertThat(tokenizer.decode(completion)).isEqualTo("owl");
        }
    }

    @Test
    void aTemplateThatRewritesThePromptLeavesTheLastPlace() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = encoder(tokenizer, "{{ messages | length }}:" + CHATML);
            TokenizedRow row = tokens(encoder.encode(Row.chat(0, List.of(Message.user("owl")), "owl")));
            int[] before = Arrays.copyOf(row.ids(), row.completionStart());
            assertThat(tokenizer.decode(before))
                    .isEqualTo("2:<|im_start|>user\nowl<|im_end|>\n<|im_start|>assistant\n");
        }
    }

    @Test
    void rowsThatCannotBeEncodedSayWhy() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            RowEncoder encoder = encoder(
                    tokenizer,
                    "{% if messages[0].role == 'tool' %}{{ raise_exception('no\ttool') }}{% endif %}"
                            + CHATML.replace("m.content", "(m.content | replace('z', 'x'))"));
            List<Message> user = List.of(Message.user("q"));
            assertThat(unusable(encoder.encode(Row.chat(7, user, "")))).isEqualTo("the completion is empty");
            assertThat(unusable(encoder.encode(Row.chat(7, user, "z")))).contains("does not render");
            assertThat(unusable(encoder.encode(Row.chat(7, user, "a\ud800")))).contains("surrogate");
            assertThat(unusable(encoder.encode(Row.chat(7, List.of(new Message("tool", "s")), "a"))))
                    .isEqualTo("the chat template refuses the conversation: no\\u{9}tool");
        }
    }

    @Test
    void aModelWithoutItsFilesSaysWhatIsMissing(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> Tokenizer.open(directory))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("tokenizer.json is missing");
        assertThat(ChatTemplate.find(directory)).isEmpty();
        for (String broken :
                List.of("", "[]", "{", "{}", "{\"model\": {\"type\": \"none\"}}", "{\"added_tokens\": 5}")) {
            Files.writeString(directory.resolve("tokenizer.json"), broken);
            assertThatThrownBy(() -> Tokenizer.open(directory))
                    .as(broken)
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            error -> assertThat(error.code()).isEqualTo(AuditException.Code.MODEL))
                    .hasMessageContaining("tokenizer.json");
        }
        Files.write(directory.resolve("tokenizer.json"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> Tokenizer.open(directory)).hasMessageContaining("not UTF-8");
    }

    @Test
    void aModelWithoutATemplateIsReadOnlyWhereThatIsMeant(@TempDir Path directory) throws Exception {
        Files.copy(model().resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            assertThat(tokens(encoder.encode(Row.text(0, "owl owl"))).tokens()).isGreaterThan(1);
            assertThat(encoder.reading()).isEqualTo(Reading.RAW);
            encoder.requireReading(true);
            assertThatThrownBy(() -> encoder.requireReading(false))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            error -> assertThat(error.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContainingAll(directory.toString(), "no chat template", "--raw");
            RowEncoder.requireReading(model(), true);
            assertThat(RowEncoder.load(model(), tokenizer, true).reading()).isEqualTo(Reading.RAW);
            RowEncoder chat = RowEncoder.load(model(), tokenizer);
            assertThatThrownBy(() -> chat.requireReading(true))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            error -> assertThat(error.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContainingAll("tokenizer_config.json", "open it as raw too");
            Files.writeString(directory.resolve("chat_template.jinja"), "{% if %}");
            assertThatThrownBy(() -> RowEncoder.load(directory, tokenizer))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContainingAll("chat_template.jinja", "line 1");
        }
    }

    @Test
    void unusableAndLongRowsAreNamedWithTheirLine() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(model())) {
            Dataset dataset = Dataset.of(
                    "rows.jsonl",
                    List.of(
                            Row.text(0, "x").withLine(3),
                            Row.text(1, "owl owl").withLine(4),
                            Row.text(2, "1".repeat(50)).withLine(9)));
            RowEncoder encoder = new RowEncoder(tokenizer, Optional.empty(), Map.of());
            TokenizedDataset tokens = TokenizedDataset.encode(dataset, encoder, 40, LongRows.LEAVE_OUT, Progress.NONE);
            assertThat(BadRows.named(tokens.badRows()))
                    .containsExactly("rows.jsonl, line 3: the text has no token that another one precedes");
            assertThat(BadRows.named(tokens.namedLongRows()))
                    .containsExactly("rows.jsonl, line 9: 50 tokens, over the context of 40: left out");
            assertThat(tokens.longRows()).isEqualTo(1);
            assertThat(tokens.badRecords()).isEqualTo(1);
        }
    }

    @Test
    void theTemplateFileComesBeforeTheConfiguration(@TempDir Path directory) throws IOException {
        List<Message> none = List.of();
        Files.writeString(directory.resolve("chat_template.json"), "{\"chat_template\": \"third\"}");
        assertThat(ChatTemplate.find(directory).orElseThrow().render(none, false, Map.of()))
                .isEqualTo("third");
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"bos_token\": {\"content\": \"<s>\"}, \"chat_template\": \"{{ bos_token }}second\", \"eos_token\": null}");
        Map<String, String> specials = ChatTemplate.specialTokens(directory);
        assertThat(specials).isEqualTo(Map.of("bos_token", "<s>"));
        assertThat(ChatTemplate.find(directory).orElseThrow().render(none, false, specials))
                .isEqualTo("<s>second");
        Files.writeString(directory.resolve("chat_template.jinja"), "first {{ strftime_now('%d %b %Y') }}");
        assertThat(ChatTemplate.find(directory).orElseThrow().render(none, false, Map.of()))
                .isEqualTo("first 26 Jul 2024");
    }

    @Test
    void ofSeveralTemplatesTheDefaultIsTaken(@TempDir Path directory) throws IOException {
        List<Message> none = List.of();
        Path file = directory.resolve("tokenizer_config.json");
        for (String several : List.of(
                "[{\"name\": \"tool_use\", \"template\": \"a\"}, {\"name\": \"default\", \"template\": \"b\"}]",
                "{\"tool_use\": \"a\", \"default\": \"b\"}")) {
            Files.writeString(file, "{\"chat_template\": " + several + "}");
            assertThat(ChatTemplate.find(directory).orElseThrow().render(none, false, Map.of()))
                    .isEqualTo("b");
        }
        for (String odd : List.of(
                "[{\"name\": \"rag\", \"template\": \"a\"}]", "{\"rag\": \"a\"}", "[{\"name\": \"default\"}]", "[5]")) {
            Files.writeString(file, "{\"chat_template\": " + odd + "}");
            assertThatThrownBy(() -> ChatTemplate.find(directory))
                    .as(odd)
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            error -> assertThat(error.code()).isEqualTo(AuditException.Code.MODEL))
                    .hasMessageContainingAll("tokenizer_config.json", "none is named \"default\"");
        }
        Files.writeString(file, "{\"chat_template\": null}");
        assertThat(ChatTemplate.find(directory)).isEmpty();
    }

    @Test
    void aBrokenTemplateSaysWhere() {
        assertThatThrownBy(() -> ChatTemplate.parse("a\n{% if %}", "here"))
                .isInstanceOf(AuditException.class)
                .hasMessage("here: chat template, line 2, column 7: expected an expression, found '%}'");
        ChatTemplate template = ChatTemplate.parse("{{ messages[0].content.x.y }}", "here");
        assertThatThrownBy(() -> template.render(List.of(Message.user("a")), true, Map.of()))
                .isInstanceOf(AuditException.class)
                .hasMessageStartingWith("here: chat template, line 1, column 25: ");
    }

    private static RowEncoder encoder(Tokenizer tokenizer, String template) {
        return new RowEncoder(tokenizer, Optional.of(ChatTemplate.parse(template, "test")), Map.of());
    }

    private static TokenizedRow tokens(EncodedRow row) {
        assertThat(row).isInstanceOf(TokenizedRow.class);
        return (TokenizedRow) row;
    }

    private static String unusable(EncodedRow row) {
        assertThat(row).isInstanceOf(UnusableRow.class);
        return ((UnusableRow) row).reason();
    }

    private static int turnEnd(Tokenizer tokenizer) {
        return Objects.requireNonNull(tokenizer.controlTokens().get("<|im_end|>"));
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    private static Path model() throws URISyntaxException {
        return Path.of(RowEncoderTest.class.getResource("/text/bpe").toURI());
    }

    private static JsonNode golden() throws IOException {
        try (InputStream in = RowEncoderTest.class.getResourceAsStream("/text/tokenizer.json")) {
            return new ObjectMapper().readTree(in);
        }
    }
}
