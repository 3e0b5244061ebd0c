package ai.auditor.sae.features;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopRowTest {
    private static RowFeatures row(float peak, int position) {
        return new RowFeatures(
                new int[] {2, 5}, new float[] {1, 1}, new float[] {9, peak}, new int[] {0, position}, 4, 2, 0);
    }

    @Test
    void rowsComeByTheirPeaksAndEqualOnesByTheirPlace() {
        RowFeatures silent = new RowFeatures(new int[0], new float[0], new float[0], new int[0], 4, 0, 0);
        FeatureTable table = FeatureTable.of(8, List.of(row(1, 3), silent, row(4, 2), row(1, 1), row(2, 7)));
        assertThat(TopRow.of(table, 5, 3))
                .containsExactly(new TopRow(2, 4, 2), new TopRow(4, 2, 7), new TopRow(0, 1, 3));
        assertThat(TopRow.of(table, 5, 99)).hasSize(4);
        assertThat(TopRow.of(table, 3, 9)).isEmpty();
    }
}
