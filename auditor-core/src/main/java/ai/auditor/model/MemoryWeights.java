package ai.auditor.model;

import ai.auditor.model.internal.Refusal;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** Named tensors in memory: the start of a model trained from nothing, or what is about to be written. */
public final class MemoryWeights implements WeightSource {
    private final NavigableMap<String, Stored> tensors = new TreeMap<>();

    private record Stored(float[] values, long[] shape) {}

    /**
     * Adds a tensor, not copied.
     *
     * @param values row-major, as many as the shape holds
     */
    public MemoryWeights put(String name, float[] values, long... shape) {
        long count = 1;
        for (long axis : shape) {
            count = Math.multiplyExact(count, axis);
        }
        if (count != values.length) {
            throw new IllegalArgumentException(name + " has " + values.length + " values, not " + count);
        }
        tensors.put(name, new Stored(values, shape.clone()));
        return this;
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(tensors.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return stored(name).shape.clone();
    }

    @Override
    public String location(String name) {
        return "memory";
    }

    @Override
    public void read(String name, FloatBuffer target) {
        target.put(stored(name).values);
    }

    private Stored stored(String name) {
        Stored stored = tensors.get(name);
        if (stored == null) {
            throw Refusal.of(Path.of(location(name)), name, "there is no such tensor");
        }
        return stored;
    }

    @Override
    public void close() {
        // Nothing but memory.
    }
}
