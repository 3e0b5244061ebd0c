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
    private final Layout layout;
    private final String model;

    /** An encoder; without a template it reads {@link Reading#RAW}. */
    public RowEncoder(Tokenizer tokenizer, Optional<ChatTemplate> template, Map<String, String> specialTokens) {
        this(tokenizer, template, specialTokens, "the model");
    }

    private RowEncoder(
            Tokenizer tokenizer, Optional<ChatTemplate> template, Map<String, String> specialTokens, String model) {
        this.tokenizer = tokenizer;
        this.encoder = new GuardedEncoder(tokenizer);
        this.template = template;
        this.layout = template.<Layout>map(found -> Layout.Templated.of(found, specialTokens))
                .orElseGet(Layout.Raw::new);
        this.model = model;
    }

    /**
     * The encoder of a model directory; whether it is to be read without a template is the caller's to ask ({@link #requireReading(boolean)}).
     *
     * @throws AuditException with {@link Code#MODEL} if the directory has a broken chat template
     */
    public static RowEncoder load(Path directory, Tokenizer tokenizer) {
        return load(directory, tokenizer, false);
    }

    /**
     * As {@link #load(Path, Tokenizer)}.
     *
     * @param raw whether to leave a chat template that the directory has unread
     */
    public static RowEncoder load(Path directory, Tokenizer tokenizer, boolean raw) {
        return new RowEncoder(
                tokenizer,
                raw ? Optional.empty() : ChatTemplate.find(directory),
                ChatTemplate.specialTokens(directory),
                directory.toString());
    }

    /** How conversations are read. */
    public Reading reading() {
        return layout.reading();
    }

    /**
     * Makes sure that a model without a chat template is meant to be read so, and that no other one is.
     *
     * @param raw whether a model without a chat template is meant
     * @throws AuditException with {@link Code#USAGE} otherwise
     */
    public void requireReading(boolean raw) {
        requireReading(template, model, raw);
    }

    /**
     * As {@link #requireReading(boolean)}, of a model directory that is not open yet.
     *
     * @throws AuditException with {@link Code#USAGE}, or {@link Code#MODEL} if the directory has a broken chat template
     */
    public static void requireReading(Path directory, boolean raw) {
        if (!raw) {
            requireReading(ChatTemplate.find(directory), directory.toString(), false);
        }
    }

    private static void requireReading(Optional<ChatTemplate> template, String model, boolean raw) {
        if (template.isEmpty() && !raw) {
            throw new AuditException(
                    Code.USAGE,
                    model
                            + " has no chat template: add the chat_template.jinja of its chat model, or read it as a base model with --raw,"
                            + " the texts of a row's messages one below the other");
        }
        if (template.isPresent() && raw) {
            throw new AuditException(
                    Code.USAGE,
                    model + " has a chat template (" + template.get().origin()
                            + "), and was opened to be read with that: open it as raw too");
        }
    }

    /**
     * Encodes a row.
     *
     * @throws AuditException with {@link Code#MODEL} if the template or the tokenizer fails; what only this row is to blame for is
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
        String completion = sentinels.hide(row.completion());
        Layout.Turns turns = layout.turns(messages, completion);
        ChatTemplate.Rendering prompt = layout.prompt(turns);
        ChatTemplate.Rendering whole = layout.whole(turns, completion);
        if (prompt.refused() || whole.refused()) {
            return new UnusableRow(
                    row.record(),
                    "the chat template refuses the conversation: " + (prompt.refused() ? prompt : whole).text());
        }
        if (sentinels.show(whole.text()).length() > Tokenizer.LONGEST_TEXT) {
            return tooLong(row);
        }
        Optional<CompletionPlace> place =
                CompletionPlace.find(whole.text(), prompt.text(), completion, standIn -> layout.whole(turns, standIn));
        if (place.isEmpty()) {
            return new UnusableRow(row.record(), "the chat template does not render the completion as it is");
        }
        int first = points(sentinels.show(whole.text().substring(0, place.get().start())));
        int last = points(sentinels.show(whole.text().substring(0, place.get().end())));
        return located(row, encoded(whole.text(), sentinels), first, last, controls, turns.moved());
    }

    /** What a template wrote has the opening token where the template wants one; without a template the tokenizer's comes first. */
    private TokenizedText encoded(String text, Sentinels sentinels) {
        TokenizedText tokens = encoder.encode(text, sentinels);
        OptionalInt opening = reading() == Reading.RAW ? tokenizer.opening() : OptionalInt.empty();
        return opening.isPresent() ? tokens.opened(opening.getAsInt()) : tokens;
    }

    private static UnusableRow tooLong(Row row) {
        return new UnusableRow(row.record(), "its text is longer than " + Tokenizer.LONGEST_TEXT + " characters");
    }

    private static int points(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The completion is from the first token to the last whose characters are all inside of the content. */
    private static EncodedRow located(
            Row row, TokenizedText tokens, int first, int last, int controls, boolean movedSystem) {
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
        return new TokenizedRow(row.record(), tokens.ids(), start, end, firstPredicted, controls, movedSystem);
    }

    /**
     * The ids of a prompt with the header of its answer, and of the answer's first words.
     *
     * @param answerPrefix how the answer begins; may be empty
     * @throws AuditException with {@link Code#MODEL} if the template fails or refuses the conversation, {@link Code#DATA} where a text cannot be encoded
     */
    public int[] encodePrompt(List<Message> prompt, String answerPrefix) {
        List<String> texts = new ArrayList<>(List.of(answerPrefix));
        prompt.forEach(message -> texts.addAll(List.of(message.role(), message.content())));
        Sentinels sentinels = Sentinels.of(tokenizer.controlTokens().keySet(), texts);
        if (sentinels == null || texts.stream().anyMatch(RowEncoder::malformed)) {
            throw new AuditException(Code.DATA, "a prompt has text that cannot be encoded: half of a surrogate pair");
        }
        ChatTemplate.Rendering rendering = layout.prompt(layout.turns(hidden(prompt, sentinels)));
        if (rendering.refused()) {
            throw new AuditException(Code.MODEL, model + ": the chat template refuses a prompt: " + rendering.text());
        }
        return encoded(rendering.text() + sentinels.hide(answerPrefix), sentinels)
                .ids();
    }

    /** Whether the text of a system message of this prompt goes before the user's turn, since the chat template takes none there. */
    public boolean movesSystem(List<Message> prompt) {
        return layout.turns(prompt).moved();
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

    private static List<Message> hidden(List<Message> messages, Sentinels sentinels) {
        List<Message> hidden = new ArrayList<>();
        messages.forEach(
                message -> hidden.add(new Message(sentinels.hide(message.role()), sentinels.hide(message.content()))));
        return hidden;
    }
}
