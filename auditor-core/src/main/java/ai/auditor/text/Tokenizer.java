package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.AuditException.Code;
import ai.auditor.ModelFile;
import ai.auditor.Printable;
import ai.auditor.data.ReadOptions;
import ai.auditor.text.internal.NativeTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The tokenizer of a model: its {@code tokenizer.json}, without truncation, padding or added special tokens. */
public final class Tokenizer implements AutoCloseable {
    /** UTF-16 units of the longest text that native code is given: a record of the usual limit, and as much from the template. */
    static final int LONGEST_TEXT = 2 * ReadOptions.DEFAULT_MAX_ROW_BYTES;

    private final Path file;
    private final NativeTokenizer tokenizer;
    private final NativeTokenizer plain;
    private final Map<String, Integer> controlTokens;
    private final OptionalInt opening;

    private Tokenizer(Path file, NativeTokenizer tokenizer, NativeTokenizer plain, Map<String, Integer> controlTokens) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.plain = plain;
        this.controlTokens = controlTokens;
        this.opening = findOpening();
    }

    /**
     * Opens the tokenizer of a model directory.
     *
     * @throws AuditException with {@link Code#MODEL} if {@code tokenizer.json} is missing, too large, not a tokenizer, or one that makes texts many times longer
     */
    public static Tokenizer open(Path directory) {
        Path file = directory.resolve("tokenizer.json");
        String json = ModelText.read(file, ModelFile.LONGEST_TEXT);
        ObjectNode root = (ObjectNode) ModelText.json(file, json);
        Growth.require(file, root);
        Map<String, Integer> controlTokens = new LinkedHashMap<>();
        ArrayNode others = root.arrayNode();
        for (JsonNode token : root.path("added_tokens")) {
            if (!token.path("special").asBoolean()) {
                others.add(token);
            } else if (!token.path("content").asText().isEmpty()) {
                controlTokens.put(
                        token.path("content").asText(), token.path("id").asInt(-1));
            }
        }
        root.set("added_tokens", others);
        NativeTokenizer tokenizer = open(file, json);
        try {
            return new Tokenizer(file, tokenizer, open(file, root.toString()), controlTokens);
        } catch (RuntimeException error) {
            tokenizer.close();
            throw error;
        }
    }

    private static NativeTokenizer open(Path file, String json) {
        try {
            return NativeTokenizer.open(json);
        } catch (IllegalArgumentException error) {
            throw failure(file, error);
        }
    }

    private static AuditException failure(Path file, IllegalArgumentException error) {
        return new AuditException(
                Code.MODEL,
                file + ": the tokenizer fails: " + Printable.shortLine(String.valueOf(error.getMessage())),
                error);
    }

    /** The token that the post-processor puts before every text when it may. */
    private OptionalInt findOpening() {
        String probe = "a";
        int[] without = tokens(tokenizer, probe, false).ids();
        int[] with = tokens(tokenizer, probe, true).ids();
        boolean opened = with.length > without.length && (without.length == 0 || with[0] != without[0]);
        return opened && controlTokens.containsValue(with[0]) ? OptionalInt.of(with[0]) : OptionalInt.empty();
    }

    private NativeTokenizer.Tokens tokens(NativeTokenizer with, String text, boolean specialTokens) {
        try {
            return with.encode(text, specialTokens);
        } catch (IllegalArgumentException error) {
            throw failure(file, error);
        }
    }

    /**
     * The tokens of a text. What spells a special token becomes that token.
     *
     * @throws AuditException with {@link Code#MODEL} if the native tokenizer fails, {@link Code#DATA} if the text is longer than it is given
     */
    public TokenizedText encode(String text) {
        return encode(tokenizer, text);
    }

    /** The tokens of a text in which nothing is a special token, whatever it spells. */
    TokenizedText encodePlain(String text) {
        return encode(plain, text);
    }

    private TokenizedText encode(NativeTokenizer with, String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new AuditException(
                    Code.DATA,
                    "a text of " + text.length() + " characters is longer than the limit of " + LONGEST_TEXT);
        }
        NativeTokenizer.Tokens tokens = tokens(with, text, false);
        return new TokenizedText(tokens.ids(), tokens.spans()[0], tokens.spans()[1]);
    }

    /**
     * The text of these ids, special tokens included.
     *
     * @throws AuditException with {@link Code#MODEL} if the native tokenizer fails
     */
    public String decode(int[] ids) {
        try {
            return tokenizer.decode(ids);
        } catch (IllegalArgumentException error) {
            throw failure(file, error);
        }
    }

    /** The special tokens that the file adds: their spellings and ids, in the file's order. */
    public Map<String, Integer> controlTokens() {
        return Collections.unmodifiableMap(controlTokens);
    }

    /** The token that opens every sequence, or empty where this tokenizer adds none. */
    public OptionalInt opening() {
        return opening;
    }

    @Override
    public void close() {
        try {
            tokenizer.close();
        } finally {
            plain.close();
        }
    }
}
