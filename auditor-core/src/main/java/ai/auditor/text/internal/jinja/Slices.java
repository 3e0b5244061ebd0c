package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/** Positions in sequences, as Python counts them: from the end where negative. */
final class Slices {
    private Slices() {}

    /** The position that a key means in a sequence of this size, or empty where there is none. */
    static OptionalInt index(Value key, int size) {
        if (!(key instanceof Int || key instanceof Bool)) {
            return OptionalInt.empty();
        }
        long index = Operators.integer(key);
        long position = index < 0 ? index + size : index;
        return position < 0 || position >= size ? OptionalInt.empty() : OptionalInt.of((int) position);
    }

    /** Python's {@code value[start:stop:step]}; each part an int or None. */
    static Value slice(Run run, Value value, Value start, Value stop, Value step) {
        if (value instanceof Undefined undefined) {
            throw new Fault(undefined.reason());
        }
        if (!part(start) || !part(stop) || !part(step)) {
            throw new Fault("slice indices must be integers or None");
        }
        if (value instanceof Text text) {
            int[] points = text.codePoints();
            run.reads(points.length);
            int[] positions = positions(points.length, start, stop, step);
            run.characters(positions.length);
            StringBuilder builder = new StringBuilder(positions.length);
            for (int position : positions) {
                builder.appendCodePoint(points[position]);
            }
            return new Text(builder.toString());
        }
        if (value instanceof Sequence sequence) {
            int[] positions = positions(sequence.values().size(), start, stop, step);
            run.steps(positions.length);
            List<Value> values = new ArrayList<>(positions.length);
            for (int position : positions) {
                values.add(sequence.values().get(position));
            }
            return new Sequence(sequence.kind(), values);
        }
        if (value instanceof Range) {
            throw new Fault("a slice of a range is not supported: make a list of it first");
        }
        throw new Fault("'" + value.type() + "' object has no slices");
    }

    private static int[] positions(int size, Value start, Value stop, Value step) {
        long stride = step instanceof None ? 1 : bound(step);
        if (stride == 0) {
            throw new Fault("slice step cannot be zero");
        }
        long low = stride > 0 ? 0 : -1;
        long high = stride > 0 ? size : size - 1;
        long first = start instanceof None ? (stride > 0 ? low : high) : clamp(bound(start), size, low, high);
        long last = stop instanceof None ? (stride > 0 ? high : low) : clamp(bound(stop), size, low, high);
        long count = Math.max(0, (last - first + stride - Long.signum(stride)) / stride);
        return LongStream.range(0, count)
                .mapToInt(i -> (int) (first + i * stride))
                .toArray();
    }

    private static boolean part(Value value) {
        return value instanceof Int || value instanceof Bool || value instanceof None;
    }

    private static long bound(Value value) {
        // No sequence here is longer than an int can count, so a larger number means its end all the same.
        return Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, Operators.integer(value)));
    }

    private static long clamp(long index, int size, long low, long high) {
        return Math.max(low, Math.min(high, index < 0 ? index + size : index));
    }
}
