package ai.auditor.data.internal;

import ai.auditor.Printable;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one JSON text strictly: no duplicate keys, no lone surrogates, nothing after it, bounded nesting and numbers. */
final class JsonReader {
    /** The most levels of objects and lists; a list of messages has three. */
    static final int MAX_NESTING = 64;

    /** The most characters of a number. */
    static final int MAX_NUMBER_LENGTH = 1_000;

    private final JsonFactory factory;

    JsonReader(int maxLength) {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxNestingDepth(MAX_NESTING + 1)
                .maxStringLength(maxLength)
                .maxNameLength(maxLength)
                .maxNumberLength(maxLength)
                .build();
        factory = JsonFactory.builder()
                .streamReadConstraints(constraints)
                // Names of untrusted records would fill a table that outlives them.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /** The text's value, or a {@link BadRecord} that says where it is broken. */
    Json read(String text) {
        try (JsonParser parser = factory.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new BadRecord("no JSON value");
            }
            Json value = value(parser, 0);
            if (parser.nextToken() != null) {
                throw new BadRecord("not JSON: more than one value in a record");
            }
            return value;
        } catch (JsonProcessingException broken) {
            throw new BadRecord("not JSON: broken at character "
                    + Math.max(
                            0,
                            broken.getLocation() == null
                                    ? 0
                                    : broken.getLocation().getCharOffset()));
        } catch (IOException impossible) {
            throw new IllegalStateException("text in memory cannot fail to be read", impossible);
        }
    }

    private static Json value(JsonParser parser, int depth) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> fields(parser, deeper(depth));
            case START_ARRAY -> items(parser, deeper(depth));
            case VALUE_STRING -> new Json.Text(paired(parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
            case VALUE_TRUE -> Json.Constant.TRUE;
            case VALUE_FALSE -> Json.Constant.FALSE;
            case VALUE_NULL -> Json.Constant.NULL;
            case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new IllegalStateException("no value starts with " + parser.currentToken());
        };
    }

    private static Json fields(JsonParser parser, int depth) throws IOException {
        Map<String, Json> values = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (values.put(name, value(parser, depth)) != null) {
                throw new BadRecord("the field " + Printable.quoted(name) + " is there twice");
            }
        }
        return new Json.Fields(Collections.unmodifiableMap(values));
    }

    private static Json items(JsonParser parser, int depth) throws IOException {
        List<Json> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(value(parser, depth));
        }
        return new Json.Items(Collections.unmodifiableList(values));
    }

    private static int deeper(int depth) {
        if (depth == MAX_NESTING) {
            throw new BadRecord("nested deeper than " + MAX_NESTING + " levels");
        }
        return depth + 1;
    }

    private static Json number(String literal) {
        if (literal.length() > MAX_NUMBER_LENGTH) {
            throw new BadRecord("a number of more than " + MAX_NUMBER_LENGTH + " characters");
        }
        return new Json.Numeral(literal);
    }

    /** The text, which must have no half of a surrogate pair: no tokenizer can be given one. */
    private static String paired(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(text.charAt(i))) {
                throw new BadRecord("half a surrogate pair in a string");
            }
        }
        return text;
    }
}
