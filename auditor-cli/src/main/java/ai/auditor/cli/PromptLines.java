package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Reason;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The prompts of a text file, one a line. */
final class PromptLines {
    /** More prompts than a model answers in a month. */
    private static final int LARGEST_FILE = 64 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private PromptLines() {}

    /**
     * Reads the lines that are not blank, in UTF-8 with or without a byte order mark.
     *
     * @throws AuditException {@code DATA} where the file cannot be read, is too large or is no UTF-8, {@code NOTHING_TO_AUDIT} where it
     *     has no prompts
     */
    static Dataset read(Path file) {
        byte[] bytes = bytes(file);
        String text = decoded(file, bytes);
        List<Row> rows = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (!line.isBlank()) {
                rows.add(Row.chat(rows.size(), List.of(Message.user(line.strip())), ""));
            }
        }
        if (rows.isEmpty()) {
            throw new AuditException(AuditException.Code.NOTHING_TO_AUDIT, UserPath.shown(file) + " has no prompts");
        }
        return new Dataset(
                file.toString(),
                rows,
                List.of(),
                0,
                new Sha256().bytes(bytes, 0, bytes.length).hex(),
                Dataset.of("", rows).contentDigest());
    }

    private static byte[] bytes(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        } catch (IOException unreadable) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    UserPath.shown(file) + " cannot be read: " + Reason.of(unreadable),
                    unreadable);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    UserPath.shown(file) + " has more than the " + LARGEST_FILE
                            + " bytes that are read here; split it, or give a dataset");
        }
        return bytes;
    }

    private static String decoded(Path file, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
        } catch (CharacterCodingException malformed) {
            throw new AuditException(
                    AuditException.Code.DATA, UserPath.shown(file) + " is not UTF-8: save it as such", malformed);
        }
    }
}
