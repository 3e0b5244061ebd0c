package ai.auditor.model;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.model.internal.SafetensorsSource;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Files in the safetensors format, of 32-bit floats where written. */
public final class SafetensorsFile {
    /** The header is padded so that the numbers start on a multiple of it. */
    private static final int ALIGNMENT = 8;

    private SafetensorsFile() {}

    /**
     * Opens one file.
     *
     * @throws AuditException {@code MODEL}, naming file and tensor, where it is not sound
     */
    public static WeightSource open(Path file) {
        return SafetensorsSource.open(file);
    }

    /**
     * Writes all tensors of a source, sorted by name; the file appears whole or not at all.
     *
     * @param metadata texts for the header; transformers asks for {@code format: pt}
     * @throws AuditException {@code OUTPUT} naming the path
     */
    public static void write(Path file, WeightSource source, Map<String, String> metadata) {
        byte[] header = header(source, metadata);
        AtomicFile.write(file, stream -> {
            stream.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            stream.write(header);
            for (String name : source.names()) {
                AuditException.checkInterrupted();
                FloatBuffer values = FloatBuffer.allocate(count(source, name));
                source.read(name, values);
                write(stream, values.array());
            }
        });
    }

    private static byte[] header(WeightSource source, Map<String, String> metadata) {
        ObjectNode header = new ObjectMapper().createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(texts::put);
        }
        long offset = 0;
        for (String name : source.names()) {
            ObjectNode entry = header.putObject(name);
            entry.put("dtype", "F32");
            ArrayNode shape = entry.putArray("shape");
            Arrays.stream(source.shape(name)).forEach(shape::add);
            long end = offset + (long) count(source, name) * Float.BYTES;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, json.length + Math.floorMod(-json.length, ALIGNMENT));
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static int count(WeightSource source, String name) {
        return Math.toIntExact(Arrays.stream(source.shape(name)).reduce(1, Math::multiplyExact));
    }

    private static void write(OutputStream stream, float[] values) throws java.io.IOException {
        int chunk = 1 << 16;
        for (int from = 0; from < values.length; from += chunk) {
            int count = Math.min(chunk, values.length - from);
            ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values, from, count);
            stream.write(bytes.array());
        }
    }
}
