package ai.auditor.direction;

import ai.auditor.data.Message;
import java.util.List;
import java.util.Objects;

/**
 * What a steering vector is read of: a chat up to where the answer starts.
 *
 * @param messages system and user messages; the generation prompt is appended by whoever reads
 * @param answerPrefix text after the generation prompt; the vector is read at its last token (empty: at the last token of the
 *     generation prompt)
 */
public record Prompt(List<Message> messages, String answerPrefix) {
    public Prompt {
        messages = List.copyOf(messages);
        Objects.requireNonNull(answerPrefix);
    }
}
