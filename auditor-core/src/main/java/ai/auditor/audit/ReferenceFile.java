package ai.auditor.audit;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.SettingsJson;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A measured reference effect in JSON: {@code {"name": …, "measured": {statistic: {"shift": …, "size": …, "placed": …}}}}. */
public final class ReferenceFile {
    private static final double DIGITS = 1e4;
    private static final int LARGEST_FILE = 1 << 20;
    private static final int LONGEST_NAME = 200;
    private static final String SHIFT = "shift";
    private static final String SIZE = "size";
    private static final String PLACED = "placed";
    private static final Set<String> FIELDS = Set.of("name", "measured");
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ReferenceFile() {}

    /** Writes an effect, rounded; the file appears whole or not at all. */
    public static void write(ReferenceEffect effect, Path file) {
        ObjectNode root = JSON.createObjectNode().put("name", effect.name());
        ObjectNode measured = root.putObject("measured");
        effect.measured()
                .forEach((statistic, moved) -> measured.putObject(statistic)
                        .put(SHIFT, rounded(moved.shift()))
                        .put(SIZE, rounded(moved.size()))
                        .put(PLACED, rounded(moved.placed())));
        try {
            AtomicFile.write(file, JSON.writeValueAsString(root) + "\n");
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree can always be written", impossible);
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws AuditException {@code USAGE} naming the file and what is wrong in it
     */
    public static ReferenceEffect read(Path file) {
        return of(
                SettingsJson.file(file, "reference effect", LARGEST_FILE),
                "the reference effect " + Printable.line(file.toString()));
    }

    private static ReferenceEffect of(JsonNode root, String source) {
        Set<String> fields = new TreeSet<>();
        root.fieldNames().forEachRemaining(fields::add);
        if (!fields.equals(FIELDS)) {
            throw wrong(source, "it must be an object of the keys name and measured, and no others");
        }
        String name = root.path("name").asText();
        if (!root.path("name").isTextual() || name.isBlank() || name.length() > LONGEST_NAME) {
            throw wrong(source, "name must be a text of 1 to " + LONGEST_NAME + " characters");
        }
        Map<String, ReferenceEffect.Moved> measured = new TreeMap<>();
        root.path("measured")
                .fields()
                .forEachRemaining(entry -> measured.put(
                        entry.getKey(),
                        new ReferenceEffect.Moved(
                                number(entry.getValue(), SHIFT, entry.getKey(), source),
                                number(entry.getValue(), SIZE, entry.getKey(), source),
                                number(entry.getValue(), PLACED, entry.getKey(), source))));
        if (measured.isEmpty()) {
            throw wrong(source, "measured must be an object of one statistic or more");
        }
        return new ReferenceEffect(name, 0, measured);
    }

    private static double number(JsonNode moved, String key, String statistic, String source) {
        JsonNode number = moved.path(key);
        if (!number.isNumber() || !Double.isFinite(number.asDouble())) {
            throw wrong(source, "measured." + Printable.quoted(statistic) + "." + key + " must be a finite number");
        }
        return number.asDouble();
    }

    private static double rounded(double value) {
        return Math.round(value * DIGITS) / DIGITS;
    }

    private static AuditException wrong(String source, String what) {
        return new AuditException(AuditException.Code.USAGE, source + ": " + what);
    }
}
