package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.AuditException.Code;
import ai.auditor.ModelFile;
import ai.auditor.Printable;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the text files of a model directory, which is not trusted: no more than is allowed is ever read. */
final class ModelText {
    /** Deep enough for any tokenizer, far from the end of the stack. */
    private static final int DEEPEST = 64;

    /** What is checked here is read again by native code, so no name may stand twice: each reader could take another one. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .build();

    private ModelText() {}

    static String read(Path file, long limit) {
        try (InputStream in = Files.newInputStream(ModelFile.require(file, limit))) {
            byte[] bytes = in.readNBytes(Math.toIntExact(limit + 1));
            if (bytes.length > limit) {
                throw new AuditException(
                        Code.MODEL,
                        Printable.line(file.toString()) + " has more than the " + limit
                                + " bytes that are read here: get the file again");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new AuditException(
                    Code.MODEL, Printable.line(file.toString()) + " is not UTF-8: get the file again", malformed);
        } catch (IOException error) {
            throw ModelFile.unreadable(file, error);
        }
    }

    static JsonNode json(Path file, String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (IOException error) {
            throw new AuditException(
                    Code.MODEL, Printable.line(file.toString()) + " is not sound JSON: get the file again", error);
        }
        throw new AuditException(
                Code.MODEL, Printable.line(file.toString()) + " is not a JSON object: get the file again");
    }
}
