package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.ModelFile;
import ai.auditor.Printable;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON as model files may hold it: well-formed UTF-8, no duplicate keys, bounded depth and size, nothing after the value. */
public final class StrictJson {
    /** Deep enough for any configuration, far from the end of the stack. */
    private static final int DEEPEST = 64;

    /** A safetensors entry takes 17 tokens; this leaves room for about 120,000 of them and bounds the memory of what is parsed. */
    private static final long MOST_TOKENS = 1L << 21;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxTokenCount(MOST_TOKENS)
                    .build())
            .build();
    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    /** What reads one JSON object from a parser that stands on its opening brace, up to its closing brace. */
    interface ObjectReader {
        void read(JsonParser parser) throws IOException;
    }

    /** Reads a whole file as an object, in a tree. */
    public static ObjectNode object(Path file, long longest) {
        try (InputStream in = Files.newInputStream(ModelFile.require(file, longest))) {
            JsonNode node = MAPPER.readTree(reader(in));
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw Refusal.of(file, "is not a JSON object");
        } catch (IOException e) {
            throw refusal(file, e);
        }
    }

    /** Streams an object through a reader of its fields; nothing but white space may follow it. */
    static void stream(Path file, InputStream in, ObjectReader reader) {
        try (JsonParser parser = FACTORY.createParser(reader(in))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Refusal.of(file, "its JSON does not start with {");
            }
            reader.read(parser);
            if (parser.nextToken() != null) {
                throw Refusal.of(file, "more follows after its JSON object");
            }
        } catch (IOException e) {
            throw refusal(file, e);
        }
    }

    private static InputStreamReader reader(InputStream in) {
        // A decoder of our own choice reports malformed bytes; the parser's guess could also take UTF-16.
        return new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    }

    private static AuditException refusal(Path file, IOException e) {
        if (e instanceof JsonProcessingException broken) {
            return new AuditException(
                    AuditException.Code.MODEL,
                    file + ": its JSON is not valid: " + Printable.quoted(broken.getOriginalMessage()),
                    e);
        }
        if (e instanceof CharacterCodingException) {
            return new AuditException(AuditException.Code.MODEL, file + ": its JSON is not valid UTF-8", e);
        }
        return Refusal.unreadable(file, e);
    }
}
