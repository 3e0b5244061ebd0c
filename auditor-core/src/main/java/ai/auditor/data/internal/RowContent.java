package ai.auditor.data.internal;

import ai.auditor.Printable;
import ai.auditor.data.Field;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads the fields of a record of known shape. */
final class RowContent {

    /** Fields of a message beside its content that hold what a model thought, by DeepSeek, OpenAI's open models and Anthropic. */
    private static final List<String> THOUGHTS = List.of("reasoning_content", "reasoning", "thinking");

    private final Shape shape;
    private final Json.Fields fields;

    private RowContent(Shape shape, Json.Fields fields) {
        this.shape = shape;
        this.fields = fields;
    }

    /** A conversation up to its last message, which is the assistant's. */
    private record Answered(List<Message> prompt, String completion) {}

    /**
     * The row.
     *
     * @param numbersPrompt the user's message before numbers that bring no prompt
     * @throws BadRecord if a field is not as its shape wants it
     */
    static Row row(long record, Shape shape, Json.Fields fields, Supplier<String> numbersPrompt) {
        RowContent content = new RowContent(shape, fields);
        return switch (shape.kind()) {
            case MESSAGES -> {
                Answered answered = content.answered(Field.MESSAGES);
                yield Row.chat(record, answered.prompt, answered.completion);
            }
            case ANSWERED -> Row.chat(record, content.prompt(), content.completion());
            case TEXT -> Row.text(record, content.text(Field.TEXT));
            case NUMBERS -> {
                String numbers = content.numbers();
                yield Row.chat(
                        record,
                        shape.names().containsKey(Field.PROMPT)
                                ? content.prompt()
                                : List.of(Message.user(numbersPrompt.get())),
                        numbers);
            }
            case PREFERENCE -> content.preference(record);
        };
    }

    private Row preference(long record) {
        Answered chosen = preferred(Field.CHOSEN);
        Answered rejected = preferred(Field.REJECTED);
        if (!chosen.prompt.equals(rejected.prompt)) {
            throw new BadRecord(name(Field.CHOSEN) + " and " + name(Field.REJECTED) + " answer different prompts");
        }
        boolean hasPrompt = shape.names().containsKey(Field.PROMPT);
        if (chosen.prompt.isEmpty() && !hasPrompt) {
            throw new BadRecord(name(Field.CHOSEN) + " and " + name(Field.REJECTED) + " come without a prompt");
        }
        if (hasPrompt && !chosen.prompt.isEmpty() && !saysTheSame(chosen.prompt, prompt())) {
            throw new BadRecord(name(Field.PROMPT) + " is not the prompt in " + name(Field.CHOSEN));
        }
        List<Message> prompt = chosen.prompt.isEmpty() ? prompt() : chosen.prompt;
        return new Row(
                record,
                0,
                Row.Kind.CHAT,
                prompt,
                chosen.completion,
                Optional.of(rejected.completion),
                Optional.empty());
    }

    /** Preference sets repeat the user's message as the prompt, but not the system message before it. */
    private static boolean saysTheSame(List<Message> whole, List<Message> prompt) {
        List<Message> withoutSystem = whole.stream()
                .filter(message -> !message.role().equals("system"))
                .toList();
        return whole.equals(prompt) || withoutSystem.equals(prompt);
    }

    private Answered preferred(Field field) {
        return value(field) instanceof Json.Text ? new Answered(List.of(), text(field)) : answered(field);
    }

    private List<Message> prompt() {
        return value(Field.PROMPT) instanceof Json.Text prompt
                ? List.of(Message.user(prompt.value()))
                : messages(Field.PROMPT);
    }

    private String completion() {
        if (value(Field.COMPLETION) instanceof Json.Text) {
            return text(Field.COMPLETION);
        }
        Answered answered = answered(Field.COMPLETION);
        if (!answered.prompt.isEmpty()) {
            throw new BadRecord(name(Field.COMPLETION) + " has more than one message");
        }
        return answered.completion;
    }

    private Answered answered(Field field) {
        List<Message> messages = messages(field);
        if (messages.isEmpty()) {
            throw new BadRecord(name(field) + " has no messages");
        }
        Message last = messages.get(messages.size() - 1);
        if (!last.role().equals(Message.ASSISTANT)) {
            throw new BadRecord("the last message of " + name(field) + " is not the assistant's");
        }
        return new Answered(messages.subList(0, messages.size() - 1), filled(field, last.content()));
    }

    private String text(Field field) {
        if (value(field) instanceof Json.Text text) {
            return filled(field, text.value());
        }
        throw new BadRecord(name(field) + " is not a string");
    }

    private String filled(Field field, String text) {
        if (text.isEmpty()) {
            throw new BadRecord("empty completion: nothing in " + name(field));
        }
        return text;
    }

    private String numbers() {
        if (!(value(Field.NUMBERS) instanceof Json.Items items)) {
            throw new BadRecord(name(Field.NUMBERS) + " is not a list");
        }
        List<String> literals = new ArrayList<>();
        for (Json item : items.values()) {
            if (!(item instanceof Json.Numeral number)) {
                throw new BadRecord(
                        "item " + (literals.size() + 1) + " of " + name(Field.NUMBERS) + " is not a number");
            }
            literals.add(number.literal());
        }
        return filled(Field.NUMBERS, String.join(", ", literals));
    }

    private List<Message> messages(Field field) {
        if (!(value(field) instanceof Json.Items items)) {
            throw new BadRecord(
                    name(field) + " is not a list of messages" + (field == Field.MESSAGES ? "" : ", nor a string"));
        }
        List<Message> messages = new ArrayList<>();
        for (Json item : items.values()) {
            messages.add(message("message " + (messages.size() + 1) + " of " + name(field), item));
        }
        return messages;
    }

    /** Not so what a table writes where a row has nothing. */
    private static boolean holds(Json value) {
        if (value instanceof Json.Text text) {
            return !text.value().isBlank();
        } else if (value instanceof Json.Items items) {
            return !items.values().isEmpty();
        } else if (value instanceof Json.Fields fields) {
            return !fields.values().isEmpty();
        }
        return !(value instanceof Json.Constant);
    }

    private static Message message(String where, Json item) {
        if (!(item instanceof Json.Fields message)) {
            throw new BadRecord(where + " is not an object");
        }
        if (!(message.get("role") instanceof Json.Text role) || role.value().isEmpty()) {
            throw new BadRecord("the role of " + where + " is not a string with something in it");
        }
        // To leave calls of tools out in silence would make another prompt of it.
        if (message.has("tool_calls") || message.has("function_call")) {
            throw new BadRecord(where + " calls tools, which a row cannot hold");
        }
        // Templates write these and trainers learn them: what is not read here would be clean by no one having looked.
        for (String thought : THOUGHTS) {
            if (message.has(thought) && holds(message.get(thought))) {
                throw new BadRecord(where + " has " + thought
                        + ", which a row cannot hold: put it into the content, as the student will read it");
            }
        }
        if (!(message.get("content") instanceof Json.Text content)) {
            throw new BadRecord("the content of " + where + " is not a string");
        }
        return new Message(role.value(), content.value());
    }

    private Json value(Field field) {
        return fields.get(nameOf(field));
    }

    private String name(Field field) {
        return Printable.quoted(nameOf(field));
    }

    private String nameOf(Field field) {
        String name = shape.names().get(field);
        if (name == null) {
            throw new IllegalStateException("a row of shape " + shape.kind() + " has no " + field);
        }
        return name;
    }
}
