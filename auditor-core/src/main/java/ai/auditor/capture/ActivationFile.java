package ai.auditor.capture;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.stats.Matrix;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * An activation table as an Arrow IPC file, uncompressed: {@code row} int64, {@code tokens} int32, {@code completion_tokens} int32,
 * {@code nll} float64 (null where not asked for), then each column as a fixed-size list of float32. Provenance is the schema's
 * metadata.
 */
public final class ActivationFile {
    private static final String ROW = "row";
    private static final String TOKENS = "tokens";
    private static final String COMPLETION_TOKENS = "completion_tokens";
    private static final String NLL = "nll";
    private static final String ITEM = "item";
    /** Bytes of one record batch, roughly: bounds the memory outside the heap. */
    private static final long BATCH_BYTES = 8L << 20;
    /** A vector's buffer grows to the next power of two, and one row is always written whole. */
    private static final long ALLOCATION_FACTOR = 8;

    private ActivationFile() {}

    /**
     * Writes a table beside its place and renames it into it, so that no half-written file is ever seen.
     *
     * @param metadata provenance, as names and values
     * @throws AuditException {@code OUTPUT} where it cannot be written
     */
    public static void write(Path file, ActivationTable table, Map<String, String> metadata) {
        AtomicFile.write(file, stream -> writeTo(stream, table, metadata));
    }

    private static void writeTo(OutputStream stream, ActivationTable table, Map<String, String> metadata)
            throws IOException {
        long rowBytes = rowBytes(table);
        int batch = (int) Math.max(1, Math.min(table.rows(), BATCH_BYTES / rowBytes));
        try (BufferAllocator allocator = new RootAllocator(ALLOCATION_FACTOR * Math.max(BATCH_BYTES, rowBytes));
                VectorSchemaRoot root = VectorSchemaRoot.create(schema(table, metadata), allocator);
                ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(stream))) {
            writer.start();
            for (int start = 0; start < table.rows(); start += batch) {
                AuditException.checkInterrupted();
                int count = Math.min(batch, table.rows() - start);
                fill(root, table, start, count);
                writer.writeBatch();
            }
            writer.end();
        }
    }

    private static long rowBytes(ActivationTable table) {
        long bytes = 2 * Long.BYTES + 2 * Integer.BYTES;
        for (Matrix matrix : table.columns().values()) {
            bytes += (long) matrix.columns() * Float.BYTES;
        }
        return bytes;
    }

    private static Schema schema(ActivationTable table, Map<String, String> metadata) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.notNullable(ROW, new ArrowType.Int(Long.SIZE, true)));
        fields.add(Field.notNullable(TOKENS, new ArrowType.Int(Integer.SIZE, true)));
        fields.add(Field.notNullable(COMPLETION_TOKENS, new ArrowType.Int(Integer.SIZE, true)));
        fields.add(Field.nullable(NLL, new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)));
        Field item = Field.notNullable(ITEM, new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE));
        table.columns()
                .forEach((name, matrix) -> fields.add(new Field(
                        name.toString(),
                        FieldType.notNullable(new ArrowType.FixedSizeList(matrix.columns())),
                        List.of(item))));
        return new Schema(fields, new TreeMap<>(metadata));
    }

    private static void fill(VectorSchemaRoot root, ActivationTable table, int start, int count) {
        BigIntVector record = (BigIntVector) root.getVector(ROW);
        IntVector tokens = (IntVector) root.getVector(TOKENS);
        IntVector completionTokens = (IntVector) root.getVector(COMPLETION_TOKENS);
        Float8Vector nll = (Float8Vector) root.getVector(NLL);
        record.allocateNew(count);
        tokens.allocateNew(count);
        completionTokens.allocateNew(count);
        nll.allocateNew(count);
        for (int i = 0; i < count; i++) {
            record.set(i, table.record()[start + i]);
            tokens.set(i, table.tokens()[start + i]);
            completionTokens.set(i, table.completionTokens()[start + i]);
            double value = table.nll()[start + i];
            if (Double.isNaN(value)) {
                nll.setNull(i);
            } else {
                nll.set(i, value);
            }
        }
        table.columns()
                .forEach((name, matrix) ->
                        fill((FixedSizeListVector) root.getVector(name.toString()), matrix, start, count));
        root.setRowCount(count);
    }

    private static void fill(FixedSizeListVector vector, Matrix matrix, int start, int count) {
        Float4Vector items = (Float4Vector) vector.getDataVector();
        int width = matrix.columns();
        vector.setInitialCapacity(count);
        items.setInitialCapacity(count * width);
        vector.allocateNew();
        for (int i = 0; i < count; i++) {
            vector.setNotNull(i);
            for (int column = 0; column < width; column++) {
                items.set(i * width + column, matrix.at(start + i, column));
            }
        }
        items.setValueCount(count * width);
        vector.setValueCount(count);
    }
}
