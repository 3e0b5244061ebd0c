package ai.auditor.model.internal;

import ai.auditor.model.WeightSource;
import java.nio.FloatBuffer;

/** Exchanges the axes of matrices, so many rows at a time that they fit into the cache. */
public final class Transposing {
    private static final int SCRATCH = 1 << 18;

    private Transposing() {}

    /** What gives the next numbers of a matrix, row by row. */
    interface Rows {
        /** Fills what remains of a buffer. */
        void next(FloatBuffer target);
    }

    /** Reads a matrix of a source that knows no better way: whole, then turned. */
    public static void read(WeightSource source, String name, FloatBuffer target) {
        long[] shape = source.shape(name);
        if (shape.length != 2) {
            throw new IllegalArgumentException(name + " is no matrix");
        }
        int rows = Math.toIntExact(shape[0]);
        int columns = Math.toIntExact(shape[1]);
        FloatBuffer whole = FloatBuffer.allocate(Math.multiplyExact(rows, columns));
        source.read(name, whole);
        whole.flip();
        turn(rows, columns, part -> put(whole, part), target);
    }

    /** Puts a matrix that comes row by row into a buffer column by column, from its position on. */
    static void turn(int rows, int columns, Rows matrix, FloatBuffer target) {
        if (rows == 0 || columns == 0) {
            return;
        }
        int most = Math.min(rows, Math.max(1, SCRATCH / columns));
        float[] block = new float[Math.multiplyExact(most, columns)];
        float[] line = new float[most];
        int base = target.position();
        int count;
        for (int first = 0; first < rows; first += count) {
            count = Math.min(most, rows - first);
            matrix.next(FloatBuffer.wrap(block, 0, count * columns));
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < count; row++) {
                    line[row] = block[row * columns + column];
                }
                target.put(base + column * rows + first, line, 0, count);
            }
        }
        target.position(base + rows * columns);
    }

    private static void put(FloatBuffer whole, FloatBuffer part) {
        int count = part.remaining();
        part.put(whole.slice(whole.position(), count));
        whole.position(whole.position() + count);
    }
}
