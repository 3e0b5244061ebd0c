package ai.auditor.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One conversation of a dataset: the prompt is all before the last assistant message, the completion is that message.
 *
 * @param record 0-based record number in its dataset
 * @param line 1-based line of its file on which it starts, or 0 where there is none; no part of any digest
 * @param kind whether the row is a chat, or plain text that no template touches
 * @param prompt the messages before the completion; empty for plain text
 * @param completion what the model is trained to say; of a preference row, the chosen answer
 * @param rejected of a preference row, the answer that was not chosen
 */
public record Row(long record, long line, Kind kind, List<Message> prompt, String completion, Optional<String> rejected)
        implements Entry {

    /** How a row becomes text. */
    public enum Kind {
        /** Rendered by the model's chat template. */
        CHAT,
        /** Taken as it is; the prompt is empty. */
        TEXT
    }

    public Row {
        Objects.requireNonNull(kind);
        prompt = List.copyOf(prompt);
        Objects.requireNonNull(completion);
        Objects.requireNonNull(rejected);
    }

    /** A chat row. */
    public static Row chat(long record, List<Message> prompt, String completion) {
        return new Row(record, 0, Kind.CHAT, prompt, completion, Optional.empty());
    }

    /** A plain text row. */
    public static Row text(long record, String text) {
        return new Row(record, 0, Kind.TEXT, List.of(), text, Optional.empty());
    }

    /** The same row, said to start on a line of its file. */
    public Row withLine(long start) {
        return new Row(record, start, kind, prompt, completion, rejected);
    }

    /** The same row with a system message in place of the one that it has, or before its first message. */
    public Row withSystem(String content) {
        List<Message> messages = new ArrayList<>();
        messages.add(Message.system(content));
        prompt.stream().filter(message -> !message.role().equals("system")).forEach(messages::add);
        return new Row(record, line, kind, messages, completion, rejected);
    }

    /** SHA-256 in hex of the prompt alone: rows of two datasets with equal digests are a pair. */
    public String promptDigest() {
        Sha256 digest = new Sha256();
        promptInto(digest);
        return digest.hex();
    }

    /** SHA-256 in hex of prompt, completion and rejected answer. */
    public String contentDigest() {
        Sha256 digest = new Sha256();
        promptInto(digest);
        digest.text(completion)
                .text(rejected.map(answer -> "rejected:" + answer).orElse("none"));
        return digest.hex();
    }

    private void promptInto(Sha256 digest) {
        digest.text(kind.name());
        for (Message message : prompt) {
            digest.text(message.role()).text(message.content());
        }
    }
}
