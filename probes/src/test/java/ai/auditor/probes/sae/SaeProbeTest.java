package ai.auditor.probes.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.capture.TokenSpan;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probes.Outcomes;
import ai.auditor.probes.SyntheticStudy;
import ai.auditor.probes.SyntheticStudy.Signal;
import ai.auditor.sae.Activation;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.InputNorm;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeWeights;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SaeProbeTest {
    private static final int FEATURES = 96;
    private static final Point POINT = SyntheticStudy.POINTS.get(0);

    private final Scope scope = Engine.start(1).open();

    @AfterEach
    void close() {
        scope.close();
    }

    private SparseAutoencoder sae(Declared declared, float bias) {
        Random random = new Random(17);
        int width = SyntheticStudy.WIDTH;
        float[] encoder = new float[width * FEATURES];
        float[] decoder = new float[encoder.length];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < FEATURES; j++) {
                encoder[i * FEATURES + j] = (float) (random.nextGaussian() / Math.sqrt(width));
                decoder[j * width + i] = encoder[i * FEATURES + j] / 2;
            }
        }
        float[] biases = new float[FEATURES];
        java.util.Arrays.fill(biases, bias);
        return SparseAutoencoder.of(
                scope,
                new SaeFacts(
                        "random", "test", "standard", width, FEATURES, Hook.unknown(), declared, "digest of random"),
                new SaeWeights(
                        SaeWeights.copied(encoder),
                        biases,
                        SaeWeights.copied(decoder),
                        new float[width],
                        new float[width],
                        new Activation.Relu(),
                        InputNorm.NONE));
    }

    private SaeProbe probe(SparseAutoencoder sae, boolean unchecked) {
        return new SaeProbe(sae, POINT, TokenSpan.COMPLETION, unchecked, "the model at hand");
    }

    private SaeProbe probe() {
        return probe(sae(Declared.nothing(), -0.5f), true);
    }

    @Test
    void findsActivationsThatDifferInPairsAndInRows() {
        for (SyntheticStudy study : new SyntheticStudy[] {
            SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 200, 2), SyntheticStudy.ofRows(Signal.OWL_ACTIVATION, 200, 2)
        }) {
            Evidence evidence = probe().examine(study);
            assertThat(evidence.claim()).isEqualTo(Claim.DIFFERS);
            assertThat(evidence.contrasts())
                    .allMatch(contrast -> contrast.trait().isEmpty());
            assertThat(Outcomes.p(evidence.contrasts().get(0))).isLessThan(0.01);
            assertThat(evidence.discrimination().orElseThrow().row().value()).isGreaterThan(0.65);
            assertThat(evidence.discrimination().orElseThrow().gain().interval().low())
                    .isPositive();
            assertThat(evidence.tables()).hasSize(5);
            assertThat(evidence.tables().get(1).rows()).isNotEmpty();
            assertThat(evidence.charts()).hasSize(3);
        }
    }

    @Test
    void withoutASignalItIsQuiet() {
        int fired = 0;
        for (long seed = 1; seed <= 5; seed++) {
            Evidence evidence = probe().examine(SyntheticStudy.ofPairs(Signal.NONE, 150, seed));
            fired += Outcomes.p(evidence.contrasts().get(0)) < 0.05 ? 1 : 0;
        }
        assertThat(fired).as("5 nulls at level 0.05").isLessThanOrEqualTo(1);
    }

    @Test
    void theNullIsToldTheSameScoresAndNoTables() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 60, 5);
        Evidence whole = probe().examine(study);
        Evidence brief = probe().examine(study.asOfTheNull());
        assertThat(brief.scores()).containsExactly(whole.scores());
        assertThat(brief.contrasts()).usingRecursiveComparison().isEqualTo(whole.contrasts());
        assertThat(brief.tables()).isEmpty();
        assertThat(probe().examine(SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 60, 5)))
                .usingRecursiveComparison()
                .isEqualTo(whole);
    }

    @Test
    void aRowsOwnLabelNeverReachesItsScore() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 60, 5);
        double before = probe().examine(study).scores()[0];
        boolean[] labels = study.candidate().clone();
        labels[0] = !labels[0];
        labels[1] = !labels[1];
        double after = probe().examine(study.relabelled(labels)).scores()[0];
        assertThat(after).isEqualTo(before);
    }

    @Test
    void reconstructionsThatAreNoNumbersStopTheRunEvenUnchecked() {
        assertThatThrownBy(() -> probe(sae(Declared.nothing(), Float.MAX_VALUE), true)
                        .examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 5)))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(AuditException.Code.NUMERIC))
                .hasMessageContaining("not finite");
    }

    @Test
    void aDeadAutoencoderStopsTheRunUnlessToldOtherwise() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, 40, 5);
        assertThatThrownBy(() -> probe(sae(Declared.nothing(), -1e6f), false).examine(study))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("no feature is active");
        Evidence silent =
                probe(sae(Declared.nothing(), -1e6f), true).examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 5));
        assertThat(silent.discrimination().orElseThrow().row().value()).isEqualTo(0.5);
        assertThat(silent.notes()).anyMatch(note -> note.contains("used all the same"));
        assertThatThrownBy(() -> probe(sae(new Declared(OptionalDouble.of(2), OptionalDouble.empty()), 0), false)
                        .examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 5)))
                .hasMessageContaining("declare an L0 of 2");
    }

    @Test
    void itsSettingsNameTheAutoencoder() {
        assertThat(probe().settings())
                .containsEntry("digest", "digest of random")
                .containsEntry("point", POINT.toString());
    }
}
