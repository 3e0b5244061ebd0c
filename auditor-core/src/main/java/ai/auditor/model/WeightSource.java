package ai.auditor.model;

import ai.auditor.model.internal.Transposing;
import java.nio.FloatBuffer;
import java.util.SortedSet;

/** Named tensors of a model on disk, under their Hugging Face names, read as 32-bit floats. */
public interface WeightSource extends AutoCloseable {
    /** All tensor names, sorted. */
    SortedSet<String> names();

    /**
     * Shape of a tensor in row-major order, as PyTorch prints it.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and tensor, where there is none
     */
    long[] shape(String name);

    /** File that holds a tensor, or where it was looked for, for messages. */
    default String location(String name) {
        return "the weights";
    }

    /**
     * Reads a tensor whole, converted to 32-bit floats.
     *
     * @param target takes exactly as many floats as the shape holds, from its position on
     */
    void read(String name, FloatBuffer target);

    /**
     * Reads a matrix {@code [rows, columns]} with its axes exchanged, as {@code [columns, rows]}.
     *
     * @param target takes exactly as many floats as the shape holds, from its position on
     */
    default void readTransposed(String name, FloatBuffer target) {
        Transposing.read(this, name, target);
    }

    @Override
    void close();
}
