package ai.auditor.audit;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.StrictJson;
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

/** A measured reference effect in JSON: {@code {"name": …, "measured": {statistic: shift}}}. */
public final class ReferenceFile {
    private static final double DIGITS = 1e4;
    private static final int LARGEST_FILE = 1 << 20;
    private static final int LONGEST_NAME = 200;
    private static final Set<String> FIELDS = Set.of("name", "measured");
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ReferenceFile() {}

    /** Writes an effect, rounded; the file appears whole or not at all. */
    public static void write(ReferenceEffect effect, Path file) {
        ObjectNode root = JSON.createObjectNode().put("name", effect.name());
        ObjectNode measured = root.putObject("measured");
        effect.measured().forEach((statistic, shift) -> measured.put(statistic, Math.round(shift * DIGITS) / DIGITS));
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
                StrictJson.file(file, "reference effect", LARGEST_FILE),
                "the reference effect " + Printable.line(file.toString()));
    }

    /**
     * The same of bytes, such as a resource's.
     *
     * @param source how a message names them
     */
    public static ReferenceEffect read(byte[] bytes, String source) {
        return of(StrictJson.parse(bytes, source), source);
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
        Map<String, Double> measured = new TreeMap<>();
        root.path("measured").fields().forEachRemaining(entry -> {
            double shift = entry.getValue().asDouble();
            if (!entry.getValue().isNumber() || !Double.isFinite(shift)) {
                throw wrong(source, "measured." + Printable.quoted(entry.getKey()) + " must be a finite number");
            }
            measured.put(entry.getKey(), shift);
        });
        if (measured.isEmpty()) {
            throw wrong(source, "measured must be an object of one statistic or more");
        }
        return new ReferenceEffect(name, 0, measured);
    }

    private static AuditException wrong(String source, String what) {
        return new AuditException(AuditException.Code.USAGE, source + ": " + what);
    }
}
