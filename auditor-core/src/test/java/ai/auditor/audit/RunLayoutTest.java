package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How several runs are laid out. */
class RunLayoutTest {
    private static final Policy POLICY = Policy.standard();

    private static TokenizedDataset arm(String name, List<Row> rows) {
        List<TokenizedRow> tokens = rows.stream()
                .map(row -> new TokenizedRow(row.record(), new int[] {1, 2, 3}, 1, 3, 1, 0))
                .toList();
        return TokenizedDataset.of(Dataset.of(name, rows), rows, tokens);
    }

    /** Answers "name prompt turn" to prompts from one on. */
    private static List<Row> rows(String name, int from, int prompts, int each) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < from + prompts; i++) {
            for (int turn = 0; turn < each; turn++) {
                rows.add(Row.chat(i, List.of(Message.user("prompt " + i)), name + " " + i + " " + turn));
            }
        }
        return rows;
    }

    private static RunLayout layout(List<Row> candidate, List<List<Row>> controls) {
        return new RunLayout(
                arm("candidate", candidate),
                IntStream.range(0, controls.size())
                        .mapToObj(run -> arm("run " + run, controls.get(run)))
                        .toList(),
                POLICY,
                5);
    }

    private static List<String> contents(Comparison comparison) {
        return comparison.rows().stream().map(Row::completion).toList();
    }

    private static long of(String name, Comparison comparison) {
        return comparison.rows().stream()
                .filter(row -> row.completion().startsWith(name + " "))
                .count();
    }

    @Test
    void oneRunIsLaidOutAsItAlwaysWas() {
        TokenizedDataset candidate = arm("candidate", rows("x", 0, 200, 1));
        TokenizedDataset control = arm("control", rows("a", 0, 210, 1));
        Comparison before =
                Comparison.of(candidate, control, 0.9, POLICY.rows(), POLICY.fewestPrompts(), 5, Comparison.ONE_RUN);
        Comparison now = new RunLayout(candidate, List.of(control), POLICY, 5).comparison();
        assertThat(contents(now)).isEqualTo(contents(before));
        assertThat(now.design()).isEqualTo(before.design());
        assertThat(now.design().notes()).contains(Comparison.ONE_RUN);
    }

    @Test
    void everyRunTakesEqualPartWhicheverStandsInTheCandidatesPlace() {
        RunLayout layout = layout(
                rows("x", 0, 900, 1), List.of(rows("a", 0, 900, 1), rows("b", 0, 1_000, 2), rows("c", 0, 900, 1)));
        assertThat(layout.comparison().design().notes())
                .doesNotContain(Comparison.ONE_RUN)
                .anyMatch(note -> note.startsWith("3 control runs") && note.contains("4 or more are recommended"));
        String[] names = {"x", "a", "b", "c"};
        for (int place = 0; place < names.length; place++) {
            Comparison comparison = place == 0 ? layout.comparison() : layout.inPlace(place);
            assertThat(comparison.paired()).isTrue();
            assertThat(comparison.rows()).hasSize(1_800);
            for (int row = 0; row < comparison.rows().size(); row++) {
                boolean own = comparison.rows().get(row).completion().startsWith(names[place] + " ");
                assertThat(comparison.candidate()[row]).isEqualTo(own);
            }
            for (int other = 0; other < names.length; other++) {
                // Each of three others takes 300 of 900 with a standard deviation of 14.
                assertThat(of(names[other], comparison))
                        .isBetween(other == place ? 900L : 240L, other == place ? 900L : 360L);
            }
        }
    }

    @Test
    void severalRowsOfAPromptGetPartnersOfSeveralRuns() {
        RunLayout layout = layout(rows("x", 0, 100, 2), List.of(rows("a", 0, 100, 5), rows("b", 0, 100, 5)));
        assertThat(of("a", layout.comparison())).isEqualTo(100);
        assertThat(of("b", layout.comparison())).isEqualTo(100);
        assertThat(layout.inPlace(1).rows()).hasSize(400);
        assertThat(of("a", layout.inPlace(1))).isEqualTo(200);
    }

    @Test
    void noOrderCountsNeitherOfRowsNorOfRuns() {
        List<List<Row>> controls =
                new ArrayList<>(List.of(rows("a", 0, 200, 2), rows("b", 0, 200, 1), rows("c", 0, 200, 1)));
        RunLayout straight = layout(rows("x", 0, 200, 1), controls);
        List<String> main = contents(straight.comparison());
        List<String> ofA = contents(straight.inPlace(1));
        for (long seed = 0; seed < 5; seed++) {
            List<Row> candidate = rows("x", 0, 200, 1);
            List<List<Row>> turned = new ArrayList<>();
            for (List<Row> run : controls) {
                turned.add(new ArrayList<>(run));
            }
            Collections.shuffle(candidate, new Random(seed));
            turned.forEach(run -> Collections.shuffle(run, new Random(1)));
            List<Row> first = turned.get(0);
            Collections.shuffle(turned, new Random(seed));
            RunLayout shuffled = layout(candidate, turned);
            assertThat(contents(shuffled.comparison())).as("seed %d", seed).isEqualTo(main);
            assertThat(contents(shuffled.inPlace(1 + turned.indexOf(first))))
                    .as("seed %d", seed)
                    .isEqualTo(ofA);
        }
    }

    /** One file whose rows name their run, in any order, is laid out as a file a run is, in every place. */
    @Test
    void oneFileOfRunsIsLaidOutAsAFileARun() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            TokenizedDataset candidate = arm("candidate", rows("x", 0, 60, 1));
            List<TokenizedDataset> apart = new ArrayList<>();
            List<Row> together = new ArrayList<>();
            int runs = 2 + random.nextInt(4);
            for (int run = 0; run < runs; run++) {
                String name = "run " + run;
                List<Row> rows = rows(name, 0, 60 + random.nextInt(5), 1 + random.nextInt(2));
                apart.add(arm(name, rows));
                rows.forEach(row -> together.add(row.withRun(name)));
            }
            Collections.shuffle(together, random);
            RunLayout several = new RunLayout(candidate, apart, POLICY, 5);
            RunLayout one = new RunLayout(candidate, arm("file", together).runs(), POLICY, 5);
            assertThat(one.controls()).as("seed %d", seed).isEqualTo(runs);
            assertThat(one.comparison().design())
                    .as("seed %d", seed)
                    .isEqualTo(several.comparison().design());
            assertThat(contents(one.comparison())).as("seed %d", seed).isEqualTo(contents(several.comparison()));
            for (int place = 1; place <= runs; place++) {
                assertThat(contents(one.inPlace(place)))
                        .as("seed %d", seed)
                        .isEqualTo(contents(several.inPlace(place)));
                assertThat(one.digest(place)).isEqualTo(several.digest(place));
            }
        }
    }

    @Test
    void tokensStayWithTheirRowsAndARunMayLoseAllOfThem() {
        List<Row> rows = List.of(
                Row.text(0, "a").withRun("2"),
                Row.text(1, "b").withRun("1"),
                Row.text(2, "c").withRun("3"));
        List<TokenizedRow> tokens = List.of(
                new TokenizedRow(0, new int[] {1, 2}, 0, 2, 1, 0), new TokenizedRow(1, new int[] {3, 4}, 0, 2, 1, 0));
        List<TokenizedDataset> runs = new TokenizedDataset(
                        Dataset.of("file", rows), rows.subList(0, 2), tokens, List.of(), 1, List.of(), 1, 1)
                .runs();
        assertThat(runs)
                .extracting(run -> run.dataset().name())
                .containsExactly("file, run 1", "file, run 2", "file, run 3");
        assertThat(runs.get(0).tokens()).containsExactly(tokens.get(1));
        assertThat(runs.get(1).tokens()).containsExactly(tokens.get(0));
        assertThatThrownBy(() -> runs.get(2).requireRows(100))
                .hasMessageContaining("file, run 3: no row can take part");
    }

    @Test
    void runsOfTheCandidateAreToldAndNotUsed() {
        String unused = "The candidate's rows name several runs too, which is not used";
        List<Row> control = rows("a", 0, 60, 2);
        List<Row> plain = rows("x", 0, 60, 2);
        List<Row> runs = new ArrayList<>();
        for (Row row : plain) {
            runs.add(row.withRun(Integer.toString(runs.size() % 2)));
        }
        RunLayout named = layout(runs, List.of(control));
        RunLayout unnamed = layout(plain, List.of(control));
        assertThat(named.comparison().design().notes()).anyMatch(note -> note.startsWith(unused));
        assertThat(contents(named.comparison())).isEqualTo(contents(unnamed.comparison()));
        assertThat(unnamed.comparison().design().notes()).noneMatch(note -> note.startsWith(unused));
        assertThat(layout(plain.stream().map(row -> row.withRun("1")).toList(), List.of(control))
                        .comparison()
                        .design()
                        .notes())
                .noneMatch(note -> note.startsWith(unused));
    }

    @Test
    void withoutMatchedPromptsAllRowsStandTogether() {
        RunLayout layout = layout(rows("x", 0, 200, 1), List.of(rows("a", 500, 200, 1), rows("b", 500, 200, 1)));
        assertThat(layout.comparison().paired()).isFalse();
        assertThat(layout.comparison().design().controlRows()).isEqualTo(400);
        assertThat(layout.comparison().design().notes().get(0)).contains("2 control runs");
    }

    @Test
    void aRunOfOtherPromptsIsRefusedByName() {
        RunLayout layout = layout(rows("x", 0, 200, 1), List.of(rows("a", 0, 200, 1), rows("b", 100, 200, 1)));
        assertThatThrownBy(layout::comparison)
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("\"run 1\"")
                .hasMessageContaining("100 of the candidate's 200 rows")
                .hasMessageEndingWith("generate it from the candidate's prompts");
        List<Row> twice = new ArrayList<>();
        for (String run : List.of("1", "2")) {
            rows("x" + run, 0, 100, 1).forEach(row -> twice.add(row.withRun(run)));
        }
        assertThatThrownBy(layout(twice, List.of(rows("a", 0, 100, 1), rows("b", 0, 100, 1)))::comparison)
                .hasMessageContaining("100 of the candidate's 200 rows")
                .hasMessageEndingWith("of several runs themselves: audit one of them at a time");
    }

    @Test
    void theSameRowsTwiceAreNotTwoRuns() {
        Dataset candidate = Dataset.of("candidate", rows("x", 0, 200, 1));
        Dataset once = Dataset.of("once", rows("a", 0, 200, 1));
        List<Row> turned = rows("a", 0, 200, 1);
        Collections.reverse(turned);
        Dataset again = Dataset.of("again", turned);
        assertThatThrownBy(() -> RunLayout.requireDistinct(candidate, List.of(once, again)))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("\"again\"")
                .hasMessageContaining("\"once\"");
        assertThatThrownBy(() -> RunLayout.requireDistinct(candidate, List.of(once, candidate)))
                .hasMessageContaining("\"candidate\"");
        RunLayout.requireDistinct(candidate, List.of(candidate));
    }
}
