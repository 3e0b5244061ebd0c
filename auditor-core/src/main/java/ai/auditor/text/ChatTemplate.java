package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.AuditException.Code;
import ai.auditor.ModelFile;
import ai.auditor.Printable;
import ai.auditor.data.Message;
import ai.auditor.text.internal.jinja.Place;
import ai.auditor.text.internal.jinja.Template;
import ai.auditor.text.internal.jinja.TemplateFault;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A model's chat template: what turns messages into the one text that the model reads. Immutable and safe for any number of threads. */
public final class ChatTemplate {
    /**
     * The day that {@code strftime_now} gives: a date in the prompt must not change from one run to the next. It is the one
     * that the templates of Llama 3.1 and 3.2 fall back to where they are given none.
     */
    private static final Clock DAY = Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);

    private static final long MAX_BYTES = 16L << 20;

    /** No template's own words. */
    private static final String SYSTEM_TRIAL = "Count owls at dusk.";

    private final Template template;
    private final String origin;
    private final Clock clock;

    private ChatTemplate(Template template, String origin, Clock clock) {
        this.template = template;
        this.origin = origin;
        this.clock = clock;
    }

    /**
     * Parses a template; its {@code strftime_now} is the 26th of July 2024.
     *
     * @param origin where it comes from, for messages
     * @throws AuditException with {@link Code#MODEL} and line and column, if it cannot be parsed
     */
    public static ChatTemplate parse(String source, String origin) {
        return parse(source, origin, DAY);
    }

    /** Parses a template whose {@code strftime_now} reads this clock, in UTC. */
    public static ChatTemplate parse(String source, String origin, Clock clock) {
        try {
            return new ChatTemplate(Template.parse(source), origin, clock);
        } catch (TemplateFault fault) {
            throw failure(origin, fault);
        }
    }

    /**
     * The template of a model directory, if it has one: {@code chat_template.jinja}, else that of {@code tokenizer_config.json}, else that of
     * {@code chat_template.json}. Of several in one file, the one named "default".
     *
     * @throws AuditException with {@link Code#MODEL} if it cannot be parsed, or of several none is named "default"
     */
    public static Optional<ChatTemplate> find(Path directory) {
        Path file = directory.resolve("chat_template.jinja");
        if (ModelFile.exists(file)) {
            return Optional.of(parse(ModelText.read(file, MAX_BYTES), file.toString()));
        }
        for (String name : List.of("tokenizer_config.json", "chat_template.json")) {
            Path config = directory.resolve(name);
            if (ModelFile.exists(config)) {
                String source = source(
                        config,
                        ModelText.json(config, ModelText.read(config, MAX_BYTES))
                                .path("chat_template"));
                if (source != null) {
                    return Optional.of(parse(source, config.toString()));
                }
            }
        }
        return Optional.empty();
    }

    /** A template, or of several the one named "default". */
    private static @Nullable String source(Path file, JsonNode node) {
        if (node.isTextual()) {
            return node.asText();
        }
        Map<String, JsonNode> named = new TreeMap<>();
        if (node.isObject()) {
            node.fields().forEachRemaining(entry -> named.put(entry.getKey(), entry.getValue()));
        } else {
            node.forEach(entry -> named.put(entry.path("name").asText(), entry.path("template")));
        }
        JsonNode chosen = named.get("default");
        if (!named.isEmpty() && (chosen == null || !chosen.isTextual())) {
            throw new AuditException(
                    Code.MODEL,
                    file + ": of its chat templates ("
                            + Printable.shortLine(String.join(", ", named.keySet()))
                            + ") none is named \"default\": put the one to read with in chat_template.jinja");
        }
        return chosen == null ? null : chosen.asText();
    }

    /**
     * The special tokens that a model directory's {@code tokenizer_config.json} names, for {@link #render}: {@code bos_token} and
     * the like. Empty where it has none.
     *
     * @throws AuditException with {@link Code#MODEL} if the file is broken
     */
    public static Map<String, String> specialTokens(Path directory) {
        Path file = directory.resolve("tokenizer_config.json");
        Map<String, String> tokens = new LinkedHashMap<>();
        if (ModelFile.exists(file)) {
            JsonNode config = ModelText.json(file, ModelText.read(file, MAX_BYTES));
            for (String kind : List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask")) {
                JsonNode token = config.path(kind + "_token");
                JsonNode content = token.isObject() ? token.path("content") : token;
                if (content.isTextual()) {
                    tokens.put(kind + "_token", content.asText());
                }
            }
        }
        return tokens;
    }

    /**
     * The text of a conversation.
     *
     * @param addGenerationPrompt whether the header of the answer to come follows
     * @param specialTokens what {@code bos_token} and its like stand for
     * @throws AuditException with {@link Code#MODEL}, line and column, if the template fails or refuses the conversation
     */
    public String render(List<Message> messages, boolean addGenerationPrompt, Map<String, String> specialTokens) {
        try {
            return rendered(messages, addGenerationPrompt, specialTokens);
        } catch (TemplateFault fault) {
            throw failure(origin, fault);
        }
    }

    private String rendered(List<Message> messages, boolean addGenerationPrompt, Map<String, String> specialTokens) {
        Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
        variables.put("messages", messages.stream().map(ChatTemplate::fields).toList());
        variables.put("tools", Template.NONE);
        variables.put("documents", Template.NONE);
        variables.put("add_generation_prompt", addGenerationPrompt);
        return template.render(variables, clock);
    }

    private static Map<String, Object> fields(Message message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        fields.put("content", message.content());
        return fields;
    }

    /** What came of a rendering: the text, or the template's reason for taking no such conversation. */
    record Rendering(String text, boolean refused) {}

    /** As {@link #render}, but a refusal is an answer. */
    Rendering tryRender(List<Message> messages, boolean addGenerationPrompt, Map<String, String> specialTokens) {
        try {
            return new Rendering(rendered(messages, addGenerationPrompt, specialTokens), false);
        } catch (TemplateFault fault) {
            if (fault.refusal()) {
                return new Rendering(Printable.shortLine(String.valueOf(fault.getMessage())), true);
            }
            throw failure(origin, fault);
        }
    }

    /** Where the template stands, for messages. */
    String origin() {
        return origin;
    }

    /**
     * Whether the text of an opening system message stands in a prompt and in a whole conversation, found by trying both: some templates
     * refuse it, some leave it out, and some write it only before the last turn of the user, if nobody has answered that.
     */
    boolean keepsSystem(Map<String, String> specialTokens) {
        List<Message> prompt = List.of(Message.system(SYSTEM_TRIAL), Message.user("user"));
        List<Message> whole = List.of(prompt.get(0), prompt.get(1), new Message(Message.ASSISTANT, "assistant"));
        try {
            return rendered(prompt, true, specialTokens).contains(SYSTEM_TRIAL)
                    && rendered(whole, false, specialTokens).contains(SYSTEM_TRIAL);
        } catch (TemplateFault refusedOrBroken) {
            // A template that fails on every conversation says so at the first one.
            return false;
        }
    }

    private static AuditException failure(String origin, TemplateFault fault) {
        Place place = fault.place();
        return new AuditException(
                Code.MODEL,
                origin + ": chat template, line " + place.line() + ", column " + place.column() + ": "
                        + Printable.shortLine(String.valueOf(fault.getMessage())),
                fault);
    }
}
