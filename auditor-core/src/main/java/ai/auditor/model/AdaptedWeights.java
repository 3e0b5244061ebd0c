package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.model.internal.Refusal;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * A base's weights with a LoRA adapter merged into them as they are read, under the base's names: the base's tensor, or the adapter's
 * own in its place, plus a product of two factors.
 *
 * <p>Holds nothing but names; a tensor is read into the caller's buffer, and beside it are only the two factors and one row.
 */
final class AdaptedWeights implements WeightSource {
    private final WeightSource base;
    private final WeightSource adapter;
    private final ModelFacts facts;
    private final NavigableMap<String, Change> tensors = new TreeMap<>();

    /**
     * What becomes of a tensor.
     *
     * @param origin the base's tensor that it starts from: its own, or the embeddings for an output head that was tied to them
     * @param whole the adapter's tensor that stands in its place
     * @param product what is added to a matrix
     * @param shift what is added to a bias
     */
    record Change(String origin, Optional<String> whole, Optional<Product> product, Optional<Shift> shift) {
        static Change none(String origin) {
            return new Change(origin, Optional.empty(), Optional.empty(), Optional.empty());
        }

        Change with(String tensor) {
            return new Change(origin, Optional.of(tensor), product, shift);
        }

        Change with(Product more) {
            return new Change(origin, whole, Optional.of(more), shift);
        }

        Change with(Shift more) {
            return new Change(origin, whole, product, Optional.of(more));
        }
    }

    /**
     * {@code scale * second * first}.
     *
     * @param first name of A, {@code [rank, in]}
     * @param second name of B, {@code [out, rank]}
     * @param turned whether the tensor is stored as {@code [in, out]}
     */
    record Product(String first, String second, int rank, double scale, boolean turned) {}

    /**
     * {@code scale * values}.
     *
     * @param values name of a bias
     */
    record Shift(String values, double scale) {}

    /**
     * @param facts of the model as adapted
     * @param tensors what becomes of each, by the name under which it is given out
     */
    AdaptedWeights(WeightSource base, WeightSource adapter, ModelFacts facts, Map<String, Change> tensors) {
        this.base = base;
        this.adapter = adapter;
        this.facts = facts;
        this.tensors.putAll(tensors);
    }

    /** Those of the base, but that embeddings and output head are not tied where the adapter changes one of them. */
    ModelFacts facts() {
        return facts;
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(tensors.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return base.shape(change(name).origin());
    }

    @Override
    public String location(String name) {
        Change change = tensors.get(name);
        return base.location(change == null ? name : change.origin());
    }

    @Override
    public void read(String name, FloatBuffer target) {
        AuditException.checkInterrupted();
        Change change = change(name);
        FloatBuffer values = target.slice();
        change.whole()
                .ifPresentOrElse(tensor -> adapter.read(tensor, target), () -> base.read(change.origin(), target));
        values.limit(values.capacity() - target.remaining());
        change.product().ifPresent(product -> add(product, values));
        change.shift().ifPresent(shift -> add(shift, values));
        if (!change.equals(Change.none(name))) {
            requireFinite(name, values);
        }
    }

    private Change change(String name) {
        Change change = tensors.get(name);
        if (change == null) {
            throw Refusal.of(Path.of(location(name)), name, "there is no such tensor");
        }
        return change;
    }

    private void add(Product product, FloatBuffer values) {
        float[] first = factor(product.first());
        float[] second = factor(product.second());
        int rank = product.rank();
        float[] left = product.turned() ? WeightPlace.transposed(first, first.length / rank) : second;
        float[] right = product.turned() ? WeightPlace.transposed(second, rank) : first;
        int columns = right.length / rank;
        float[] row = new float[columns];
        double[] sum = new double[columns];
        for (int start = 0; start < values.limit(); start += columns) {
            java.util.Arrays.fill(sum, 0);
            for (int k = 0; k < rank; k++) {
                double factor = left[start / columns * rank + k];
                int from = k * columns;
                for (int column = 0; column < columns; column++) {
                    sum[column] += factor * right[from + column];
                }
            }
            values.get(start, row);
            for (int column = 0; column < columns; column++) {
                row[column] = (float) (row[column] + product.scale() * sum[column]);
            }
            values.put(start, row);
        }
    }

    private void add(Shift shift, FloatBuffer values) {
        float[] added = factor(shift.values());
        for (int i = 0; i < added.length; i++) {
            values.put(i, (float) (values.get(i) + shift.scale() * added[i]));
        }
    }

    private float[] factor(String tensor) {
        long count = 1;
        for (long size : adapter.shape(tensor)) {
            count *= size;
        }
        FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(count));
        adapter.read(tensor, values);
        requireFinite(tensor, values.flip());
        return values.array();
    }

    private void requireFinite(String tensor, FloatBuffer values) {
        for (int i = 0; i < values.limit(); i++) {
            if (!Float.isFinite(values.get(i))) {
                throw Refusal.of(
                        Path.of(adapter.location(tensor)),
                        tensor,
                        (adapter.names().contains(tensor) ? "holds" : "with the adapter in it holds")
                                + " a number that is not finite: the adapter is broken, or its training went astray");
            }
        }
    }

    @Override
    public void close() {
        // Base and adapter are closed by who opened them.
    }
}
