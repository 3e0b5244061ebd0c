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
     * Writes rows in their order: chats as {@code {"messages": […]}}, plain text as {@code {"text": …}}, preferences as
     * {@code {"prompt": […], "chosen": …, "rejected": …}}.
     *
     * @throws AuditException {@code OUTPUT} where the file cannot be written
     */
    public static void write(Path file, List<Row> rows) {
        AtomicFile.write(file, stream -> {
            for (Row row : rows) {
                stream.write(line(row).getBytes(StandardCharsets.UTF_8));
            }
        });
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
            case CHAT -> writeChat(row, json);
        }
        json.writeEndObject();
    }

    private static void writeChat(Row row, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(row.rejected().isPresent() ? "prompt" : "messages");
        for (Message message : row.prompt()) {
            write(message, json);
        }
        if (row.rejected().isPresent()) {
            json.writeEndArray();
            json.writeStringField("chosen", row.completion());
            json.writeStringField("rejected", row.rejected().get());
        } else {
            write(new Message("assistant", row.completion()), json);
            json.writeEndArray();
        }
    }

    private static void write(Message message, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("role", message.role());
        json.writeStringField("content", message.content());
        json.writeEndObject();
    }
}
