package ai.auditor.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.Redaction;
import ai.auditor.audit.Tier;
import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.SyntheticStudy.Signal;
import ai.auditor.probes.gradient.GradientProbe;
import ai.auditor.probes.likelihood.LikelihoodProbe;
import ai.auditor.probes.projection.ProjectionProbe;
import ai.auditor.probes.recovered.RecoveredProbe;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SignedProbesTest {
    private static final List<Probe> SIGNED =
            List.of(new ProjectionProbe(), new GradientProbe(), new LikelihoodProbe(), new RecoveredProbe());

    @Test
    void projectionFindsTheTraitThatActivationsAreShiftedAlong() {
        Evidence evidence = new ProjectionProbe().examine(SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 100, 1));
        assertThat(Outcomes.maximumP(evidence)).isLessThan(0.01);
        assertThat(Outcomes.strongest(evidence)).startsWith("owl at ");
        assertThat(evidence.effect().interval().low()).isPositive();
        assertStandsOut(evidence);
        assertThat(evidence.contrasts()).hasSize(8);
        assertThat(evidence.charts()).hasSize(2).allMatch(Chart.Strip.class::isInstance);
    }

    @Test
    void gradientFindsTheTraitThatTrainingWouldPushAlong() {
        Evidence evidence = new GradientProbe().examine(SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 150, 2));
        assertThat(Outcomes.maximumP(evidence)).isLessThan(0.01);
        assertThat(Outcomes.strongest(evidence)).startsWith("owl at ");
        assertStandsOut(evidence);
    }

    @Test
    void eachPoolingNamesFirstWhatItsOwnTokensPullAlong() {
        for (Pooling pooling : List.of(Pooling.COMPLETION_MEAN, Pooling.PROMPT_LAST)) {
            Signal planted = pooling == Pooling.PROMPT_LAST ? Signal.OWL_PROMPT_GRADIENT : Signal.OWL_GRADIENT;
            Evidence evidence = new GradientProbe().examine(SyntheticStudy.ofPairs(planted, 400, 2));
            Table conventions = evidence.tables().get(2);
            assertThat(conventions.rows()).hasSize(16);
            assertThat(conventions.rows())
                    .filteredOn(row ->
                            row.get(1).equals(pooling.toString()) && row.get(0).equals("resid_post.3"))
                    .hasSize(4)
                    .allSatisfy(row -> assertThat(row.get(4)).isEqualTo("owl"));
            boolean tested = pooling == Pooling.COMPLETION_MEAN;
            assertThat(Outcomes.maximumP(evidence) < 0.01)
                    .as(pooling.toString())
                    .isEqualTo(tested);
        }
    }

    @Test
    void longPullsMayBeCutToTheMedianLength() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 300, 2);
        GradientProbe severe = new GradientProbe(new GradientProbe.Settings(1));
        Evidence there = severe.examine(study);
        assertThat(Outcomes.strongest(there)).startsWith("owl at ");
        assertStandsOut(there);
        assertThat(there.notes()).anyMatch(note -> note.contains("longer than 1 times the median"));
        assertThat(new GradientProbe().examine(study).notes()).noneMatch(note -> note.contains("times the median"));
        assertThat(severe.settings()).containsExactly(java.util.Map.entry("longest", "1.0"));
        assertThat(new GradientProbe().settings()).isEmpty();
        assertThatThrownBy(() -> new GradientProbe.Settings(Double.NaN)).isInstanceOf(AuditException.class);
    }

    @Test
    void gradientReadsEveryPointThatHasVectors() {
        Evidence evidence = new GradientProbe().examine(SyntheticStudy.ofRows(Signal.NONE, 60, 2));
        for (Point point : SyntheticStudy.POINTS) {
            assertThat(evidence.contrasts())
                    .filteredOn(contrast -> contrast.name().endsWith(" at " + point))
                    .hasSize(4);
            assertThat(evidence.tables().get(2).rows())
                    .filteredOn(row -> row.get(0).equals(point.toString()))
                    .hasSize(8);
        }
    }

    @Test
    void oneGradientAThousandTimesAsLongNeitherHidesATraitNorMakesOne() {
        int fired = 0;
        for (long seed = 1; seed <= 12; seed++) {
            int row = 6 + (int) (seed % 2);
            Evidence none = new GradientProbe()
                    .examine(SyntheticStudy.ofPairs(Signal.NONE, 300, seed).withOutlier(row));
            fired += Outcomes.maximumP(none) < 0.05 ? 1 : 0;
            if (seed <= 2) {
                Evidence planted = new GradientProbe()
                        .examine(SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 300, seed)
                                .withOutlier(row));
                assertThat(Outcomes.strongest(planted)).startsWith("owl at ");
                assertThat(Outcomes.maximumP(planted)).isLessThan(0.01);
            }
        }
        assertThat(fired).as("12 nulls at level 0.05").isLessThanOrEqualTo(3);
    }

    @Test
    void aTrainedVectorFindsTheTraitThatItsRowsPullAlong() {
        for (boolean paired : new boolean[] {true, false}) {
            Evidence evidence = new RecoveredProbe().examine(study(Signal.OWL_GRADIENT, paired, 2));
            assertThat(Outcomes.maximumP(evidence)).as("paired: %s", paired).isLessThan(0.01);
            assertThat(Outcomes.strongest(evidence)).isEqualTo("owl at resid_post.3");
            assertThat(evidence.effect().interval().low()).isPositive();
            Evidence.DecoyPlace place = evidence.contrasts().get(0).decoys().orElseThrow();
            assertThat(place.decoys().values()).hasSize(999);
            assertThat(Arrays.stream(place.decoys().values()).filter(decoy -> decoy >= place.value()))
                    .as("decoys of 999 above the owl, paired: %s", paired)
                    .hasSizeLessThan(10);
        }
        Evidence everywhere = new RecoveredProbe(
                        new RecoveredProbe.Settings(0.1, 1, 8, true), Optional.empty(), Redaction.REDACTED)
                .examine(study(Signal.OWL_GRADIENT, true, 2));
        assertThat(everywhere.contrasts()).hasSize(8);
    }

    @Test
    void likelihoodFindsAPersonaAndASteeringVectorEachByItsOwnKind() {
        for (boolean paired : new boolean[] {true, false}) {
            Evidence persona = new LikelihoodProbe().examine(study(Signal.OWL_PERSONA, paired, 3));
            assertThat(Outcomes.maximumP(persona)).isLessThan(0.01);
            assertThat(Outcomes.strongest(persona)).isEqualTo("owl persona");
            Evidence steered = new LikelihoodProbe().examine(study(Signal.OWL_STEERED, paired, 3));
            assertThat(Outcomes.maximumP(steered)).isLessThan(0.01);
            assertThat(Outcomes.strongest(steered)).isEqualTo("owl steered");
        }
    }

    @Test
    void placesMayBeTakenOfWhatNoOtherTraitExplains() {
        LikelihoodProbe centred = new LikelihoodProbe(new LikelihoodProbe.Settings(6, false, false));
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_PERSONA, 300, 3);
        Evidence there = new LikelihoodProbe().examine(study);
        Evidence means = centred.examine(study);
        for (int i = 0; i < means.contrasts().size(); i++) {
            assertThat(there.contrasts().get(i).statistics().get(0).exchanged())
                    .isEqualTo(means.contrasts().get(i).statistics().get(0).exchanged());
        }
        Evidence.DecoyPlace place = there.contrasts().get(0).decoys().orElseThrow();
        assertThat(place.decoys().values()).hasSize(6);
        assertThat(place.placebos()).hasSize(3);
        assertThat(Arrays.stream(place.decoys().values()).max().orElseThrow()).isLessThan(place.value() / 3);
    }

    @Test
    void oneRowThatGainsAThousandTimesAsMuchNeitherHidesATraitNorMakesOne() {
        int fired = 0;
        for (long seed = 1; seed <= 12; seed++) {
            int row = 6 + (int) (seed % 2);
            Evidence none = new LikelihoodProbe()
                    .examine(SyntheticStudy.ofPairs(Signal.NONE, 300, seed).withOutlier(row));
            fired += Outcomes.maximumP(none) < 0.05 ? 1 : 0;
            Evidence planted = new LikelihoodProbe()
                    .examine(SyntheticStudy.ofPairs(Signal.OWL_PERSONA, 300, seed)
                            .withOutlier(row));
            assertThat(Outcomes.strongest(planted)).isEqualTo("owl persona");
            assertThat(Outcomes.maximumP(planted)).isLessThan(0.01);
        }
        assertThat(fired).as("12 nulls at level 0.05").isLessThanOrEqualTo(3);
    }

    @Test
    void everyReadingOfGainsPutsTheirTraitFirst() {
        for (Signal signal : List.of(Signal.OWL_PERSONA, Signal.OWL_STEERED)) {
            Table readings = new LikelihoodProbe()
                    .examine(SyntheticStudy.ofPairs(signal, 300, 3))
                    .tables()
                    .get(2);
            String kind = signal == Signal.OWL_PERSONA ? "persona" : "steered";
            assertThat(readings.rows())
                    .filteredOn(row -> row.get(0).equals(kind))
                    .hasSize(4)
                    .allSatisfy(row -> assertThat(row.get(2)).isEqualTo("owl"));
        }
    }

    @Test
    void vectorsMayBeAddedAtEveryPoint() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_STEERED, 150, 3);
        Evidence one = new LikelihoodProbe().examine(study);
        Evidence every = new LikelihoodProbe(new LikelihoodProbe.Settings(6, true, false)).examine(study);
        assertThat(one.contrasts()).extracting(Evidence.Contrast::name).contains("owl steered");
        assertThat(every.contrasts()).hasSize(one.contrasts().size() + 4);
        for (Point point : SyntheticStudy.POINTS) {
            assertThat(every.contrasts()).extracting(Evidence.Contrast::name).contains("owl steered at " + point);
        }
        assertThat(Outcomes.strongest(every)).startsWith("owl steered at ");
        assertThat(new LikelihoodProbe().settings()).isEmpty();
        assertThat(new LikelihoodProbe(new LikelihoodProbe.Settings(2, true, false)).settings())
                .containsOnlyKeys("personas", "place", "points");
    }

    @Test
    void whatEveryPersonaGainsAlikeIsShownAndNotTested() {
        int fired = 0;
        for (long seed = 1; seed <= 10; seed++) {
            Evidence evidence = new LikelihoodProbe().examine(SyntheticStudy.ofPairs(Signal.ANY_PERSONA, 100, seed));
            fired += Outcomes.maximumP(evidence) < 0.05 ? 1 : 0;
            double shared =
                    Double.parseDouble(evidence.tables().get(1).rows().get(0).get(2));
            assertThat(shared).as("shared axis of seed %d", seed).isBetween(0.01, 0.03);
        }
        assertThat(fired).as("10 audits at level 0.05").isLessThanOrEqualTo(2);
    }

    @Test
    void withoutASignalNothingFires() {
        int fired = 0;
        for (long seed = 1; seed <= 10; seed++) {
            for (Probe probe : SIGNED) {
                fired += Outcomes.maximumP(probe.examine(study(Signal.NONE, seed % 2 == 0, seed))) < 0.05 ? 1 : 0;
            }
        }
        assertThat(fired).as("40 nulls at level 0.05").isLessThanOrEqualTo(6);
    }

    @Test
    void swappedLabelsTurnEveryStatisticAround() {
        for (Probe probe : SIGNED) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, 50, 4);
            boolean[] other = study.candidate().clone();
            for (int i = 0; i < other.length; i++) {
                other[i] = !other[i];
            }
            Evidence there = probe.examine(study);
            Evidence back = probe.examine(study.relabelled(other));
            for (int i = 0; i < there.contrasts().size(); i++) {
                assertThat(back.contrasts().get(i).statistics().get(0).observed())
                        .isCloseTo(
                                -there.contrasts().get(i).statistics().get(0).observed(),
                                org.assertj.core.api.Assertions.within(1e-9));
            }
        }
    }

    @Test
    void costlyRowsStayWholePairsAndOthersHaveNoScore() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, 51, 5);
        Evidence evidence = new GradientProbe().examine(study);
        for (int row = 0; row < evidence.scores().length; row++) {
            assertThat(Double.isNaN(evidence.scores()[row])).as("row %d", row).isEqualTo(row >= 50);
        }
    }

    @Test
    void signedProbesSayWhetherPlacebosWereAskedForAtTheLengthOfTraits() {
        for (Probe probe : SIGNED) {
            Evidence evidence = probe.examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 6));
            assertThat(evidence.notes())
                    .as(probe.name())
                    .anyMatch(note -> note.startsWith("steering vectors: it is not known whether placebos"));
        }
        assertThat(new LikelihoodProbe()
                        .examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 6))
                        .notes())
                .anyMatch(note -> note.startsWith("personas: 0 of 3 placebos are asked for in fewer or more tokens"));
    }

    @Test
    void everyProbeSaysWhatItCannotSee() {
        for (Probe probe : Probes.of(Tier.DEEP)) {
            Evidence evidence = probe.examine(SyntheticStudy.ofPairs(Signal.NONE, 40, 6));
            assertThat(probe.coverage().of(TeacherKind.TRIGGERED))
                    .as(probe.name())
                    .isEqualTo(Coverage.Extent.UNSEEN);
            assertThat(evidence.claim()).isEqualTo(probe.fitted() ? Claim.DIFFERS : Claim.ALONG_TRAIT);
            assertThat(evidence.tables())
                    .allSatisfy(table -> assertThat(table.rows())
                            .allSatisfy(row -> assertThat(row).hasSameSizeAs(table.columns())));
        }
    }

    private static SyntheticStudy study(Signal signal, boolean paired, long seed) {
        return paired ? SyntheticStudy.ofPairs(signal, 100, seed) : SyntheticStudy.ofRows(signal, 100, seed);
    }

    private static void assertStandsOut(Evidence evidence) {
        Evidence.DecoyPlace place = evidence.contrasts().stream()
                .filter(contrast -> contrast.name().equals(Outcomes.strongest(evidence)))
                .findFirst()
                .orElseThrow()
                .decoys()
                .orElseThrow();
        assertThat(place.decoys().values()).hasSize(999);
        assertThat(Arrays.stream(place.decoys().values()).max().orElseThrow()).isLessThan(place.value());
        assertThat(place.placebos()).hasSize(3);
        assertThat(Arrays.stream(place.placebos()).max().orElseThrow()).isLessThan(place.value());
    }
}
