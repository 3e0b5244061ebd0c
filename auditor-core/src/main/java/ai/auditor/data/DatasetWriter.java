package ai.auditor.data;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes datasets as JSON Lines, such that {@link DatasetReader} reads the same rows. */
public final class DatasetWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private DatasetWriter() {}

    /**
     * Writes rows in their order: chats as {@code {"messages": […]}}, plain text as {@code {"text": …}}.
     *
     * @throws AuditException {@code OUTPUT} where the file cannot be written
     * @throws IllegalArgumentException for a preference row
     */
    public static void write(Path file, List<Row> rows) {
        rows.forEach(DatasetWriter::requirePlain);
        AtomicFile.write(file, stream -> {
            for (Row row : rows) {
                stream.write(line(row).getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static void requirePlain(Row row) {
        if (row.rejected().isPresent()) {
            throw new IllegalArgumentException("record " + row.record() + " is a preference row");
        }
    }

    private static String line(Row row) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            write(row, json);
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory does not fail", impossible);
        }
        return line.append('\n').toString();
    }

    private static void write(Row row, JsonGenerator json) throws IOException {
        json.writeStartObject();
        switch (row.kind()) {
            case TEXT -> json.writeStringField("text", row.completion());
            case CHAT -> {
                json.writeArrayFieldStart("messages");
                for (Message message : row.prompt()) {
                    write(message, json);
                }
                write(new Message("assistant", row.completion()), json);
                json.writeEndArray();
            }
        }
        json.writeEndObject();
    }

    private static void write(Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role());
        json.writeStringField("content", message.content());
        json.writeEndObject();
    }
}
