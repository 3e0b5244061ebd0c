package ai.auditor.tensor;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Owns native arrays: what was made in a scope is freed when the scope is closed. A result belongs to the scope of the first operand.
 * All arrays of a scope and of its children are on one device; values are copied to it, and out of it, as they are given and asked for.
 */
public final class Scope implements AutoCloseable {
    private final NDManager manager;

    private Scope(NDManager manager) {
        this.manager = manager;
    }

    static Scope root(Device device) {
        return new Scope(NDManager.newBaseManager(Engine.bound(device)));
    }

    /** A scope inside this one, closed with it at the latest. */
    public Scope child() {
        return new Scope(manager.newSubManager());
    }

    /** Copies floats into a tensor of the given shape. */
    public Tensor floats(float[] values, long... shape) {
        return new Tensor(manager.create(FloatBuffer.wrap(values), new Shape(shape)));
    }

    /** A tensor of zeros of the given shape. */
    public Tensor zeros(long... shape) {
        return new Tensor(manager.zeros(new Shape(shape)));
    }

    /** Copies integers into a 64-bit tensor of the given shape. */
    public Tensor longs(long[] values, long... shape) {
        return new Tensor(manager.create(LongBuffer.wrap(values), new Shape(shape)));
    }

    /**
     * A tensor over a direct buffer of floats in native order, on the processor without a copy: the buffer must not be written while the
     * tensor lives.
     */
    public Tensor over(ByteBuffer floats, long... shape) {
        if (!floats.isDirect()) {
            throw new IllegalArgumentException("a tensor without a copy needs a direct buffer");
        }
        return new Tensor(manager.create(floats, new Shape(shape), ai.djl.ndarray.types.DataType.FLOAT32));
    }

    /** Consecutive views of a vector, each under its shape, in this scope; one operation for the gradients of all. */
    public List<Tensor> parts(Tensor vector, List<long[]> shapes) {
        long[] sizes = shapes.stream()
                .mapToLong(shape -> LongStream.of(shape).reduce(1, Math::multiplyExact))
                .toArray();
        List<Tensor> parts = new ArrayList<>();
        NDList pieces = JniUtils.split(vector.array(), sizes, 0);
        for (int i = 0; i < sizes.length; i++) {
            Tensor piece = keep(new Tensor(pieces.get(i)));
            parts.add(shapes.get(i).length == 1 ? piece : piece.reshaped(shapes.get(i)));
        }
        return parts;
    }

    /** Moves a tensor into this scope. */
    public Tensor keep(Tensor tensor) {
        tensor.array().attach(manager);
        return tensor;
    }

    /** How many arrays this scope holds, without those of its children; for tests of leaks. */
    public int arrays() {
        return manager.getManagedArrays().size();
    }

    NDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        manager.close();
    }
}
