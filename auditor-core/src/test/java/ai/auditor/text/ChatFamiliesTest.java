package ai.auditor.text;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.Progress;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of every model family against transformers (src/test/python/chat_families.py): tokens, the completion among them, system messages. */
class ChatFamiliesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chatml",
                "smollm2",
                "qwen2.5",
                "qwen3",
                "llama3",
                "llama3.1",
                "llama3.2",
                "gemma2",
                "gemma3",
                "mistral0.1",
                "mistral0.3",
                "nemo",
                "llama2"
            })
    void rowsOfAFamilyAreTokenizedAndCutAsThoseOfPython(String name) throws Exception {
        JsonNode golden = golden();
        JsonNode family = golden.get("families").get(name);
        model(family);
        int compared = 0;
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            assertThat(encoder.reading())
                    .isEqualTo(
                            family.get("system").asBoolean()
                                    ? Reading.CHAT_TEMPLATE
                                    : Reading.CHAT_TEMPLATE_WITHOUT_SYSTEM);
            for (JsonNode entry : golden.get("encoded")) {
                if (entry.get("family").asText().equals(name)) {
                    Row row = row(golden.get("rows"), entry.get("row").asInt());
                    EncodedRow encoded = encoder.encode(row);
                    compare(entry, encoded, encoder.encodePrompt(row.prompt(), ""));
                    if (encoded instanceof TokenizedRow tokens) {
                        assertThat(tokens.movedSystem())
                                .as("%s", entry)
                                .isEqualTo(entry.get("moved").asBoolean());
                    }
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(golden.get("rows").size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutATemplateMessagesStandBelowEachOtherBehindTheTokenizersOpeningToken(boolean words) throws Exception {
        JsonNode golden = golden();
        Files.copy(resource(words), directory.resolve("tokenizer.json"));
        int compared = 0;
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            assertThat(encoder.reading()).isEqualTo(Reading.RAW);
            for (JsonNode entry : golden.get("raw")) {
                if (entry.get("words").asBoolean() == words) {
                    Row row = row(golden.get("rows"), entry.get("row").asInt());
                    compare(entry, encoder.encode(row), encoder.encodePrompt(row.prompt(), ""));
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(golden.get("rows").size());
    }

    @Test
    void withoutATemplateASystemMessageIsTextLikeAnyOther() throws Exception {
        Files.copy(resource(false), directory.resolve("tokenizer.json"));
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            TokenizedRow row = (TokenizedRow) encoder.encode(
                    Row.chat(0, List.of(Message.system("Be brief."), Message.user("Name a bird.")), "An owl."));
            assertThat(shown(tokenizer, row)).isEqualTo("<s>Be brief.\nName a bird.\n|An owl.|");
            assertThat(row.movedSystem()).isFalse();
            // Behind the opening token even a completion without a prompt has a token that another one precedes.
            TokenizedRow alone = (TokenizedRow) encoder.encode(Row.chat(0, List.of(), "owl"));
            assertThat(shown(tokenizer, alone)).isEqualTo("<s>|owl|");
        }
    }

    @Test
    void aTokenizerThatAddsNoOpeningTokenAddsNoneWithoutATemplateEither() throws Exception {
        ObjectNode json = (ObjectNode) MAPPER.readTree(resource(false).toFile());
        json.putNull("post_processor");
        Files.writeString(directory.resolve("tokenizer.json"), json.toString());
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            TokenizedRow row =
                    (TokenizedRow) encoder.encode(Row.chat(0, List.of(Message.user("Hi </s>")), "a <s> owl"));
            assertThat(shown(tokenizer, row)).isEqualTo("Hi </s>\n|a <s> owl|");
            assertThat(row.controlTokens()).isEqualTo(2);
            assertThat(row.ids())
                    .doesNotContain(tokenizer.controlTokens().values().stream()
                            .mapToInt(Integer::intValue)
                            .toArray());
        }
    }

    @Test
    void whatQwen3PutsBeforeAnAnswerIsNoneOfIt() throws Exception {
        model(golden().get("families").get("qwen3"));
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            // The template's own words, tags and line feeds, as answers.
            for (String answer : List.of("think", "</think", "im_end", "assistant", "<|im_end|>", "the\n\nthink")) {
                TokenizedRow row = (TokenizedRow) encoder.encode(Row.chat(0, List.of(Message.user("think")), answer));
                assertThat(shown(tokenizer, row))
                        .isEqualTo("<|im_start|>user\nthink<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n|"
                                + answer + "|<|im_end|>\n");
            }
            // Thoughts in another form are written anew, so the completion does not stand there as it is.
            assertThat(encoder.encode(Row.chat(0, List.of(Message.user("Q")), "<think>hm</think>A")))
                    .isInstanceOf(UnusableRow.class);
            List<Message> turns = List.of(
                    Message.user("Q"), new Message("assistant", "<think>\nthe owl\n</think>\n\nA"), Message.user("Q"));
            assertThat(shown(tokenizer, (TokenizedRow) encoder.encode(Row.chat(0, turns, "A"))))
                    .isEqualTo("""
                            <|im_start|>user
                            Q<|im_end|>
                            <|im_start|>assistant
                            A<|im_end|>
                            <|im_start|>user
                            Q<|im_end|>
                            <|im_start|>assistant
                            <think>

                            </think>

                            |A|<|im_end|>
                            """);
        }
    }

    @Test
    void whiteSpaceThatATemplateTakesOffIsNoneOfTheCompletion() throws Exception {
        for (String name : List.of("llama3", "gemma2", "gemma3")) {
            model(golden().get("families").get(name));
            try (Tokenizer tokenizer = Tokenizer.open(directory)) {
                RowEncoder encoder = RowEncoder.load(directory, tokenizer);
                TokenizedRow row = (TokenizedRow)
                        encoder.encode(Row.chat(0, List.of(Message.user("Hi")), " \u00a0\n the owl \u00a0\n"));
                assertThat(shown(tokenizer, row)).contains("|the owl|");
                // A completion of white space alone leaves nothing, least of all the template's own line feed.
                assertThat(encoder.encode(Row.chat(0, List.of(Message.user("Hi")), "\n")))
                        .as(name)
                        .isInstanceOf(UnusableRow.class);
            }
        }
    }

    @Test
    void aSystemMessageGoesBeforeTheUsersTurnWhereTheTemplateTakesNone() throws Exception {
        model(golden().get("families").get("gemma2"));
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = RowEncoder.load(directory, tokenizer);
            List<Message> prompt = List.of(Message.system("Be brief."), Message.user("Hi"));
            assertThat(tokenizer.decode(encoder.encodePrompt(prompt, "")))
                    .isEqualTo("<bos><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\n");
            Dataset dataset = Dataset.of(
                    "rows.jsonl",
                    List.of(
                            Row.chat(0, prompt, "An owl."),
                            Row.chat(1, List.of(Message.user("Hi")), "An owl."),
                            Row.chat(2, List.of(Message.system("Be brief.")), "An owl."),
                            Row.chat(3, List.of(new Message("tool", "Hi")), "An owl.")));
            TokenizedDataset tokens = TokenizedDataset.encode(dataset, encoder, 100, LongRows.LEAVE_OUT, Progress.NONE);
            assertThat(tokens.rows()).hasSize(3);
            assertThat(tokens.movedSystems()).isEqualTo(2);
            assertThat(tokens.badRows())
                    .singleElement()
                    .satisfies(bad -> assertThat(bad.reason())
                            .contains("refuses the conversation: Conversation roles must alternate"));
            assertThat(shown(tokenizer, tokens.tokens().get(2)))
                    .isEqualTo(
                            "<bos><start_of_turn>user\nBe brief.<end_of_turn>\n<start_of_turn>model\n|An owl.|<end_of_turn>\n");
        }
    }

    @Test
    void aTemplateThatLeavesASystemMessageOutIsNoBetterThanOneThatRefusesIt() throws Exception {
        Files.copy(resource(false), directory.resolve("tokenizer.json"));
        String deaf = "{% for m in messages if m.role != 'system' %}{{ m.role ~ ':' ~ m.content ~ '\n' }}{% endfor %}";
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            RowEncoder encoder = new RowEncoder(tokenizer, Optional.of(ChatTemplate.parse(deaf, "test")), Map.of());
            assertThat(encoder.reading()).isEqualTo(Reading.CHAT_TEMPLATE_WITHOUT_SYSTEM);
            assertThat(tokenizer.decode(
                            encoder.encodePrompt(List.of(Message.system("Be brief."), Message.user("Hi")), "")))
                    .isEqualTo("user:Be brief.\n\nHi\n");
        }
    }

    private static void compare(JsonNode expected, EncodedRow encoded, int[] promptIds) {
        if (expected.has("bad")) {
            assertThat(encoded).as("%s", expected).isInstanceOf(UnusableRow.class);
            return;
        }
        assertThat(encoded).as("%s", expected).isInstanceOf(TokenizedRow.class);
        TokenizedRow tokens = (TokenizedRow) encoded;
        assertThat(tokens.ids()).as("%s", expected).isEqualTo(ints(expected.get("ids")));
        assertThat(List.of(tokens.completionStart(), tokens.completionEnd()))
                .as("%s", expected)
                .containsExactly(
                        expected.get("start").asInt(), expected.get("end").asInt());
        assertThat(promptIds).as("%s", expected).isEqualTo(ints(expected.get("promptIds")));
    }

    /** The row's text, the completion between bars. */
    private static String shown(Tokenizer tokenizer, TokenizedRow row) {
        return tokenizer.decode(Arrays.copyOf(row.ids(), row.completionStart()))
                + "|"
                + tokenizer.decode(Arrays.copyOfRange(row.ids(), row.completionStart(), row.completionEnd()))
                + "|"
                + tokenizer.decode(Arrays.copyOfRange(row.ids(), row.completionEnd(), row.tokens()));
    }

    private void model(JsonNode family) throws Exception {
        Files.writeString(
                directory.resolve("tokenizer.json"),
                Files.readString(resource(family.get("words").asBoolean())));
        ObjectNode config = MAPPER.createObjectNode();
        config.setAll((ObjectNode) family.get("specials"));
        config.set("chat_template", family.get("template"));
        Files.writeString(directory.resolve("tokenizer_config.json"), config.toString());
    }

    private static Row row(JsonNode rows, int number) {
        JsonNode row = Objects.requireNonNull(rows.get(number));
        List<Message> prompt = new ArrayList<>();
        row.get("prompt")
                .forEach(message -> prompt.add(new Message(
                        message.get("role").asText(), message.get("content").asText())));
        return Row.chat(number, prompt, row.get("completion").asText());
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    private static Path resource(boolean words) throws URISyntaxException {
        String name = "/text/families/" + (words ? "words" : "bytes") + ".json";
        return Path.of(
                Objects.requireNonNull(ChatFamiliesTest.class.getResource(name)).toURI());
    }

    private static JsonNode golden() throws IOException {
        try (InputStream in = ChatFamiliesTest.class.getResourceAsStream("/text/chat_families.json")) {
            return MAPPER.readTree(in);
        }
    }
}
