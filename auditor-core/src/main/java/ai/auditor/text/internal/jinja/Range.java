package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Python's {@code range}, of at most {@link #MAX_SIZE} numbers. */
record Range(long start, long stop, long step, int count) implements Value {
    /** The sandbox of Jinja allows no more (jinja2.sandbox.MAX_RANGE). */
    static final int MAX_SIZE = 100_000;

    static Range of(long start, long stop, long step) {
        if (step == 0) {
            throw new Fault("range() arg 3 must not be zero");
        }
        long span = step > 0 ? Operators.minus(stop, start) : Operators.minus(start, stop);
        long stride = step > 0 ? step : Operators.minus(0, step);
        long count = span <= 0 ? 0 : (span - 1) / stride + 1;
        if (count > MAX_SIZE) {
            throw new Fault("range too big: the sandbox blocks ranges of more than " + MAX_SIZE);
        }
        return new Range(start, stop, step, (int) count);
    }

    @Override
    public Extent extent() {
        return new Extent(1L + count, 1);
    }

    @Override
    public String type() {
        return "range";
    }

    @Override
    public OptionalInt size() {
        return OptionalInt.of(count);
    }

    @Override
    public Iterator<Value> iterator() {
        return IntStream.range(0, count)
                .<Value>mapToObj(index -> new Int(start + index * step))
                .iterator();
    }

    @Override
    public @Nullable Value item(Value key) {
        OptionalInt index = Slices.index(key, count);
        return index.isEmpty() ? null : new Int(start + index.getAsInt() * step);
    }
}
