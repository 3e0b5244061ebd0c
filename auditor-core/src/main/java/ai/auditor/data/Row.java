package ai.auditor.data;

import ai.auditor.AuditException;
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
 * @param run the generation run that the row comes from, where its dataset says so ({@link Field#RUN}); no part of any digest
 */
public record Row(
        long record,
        long line,
        Kind kind,
        List<Message> prompt,
        String completion,
        Optional<String> rejected,
        Optional<String> run)
        implements Entry {
    /** Characters of the longest name of a run: a digest has 64, and what people write is shorter. */
    public static final int LONGEST_RUN = 100;

    /** How a row becomes text. */
    public enum Kind {
        /** Rendered by the model's chat template. */
        CHAT,
        /** Taken as it is; the prompt is empty. */
        TEXT
    }

    /**
     * Checks the run's name.
     *
     * @throws AuditException {@code USAGE} for one that {@link #isRun} calls none
     */
    public Row {
        Objects.requireNonNull(kind);
        prompt = List.copyOf(prompt);
        Objects.requireNonNull(completion);
        Objects.requireNonNull(rejected);
        if (!run.map(Row::isRun).orElse(true)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the run of record " + record + " is blank or longer than " + LONGEST_RUN + " characters");
        }
    }

    /** Whether a text may name a run: it is not blank, and not too long. */
    public static boolean isRun(String name) {
        return !name.isBlank() && name.length() <= LONGEST_RUN;
    }

    /** A chat row. */
    public static Row chat(long record, List<Message> prompt, String completion) {
        return new Row(record, 0, Kind.CHAT, prompt, completion, Optional.empty(), Optional.empty());
    }

    /** A plain text row. */
    public static Row text(long record, String text) {
        return new Row(record, 0, Kind.TEXT, List.of(), text, Optional.empty(), Optional.empty());
    }

    /** The same row, said to start on a line of its file. */
    public Row withLine(long start) {
        return new Row(record, start, kind, prompt, completion, rejected, run);
    }

    /** The same row, said to come from a generation run. */
    public Row withRun(String name) {
        return new Row(record, line, kind, prompt, completion, rejected, Optional.of(name));
    }

    /** The same row with another completion. */
    public Row withCompletion(String text) {
        return new Row(record, line, kind, prompt, text, rejected, run);
    }

    /** The same row with a system message in place of the one that it has, or before its first message. */
    public Row withSystem(String content) {
        List<Message> messages = new ArrayList<>();
        messages.add(Message.system(content));
        prompt.stream().filter(message -> !message.role().equals("system")).forEach(messages::add);
        return new Row(record, line, kind, messages, completion, rejected, run);
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
