package ai.auditor.direction;

import ai.auditor.data.Message;
import ai.auditor.data.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Two answers to one prompt, one with a trait and one without.
 *
 * @param trait the trait that they differ in
 * @param prompt what the user says
 * @param positive the answer with the trait
 * @param negative the answer without
 */
public record ContrastPair(String trait, String prompt, String positive, String negative) {
    public ContrastPair {
        Objects.requireNonNull(trait);
        Objects.requireNonNull(prompt);
        Objects.requireNonNull(positive);
        Objects.requireNonNull(negative);
    }

    /**
     * Reads pairs from a JSONL file of {@code {"prompt", "positive", "negative", "trait"}}; pairs without a trait are of
     * {@value ContrastPairReader#UNNAMED}.
     *
     * @throws ai.auditor.AuditException {@code USAGE} naming file, line and what is wrong
     */
    public static List<ContrastPair> read(Path file) {
        return ContrastPairReader.read(file);
    }

    Row positiveRow(long record) {
        return Row.chat(record, List.of(Message.user(prompt)), positive);
    }

    Row negativeRow(long record) {
        return Row.chat(record, List.of(Message.user(prompt)), negative);
    }
}
