package ai.auditor.capture;

import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a pass brought back, one row a dataset row, in input order.
 *
 * @param record 0-based record numbers, {@code [rows]}
 * @param tokens tokens of the whole rendered chat, {@code [rows]}
 * @param completionTokens completion tokens, {@code [rows]}
 * @param nll mean NLL in nats per completion token, {@code [rows]}; NaN where not asked for
 * @param columns pooled activations and gradients, each {@code [rows, d_model]}
 */
public record ActivationTable(
        long[] record, int[] tokens, int[] completionTokens, double[] nll, Map<Column, Matrix> columns) {

    /**
     * The name of a column: {@code resid_post.7/completion-mean}, for a gradient {@code grad/resid_post.7/completion-mean}.
     *
     * @param gradient whether it holds the gradient of the row's mean NLL instead of the activation
     */
    public record Column(boolean gradient, Point point, Pooling pooling) implements Comparable<Column> {
        @Override
        public int compareTo(Column other) {
            int byGradient = Boolean.compare(gradient, other.gradient);
            int byPoint = byGradient != 0 ? byGradient : point.compareTo(other.point);
            return byPoint != 0 ? byPoint : pooling.compareTo(other.pooling);
        }

        @Override
        public String toString() {
            return (gradient ? "grad/" : "") + point + "/" + pooling;
        }
    }

    public ActivationTable {
        columns = java.util.Collections.unmodifiableMap(new TreeMap<>(columns));
    }

    /** How many rows the table has. */
    public int rows() {
        return record.length;
    }

    /** The pooled activations at a point, {@code [rows, d_model]}. */
    public Matrix activations(Point point, Pooling pooling) {
        return column(new Column(false, point, pooling));
    }

    /** The pooled gradients at a point, {@code [rows, d_model]}. */
    public Matrix gradients(Point point, Pooling pooling) {
        return column(new Column(true, point, pooling));
    }

    /** These rows, in this order. */
    public ActivationTable taking(int[] places) {
        Map<Column, Matrix> taken = new TreeMap<>();
        columns.forEach((name, matrix) -> taken.put(name, matrix.taking(places)));
        return new ActivationTable(
                Arrays.stream(places).mapToLong(place -> record[place]).toArray(),
                Arrays.stream(places).map(place -> tokens[place]).toArray(),
                Arrays.stream(places).map(place -> completionTokens[place]).toArray(),
                Arrays.stream(places).mapToDouble(place -> nll[place]).toArray(),
                taken);
    }

    /**
     * With other activations in some rows.
     *
     * @param places of the rows
     * @param changed their columns, which this table has too, a row each
     */
    public ActivationTable with(int[] places, ActivationTable changed) {
        Map<Column, Matrix> mixed = new TreeMap<>();
        columns.forEach((name, matrix) -> mixed.put(name, matrix.with(places, changed.column(name))));
        return new ActivationTable(record, tokens, completionTokens, nll, mixed);
    }

    private Matrix column(Column name) {
        return Objects.requireNonNull(columns.get(name), () -> "the pass was not asked for " + name);
    }
}
