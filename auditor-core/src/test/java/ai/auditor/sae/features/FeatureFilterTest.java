package ai.auditor.sae.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.sae.features.FeatureFilter.Term;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureFilterTest {
    private static RowFeatures row(int... features) {
        return new RowFeatures(
                features, new float[features.length], new float[features.length], new int[features.length], 1, 1, 0);
    }

    @Test
    void flagsRowsInWhichEnoughTermsHold() {
        FeatureFilter filter = new FeatureFilter(List.of(new Term(3, true), new Term(5, false), new Term(8, true)), 2);
        assertThat(filter.flags(row(3))).isTrue();
        assertThat(filter.flags(row(3, 5))).isFalse();
        assertThat(filter.flags(row())).isFalse();
        assertThat(filter.flags(row(3, 5, 8))).isTrue();
        assertThat(filter.holding(row(8))).containsExactly(new Term(5, false), new Term(8, true));
        assertThat(FeatureFilter.of(4, false).flags(row(1))).isTrue();
    }

    @Test
    void asksAboutEachFeatureOnce() {
        for (boolean again : new boolean[] {true, false}) {
            assertThatThrownBy(() -> new FeatureFilter(List.of(new Term(1, true), new Term(1, again)), 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("feature 1 stands twice");
        }
    }

    @Test
    void asksForAPossibleNumberOfTerms() {
        assertThatThrownBy(() -> new FeatureFilter(List.of(new Term(1, true)), 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FeatureFilter(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
