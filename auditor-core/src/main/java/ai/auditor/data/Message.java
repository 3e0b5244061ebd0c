package ai.auditor.data;

import java.util.Objects;

/** One message of a conversation: who speaks, and what is said. */
public record Message(String role, String content) {
    /** The role of answers. */
    public static final String ASSISTANT = "assistant";

    public Message {
        Objects.requireNonNull(role);
        Objects.requireNonNull(content);
    }

    public static Message system(String content) {
        return new Message("system", content);
    }

    public static Message user(String content) {
        return new Message("user", content);
    }
}
