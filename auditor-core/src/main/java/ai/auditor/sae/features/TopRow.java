package ai.auditor.sae.features;

import ai.auditor.sae.FeatureTable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A row in which a feature is active.
 *
 * @param row its index in the table
 * @param value the feature's peak over the row's tokens
 * @param position in the row of the token with the peak
 */
public record TopRow(int row, float value, int position) {
    /**
     * The rows in which a feature peaks highest, the highest first, of equal ones the earlier; only rows where it is active.
     *
     * @param count most rows
     */
    public static List<TopRow> of(FeatureTable table, int feature, int count) {
        return IntStream.range(0, table.rows().size())
                .boxed()
                .flatMap(row -> at(row, table.rows().get(row), feature))
                .sorted(Comparator.comparingDouble((TopRow top) -> -top.value()).thenComparingInt(TopRow::row))
                .limit(count)
                .toList();
    }

    private static Stream<TopRow> at(int row, FeatureTable.RowFeatures features, int feature) {
        int place = Arrays.binarySearch(features.features(), feature);
        return place < 0
                ? Stream.empty()
                : Stream.of(new TopRow(row, features.peaks()[place], features.peakTokens()[place]));
    }
}
