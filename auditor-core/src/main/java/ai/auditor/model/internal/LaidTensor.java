package ai.auditor.model.internal;

import java.nio.FloatBuffer;
import java.nio.file.Path;

/**
 * A tensor and how its numbers lie.
 *
 * @param byColumns whether they lie column by column; only for a matrix
 */
record LaidTensor(Path file, String name, long[] shape, boolean byColumns, Numbers numbers) {
    /** Reads it row by row. */
    void read(FloatBuffer target) {
        if (byColumns) {
            turned(shape[1], shape[0], target);
        } else {
            straight(target);
        }
    }

    /** Reads a matrix column by column. */
    void readTransposed(FloatBuffer target) {
        if (shape.length != 2) {
            throw new IllegalArgumentException(name + " is no matrix");
        }
        if (byColumns) {
            straight(target);
        } else {
            turned(shape[0], shape[1], target);
        }
    }

    private void straight(FloatBuffer target) {
        int count = Shapes.count(shape, file, name, target);
        if (count > 0) {
            FloatBuffer part = target.duplicate().limit(target.position() + count);
            try (Numbers.Cursor cursor = numbers.open()) {
                cursor.next(part);
                cursor.finish();
            }
            target.position(part.limit());
        }
    }

    private void turned(long rows, long columns, FloatBuffer target) {
        if (Shapes.count(shape, file, name, target) > 0) {
            try (Numbers.Cursor cursor = numbers.open()) {
                Transposing.turn(Math.toIntExact(rows), Math.toIntExact(columns), cursor::next, target);
                cursor.finish();
            }
        }
    }
}
