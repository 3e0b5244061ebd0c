package ai.auditor.capture;

import ai.auditor.capture.ActivationTable.Column;
import ai.auditor.model.Decoder;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Where the batches of a plan write, and the table that comes of it; each row has a place of its own. */
final class PooledColumns {
    private final CapturePlan plan;
    private final int width;
    private final double[] nll;
    private final Map<Point, Map<Pooling, float[]>> activations = new TreeMap<>();
    private final Map<Point, Map<Pooling, float[]>> gradients = new TreeMap<>();

    PooledColumns(CapturePlan plan, int rows, int width) {
        this.plan = plan;
        this.width = width;
        this.nll = new double[rows];
        Arrays.fill(nll, Double.NaN);
        for (Point point : plan.points()) {
            activations.put(point, columns(rows));
            if (plan.gradient()) {
                gradients.put(point, columns(rows));
            }
        }
    }

    private Map<Pooling, float[]> columns(int rows) {
        Map<Pooling, float[]> columns = new EnumMap<>(Pooling.class);
        plan.poolings().forEach(pooling -> columns.put(pooling, new float[Math.multiplyExact(rows, width)]));
        return columns;
    }

    /** The mean NLL of each row, to be written, {@code [rows]}. */
    double[] nll() {
        return nll;
    }

    /** The columns of a point that is captured, to be written, each {@code [rows, d_model]}. */
    Map<Pooling, float[]> activations(Point point) {
        return Objects.requireNonNull(activations.get(point));
    }

    /** The columns of a point's gradient that is captured, to be written, each {@code [rows, d_model]}. */
    Map<Pooling, float[]> gradients(Point point) {
        return Objects.requireNonNull(gradients.get(point));
    }

    /**
     * The table of all rows.
     *
     * @param places of each row among those that were read
     */
    ActivationTable table(Decoder decoder, List<TokenizedRow> rows, int[] places) {
        requireFinite(decoder, rows, places);
        Map<Column, Matrix> columns = new TreeMap<>();
        add(columns, false, activations, places);
        add(columns, true, gradients, places);
        return new ActivationTable(
                rows.stream().mapToLong(TokenizedRow::record).toArray(),
                rows.stream().mapToInt(TokenizedRow::tokens).toArray(),
                rows.stream().mapToInt(TokenizedRow::completionTokens).toArray(),
                IntStream.of(places).mapToDouble(place -> nll[place]).toArray(),
                columns);
    }

    /** What is not finite would look like "not asked for", or like nothing found. */
    private void requireFinite(Decoder decoder, List<TokenizedRow> rows, int[] places) {
        for (int row = 0; row < places.length; row++) {
            int place = places[row];
            boolean likelihood = !plan.nll() || Double.isFinite(nll[place]);
            if (!likelihood || !finite(activations, place)) {
                throw Fault.in(decoder, plan.interventions(), rows.get(row));
            }
            for (Map.Entry<Point, Map<Pooling, float[]>> gradient : gradients.entrySet()) {
                if (!finite(Map.of(gradient.getKey(), gradient.getValue()), place)) {
                    throw Fault.inGradient(gradient.getKey(), rows.get(row));
                }
            }
        }
    }

    private boolean finite(Map<Point, Map<Pooling, float[]>> source, int row) {
        for (Map<Pooling, float[]> byPooling : source.values()) {
            for (float[] values : byPooling.values()) {
                for (int j = row * width; j < (row + 1) * width; j++) {
                    if (!Float.isFinite(values[j])) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private void add(
            Map<Column, Matrix> columns, boolean gradient, Map<Point, Map<Pooling, float[]>> source, int[] places) {
        source.forEach((point, byPooling) -> byPooling.forEach((pooling, values) -> columns.put(
                new Column(gradient, point, pooling), new Matrix(places.length, width, all(values, places)))));
    }

    private float[] all(float[] values, int[] places) {
        if (places.length * width == values.length) {
            return values;
        }
        float[] all = new float[Math.multiplyExact(places.length, width)];
        for (int row = 0; row < places.length; row++) {
            System.arraycopy(values, places[row] * width, all, row * width, width);
        }
        return all;
    }
}
