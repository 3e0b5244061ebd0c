package ai.auditor.sae.internal;

import ai.auditor.AuditException;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.SaeWeights;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** The tensors of an autoencoder, each held against the shape that it should have before memory is taken for it, and all finite. */
final class Tensors {
    /** A matrix in native memory is one buffer of 32-bit floats. */
    private static final long MOST_NUMBERS = Integer.MAX_VALUE / Float.BYTES;

    private static final double ONES = 1e-5;

    private final WeightSource source;

    Tensors(WeightSource source) {
        this.source = source;
    }

    boolean has(String name) {
        return source.names().contains(name);
    }

    /** Names that begin with a text. */
    List<String> beginning(String prefix) {
        return source.names().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /** Refuses tensors that are not known: they would change what is computed. */
    void requireOnly(String... known) {
        Set<String> more = new TreeSet<>(source.names());
        Arrays.asList(known).forEach(more::remove);
        if (!more.isEmpty()) {
            String name = more.iterator().next();
            throw refused(name, "is none that this architecture has");
        }
    }

    /** The two sizes of a matrix that no configuration gives. */
    int[] sizes(String name) {
        long[] shape = source.shape(name);
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > MOST_NUMBERS || shape[1] > MOST_NUMBERS) {
            throw refused(name, "has the shape " + Arrays.toString(shape) + ", which is no matrix that can be read");
        }
        return new int[] {(int) shape[0], (int) shape[1]};
    }

    /** A matrix that lies in its file as it is used. */
    ByteBuffer matrix(String name, int rows, int columns) {
        requireShape(name, rows, columns);
        ByteBuffer room = room(name, rows, columns);
        source.read(name, room.asFloatBuffer());
        requireFinite(name, room.asFloatBuffer(), at -> at);
        return room;
    }

    /** A matrix {@code [rows, columns]} that lies in its file as {@code [columns, rows]}. */
    ByteBuffer turned(String name, int rows, int columns) {
        requireShape(name, columns, rows);
        ByteBuffer room = room(name, rows, columns);
        source.readTransposed(name, room.asFloatBuffer());
        requireFinite(name, room.asFloatBuffer(), at -> at % columns * rows + at / columns);
        return room;
    }

    float[] vector(String name, int length) {
        requireShape(name, length);
        return read(name, length);
    }

    /** One number for all, or one for each; a vector of the file that is known to have one for each says how many. */
    float[] vectorOrOne(String name, String each, int length) {
        return source.shape(name).length > 0 ? vector(name, length) : repeated(scalar(name), each, length);
    }

    /** One number as often as a vector of the file is long. */
    float[] repeated(float value, String name, int length) {
        requireShape(name, length);
        float[] all = new float[length];
        Arrays.fill(all, value);
        return all;
    }

    float scalar(String name) {
        long[] shape = source.shape(name);
        if (shape.length > 1 || (shape.length == 1 && shape[0] != 1)) {
            throw refused(name, "has the shape " + Arrays.toString(shape) + ", where one number belongs");
        }
        return read(name, 1)[0];
    }

    /** Numbers e to the power of those in the file. */
    float[] exponentials(String name, int length) {
        float[] values = vector(name, length);
        for (int i = 0; i < length; i++) {
            values[i] = (float) Math.exp(values[i]);
            if (!Float.isFinite(values[i])) {
                throw refused(name, "is too large at " + i + " to be an exponent");
            }
        }
        return values;
    }

    /** An optional factor of each feature that newer versions no longer have: nothing else than 1 can be read. */
    void requireOnes(String name, int length) {
        if (has(name)) {
            for (float value : vector(name, length)) {
                if (Math.abs(value - 1) > ONES) {
                    throw refused(
                            name,
                            "is not 1 everywhere: it was made by fine-tuning, which SAELens itself reads no more");
                }
            }
        }
    }

    AuditException refused(String name, String reason) {
        return Refused.tensor(source.location(name), name, reason);
    }

    private float[] read(String name, int length) {
        float[] values = new float[length];
        source.read(name, FloatBuffer.wrap(values));
        requireFinite(name, FloatBuffer.wrap(values), at -> at);
        return values;
    }

    private void requireShape(String name, int... expected) {
        long[] shape = source.shape(name);
        if (!Arrays.equals(shape, IntStream.of(expected).asLongStream().toArray())) {
            throw refused(
                    name,
                    "has the shape " + Arrays.toString(shape) + ", where " + Arrays.toString(expected) + " belongs");
        }
    }

    private ByteBuffer room(String name, int rows, int columns) {
        long numbers = (long) rows * columns;
        if (numbers > MOST_NUMBERS) {
            throw refused(name, "has " + numbers + " numbers; the most that can be read are " + MOST_NUMBERS);
        }
        return SaeWeights.room(numbers);
    }

    /** @param place of a number in the file */
    private void requireFinite(String name, FloatBuffer values, IntUnaryOperator place) {
        int count = values.limit();
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values.get(i))) {
                throw refused(name, "is " + values.get(i) + " at number " + place.applyAsInt(i));
            }
        }
    }
}
