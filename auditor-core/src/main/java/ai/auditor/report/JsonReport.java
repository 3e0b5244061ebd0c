package ai.auditor.report;

import ai.auditor.AtomicFile;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Provenance;
import ai.auditor.data.BadRow;
import ai.auditor.report.internal.FiniteTree;
import ai.auditor.report.internal.ResultTree;
import ai.auditor.stats.Estimate;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The report for machines: JSON under the schema {@code report.schema.json} beside this class.
 *
 * <p>Keys are sorted, numbers are finite and print as the shortest text that reads back equal, what is not known is null, and the only
 * time is {@code provenance.created}: equal results give equal bytes. Characters beyond ASCII are escaped, so that a file shown on a
 * terminal does nothing.
 */
public final class JsonReport {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            // The JVM's own printing of doubles is not always the shortest before Java 19.
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .build()
            .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private static final String SCHEMA = "report.schema.json";

    private JsonReport() {}

    /** The schema of reports (2020-12). */
    public static String schema() {
        try (InputStream in = JsonReport.class.getResourceAsStream(SCHEMA)) {
            return new String(Objects.requireNonNull(in, SCHEMA).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new IllegalStateException("a resource can be read", impossible);
        }
    }

    /**
     * Writes the report; it appears whole or not at all.
     *
     * @throws ai.auditor.AuditException {@code OUTPUT} naming the path
     */
    public static void write(AuditResult result, Path target) {
        AtomicFile.write(target, of(result));
    }

    /** The report, ending in a line feed. */
    public static String of(AuditResult result) {
        return of(ResultTree.of(result));
    }

    /** What went into a result, as reports tell it: one candidate under {@code candidate}, several under {@code candidates}. */
    public static JsonNode provenance(Provenance provenance) {
        return ResultTree.provenance(provenance);
    }

    /** Rows that are named, as reports name them. */
    public static JsonNode rows(List<BadRow> rows) {
        return ResultTree.rows(rows);
    }

    /** A value with its interval, as reports tell it. */
    public static JsonNode estimate(Estimate estimate) {
        return ResultTree.estimate(estimate);
    }

    /**
     * Any tree in the same spelling, ending in a line feed: what is not finite becomes null, and half a character, which strict readers refuse
     * a whole file for, the replacement character.
     */
    public static String of(JsonNode tree) {
        try {
            return WRITER.writeValueAsString(FiniteTree.of(tree)) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree in memory can always be printed", impossible);
        }
    }
}
