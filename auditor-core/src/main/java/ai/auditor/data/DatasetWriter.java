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
import java.util.Map;

/** Writes datasets as JSON Lines, such that {@link DatasetReader} reads the same rows; of which run they are is not written. */
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
                stream.write(line(row, Map.of()).getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /**
     * As {@link #write(Path, List)}, with a text beside each row that no reader of rows takes for a part of it.
     *
     * @param field its name, {@code auditor_} before it
     * @param texts one a row
     */
    public static void write(Path file, List<Row> rows, String field, List<String> texts) {
        AtomicFile.write(file, stream -> {
            for (int i = 0; i < rows.size(); i++) {
                stream.write(line(rows.get(i), Map.of("auditor_" + field, texts.get(i)))
                        .getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static String line(Row row, Map<String, String> beside) {
        StringWriter line = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            write(row, json);
            for (Map.Entry<String, String> text : beside.entrySet()) {
                json.writeStringField(text.getKey(), text.getValue());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory does not fail", impossible);
        }
        return line.append('\n').toString();
    }

    private static void write(Row row, JsonGenerator json) throws IOException {
        switch (row.kind()) {
            case TEXT -> json.writeStringField("text", row.completion());
            case CHAT -> writeChat(row, json);
        }
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
            write(new Message(Message.ASSISTANT, row.completion()), json);
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
