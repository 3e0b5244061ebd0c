package ai.auditor.sae.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.ModelJson;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** An object of a configuration, whose values are of the kinds that they should be; null counts as absent. */
final class Config {
    /** Configurations of autoencoders are a few kilobytes. */
    private static final long LONGEST = 4L << 20;

    private final Path file;
    private final String prefix;
    private final JsonNode object;

    private Config(Path file, String prefix, JsonNode object) {
        this.file = file;
        this.prefix = prefix;
        this.object = object;
    }

    static Config read(Path file) {
        return new Config(file, "", ModelJson.object(file, LONGEST));
    }

    Path file() {
        return file;
    }

    boolean has(String key) {
        return object.hasNonNull(key);
    }

    boolean isFlag(String key) {
        return object.path(key).isBoolean();
    }

    Config object(String key) {
        return optionalObject(key).orElseThrow(() -> missing(key));
    }

    Optional<Config> optionalObject(String key) {
        return value(key).map(value -> {
            require(value instanceof ObjectNode, key, "an object");
            return new Config(file, prefix + key + ".", value);
        });
    }

    String text(String key) {
        return optionalText(key).orElseThrow(() -> missing(key));
    }

    Optional<String> optionalText(String key) {
        return value(key).map(value -> {
            require(value.isTextual(), key, "a text");
            return value.textValue();
        });
    }

    /** All values of an object of texts. */
    Set<String> texts() {
        Set<String> texts = new LinkedHashSet<>();
        object.fieldNames().forEachRemaining(key -> texts.add(text(key)));
        return texts;
    }

    boolean flag(String key, boolean otherwise) {
        return value(key)
                .map(value -> {
                    require(value.isBoolean(), key, "true or false");
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    /** A whole number from 0 on. */
    int whole(String key) {
        OptionalInt whole = optionalWhole(key);
        return whole.orElseThrow(() -> missing(key));
    }

    OptionalInt optionalWhole(String key) {
        Optional<JsonNode> value = value(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        JsonNode node = value.get();
        require(
                node.isNumber() && node.canConvertToExactIntegral() && node.canConvertToInt() && node.intValue() >= 0,
                key,
                "a whole number from 0 on");
        return OptionalInt.of(node.intValue());
    }

    /** A width: a whole number from 1 on. */
    int width(String key) {
        int width = whole(key);
        require(width >= 1, key, "a whole number from 1 on");
        return width;
    }

    double number(String key) {
        JsonNode value = value(key).orElseThrow(() -> missing(key));
        require(value.isNumber() && Float.isFinite(value.floatValue()), key, "a finite number");
        return value.doubleValue();
    }

    OptionalDouble optionalNumber(String key) {
        return has(key) ? OptionalDouble.of(number(key)) : OptionalDouble.empty();
    }

    /** Number of features that stay, of so many. */
    int k(String key, int features) {
        int k = whole(key);
        if (k < 1 || k > features) {
            throw refused(key, "is " + k + ", but of " + features + " features 1 to " + features + " can stay");
        }
        return k;
    }

    AuditException refused(String key, String reason) {
        return Refused.of(file, Printable.quoted(prefix + key) + " " + reason);
    }

    private AuditException missing(String key) {
        return refused(key, "is missing");
    }

    private void require(boolean condition, String key, String kind) {
        if (!condition) {
            throw refused(
                    key,
                    "is " + Printable.cut(Printable.line(object.path(key).toString()), 80) + ", where " + kind
                            + " belongs");
        }
    }

    private Optional<JsonNode> value(String key) {
        return has(key) ? Optional.of(object.path(key)) : Optional.empty();
    }
}
