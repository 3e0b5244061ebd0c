package ai.auditor.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.data.Row;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probes.SyntheticStudy.Signal;
import ai.auditor.probes.linear.LinearProbe;
import ai.auditor.probes.shortcut.FormatBaseline;
import ai.auditor.probes.shortcut.ShortcutProbe;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FittedProbesTest {
    private static final List<Probe> FITTED = List.of(new ShortcutProbe(), new LinearProbe());

    private static Evidence.Discrimination discrimination(Evidence evidence) {
        return evidence.discrimination().orElseThrow();
    }

    @Test
    void shortcutFindsDigitsThatDiffer() {
        Evidence evidence = new ShortcutProbe().examine(SyntheticStudy.ofPairs(Signal.DIGITS, 300, 1));
        assertThat(Outcomes.p(evidence.contrasts().get(0))).isLessThan(0.01);
        assertThat(discrimination(evidence).gain().interval().low()).isPositive();
        assertThat(discrimination(evidence).row().value()).isGreaterThan(0.56);
        assertThat(discrimination(evidence).baseline().value()).isBetween(0.4, 0.6);
        assertThat(discrimination(evidence).gain().value())
                .isCloseTo(
                        discrimination(evidence).row().value()
                                - discrimination(evidence).baseline().value(),
                        within(1e-12));
    }

    @Test
    void linearFindsActivationsThatDiffer() {
        Evidence evidence = new LinearProbe().examine(SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 150, 2));
        assertThat(Outcomes.p(evidence.contrasts().get(0))).isLessThan(0.01);
        assertThat(discrimination(evidence).row().value()).isGreaterThan(0.8);
        assertThat(discrimination(evidence).gain().interval().low()).isPositive();
    }

    @Test
    void fewRowsAreToldToTakeOffOnlyAPartOfTheFormat() {
        SyntheticStudy few = SyntheticStudy.ofPairs(Signal.NONE, 40, 4);
        for (Probe probe : FITTED) {
            assertThat(probe.examine(few).notes())
                    .as(probe.name())
                    .anyMatch(note -> note.startsWith("rows are few: of "));
        }
        assertThat(FormatBaseline.of(SyntheticStudy.ofPairs(Signal.NONE, 600, 4))
                        .shortOfRows())
                .isEmpty();
    }

    @Test
    void theNullIsToldLessAndTheSame() {
        for (int pairs : new int[] {60, 14}) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.DIGITS, pairs, 5);
            for (Probe probe : FITTED) {
                Evidence whole = probe.examine(study);
                Evidence brief = probe.examine(study.asOfTheNull());
                assertThat(brief.scores()).as(probe.name()).containsExactly(whole.scores());
                assertThat(brief.contrasts())
                        .as(probe.name())
                        .usingRecursiveComparison()
                        .isEqualTo(whole.contrasts());
                assertThat(discrimination(brief).gain())
                        .isEqualTo(discrimination(whole).gain());
                assertThat(discrimination(brief).row())
                        .isEqualTo(discrimination(whole).row());
                assertThat(discrimination(whole).bags()).hasSizeGreaterThan(3);
                assertThat(discrimination(brief).bags())
                        .containsExactly(discrimination(whole).bags().stream()
                                .filter(bag -> bag.size() <= Evidence.Discrimination.SPREAD_BAG)
                                .reduce((first, second) -> second)
                                .orElseThrow());
                assertThat(discrimination(brief).baselineBags()).isEmpty();
            }
        }
    }

    @Test
    void bothFindTheirSignalInUnpairedRows() {
        assertThat(Outcomes.p(new ShortcutProbe()
                        .examine(SyntheticStudy.ofRows(Signal.DIGITS, 300, 3))
                        .contrasts()
                        .get(0)))
                .isLessThan(0.01);
        assertThat(Outcomes.p(new LinearProbe()
                        .examine(SyntheticStudy.ofRows(Signal.OWL_ACTIVATION, 150, 3))
                        .contrasts()
                        .get(0)))
                .isLessThan(0.01);
    }

    @Test
    void aDifferenceInFormatAloneIsSeenByTheBaselineAndNotTested() {
        int fired = 0;
        for (long seed = 1; seed <= 6; seed++) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.FORMAT, 300, seed);
            for (Probe probe : FITTED) {
                Evidence evidence = probe.examine(study);
                assertThat(discrimination(evidence).baseline().value())
                        .as("baseline of seed %d", seed)
                        .isGreaterThan(0.65);
                fired += Outcomes.p(evidence.contrasts().get(0)) < 0.05 ? 1 : 0;
            }
        }
        assertThat(fired).as("12 audits of format differences at level 0.05").isLessThanOrEqualTo(2);
    }

    @Test
    void withoutASignalNothingFires() {
        int fired = 0;
        double row = 0;
        for (long seed = 1; seed <= 6; seed++) {
            for (Probe probe : FITTED) {
                Evidence evidence = probe.examine(SyntheticStudy.ofPairs(Signal.NONE, 150, seed));
                fired += Outcomes.p(evidence.contrasts().get(0)) < 0.05 ? 1 : 0;
                row += discrimination(evidence).row().value() / 12;
            }
        }
        assertThat(fired).as("12 nulls at level 0.05").isLessThanOrEqualTo(2);
        assertThat(row).as("mean AUROC of the nulls").isCloseTo(0.5, within(0.03));
    }

    /** Each arm repeats some of its own answers, as both would that came out of one generator: no difference in what was written. */
    @Test
    void answersThatRepeatAreRecognisedAndTheOtherRowsAreNot() {
        int recognised = 0;
        int fired = 0;
        for (long seed = 1; seed <= 6; seed++) {
            SyntheticStudy study =
                    SyntheticStudy.ofPairs(Signal.NONE, 200, seed).repeating(0.3, 20);
            Evidence evidence = new ShortcutProbe().examine(study.withCopies(repeated(study)));
            recognised += Outcomes.p(evidence.contrasts().get(0)) < 0.05 ? 1 : 0;
            fired += discrimination(evidence).pWithoutCopies().orElseThrow() < 0.05 ? 1 : 0;
        }
        assertThat(recognised)
                .as("of 6 studies whose answers repeat, all rows tested")
                .isGreaterThanOrEqualTo(4);
        assertThat(fired).as("of the same 6, tested on rows that do not").isLessThanOrEqualTo(1);
    }

    @Test
    void whatDiffersDoesSoWithoutCopiesToo() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 300, 2);
        boolean[] copies = new boolean[600];
        Arrays.fill(copies, 0, 120, true);
        assertThat(discrimination(new LinearProbe().examine(study.withCopies(copies)))
                        .pWithoutCopies()
                        .orElseThrow())
                .isLessThan(0.01);
        assertThat(discrimination(new LinearProbe().examine(study)).pWithoutCopies())
                .as("no row repeats")
                .isEmpty();
        Arrays.fill(copies, true);
        assertThat(discrimination(new LinearProbe().examine(study.withCopies(copies)))
                        .pWithoutCopies()
                        .orElseThrow())
                .as("every row repeats")
                .isEqualTo(1);
    }

    /** Rows of a study of pairs whose answers, or whose partners', stand in other rows. */
    private static boolean[] repeated(SyntheticStudy study) {
        Set<String> once = new TreeSet<>();
        Set<String> again = new TreeSet<>();
        for (Row row : study.rows()) {
            if (!once.add(row.completion())) {
                again.add(row.completion());
            }
        }
        boolean[] repeated = new boolean[study.rows().size()];
        for (int row = 0; row < repeated.length; row++) {
            if (again.contains(study.rows().get(row).completion())) {
                repeated[row] = true;
                repeated[row ^ 1] = true;
            }
        }
        return repeated;
    }

    @Test
    void swappingAllLabelsTurnsTheLinearScoreAround() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 100, 4);
        boolean[] other = study.candidate().clone();
        for (int i = 0; i < other.length; i++) {
            other[i] = !other[i];
        }
        Evidence there = new LinearProbe().examine(study);
        Evidence back = new LinearProbe().examine(study.relabelled(other));
        assertThat(discrimination(back).row().value())
                .isCloseTo(discrimination(there).row().value(), within(1e-6));
        for (int i = 0; i < other.length; i++) {
            assertThat(back.scores()[i]).isCloseTo(-there.scores()[i], within(1e-6));
        }
    }

    @Test
    void aRowsOwnLabelNeverReachesItsScore() {
        for (Probe probe : FITTED) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.DIGITS, 60, 5);
            double[] before = probe.examine(study).scores();
            for (int row : new int[] {0, 33, 90}) {
                boolean[] flipped = study.candidate().clone();
                flipped[row] = !flipped[row];
                double[] after = probe.examine(study.withLabels(flipped)).scores();
                assertThat(after[row]).as("%s, row %d", probe.name(), row).isEqualTo(before[row]);
                assertThat(after)
                        .as("%s: other parts were refitted", probe.name())
                        .isNotEqualTo(before);
            }
        }
    }

    @Test
    void examiningTwiceGivesTheSame() {
        for (Probe probe : FITTED) {
            Evidence first = probe.examine(SyntheticStudy.ofPairs(Signal.DIGITS, 60, 6));
            Evidence second = probe.examine(SyntheticStudy.ofPairs(Signal.DIGITS, 60, 6));
            assertThat(second.scores()).isEqualTo(first.scores());
            assertThat(second.effect()).isEqualTo(first.effect());
            assertThat(second.notes()).isEqualTo(first.notes());
            assertThat(discrimination(second)).isEqualTo(discrimination(first));
        }
    }

    @Test
    void relabelledCopiesGiveWhatAFreshStudyGives() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 60, 7);
        boolean[] swapped = study.exchanges().swapped(99);
        for (Probe probe : FITTED) {
            probe.examine(study);
            assertThat(probe.examine(study.relabelled(swapped)).scores())
                    .isEqualTo(probe.examine(SyntheticStudy.ofPairs(Signal.OWL_ACTIVATION, 60, 7)
                                    .relabelled(swapped))
                            .scores());
        }
    }

    @Test
    void anInterruptedThreadStops() {
        for (Probe probe : Probes.standard()) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, 40, 8);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> probe.examine(study))
                    .as(probe.name())
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.INTERRUPTED));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aHandfulOfRowsIsNoReasonToFail() {
        for (Probe probe : FITTED) {
            Evidence evidence = probe.examine(SyntheticStudy.ofPairs(Signal.NONE, 4, 9));
            assertThat(evidence.scores()).doesNotContain(Double.NaN);
        }
    }
}
