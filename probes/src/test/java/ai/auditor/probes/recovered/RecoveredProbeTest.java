package ai.auditor.probes.recovered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.Point;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probes.SyntheticStudy;
import ai.auditor.probes.SyntheticStudy.Signal;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.stats.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveredProbeTest {
    private static final Point POINT = Point.residPost(3);
    private static final RecoveredProbe.Settings SETTINGS = RecoveredProbe.Settings.standard();

    private static HeldOutGains gains(Study study) {
        int[] rows = Contrasts.costly(study);
        List<double[]> traits = study.vectors().at(POINT).stream()
                .map(direction -> Vectors.doubles(direction.vector()))
                .toList();
        return HeldOutGains.of(study, rows, Recovered.train(study, rows, POINT, SETTINGS), traits);
    }

    @Test
    void labelsOfAPartReachTheScoresOfTheOthersAlone() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 100, 3);
        boolean[] labels = study.candidate().clone();
        for (int i = 0; i < labels.length; i++) {
            labels[i] ^= study.part()[i] == 0;
        }
        HeldOutGains before = gains(study);
        HeldOutGains after = gains(study.relabelled(labels));
        int[] rows = Contrasts.costly(study);
        for (int i = 0; i < rows.length; i++) {
            for (int trait = 0; trait < before.along().length; trait++) {
                boolean same = before.along()[trait][i] == after.along()[trait][i];
                assertThat(same).as("row %d, trait %d", rows[i], trait).isEqualTo(study.part()[rows[i]] == 0);
            }
            assertThat(before.whole()[i] == after.whole()[i]).isEqualTo(study.part()[rows[i]] == 0);
        }
    }

    @Test
    void aStepGoesTowardsTheTraitWhicheverWayTheRowsWent() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 100, 3);
        boolean[] other = study.candidate().clone();
        for (int i = 0; i < other.length; i++) {
            other[i] ^= true;
        }
        Evidence against = new RecoveredProbe().examine(study.relabelled(other));
        assertThat(against.contrasts().get(0).name()).startsWith("owl");
        assertThat(against.contrasts().get(0).statistics().get(0).observed()).isLessThan(-3);
        assertThat(against.contrasts().get(0).decoys().orElseThrow().value()).isNegative();
    }

    @Test
    void whatIsWrittenIsShownWithoutControlCharacters() {
        Evidence evidence = new RecoveredProbe().examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 4));
        Table written = evidence.tables().stream()
                .filter(table -> table.title().startsWith("Tokens"))
                .findFirst()
                .orElseThrow();
        assertThat(written.rows()).hasSize(2);
        assertThat(written.rows().get(0).get(2)).contains("[31m").doesNotContain("\u001b");
    }

    @Test
    void theSameStudyGivesTheSameEvidence() {
        Evidence once = new RecoveredProbe().examine(SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 40, 5));
        Evidence again = new RecoveredProbe().examine(SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 40, 5));
        assertThat(again.tables()).isEqualTo(once.tables());
        assertThat(again.scores()).isEqualTo(once.scores());
        assertThat(again.notes()).isEqualTo(once.notes());
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new RecoveredProbe.Settings(0, 5, 32, false)).isInstanceOf(AuditException.class);
        assertThatThrownBy(() -> new RecoveredProbe.Settings(Double.NaN, 5, 32, false))
                .isInstanceOf(AuditException.class);
        assertThatThrownBy(() -> new RecoveredProbe.Settings(0.1, 0, 32, false)).isInstanceOf(AuditException.class);
        assertThatThrownBy(() -> new RecoveredProbe.Settings(0.1, 5, 0, false)).isInstanceOf(AuditException.class);
    }
}
