package ai.auditor;

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

/** JSON of a user's settings: UTF-8, bounded, no key twice, nothing behind it. */
public final class SettingsJson {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private SettingsJson() {}

    /**
     * Reads a file.
     *
     * @param what it is to the user ("trait list")
     * @param largest bytes that it may have
     * @throws AuditException {@code USAGE} naming the file and the place in it
     */
    public static JsonNode file(Path file, String what, int largest) {
        return parse(bytes(file, what, largest), "the " + what + " " + Printable.line(file.toString()));
    }

    /** The bytes of a file of settings, at most so many. */
    static byte[] bytes(Path file, String what, int largest) {
        String name = Printable.line(file.toString());
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(largest + 1);
            if (bytes.length > largest) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "the " + what + " " + name + ": it is larger than " + largest + " bytes");
            }
            return bytes;
        } catch (NoSuchFileException absent) {
            throw new AuditException(AuditException.Code.USAGE, "there is no " + what + " " + name, absent);
        } catch (IOException unreadable) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "cannot read the " + what + " " + name + ": " + Reason.of(unreadable),
                    unreadable);
        }
    }

    /**
     * Parses bytes.
     *
     * @param source how a message names them
     * @throws AuditException {@code USAGE}
     */
    public static JsonNode parse(byte[] bytes, String source) {
        try {
            return JSON.readTree(text(bytes, source));
        } catch (JsonProcessingException malformed) {
            String where = malformed.getLocation() == null
                    ? ""
                    : " at line " + malformed.getLocation().getLineNr() + ", column "
                            + malformed.getLocation().getColumnNr();
            throw new AuditException(
                    AuditException.Code.USAGE,
                    source + ": it is not JSON" + where + ", or a key stands twice",
                    malformed);
        }
    }

    /** The bytes as UTF-8. */
    static String text(byte[] bytes, String source) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new AuditException(AuditException.Code.USAGE, source + ": it is not UTF-8", malformed);
        }
    }
}
