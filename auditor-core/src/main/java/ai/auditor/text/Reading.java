package ai.auditor.text;

import java.util.Locale;

/** How a model is given a conversation. */
public enum Reading {
    /** By its chat template, a system message as that writes it. */
    CHAT_TEMPLATE,
    /**
     * By its chat template, which refuses a system message or leaves its text out: the text goes before the user's turn that follows,
     * with a blank line between them, or is a user's turn where none follows.
     */
    CHAT_TEMPLATE_WITHOUT_SYSTEM,
    /** The model has no chat template: the texts of the prompt's messages, each ended by a line feed, then the completion. */
    RAW;

    /** The name in a report, such as {@code chat-template}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
