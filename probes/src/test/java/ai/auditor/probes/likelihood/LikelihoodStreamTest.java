package ai.auditor.probes.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.probes.SyntheticStudy;
import ai.auditor.probes.SyntheticStudy.Signal;
import org.junit.jupiter.api.Test;

class LikelihoodStreamTest {
    private static final int BATCH = 40;

    private static LikelihoodStream watched(Signal signal, int batches, long seed) {
        LikelihoodStream stream = new LikelihoodStream(0.01);
        for (int batch = 0; batch < batches && stream.alarm().isEmpty(); batch++) {
            stream.add(SyntheticStudy.ofPairs(signal, BATCH, seed + batch));
        }
        return stream;
    }

    @Test
    void aTraitThatTheVectorMakesLikelierIsNamedAndTheStreamEndsThere() {
        LikelihoodStream stream = watched(Signal.OWL_STEERED, 20, 100);
        assertThat(stream.alarm()).contains("owl");
        assertThat(stream.pairs()).isLessThan(20 * BATCH);
        assertThat(stream.standings().get(0).trait()).isEqualTo("owl");
        assertThat(stream.standings().get(0).most()).isGreaterThanOrEqualTo(stream.needed());
    }

    @Test
    void nothingAlarmsNoMoreOftenThanPromised() {
        int streams = 40;
        int alarms = 0;
        for (int stream = 0; stream < streams; stream++) {
            alarms += watched(Signal.NONE, 5, 1_000 + 10L * stream).alarm().isPresent() ? 1 : 0;
        }
        // At level 0.01 four or more of 40 have a chance of one in 1,600.
        assertThat(alarms).as("seeds from 1000").isLessThan(4);
    }

    @Test
    void whatIsNoPairOrNoLevelIsRefused() {
        LikelihoodStream stream = new LikelihoodStream(0.05);
        SyntheticStudy unpaired = SyntheticStudy.ofRows(Signal.NONE, BATCH, 1);
        assertThatThrownBy(() -> stream.add(unpaired))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("same prompt");
        assertThatThrownBy(() -> new LikelihoodStream(0)).hasMessageContaining("level");
        assertThat(stream.alarm()).isEmpty();
        assertThat(stream.standings()).isEmpty();
    }
}
