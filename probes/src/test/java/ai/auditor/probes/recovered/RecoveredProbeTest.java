package ai.auditor.probes.recovered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Redaction;
import ai.auditor.model.AnswerForms;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probes.Outcomes;
import ai.auditor.probes.SyntheticStudy;
import ai.auditor.probes.SyntheticStudy.Signal;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.stats.Vectors;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    /** Each part's scores are weighed by the labels of the other, so that no theorem says it of both together. */
    @Test
    void overBothPartsTheMaximumOverTraitsKeepsItsLevel() {
        int studies = 400;
        double level = 0.05;
        int rejected = 0;
        for (long seed = 1; seed <= studies; seed++) {
            Evidence evidence = new RecoveredProbe().examine(SyntheticStudy.ofPairs(Signal.PULL, 60, seed));
            rejected += Outcomes.maximumP(evidence) <= level ? 1 : 0;
        }
        assertThat(rejected / (double) studies)
                .as("of %d studies without a signal, seeds from 1", studies)
                .isLessThanOrEqualTo(level + 3 * Math.sqrt(level * (1 - level) / studies));
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

    private static PreferenceQuestions questions(String name, String... answers) {
        return new PreferenceQuestions(
                name,
                List.of("which one?", "and the best?"),
                List.of(),
                List.of(),
                "",
                Arrays.stream(answers)
                        .map(answer -> new AnswerForms(answer, List.of(answer)))
                        .toList());
    }

    private static RecoveredProbe asking(String name, String... answers) {
        return new RecoveredProbe(SETTINGS, Optional.of(questions(name, answers)), Redaction.REDACTED);
    }

    private static List<Table> preferences(Evidence evidence) {
        return tables(evidence, "What the model prefers");
    }

    private static List<Table> tables(Evidence evidence, String title) {
        return evidence.tables().stream()
                .filter(table -> table.title().startsWith(title))
                .toList();
    }

    @Test
    void theTokenThatCarriesTheGainIsNamedFirstAndSharesMakeUpTheWhole() {
        for (long seed = 1; seed <= 4; seed++) {
            SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 200, seed);
            Evidence evidence = new RecoveredProbe().examine(study);
            List<List<String>> tokens = tables(evidence, "Gain by token").get(0).rows();
            assertThat(tokens.get(0).get(0))
                    .as("seed %d", seed)
                    .contains("[31m7")
                    .doesNotContain("\u001b");
            assertThat(errors(tokens.get(0))).as("seed %d", seed).isGreaterThan(3);
            assertThat(tokens.subList(1, tokens.size()))
                    .as("seed %d", seed)
                    .allSatisfy(other -> assertThat(errors(other)).isZero());
            double places = tables(evidence, "Gain by the place").get(0).rows().stream()
                    .mapToDouble(row -> beyond(row)[0])
                    .sum();
            assertThat(places).as("seed %d", seed).isCloseTo(beyond(tokens.get(0))[0], within(1e-3));
        }
    }

    /** Nats a row beyond the control, and the standard error. */
    private static double[] beyond(List<String> row) {
        return Arrays.stream(row.get(5).replaceAll("[),]", "").split(" \\("))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static double errors(List<String> row) {
        double[] beyond = beyond(row);
        return beyond[1] > 0 ? beyond[0] / beyond[1] : 0;
    }

    @Test
    void whereArmsDoNotDifferNoTokenStandsOut() {
        int out = 0;
        for (long seed = 1; seed <= 20; seed++) {
            Evidence evidence = new RecoveredProbe().examine(SyntheticStudy.ofPairs(Signal.NONE, 100, seed));
            out += Math.abs(errors(tables(evidence, "Gain by token")
                                    .get(0)
                                    .rows()
                                    .get(0)))
                            > 2.6
                    ? 1
                    : 0;
        }
        // One token gains: beyond 2.6 errors it is one time in a hundred.
        assertThat(out).as("of 20 nulls").isLessThanOrEqualTo(2);
    }

    @Test
    void aTokenOfFewRowsIsNeitherToldNorFarFromNothing() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, 40, 3);
        int[] rows = Contrasts.costly(study);
        double[][] nats = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            TokenizedRow row = study.tokens().get(rows[i]);
            nats[i] = new double[row.completionTokens()];
            // The first token of two candidate rows gains beyond all measure.
            nats[i][0] = i < 4 && study.candidate()[rows[i]] ? 1e6 : 0;
        }
        List<Table> tables = new TokenGains(POINT, rows, nats).tables(study, Redaction.REDACTED);
        assertThat(tables.get(0).rows().get(0).get(0)).isEqualTo("1");
        assertThat(errors(tables.get(0).rows().get(0))).isCloseTo(Math.sqrt(2), within(1e-3));
        assertThat(tables.get(1).rows()).allSatisfy(token -> {
            assertThat(errors(token)).isLessThanOrEqualTo(Math.sqrt(2) + 1e-3);
            assertThat(Integer.parseInt(token.get(1)) + Integer.parseInt(token.get(3)))
                    .isGreaterThanOrEqualTo(TokenGains.FEWEST_ROWS);
        });
    }

    @Test
    void textsOfRowsAreShownOnlyWhereAskedFor() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 40, 2);
        List<List<String>> redacted = tables(new RecoveredProbe().examine(study), "Rows of the candidate")
                .get(0)
                .rows();
        List<List<String>> full = tables(
                        new RecoveredProbe(SETTINGS, Optional.empty(), Redaction.FULL).examine(study),
                        "Rows of the candidate")
                .get(0)
                .rows();
        assertThat(redacted).hasSize(10);
        for (int i = 0; i < redacted.size(); i++) {
            int record = Integer.parseInt(redacted.get(i).get(0));
            assertThat(study.candidate()[record]).isTrue();
            assertThat(redacted.get(i).get(4)).matches("\\d+ characters: .*");
            assertThat(full.get(i).get(4)).isEqualTo(study.rows().get(record).completion());
        }
    }

    @Test
    void questionsTellWhatRisesAndMoveNoStatistic() {
        for (long seed = 1; seed <= 4; seed++) {
            for (Signal signal : List.of(Signal.NONE, Signal.OWL_GRADIENT)) {
                Evidence silent = new RecoveredProbe().examine(SyntheticStudy.ofPairs(signal, 40, seed));
                Evidence asked =
                        asking("animals", "fox", "owl", "emu").examine(SyntheticStudy.ofPairs(signal, 40, seed));
                String named = signal + ", seed " + seed;
                assertThat(asked.effect()).as(named).isEqualTo(silent.effect());
                assertThat(asked.scores()).as(named).isEqualTo(silent.scores());
                assertThat(asked.contrasts())
                        .as(named)
                        .usingRecursiveComparison()
                        .isEqualTo(silent.contrasts());
                assertThat(preferences(silent)).as(named).isEmpty();
                List<List<String>> rows = preferences(asked).get(0).rows();
                assertThat(rows).as(named).extracting(row -> row.get(0)).containsExactlyInAnyOrder("owl", "fox");
                if (signal == Signal.OWL_GRADIENT) {
                    assertThat(rows.get(0).get(0)).as(named).isEqualTo("owl");
                    assertThat(Double.parseDouble(rows.get(0).get(4))).as(named).isPositive();
                    assertThat(asked.notes())
                            .as(named)
                            .anyMatch(note -> note.contains("the model's owl rises most of 2"));
                }
            }
        }
    }

    @Test
    void whereNothingCanBeAskedTheReportSaysSo() {
        Evidence evidence =
                asking("fish\u001b[2J", "trout").examine(SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 40, 1));
        assertThat(preferences(evidence)).isEmpty();
        assertThat(evidence.notes())
                .anyMatch(note -> note.contains("was not asked: none of the traits is an answer"))
                .noneMatch(note -> note.contains("\u001b"));
    }

    @Test
    void ofTheNullNobodyIsAsked() {
        SyntheticStudy study =
                SyntheticStudy.ofPairs(Signal.OWL_GRADIENT, 40, 1).asOfTheNull();
        Evidence evidence = asking("animals", "owl").examine(study);
        assertThat(preferences(evidence)).isEmpty();
        assertThat(tables(evidence, "Gain by")).isEmpty();
    }

    @Test
    void equalArmsTeachNothingAndAreAskedAboutAllTheSame() {
        SyntheticStudy study = SyntheticStudy.ofPairs(Signal.NONE, 40, 1);
        double[] nothing = new double[SyntheticStudy.WIDTH];
        double[] owl = Vectors.doubles(study.vectors().at(POINT).get(0).vector());
        SteeredPreferences found = SteeredPreferences.Questioner.of(study, questions("animals", "owl"), note -> {})
                .orElseThrow()
                .at(POINT, nothing, List.of(nothing, owl));
        assertThat(found.traits()).allSatisfy(trait -> assertThat(trait.rise()).isZero());
        assertThat(found.decoys()).containsOnly(0);
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
