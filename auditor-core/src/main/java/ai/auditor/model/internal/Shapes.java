package ai.auditor.model.internal;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Checked arithmetic on shapes. */
final class Shapes {
    private Shapes() {}

    /** Product of the sizes and a factor, 1 for no sizes; empty where it does not fit a {@code long}. */
    static OptionalLong product(long[] shape, long factor) {
        long product = factor;
        try {
            for (long size : shape) {
                product = Math.multiplyExact(product, size);
            }
        } catch (ArithmeticException overflow) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(product);
    }

    /**
     * Number of elements of a tensor that is about to be read.
     *
     * @throws ai.auditor.AuditException {@code MODEL} where there are more than a buffer can hold
     * @throws IllegalArgumentException where the target has no room
     */
    static int count(long[] shape, Path file, String tensor, FloatBuffer target) {
        long count = product(shape, 1).orElse(Long.MAX_VALUE);
        if (count > Integer.MAX_VALUE) {
            throw Refusal.of(file, tensor, "has more elements than the " + Integer.MAX_VALUE + " that can be read");
        }
        if (count > target.remaining()) {
            throw new IllegalArgumentException(
                    "room for " + target.remaining() + " floats, but the tensor has " + count);
        }
        return (int) count;
    }
}
