package ai.auditor.sae.features;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of Neuronpedia's export of explanations; what else stands in it is passed over without being held.
 *
 * @param feature may be out of any dictionary
 * @param text empty where there is none
 */
record DescriptionLine(String model, String source, long feature, String text, String type, String explainer) {
    /** Names of models, layers and types are short. */
    private static final int LONGEST_NAME = 256;

    private static final int DEEPEST = 16;
    private static final Pattern INDEX = Pattern.compile("[0-9]{1,18}");
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            // Names of untrusted records would fill a table that outlives them.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Why a line is no description. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Malformed(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    static DescriptionLine parse(String line) throws Malformed {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Malformed("it is not a JSON object");
            }
            Fields fields = new Fields();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                fields.take(name, parser);
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new Malformed("something follows its JSON object");
            }
            return fields.line();
        } catch (JsonProcessingException broken) {
            String where = broken.getLocation() == null
                    ? ""
                    : " at column " + broken.getLocation().getColumnNr();
            throw new Malformed("it is not JSON" + where + ", is nested too deep, or a key stands twice in it");
        } catch (IOException impossible) {
            throw new IllegalStateException("text in memory cannot fail to be read", impossible);
        }
    }

    /** The fields that count, as they come by. */
    private static final class Fields {
        private @Nullable String model;
        private @Nullable String source;
        private @Nullable String index;
        private @Nullable String text;
        private @Nullable String type;
        private @Nullable String explainer;

        void take(String name, JsonParser parser) throws IOException, Malformed {
            switch (name) {
                case "modelId" -> model = name(name, parser);
                case "layer" -> source = name(name, parser);
                case "index" ->
                    index = parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getText() : name(name, parser);
                case "description" -> text = text(name, parser);
                case "typeName" -> type = name(name, parser);
                case "explanationModelName" -> explainer = name(name, parser);
                default -> {}
            }
        }

        private static @Nullable String text(String name, JsonParser parser) throws IOException, Malformed {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw new Malformed("its " + name + " is not a text");
            }
            String text = parser.getText();
            if (text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
                throw new Malformed("its " + name + " has half of a surrogate pair");
            }
            return text;
        }

        private static @Nullable String name(String name, JsonParser parser) throws IOException, Malformed {
            String text = text(name, parser);
            if (text != null && text.length() > LONGEST_NAME) {
                throw new Malformed("its " + name + " has more than " + LONGEST_NAME + " characters");
            }
            return text;
        }

        DescriptionLine line() throws Malformed {
            String number = required("index", index);
            if (!INDEX.matcher(number).matches()) {
                throw new Malformed("its index is not a whole number from 0 on");
            }
            return new DescriptionLine(
                    required("modelId", model),
                    required("layer", source),
                    Long.parseLong(number),
                    text == null ? "" : text,
                    type == null ? "" : type,
                    explainer == null ? "" : explainer);
        }

        private static String required(String name, @Nullable String value) throws Malformed {
            if (value == null) {
                throw new Malformed("it has no " + name);
            }
            return value;
        }
    }
}
