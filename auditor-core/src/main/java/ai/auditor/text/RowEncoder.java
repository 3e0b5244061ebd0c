package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.AuditException.Code;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Turns rows into tokens and finds the completion among them. As safe for several threads as its tokenizer, which the caller closes. */
public final class RowEncoder {
    private final Tokenizer tokenizer;
    private final GuardedEncoder encoder;
    private final Optional<ChatTemplate> template;
    private final Map<String, String> specialTokens;
    private final String model;

    /** An encoder; without a template it takes rows of plain text only. */
    public RowEncoder(Tokenizer tokenizer, Optional<ChatTemplate> template, Map<String, String> specialTokens) {
        this(tokenizer, template, specialTokens, "the model");
    }

    private RowEncoder(
            Tokenizer tokenizer, Optional<ChatTemplate> template, Map<String, String> specialTokens, String model) {
        this.tokenizer = tokenizer;
        this.encoder = new GuardedEncoder(tokenizer);
        this.template = template;
        this.specialTokens = Map.copyOf(specialTokens);
        this.model = model;
    }

    /**
     * The encoder of a model directory; one without a chat template fails at the first chat row.
     *
     * @throws AuditException with {@link Code#MODEL} if the directory has a broken chat template
     */
    public static RowEncoder load(Path directory, Tokenizer tokenizer) {
        return new RowEncoder(
                tokenizer, ChatTemplate.find(directory), ChatTemplate.specialTokens(directory), directory.toString());
    }

    /**
     * Encodes a row.
     *
     * @throws AuditException with {@link Code#MODEL} if the template or the tokenizer fails, or a chat row finds no template; what only this row is to blame for is
     *     an {@link UnusableRow}
     */
    public EncodedRow encode(Row row) {
        if (row.completion().isEmpty()) {
            return new UnusableRow(row.record(), "the completion is empty");
        }
        List<String> texts = new ArrayList<>(List.of(row.completion()));
        row.prompt().forEach(message -> texts.addAll(List.of(message.role(), message.content())));
        if (texts.stream().anyMatch(RowEncoder::malformed)) {
            return new UnusableRow(row.record(), "the text has half of a surrogate pair");
        }
        Sentinels sentinels = Sentinels.of(tokenizer.controlTokens().keySet(), texts);
        if (sentinels == null) {
            return new UnusableRow(row.record(), "the text uses every private-use character");
        }
        int controls =
                texts.stream().map(sentinels::hide).mapToInt(sentinels::count).sum();
        return switch (row.kind()) {
            case TEXT -> text(row, sentinels, controls);
            case CHAT -> chat(row, sentinels, controls);
        };
    }

    private static boolean malformed(String text) {
        return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    private EncodedRow text(Row row, Sentinels sentinels, int controls) {
        if (row.completion().length() > Tokenizer.LONGEST_TEXT) {
            return tooLong(row);
        }
        int[] ids = encoder.encode(sentinels.hide(row.completion()), sentinels).ids();
        OptionalInt opening = tokenizer.opening();
        int start = opening.isPresent() ? 1 : 0;
        int[] all = IntStream.concat(opening.stream(), IntStream.of(ids)).toArray();
        if (all.length < 2) {
            return new UnusableRow(row.record(), "the text has no token that another one precedes");
        }
        return new TokenizedRow(row.record(), all, start, all.length, 1, controls);
    }

    private EncodedRow chat(Row row, Sentinels sentinels, int controls) {
        List<Message> messages = hidden(row.prompt(), sentinels);
        String prompt = "";
        if (!messages.isEmpty()) {
            ChatTemplate.Rendering rendering = template().tryRender(messages, true, specialTokens);
            if (rendering.refused()) {
                return refused(row, rendering);
            }
            prompt = rendering.text();
        }
        String completion = sentinels.hide(row.completion());
        messages.add(new Message("assistant", completion));
        ChatTemplate.Rendering whole = template().tryRender(messages, false, specialTokens);
        if (whole.refused()) {
            return refused(row, whole);
        }
        if (sentinels.show(whole.text()).length() > Tokenizer.LONGEST_TEXT) {
            return tooLong(row);
        }
        String content = completion;
        int start = find(whole.text(), prompt, content);
        if (start < 0) {
            content = completion.strip();
            start = content.isEmpty() ? -1 : find(whole.text(), prompt, content);
        }
        if (start < 0) {
            return new UnusableRow(row.record(), "the chat template does not render the completion as it is");
        }
        int first = points(sentinels.show(whole.text().substring(0, start)));
        int last = first + points(sentinels.show(content));
        return located(row, encoder.encode(whole.text(), sentinels), first, last, controls);
    }

    private static UnusableRow refused(Row row, ChatTemplate.Rendering rendering) {
        return new UnusableRow(row.record(), "the chat template refuses the conversation: " + rendering.text());
    }

    private static UnusableRow tooLong(Row row) {
        return new UnusableRow(row.record(), "its text is longer than " + Tokenizer.LONGEST_TEXT + " characters");
    }

    private static int points(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Where the content stands: after the prompt, or where the template rewrote that, last after what both begin with. */
    private static int find(String whole, String prompt, String content) {
        if (whole.startsWith(prompt)) {
            return whole.indexOf(content, prompt.length());
        }
        int common = 0;
        while (common < whole.length() && common < prompt.length() && whole.charAt(common) == prompt.charAt(common)) {
            common++;
        }
        int last = whole.lastIndexOf(content);
        return last < common ? -1 : last;
    }

    /** The completion is from the first token to the last whose characters are all inside of the content. */
    private static EncodedRow located(Row row, TokenizedText tokens, int first, int last, int controls) {
        int[] inside = IntStream.range(0, tokens.ids().length)
                .filter(i -> tokens.starts()[i] < tokens.ends()[i])
                .filter(i -> tokens.starts()[i] >= first && tokens.ends()[i] <= last)
                .toArray();
        if (inside.length == 0) {
            return new UnusableRow(row.record(), "no token lies wholly inside the completion");
        }
        int start = inside[0];
        int end = inside[inside.length - 1] + 1;
        int firstPredicted = Math.max(1, start);
        if (firstPredicted >= end) {
            return new UnusableRow(row.record(), "the completion has no token that another one precedes");
        }
        return new TokenizedRow(row.record(), tokens.ids(), start, end, firstPredicted, controls);
    }

    /**
     * The ids of a prompt with the header of its answer, and of the answer's first words.
     *
     * @param answerPrefix how the answer begins; may be empty
     * @throws AuditException with {@link Code#MODEL} if there is no template, or it fails or refuses the conversation
     */
    public int[] encodePrompt(List<Message> prompt, String answerPrefix) {
        List<String> texts = new ArrayList<>(List.of(answerPrefix));
        prompt.forEach(message -> texts.addAll(List.of(message.role(), message.content())));
        Sentinels sentinels = Sentinels.of(tokenizer.controlTokens().keySet(), texts);
        if (sentinels == null || texts.stream().anyMatch(RowEncoder::malformed)) {
            throw new AuditException(Code.DATA, "a prompt has text that cannot be encoded: half of a surrogate pair");
        }
        String rendered = template().render(hidden(prompt, sentinels), true, specialTokens);
        return encoder.encode(rendered + sentinels.hide(answerPrefix), sentinels)
                .ids();
    }

    /**
     * The text of ids that a model wrote, special tokens included.
     *
     * @throws AuditException with {@link Code#MODEL} if the tokenizer fails
     */
    public String decode(int[] ids) {
        return tokenizer.decode(ids);
    }

    /**
     * Whether a text comes back from its tokens: as it was, or so that the same tokens stand for it, where the tokenizer normalises.
     *
     * @throws AuditException with {@link Code#MODEL} if the tokenizer fails
     */
    public boolean keeps(String text) {
        int[] ids = tokenizer.encodePlain(text).ids();
        String back = tokenizer.decode(ids);
        return back.equals(text)
                || Arrays.equals(tokenizer.encodePlain(back).ids(), ids)
                // The token of unknown words is spelled out.
                || Arrays.equals(tokenizer.encode(back).ids(), ids);
    }

    /** Whether ids begin with the same control token twice, as where both the chat template and the tokenizer write it. */
    public boolean opensTwice(int[] ids) {
        return ids.length > 1 && ids[0] == ids[1] && tokenizer.controlTokens().containsValue(ids[0]);
    }

    /** Whether there is a chat template. */
    public boolean chats() {
        return template.isPresent();
    }

    /** Whether the chat template takes a system message; false where there is no template. */
    public boolean acceptsSystem() {
        return template.isPresent() && template().acceptsSystem(specialTokens);
    }

    private static List<Message> hidden(List<Message> messages, Sentinels sentinels) {
        List<Message> hidden = new ArrayList<>();
        messages.forEach(
                message -> hidden.add(new Message(sentinels.hide(message.role()), sentinels.hide(message.content()))));
        return hidden;
    }

    private ChatTemplate template() {
        return template.orElseThrow(
                () -> new AuditException(
                        Code.MODEL,
                        model
                                + " has no chat template: add chat_template.jinja to its directory, or give rows of plain text ({\"text\": …})"));
    }
}
