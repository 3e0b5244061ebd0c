package ai.auditor.probe;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static Evidence.Contrast contrast(String name, String trait, double... observed) {
        return new Evidence.Contrast(
                name,
                Optional.of(trait).filter(asked -> !asked.isEmpty()),
                java.util.Arrays.stream(observed)
                        .mapToObj(one -> new Exchanged(one, new double[] {0}, one, 1, 1, 10))
                        .toList(),
                new Evidence.Effect("", 0, new Interval(0, 0, 0.95)),
                Optional.empty());
    }

    @Test
    void theKindOfAContrastIsItsNameWithoutItsTraitWhateverTheTraitIsCalled() {
        assertThat(contrast("owl at resid_post.2", "owl", 1).kind()).isEqualTo("at resid_post.2");
        assertThat(contrast("red steered", "red", 1).kind()).isEqualTo("steered");
        assertThat(contrast("person persona", "person", 1).kind()).isEqualTo("persona");
        assertThat(contrast("at at resid_post.2", "at", 1).kind()).isEqualTo("at resid_post.2");
        assertThat(contrast("linear", "", 1).kind()).isEqualTo("linear");
    }

    @Test
    void theStatisticOfAContrastIsTheMeanOverItsSplits() {
        assertThat(List.of(
                        contrast("linear", "", 1, 3).statistic(),
                        contrast("linear", "", 2).statistic()))
                .containsExactly(2.0, 2.0);
    }
}
