package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Reads pairs of contrasting completions, strictly. */
final class ContrastPairReader {
    /** The trait of pairs that name none. */
    static final String UNNAMED = "pairs";

    /** Bounds on a user's file: a pair costs two passes of the model. */
    static final int LARGEST_FILE = 64 << 20;

    static final int MOST_PAIRS = 100_000;

    private static final Set<String> FIELDS = Set.of("prompt", "positive", "negative", "trait");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ContrastPairReader() {}

    static List<ContrastPair> read(Path file) {
        List<ContrastPair> pairs = new ArrayList<>();
        int line = 0;
        // One line after the other: a file of nothing but line feeds has more lines than a list should hold.
        for (Iterator<String> lines = text(file).lines().iterator(); lines.hasNext(); ) {
            String text = lines.next();
            line++;
            if (text.isBlank()) {
                continue;
            }
            if (pairs.size() == MOST_PAIRS) {
                throw wrong(file, line, "there are more than " + MOST_PAIRS + " pairs");
            }
            pairs.add(pair(file, line, text));
        }
        if (pairs.isEmpty()) {
            throw new AuditException(AuditException.Code.USAGE, place(file) + ": it has no pairs");
        }
        return List.copyOf(pairs);
    }

    private static String text(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw new AuditException(
                        AuditException.Code.USAGE, place(file) + ": it is larger than " + LARGEST_FILE + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new AuditException(AuditException.Code.USAGE, place(file) + ": it is not UTF-8", malformed);
        } catch (NoSuchFileException absent) {
            throw new AuditException(
                    AuditException.Code.USAGE, "there is no pairs file " + Printable.line(file.toString()), absent);
        } catch (IOException unreadable) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    place(file) + ": it cannot be read: " + Reason.of(unreadable),
                    unreadable);
        }
    }

    private static ContrastPair pair(Path file, int line, String text) {
        JsonNode row;
        try {
            row = JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    place(file) + ", line " + line + ": it is not JSON, or a key stands twice",
                    malformed);
        }
        if (!row.isObject()) {
            throw wrong(file, line, "it must be a JSON object");
        }
        for (Iterator<String> names = row.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw wrong(
                        file,
                        line,
                        "unknown key " + Printable.quoted(name) + "; known: prompt, positive, negative, trait");
            }
        }
        String trait = row.has("trait") ? field(file, line, row, "trait") : UNNAMED;
        if (!TraitListReader.isName(trait)) {
            throw wrong(file, line, "trait " + Printable.quoted(trait) + " is not a name");
        }
        return new ContrastPair(
                trait,
                field(file, line, row, "prompt"),
                field(file, line, row, "positive"),
                field(file, line, row, "negative"));
    }

    private static String field(Path file, int line, JsonNode row, String name) {
        JsonNode value = row.path(name);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw wrong(file, line, name + " must be a text that is not empty");
        }
        return value.textValue();
    }

    private static AuditException wrong(Path file, int line, String what) {
        return new AuditException(AuditException.Code.USAGE, place(file) + ", line " + line + ": " + what);
    }

    private static String place(Path file) {
        return "pairs file " + Printable.line(file.toString());
    }
}
