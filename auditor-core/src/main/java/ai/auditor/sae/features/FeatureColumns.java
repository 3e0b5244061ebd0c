package ai.auditor.sae.features;

import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import java.util.Arrays;
import java.util.List;

/** A feature table turned: of every feature the rows in which it is active, ascending, and its mean in each. */
final class FeatureColumns {
    /** Where each feature's rows begin, {@code [d_sae + 1]}. */
    private final int[] starts;

    private final int[] rows;
    private final float[] means;

    private FeatureColumns(int[] starts, int[] rows, float[] means) {
        this.starts = starts;
        this.rows = rows;
        this.means = means;
    }

    static FeatureColumns of(FeatureTable table) {
        List<RowFeatures> all = table.rows();
        int[] starts = new int[table.features() + 1];
        for (RowFeatures row : all) {
            for (int feature : row.features()) {
                starts[feature + 1]++;
            }
        }
        for (int feature = 0; feature < table.features(); feature++) {
            starts[feature + 1] = Math.addExact(starts[feature + 1], starts[feature]);
        }
        int[] rows = new int[starts[table.features()]];
        float[] means = new float[rows.length];
        int[] next = Arrays.copyOf(starts, table.features());
        for (int row = 0; row < all.size(); row++) {
            RowFeatures features = all.get(row);
            for (int i = 0; i < features.features().length; i++) {
                int place = next[features.features()[i]]++;
                rows[place] = row;
                means[place] = features.means()[i];
            }
        }
        return new FeatureColumns(starts, rows, means);
    }

    int features() {
        return starts.length - 1;
    }

    int start(int feature) {
        return starts[feature];
    }

    int end(int feature) {
        return starts[feature + 1];
    }

    int row(int place) {
        return rows[place];
    }

    float mean(int place) {
        return means[place];
    }
}
