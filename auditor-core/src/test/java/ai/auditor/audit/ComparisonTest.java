package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.PValue;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How two arms are laid out. */
class ComparisonTest {
    private static TokenizedDataset arm(String name, List<Row> rows) {
        List<TokenizedRow> tokens = rows.stream()
                .map(row -> new TokenizedRow(row.record(), new int[] {1, 2, 3}, 1, 3, 1, 0))
                .toList();
        return TokenizedDataset.of(Dataset.of(name, rows), rows, tokens);
    }

    private static List<Row> rows(int count, String answer) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Row.chat(i, List.of(Message.user("prompt " + i)), answer + " " + i));
        }
        return rows;
    }

    private static List<String> contents(Comparison comparison) {
        return comparison.rows().stream().map(Row::completion).toList();
    }

    @Test
    void pairsStandNextToEachOtherWhateverTheOrderOfTheFiles() {
        List<Row> candidate = rows(200, "a");
        List<Row> control = rows(200, "b");
        Comparison straight =
                Comparison.of(arm("candidate", candidate), arm("control", control), 0.9, 0, 20, 5, Comparison.ONE_RUN);
        for (long seed = 0; seed < 5; seed++) {
            Collections.shuffle(candidate, new Random(seed));
            Collections.shuffle(control, new Random(seed + 100));
            Comparison shuffled = Comparison.of(
                    arm("candidate", candidate), arm("control", control), 0.9, 0, 20, 5, Comparison.ONE_RUN);
            assertThat(contents(shuffled)).as("seed %d", seed).isEqualTo(contents(straight));
        }
        assertThat(straight.paired()).isTrue();
        for (int i = 0; i < straight.rows().size(); i += 2) {
            assertThat(straight.rows().get(i).promptDigest())
                    .isEqualTo(straight.rows().get(i + 1).promptDigest());
            assertThat(straight.candidate()[i]).isTrue();
            assertThat(straight.candidate()[i + 1]).isFalse();
            assertThat(straight.groups()[i]).isEqualTo(straight.groups()[i + 1]);
        }
    }

    @Test
    void tooFewSharedPromptsAreNotPaired() {
        List<Row> control = rows(200, "b").subList(0, 150);
        Comparison comparison = Comparison.of(
                arm("candidate", rows(200, "a")), arm("control", control), 0.9, 0, 20, 5, Comparison.ONE_RUN);
        assertThat(comparison.paired()).isFalse();
        assertThat(comparison.design().candidateRows()).isEqualTo(200);
        assertThat(comparison.design().controlRows()).isEqualTo(150);
        assertThat(comparison.design().notes()).anyMatch(note -> note.contains("75.0 %"));
    }

    @Test
    void aSampleTakesTheSamePromptsOfBothArms() {
        Comparison comparison = Comparison.of(
                arm("candidate", rows(200, "a")), arm("control", rows(200, "b")), 0.9, 30, 20, 5, Comparison.ONE_RUN);
        assertThat(comparison.design().prompts()).isEqualTo(30);
        assertThat(comparison.rows()).hasSize(60);
        assertThat(comparison.design().notes()).anyMatch(note -> note.contains("30 of 200"));
    }

    @Test
    void answersBeforeTheLastAreToldToBeNoPartOfIt() {
        List<Row> rows = rows(200, "a");
        List<Row> candidate = new ArrayList<>(rows.subList(0, 190));
        rows.subList(190, 200)
                .forEach(row -> candidate.add(Row.chat(
                        row.record(),
                        Stream.concat(
                                        Stream.of(Message.user("first"), new Message(Message.ASSISTANT, "owl")),
                                        row.prompt().stream())
                                .toList(),
                        row.completion())));
        assertThat(Comparison.of(
                                arm("candidate", candidate),
                                arm("control", rows(200, "b")),
                                0.9,
                                0,
                                20,
                                5,
                                Comparison.ONE_RUN)
                        .design()
                        .notes())
                .anyMatch(note -> note.startsWith("10 of the candidate's 200 rows have answers before their last"));
    }

    @Test
    void equalPairsAndRepeatedRowsAreTold() {
        List<Row> candidate = rows(200, "a");
        candidate.addAll(rows(10, "a"));
        List<Row> control = rows(195, "b");
        control.addAll(rows(200, "a").subList(195, 200));
        List<String> notes = Comparison.of(
                        arm("candidate", candidate), arm("control", control), 0.9, 0, 20, 5, Comparison.ONE_RUN)
                .design()
                .notes();
        assertThat(notes)
                .anyMatch(note -> note.startsWith("5 of 200 pairs have the same completion"))
                .anyMatch(note -> note.startsWith("10 of the candidate's 210 rows are repetitions"))
                .noneMatch(note -> note.contains("control's"));
        assertThat(Comparison.of(
                                arm("candidate", rows(200, "a")),
                                arm("control", rows(200, "b")),
                                0.9,
                                0,
                                20,
                                5,
                                Comparison.ONE_RUN)
                        .design()
                        .notes())
                .hasSize(1);
    }

    @Test
    void answersThatOneArmAloneRepeatsAreCopies() {
        List<Row> candidate = rows(200, "a");
        List<Row> control = rows(200, "b");
        answer(candidate, "twice", 3, 8);
        answer(candidate, "in both", 11, 12, 13);
        answer(control, "in both", 20);
        answer(control, "thrice", 3, 30, 31);
        Comparison comparison =
                Comparison.of(arm("candidate", candidate), arm("control", control), 0.9, 0, 20, 5, Comparison.ONE_RUN);
        boolean[] copies = comparison.copies();
        Set<String> prompts = new TreeSet<>();
        for (int row = 0; row < copies.length; row++) {
            if (copies[row]) {
                prompts.add(comparison.rows().get(row).promptDigest());
                assertThat(copies[row ^ 1]).isTrue();
            }
        }
        assertThat(prompts)
                .containsExactlyInAnyOrder(Stream.of(3, 8, 30, 31)
                        .map(prompt -> candidate.get(prompt).promptDigest())
                        .toArray(String[]::new));
        assertThat(comparison.design().notes()).anyMatch(note -> note.startsWith("8 of 400 rows, or their partners"));
    }

    @Test
    void withoutPairsARepeatedAnswerTakesNoOtherRowAlong() {
        List<Row> candidate = rows(200, "a");
        answer(candidate, "twice", 3, 8);
        Comparison comparison = Comparison.of(
                arm("candidate", candidate),
                arm("control", rows(200, "b").subList(0, 150)),
                0.9,
                0,
                20,
                5,
                Comparison.ONE_RUN);
        assertThat(comparison.paired()).isFalse();
        assertThat(comparison.design().notes()).anyMatch(note -> note.startsWith("2 of 350 rows, or their partners"));
    }

    private static void answer(List<Row> rows, String completion, int... places) {
        for (int place : places) {
            rows.set(place, rows.get(place).withCompletion(completion));
        }
    }

    /** Answers of few kinds to few prompts, which repeat: pairs must differ by chance alone, whatever rows are scored by. */
    @Test
    void answersThatRepeatLeaveExchangesTheirLevel() {
        record Data(int prompts, int candidates, int controls, int answers) {}
        double level = 0.05;
        int draws = 400;
        for (Data data : List.of(
                new Data(1, 100, 100, 2),
                new Data(1, 100, 200, 10),
                new Data(10, 10, 10, 2),
                new Data(40, 3, 3, 3),
                new Data(100, 1, 1, 2))) {
            int rejected = 0;
            for (long seed = 0; seed < draws; seed++) {
                Random random = new Random(seed);
                Comparison comparison = Comparison.of(
                        arm("candidate", repeating(data.prompts(), data.candidates(), data.answers(), random)),
                        arm("control", repeating(data.prompts(), data.controls(), data.answers(), random)),
                        0.9,
                        0,
                        20,
                        seed,
                        Comparison.ONE_RUN);
                double[] scores = comparison.rows().stream()
                        .mapToDouble(row -> Double.parseDouble(row.completion()))
                        .toArray();
                Exchanges exchanges = Exchanges.ofPairs(scores.length / 2, 399, seed);
                rejected += PValue.greater(exchanges.studentised(scores)) <= level ? 1 : 0;
            }
            assertThat((double) rejected / draws)
                    .as("%s, seeds 0 to %d", data, draws - 1)
                    .isLessThan(level + 3 * Math.sqrt(level * (1 - level) / draws));
        }
    }

    private static List<Row> repeating(int prompts, int rows, int kinds, Random random) {
        List<Row> answered = new ArrayList<>();
        for (int prompt = 0; prompt < prompts; prompt++) {
            for (int row = 0; row < rows; row++) {
                answered.add(Row.chat(
                        answered.size(),
                        List.of(Message.user("prompt " + prompt)),
                        Integer.toString(random.nextInt(kinds))));
            }
        }
        return answered;
    }

    private static Comparison ofPreferences(List<Row> chosen, List<Row> rejected) {
        return Comparison.ofPreferences(arm("chosen", chosen), arm("rejected", rejected), 0, 20, 5);
    }

    /** So many rows of each prompt, told apart by what they answer; the record numbers are those of the lists. */
    private static List<Row> answers(int prompts, int each, String answer) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < prompts * each; i++) {
            rows.add(Row.chat(i, List.of(Message.user("prompt " + i % prompts)), answer + " " + i));
        }
        return rows;
    }

    @Test
    void everyChosenAnswerStandsBesideTheOneThatItWasHeldAgainst() {
        List<Row> chosen = answers(60, 4, "chosen");
        List<Row> rejected = answers(60, 4, "rejected");
        Comparison straight = ofPreferences(chosen, rejected);
        assertThat(straight.paired()).isTrue();
        assertThat(straight.rows()).hasSize(480);
        assertThat(straight.design().prompts()).isEqualTo(60);
        for (int i = 0; i < straight.rows().size(); i += 2) {
            assertThat(straight.rows().get(i).completion())
                    .isEqualTo("chosen " + straight.rows().get(i).record());
            assertThat(straight.rows().get(i + 1).completion())
                    .isEqualTo("rejected " + straight.rows().get(i).record());
            assertThat(straight.candidate()[i] && !straight.candidate()[i + 1]).isTrue();
            assertThat(straight.groups()[i]).isEqualTo(straight.groups()[i + 1]);
        }
        for (long seed = 0; seed < 5; seed++) {
            Collections.shuffle(chosen, new Random(seed));
            Collections.shuffle(rejected, new Random(seed + 100));
            assertThat(contents(ofPreferences(chosen, rejected)))
                    .as("seed %d", seed)
                    .isEqualTo(contents(straight));
        }
    }

    @Test
    void withOneRowAPromptTheyAreLaidOutAsTwoFilesAre() {
        List<Row> chosen = answers(200, 1, "a");
        List<Row> rejected = answers(200, 1, "b");
        Comparison files =
                Comparison.of(arm("candidate", chosen), arm("control", rejected), 0.9, 0, 20, 5, Comparison.ONE_RUN);
        Comparison judged = ofPreferences(chosen, rejected);
        assertThat(contents(judged)).isEqualTo(contents(files));
        assertThat(judged.groups()).isEqualTo(files.groups());
        assertThat(judged.design().pairedShare()).isEqualTo(1);
    }

    @Test
    void whatAChoiceIsAboutAndWhatTookNoPartIsTold() {
        List<Row> chosen = answers(100, 1, "a");
        List<Row> rejected = answers(100, 1, "b");
        assertThat(ofPreferences(chosen, rejected).design().notes())
                .hasSize(2)
                .anyMatch(note -> note.startsWith("Chosen against rejected: "))
                .anyMatch(note ->
                        note.contains("differs is expected") && note.contains("students that learn the chosen"));

        rejected.set(0, Row.chat(0, chosen.get(0).prompt(), chosen.get(0).completion()));
        chosen.add(Row.chat(100, chosen.get(1).prompt(), "a 1"));
        rejected.add(Row.chat(100, chosen.get(1).prompt(), "another"));
        chosen.add(Row.chat(101, List.of(Message.user("only chosen")), "over the context otherwise"));
        Comparison comparison = ofPreferences(chosen, rejected);
        assertThat(comparison.paired()).isTrue();
        assertThat(comparison.design().candidateRows()).isEqualTo(100);
        assertThat(comparison.design().pairedShare()).isEqualTo(100.0 / 102);
        assertThat(comparison.design().notes())
                .anyMatch(note -> note.startsWith("2 rows took no part: "))
                .anyMatch(note -> note.startsWith("1 of 100 pairs have the same completion"));
    }
}
