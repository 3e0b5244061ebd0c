package ai.auditor.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;

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
        return array.toFloatArray();
    }

    /** The sum with another tensor, broadcast. */
    public Tensor plus(Tensor other) {
        return new Tensor(array.add(other.array));
    }

    /** The difference from another tensor, broadcast. */
    public Tensor minus(Tensor other) {
        return new Tensor(array.sub(other.array));
    }

    /** The product with another tensor, entry by entry, broadcast. */
    public Tensor times(Tensor other) {
        return new Tensor(array.mul(other.array));
    }

    /** The product of the last axis with a vector: one value in place of it. */
    public Tensor along(Tensor vector) {
        try (NDArray products = array.mul(vector.array)) {
            return new Tensor(products.sum(new int[] {-1}, true));
        }
    }

    /** What each entry has above a limit, else zero. */
    public Tensor above(float limit) {
        try (NDArray difference = array.sub(limit)) {
            return new Tensor(Activation.relu(difference));
        }
    }

    /** A copy of chosen entries of the first axis, in the order of the indices, which may repeat. */
    public Tensor rows(Tensor indices) {
        return new Tensor(array.get(indices.array));
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
