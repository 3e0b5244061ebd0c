package ai.auditor.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;

/** A native array of 32-bit floats or 64-bit integers, row-major; no other kind of number ever reaches the engine. */
public final class Tensor implements AutoCloseable {
    private final PtNDArray array;

    Tensor(NDArray array) {
        this.array = (PtNDArray) array;
    }

    /** Length of each axis. */
    public long[] shape() {
        return array.getShape().getShape();
    }

    /** Copies all values out, row-major. */
    public float[] toFloats() {
        // Of an array that is not in one piece DJL would copy one that stays with the array's manager.
        try (PtNDArray flat = (PtNDArray) array.reshape(-1)) {
            return flat.getDevice().isGpu() ? fromGpu(flat) : flat.toFloatArray();
        }
    }

    /** DJL opens a manager for what it copies to another device, inside of the array's: with it the copy goes. */
    private static float[] fromGpu(PtNDArray values) {
        PtNDArray copy = JniUtils.to(values, DataType.FLOAT32, Device.cpu());
        try (NDManager ofCopy = copy.getManager()) {
            return copy.toFloatArray();
        }
    }

    /** The sum with another tensor, broadcast. */
    public Tensor plus(Tensor other) {
        return new Tensor(array.add(other.array));
    }

    /** The difference from another tensor, broadcast. */
    public Tensor minus(Tensor other) {
        return new Tensor(array.sub(other.array));
    }

    /** The product of the last axis with a vector: one value in place of it. */
    public Tensor along(Tensor vector) {
        try (NDArray products = array.mul(vector.array)) {
            return new Tensor(products.sum(new int[] {-1}, true));
        }
    }

    /** What each entry has above a limit, else zero. */
    public Tensor above(float limit) {
        // A bare number is harmless here, recorded or not: the gradient of a difference reads neither of its terms.
        try (NDArray difference = array.sub(limit)) {
            return new Tensor(Activation.relu(difference));
        }
    }

    /** Each entry where it is above its limit, broadcast, else zero. */
    public Tensor keptAbove(Tensor limits) {
        return keptWhere(this, limits);
    }

    /** Each entry where another one is above its limit, broadcast, else zero. */
    public Tensor keptWhere(Tensor other, Tensor limits) {
        try (NDArray kept = other.array.gt(limits.array);
                NDArray mask = kept.toType(DataType.FLOAT32, false)) {
            return new Tensor(array.mul(mask));
        }
    }

    /** The largest entries of each row of the last axis, and zeros; of equal ones the engine chooses. */
    public Tensor keptTop(int count) {
        NDList top = JniUtils.topK(array, count, -1, true, false);
        try (NDArray values = top.get(0);
                NDArray places = top.get(1);
                NDArray zeros = array.zerosLike()) {
            return new Tensor(
                    JniUtils.scatter((PtNDArray) zeros, (PtNDArray) places, (PtNDArray) values, shape().length - 1));
        }
    }

    /** The quotient of entries, broadcast. */
    public Tensor over(Tensor divisor) {
        return new Tensor(array.div(divisor.array));
    }

    /** The square root of each entry. */
    public Tensor roots() {
        return new Tensor(array.sqrt());
    }

    /** A copy of chosen entries of the first axis, in the order of the indices, which may repeat. */
    public Tensor rows(Tensor indices) {
        return new Tensor(array.get(indices.array));
    }

    /**
     * The product of entries, broadcast. Where it is recorded, the factor has to stay open until the gradient is taken: the engine reads
     * memory that belongs to Java, which is why no factor is a bare number.
     */
    public Tensor times(Tensor factor) {
        return new Tensor(array.mul(factor.array));
    }

    /** The matrix product {@code [n, m]} by {@code [m, k]}. */
    public Tensor product(Tensor other) {
        return new Tensor(JniUtils.matmul(array, other.array));
    }

    /** The same numbers under another shape, without a copy where they lie in one piece. */
    public Tensor reshaped(long... shape) {
        return new Tensor(JniUtils.reshape(array, shape));
    }

    /** A view of entries {@code from} (inclusive) to {@code to} (exclusive) of the first axis. */
    public Tensor between(long from, long to) {
        return new Tensor(JniUtils.slice(array, 0, from, to, 1));
    }

    /** A view of columns {@code from} (inclusive) to {@code to} (exclusive) of the last axis. */
    public Tensor columns(long from, long to) {
        return new Tensor(JniUtils.slice(array, shape().length - 1L, from, to, 1));
    }

    /** A copy of tensors beside each other along the last axis; belongs to the scope of the first. */
    public static Tensor joined(List<Tensor> tensors) {
        PtNDArray[] arrays = tensors.stream().map(Tensor::array).toArray(PtNDArray[]::new);
        return new Tensor(JniUtils.cat(arrays, -1));
    }

    /** A copy of tensors below each other along the first axis; belongs to the scope of the first. */
    public static Tensor stacked(List<Tensor> tensors) {
        PtNDArray[] arrays = tensors.stream().map(Tensor::array).toArray(PtNDArray[]::new);
        return new Tensor(JniUtils.cat(arrays, 0));
    }

    /** These numbers, repeated along the first axis where they stand there once, with others behind them along the second axis. */
    Tensor repeatedBefore(Tensor others) {
        long[] axes = shape();
        try (NDArray wide = array.broadcast(others.shape()[0], axes[1], axes[2], axes[3])) {
            return new Tensor(JniUtils.cat(new PtNDArray[] {(PtNDArray) wide, others.array}, 1));
        }
    }

    /** A copy. */
    public Tensor copied() {
        return new Tensor(array.duplicate());
    }

    /** Zeros of the same shape. */
    public Tensor zeroed() {
        return new Tensor(array.zerosLike());
    }

    /** How many numbers there are. */
    public long size() {
        return array.size();
    }

    /** A copy with the last two axes exchanged, contiguous in memory. */
    public Tensor transposed() {
        try (NDArray turned = array.transpose()) {
            return new Tensor(turned.duplicate());
        }
    }

    PtNDArray array() {
        return array;
    }

    /** Frees the array now instead of with its scope. */
    @Override
    public void close() {
        array.close();
    }
}
