package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.AuditException.Code;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the text files of a model directory, which is not trusted: no more than is allowed is ever read. */
final class ModelText {
    private ModelText() {}

    static String read(Path file, long limit) {
        if (!Files.isRegularFile(file)) {
            throw new AuditException(
                    Code.MODEL, file + " is missing: give a model directory in the Hugging Face layout that has it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(Math.toIntExact(limit + 1));
            if (bytes.length > limit) {
                throw new AuditException(
                        Code.MODEL, file + " has more than the " + limit + " bytes that are read here");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new AuditException(Code.MODEL, file + " is not UTF-8: get the file again", malformed);
        } catch (IOException error) {
            throw new AuditException(Code.MODEL, file + " cannot be read: " + error.getMessage(), error);
        }
    }

    static JsonNode json(Path file, String text) {
        try {
            JsonNode node = new ObjectMapper().readTree(text);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (IOException error) {
            throw new AuditException(Code.MODEL, file + " is not JSON: get the file again", error);
        }
        throw new AuditException(Code.MODEL, file + " is not a JSON object: get the file again");
    }
}
