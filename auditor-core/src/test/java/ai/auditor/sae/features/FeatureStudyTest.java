package ai.auditor.sae.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.features.FeatureStudy.NewFeature;
import ai.auditor.sae.features.FeatureStudy.Promoted;
import ai.auditor.sae.features.FeatureStudy.TriedFilter;
import ai.auditor.stats.Power;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureStudyTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void findsWhatIsPlantedAndHardlyAnythingElse(boolean paired) {
        FeatureStudy study =
                SyntheticFeatures.of(400, paired ? 400 : 700, paired, 0.45, 7).study(20, 1);
        List<Integer> promoted =
                study.promoted().stream().map(Promoted::feature).toList();
        assertThat(promoted).contains(10, 11, 12, 13, 14).hasSizeLessThanOrEqualTo(38);
        assertThat(study.promoted()).allSatisfy(one -> {
            assertThat(one.q()).isLessThanOrEqualTo(FeatureStudy.LEVEL);
            assertThat(one.p()).isEqualTo(Math.max(one.welch(), one.permutation()));
            assertThat(one.means().candidate()).isGreaterThan(one.means().control());
        });
        assertThat(study.namedNew().stream().map(NewFeature::feature).toList())
                .hasSizeGreaterThan(25)
                .allMatch(feature -> feature >= SyntheticFeatures.NEW);
        assertThat(study.newCount().p()).isLessThan(0.05);
        assertThat(study.presence().anyNew().candidate())
                .isGreaterThan(study.presence().anyNew().control() + 0.1);
        assertThat(study.presence().promoted().candidate())
                .isGreaterThan(study.presence().promoted().control() + 0.5);
        assertThat(study.l0().p()).isLessThan(0.05);
        assertThat(study.error().p()).isLessThan(0.05);
        TriedFilter best = study.filters().get(0);
        assertThat(best.heldOut().balancedAccuracy()).isGreaterThan(0.6);
        assertThat(best.interval().low()).isLessThan(best.heldOut().balancedAccuracy());
        assertThat(best.interval().high()).isGreaterThan(best.heldOut().balancedAccuracy());
        assertThat(best.p()).isLessThan(0.01);
        assertThat(study.chance().swaps()).isEqualTo(20);
        assertThat(Arrays.stream(study.chance().filters()).max().orElseThrow())
                .isLessThan(best.heldOut().balancedAccuracy());
    }

    @ParameterizedTest
    @CsvSource({"true,60,60", "false,60,60", "false,60,200", "false,200,60"})
    void whereNothingDiffersTheShareOfFalseFindsIsNoMoreThanPromised(boolean paired, int candidates, int controls) {
        int studies = 150;
        int promoted = 0;
        int fresh = 0;
        int counts = 0;
        int l0 = 0;
        int filters = 0;
        for (int i = 0; i < studies; i++) {
            FeatureStudy study = SyntheticFeatures.of(candidates, controls, paired, 0, 900 + i)
                    .study(0, i);
            promoted += study.promoted().isEmpty() ? 0 : 1;
            fresh += study.namedNew().isEmpty() ? 0 : 1;
            counts += study.newCount().p() <= 0.05 ? 1 : 0;
            l0 += study.l0().p() <= 0.05 ? 1 : 0;
            filters += study.filters().get(0).p() <= 0.05 ? 1 : 0;
        }
        // The rate that is promised has to lie below the upper limit of what was found, with a chance of 99.9 %.
        assertThat(lowestRate(promoted, studies))
                .as("%d of %d promoted", promoted, studies)
                .isLessThan(0.05);
        assertThat(lowestRate(fresh, studies))
                .as("%d of %d new", fresh, studies)
                .isLessThan(0.05);
        assertThat(lowestRate(counts, studies))
                .as("%d of %d counts", counts, studies)
                .isLessThan(0.05);
        assertThat(lowestRate(l0, studies)).as("%d of %d L0", l0, studies).isLessThan(0.05);
        assertThat(lowestRate(filters, studies))
                .as("%d of %d filters", filters, studies)
                .isLessThan(0.05);
    }

    /** Lower limit of the rate behind so many finds: one less the upper limit of what was not found. */
    private static double lowestRate(int found, int studies) {
        return 1 - Power.upperRate(studies - found, studies, 0.999);
    }

    @Test
    void swappedLabelsFindWhatIsPlantedNoMore() {
        FeatureStudy study = SyntheticFeatures.of(200, 200, true, 0.3, 5).study(60, 2);
        assertThat(study.promoted()).isNotEmpty();
        assertThat(lowestRate(study.chance().anyPromoted(), 60)).isLessThan(0.05);
        assertThat(lowestRate(study.chance().anyNew(), 60)).isLessThan(0.05);
        assertThat(study.chance().promoted()).isLessThan(1);
    }

    @Test
    void theSameRowsGiveTheSameStudy() {
        SyntheticFeatures rows = SyntheticFeatures.of(80, 80, true, 0.3, 6);
        assertThat(rows.study(5, 3)).usingRecursiveComparison().isEqualTo(rows.study(5, 3));
    }

    @Test
    void deadFeaturesAndEmptyRowsAreNoReasonToFail() {
        FeatureTable empty = FeatureTable.of(
                4,
                java.util.Collections.nCopies(
                        40, new FeatureTable.RowFeatures(new int[0], new float[0], new float[0], new int[0], 0, 0, 0)));
        SyntheticFeatures rows = SyntheticFeatures.of(20, 20, true, 0, 6);
        FeatureStudy study = FeatureStudy.of(empty, rows.groups(), true, rows.exchanges(), 3, 50, 1);
        assertThat(study.alive()).isZero();
        assertThat(study.promoted()).isEmpty();
        assertThat(study.filters()).isEmpty();
        assertThat(study.l0().p()).isEqualTo(1);
        assertThat(study.chance().filters()).containsOnly(0.5);
    }

    @Test
    void anInterruptStopsIt() {
        SyntheticFeatures rows = SyntheticFeatures.of(30, 30, true, 0, 6);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> rows.study(0, 1))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            stopped -> assertThat(stopped.code()).isEqualTo(AuditException.Code.INTERRUPTED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
