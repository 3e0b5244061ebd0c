package ai.auditor.data;

import java.util.List;
import java.util.Locale;

/** What a field of a record is for, with the names by which it is recognised when the user names none. */
public enum Field {
    /** A list of messages; the last is the assistant's. */
    MESSAGES("messages"),
    /** A string, or a list of messages. */
    PROMPT("prompt", "question"),
    /** A string, or a list of one assistant message. */
    COMPLETION("completion", "response", "answer"),
    /** Plain text that no template touches. */
    TEXT("text"),
    /** A list of numbers that becomes a completion. */
    NUMBERS("numbers"),
    /** The better answer of a preference row. */
    CHOSEN("chosen"),
    /** The worse answer of a preference row. */
    REJECTED("rejected"),
    /**
     * The generation run that a row comes from, a string or an integer. It says something about a row, and is no part of it: no shape has
     * it, no digest holds it, and it is looked for only under the name that the user gives.
     */
    RUN;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> usualNames;

    Field(String... usualNames) {
        this.usualNames = List.of(usualNames);
    }

    /** The names by which the field is recognised without being told. */
    public List<String> usualNames() {
        return usualNames;
    }

    /** The command line's option that names this field, such as {@code --prompt-field}. */
    public String option() {
        return "--" + name().toLowerCase(Locale.ROOT) + "-field";
    }
}
