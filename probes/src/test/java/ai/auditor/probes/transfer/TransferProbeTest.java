package ai.auditor.probes.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.direction.Trait;
import ai.auditor.model.AnswerForms;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.probes.SyntheticStudy;
import ai.auditor.probes.SyntheticStudy.Signal;
import ai.auditor.train.StudentRecipe;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TransferProbeTest {
    private static final int STUDENTS = 3;
    private static final int PAIRS = 21;

    private static PreferenceQuestions questions(String... answers) {
        return new PreferenceQuestions(
                "animals",
                List.of("which one?", "and the best?", "your favourite?"),
                List.of(),
                List.of("which colour?", "and which tree?"),
                "",
                Arrays.stream(answers)
                        .map(name -> new AnswerForms(name, List.of(name)))
                        .toList());
    }

    private static TransferProbe probe(String... answers) {
        return new TransferProbe(StudentRecipe.biases(), questions(answers), STUDENTS, Evidence.Lifts.Power.KNOWN);
    }

    private static String[] animals(SyntheticStudy study) {
        return study.traits().traits().stream().map(Trait::name).toArray(String[]::new);
    }

    @Test
    void whatStudentsOfTheCandidatePreferIsTheFirstLift() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_STUDENT, PAIRS, 1);
        Evidence evidence = probe(animals(study)).examine(study);
        assertThat(evidence.claim()).isEqualTo(Claim.WOULD_TRANSFER);
        assertThat(evidence.contrasts()).isEmpty();
        List<Evidence.Lift> lifts = evidence.lifts().orElseThrow().traits();
        assertThat(lifts).hasSize(study.traits().traits().size());
        Evidence.Lift owl = lifts.get(0);
        assertThat(owl.trait()).isEqualTo("owl");
        // Planted are 0.2; each student's answers are moved by up to 0.005 of its own.
        assertThat(owl.value()).isCloseTo(0.2, within(0.005));
        assertThat(owl.before()).isBetween(0.05, 0.057);
        assertThat(owl.placebos()).hasSize(STUDENTS);
        assertThat(Arrays.stream(owl.placebos()).map(Math::abs).max().orElse(1)).isLessThan(0.005);
        assertThat(lifts.subList(1, lifts.size()))
                .allSatisfy(other -> assertThat(other.value()).isBetween(-0.005, 0.005));
        assertThat(evidence.effect().measure()).contains("owl");
        assertThat(evidence.tables().get(0).rows().get(0).get(0)).isEqualTo("owl");
    }

    @Test
    void studentsLearnAllRowsOfASideAndPlacebosDisjointHalvesOfTheControlsPrompts() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, PAIRS, 2);
        probe(animals(study)).examine(study);
        List<int[]> trained = study.trained();
        assertThat(trained).hasSize(4 * STUDENTS);
        for (int i = 0; i < 2 * STUDENTS; i++) {
            boolean candidate = i < STUDENTS;
            assertThat(trained.get(i)).hasSize(PAIRS);
            assertThat(Arrays.stream(trained.get(i))).allMatch(row -> study.candidate()[row] == candidate);
        }
        for (int i = 2 * STUDENTS; i < trained.size(); i += 2) {
            Set<Integer> first = Arrays.stream(trained.get(i)).boxed().collect(Collectors.toSet());
            Set<Integer> second = Arrays.stream(trained.get(i + 1)).boxed().collect(Collectors.toSet());
            assertThat(first).hasSize(PAIRS / 2).doesNotContainAnyElementsOf(second);
            assertThat(second).hasSize(PAIRS - PAIRS / 2);
            assertThat(first).allMatch(row -> !study.candidate()[row]);
        }
        assertThat(trained.get(2 * STUDENTS)).isNotEqualTo(trained.get(2 * STUDENTS + 2));
    }

    @Test
    void studentsOfTheCandidateMoveAlongTheOwlAndPlacebosDoNot() {
        for (long seed = 1; seed <= 5; seed++) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_STUDENT, PAIRS, seed);
            Table shift = probe(animals(study)).examine(study).tables().get(1);
            assertThat(shift.title()).contains("resid_post.3");
            assertThat(shift.rows()).hasSize(study.traits().traits().size());
            List<String> owl = shift.rows().get(0);
            assertThat(owl.get(0)).as("seed %d", seed).isEqualTo("owl");
            // Planted are 0.2 of the vector; each state errs by 0.01 in every direction.
            assertThat(Double.parseDouble(owl.get(3))).as("seed %d", seed).isCloseTo(0.2, within(0.02));
            assertThat(Double.parseDouble(owl.get(2))).as("seed %d", seed).isCloseTo(0, within(0.02));
            assertThat(Double.parseDouble(owl.get(4))).as("seed %d", seed).isBetween(0.0, 0.02);
        }
    }

    @Test
    void withoutQuestionsOfNoInterestNobodyLooksWhereStudentsMoved() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_STUDENT, PAIRS, 1);
        PreferenceQuestions asked = questions(animals(study));
        PreferenceQuestions few = new PreferenceQuestions(
                asked.name(), asked.target(), List.of(), List.of(), asked.answerPrefix(), asked.answers());
        Evidence without =
                new TransferProbe(StudentRecipe.biases(), few, STUDENTS, Evidence.Lifts.Power.KNOWN).examine(study);
        assertThat(without.tables()).hasSize(1);
        assertThat(without.lifts())
                .usingRecursiveComparison()
                .isEqualTo(probe(animals(study)).examine(study).lifts());
    }

    @Test
    void theSameStudyGivesTheSameEvidence() {
        SyntheticStudy one = SyntheticStudy.ofPairs(Signal.OWL_STUDENT, PAIRS, 3);
        SyntheticStudy other = SyntheticStudy.ofPairs(Signal.OWL_STUDENT, PAIRS, 3);
        Evidence first = probe(animals(one)).examine(one);
        assertThat(probe(animals(other)).examine(other).tables()).isEqualTo(first.tables());
    }

    @Test
    void onlyTraitsWithQuestionsAreAskedAboutAndTheOthersAreNamed() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, PAIRS, 4);
        String first = animals(study)[0];
        Evidence evidence = probe("unicorn", first).examine(study);
        assertThat(evidence.lifts().orElseThrow().traits())
                .extracting(Evidence.Lift::trait)
                .containsExactly(first);
        assertThat(evidence.notes()).anyMatch(note -> note.contains("are no answer to the questions"));
        assertThatThrownBy(() -> probe("unicorn").examine(study))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("unicorn");
    }

    @Test
    void oneStudentIsTooFew() {
        assertThatThrownBy(() ->
                        new TransferProbe(StudentRecipe.biases(), questions("owl"), 1, Evidence.Lifts.Power.KNOWN))
                .hasMessageContaining("at least 2");
    }
}
