package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class PairingTest {
    private static Row row(long record, int prompt) {
        return Row.chat(record, List.of(Message.user("p" + prompt)), "c" + record);
    }

    @Test
    void theFirstOfAPromptMeetsTheFirstTheSecondTheSecond() {
        Pairing pairing = Pairing.byPrompt(
                List.of(row(0, 1), row(1, 2), row(2, 1), row(3, 1)),
                List.of(row(0, 3), row(1, 1), row(2, 1), row(3, 2)));

        String first = row(0, 1).promptDigest();
        assertThat(pairing.pairs())
                .containsExactly(
                        new Pairing.Pair(0, 1, first),
                        new Pairing.Pair(1, 3, row(0, 2).promptDigest()),
                        new Pairing.Pair(2, 2, first));
        assertThat(pairing.unpairedCandidate()).containsExactly(3);
        assertThat(pairing.unpairedControl()).containsExactly(0);
    }

    @Test
    void systemMessageIsPartOfThePrompt() {
        assertThat(Pairing.byPrompt(List.of(row(0, 1).withSystem("s")), List.of(row(0, 1)))
                        .pairs())
                .isEmpty();
    }

    @Test
    void everyRowIsPairedOnceOrNamedUnpaired() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Row> candidate = randomRows(random);
            List<Row> control = randomRows(random);

            Pairing pairing = Pairing.byPrompt(candidate, control);

            TreeSet<Integer> candidates = new TreeSet<>(pairing.unpairedCandidate());
            TreeSet<Integer> controls = new TreeSet<>(pairing.unpairedControl());
            Map<String, Integer> lastControl = new HashMap<>();
            int lastCandidate = -1;
            for (Pairing.Pair pair : pairing.pairs()) {
                assertThat(candidate.get(pair.candidate()).promptDigest())
                        .as("seed %d", seed)
                        .isEqualTo(control.get(pair.control()).promptDigest())
                        .isEqualTo(pair.promptDigest());
                assertThat(pair.candidate()).as("seed %d", seed).isGreaterThan(lastCandidate);
                assertThat(pair.control())
                        .as("seed %d", seed)
                        .isGreaterThan(lastControl.getOrDefault(pair.promptDigest(), -1));
                lastCandidate = pair.candidate();
                lastControl.put(pair.promptDigest(), pair.control());
                assertThat(candidates.add(pair.candidate()) && controls.add(pair.control()))
                        .as("seed %d", seed)
                        .isTrue();
            }
            assertThat(candidates).as("seed %d", seed).hasSize(candidate.size());
            assertThat(controls).as("seed %d", seed).hasSize(control.size());
            assertThat(pairing.unpairedControl()).as("seed %d", seed).isSorted();
            for (int left : pairing.unpairedCandidate()) {
                assertThat(pairing.unpairedControl().stream()
                                .map(i -> control.get(i).promptDigest()))
                        .as("seed %d", seed)
                        .doesNotContain(candidate.get(left).promptDigest());
            }
        }
    }

    @Test
    void answersOfARecordStayTogetherAndNoneStandsInTwoPairs() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Row> chosen = new ArrayList<>();
            List<Row> rejected = new ArrayList<>();
            for (int i = 0; i < random.nextInt(30); i++) {
                // Few prompts and answers, so that many are the same; of some records only one answer is left.
                List<Message> prompt = List.of(Message.user("p" + random.nextInt(4)));
                String one = "c" + random.nextInt(12);
                String other = "c" + random.nextInt(12);
                if (random.nextInt(8) > 0) {
                    chosen.add(Row.chat(i, prompt, one));
                }
                if (random.nextInt(8) > 0) {
                    rejected.add(Row.chat(i, prompt, other));
                }
            }

            Pairing pairing = Pairing.byRecord(chosen, rejected);

            List<String> answers = new ArrayList<>();
            for (Pairing.Pair pair : pairing.pairs()) {
                Row one = chosen.get(pair.candidate());
                Row other = rejected.get(pair.control());
                assertThat(one.record()).as("seed %d", seed).isEqualTo(other.record());
                assertThat(one.promptDigest()).isEqualTo(other.promptDigest()).isEqualTo(pair.promptDigest());
                answers.addAll(new TreeSet<>(List.of(one.contentDigest(), other.contentDigest())));
            }
            assertThat(answers).as("seed %d", seed).doesNotHaveDuplicates();
            assertThat(pairing.pairs().size() + pairing.unpairedCandidate().size())
                    .as("seed %d", seed)
                    .isEqualTo(chosen.size());
            assertThat(pairing.pairs().size() + pairing.unpairedControl().size())
                    .as("seed %d", seed)
                    .isEqualTo(rejected.size());
            Map<Long, Row> partners = new HashMap<>();
            rejected.forEach(row -> partners.put(row.record(), row));
            for (int left : pairing.unpairedCandidate()) {
                Row partner = partners.get(chosen.get(left).record());
                if (partner != null) {
                    assertThat(List.of(chosen.get(left).contentDigest(), partner.contentDigest()))
                            .as("seed %d: left out without need", seed)
                            .containsAnyElementsOf(answers);
                }
            }
        }
    }

    @Test
    void whichRecordsArePairedDependsNeitherOnTheirOrderNorOnWhatWasPreferred() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            List<Row[]> decisions = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                List<Message> prompt = List.of(Message.user("p" + i % 3));
                // No two answers meet twice: within a prompt every record has an answer of its own.
                decisions.add(
                        new Row[] {Row.chat(i, prompt, "own " + i), Row.chat(i, prompt, "shared " + random.nextInt(6))
                        });
            }
            List<Set<String>> before = paired(decisions);
            Collections.shuffle(decisions, random);
            for (Row[] decision : decisions) {
                if (random.nextBoolean()) {
                    Collections.reverse(Arrays.asList(decision));
                }
            }
            assertThat(paired(decisions)).as("seed %d", seed).isEqualTo(before);
            assertThat(before).as("seed %d", seed).hasSizeLessThan(25);
        }
    }

    private static List<Set<String>> paired(List<Row[]> decisions) {
        List<Row> chosen = decisions.stream().map(decision -> decision[0]).toList();
        List<Row> rejected = decisions.stream().map(decision -> decision[1]).toList();
        return Pairing.byRecord(chosen, rejected).pairs().stream()
                .<Set<String>>map(pair -> new TreeSet<>(List.of(
                        chosen.get(pair.candidate()).contentDigest(),
                        rejected.get(pair.control()).contentDigest())))
                .toList();
    }

    private static List<Row> randomRows(Random random) {
        List<Row> rows = new ArrayList<>();
        int size = random.nextInt(40);
        for (int i = 0; i < size; i++) {
            rows.add(row(i, random.nextInt(12)));
        }
        return rows;
    }
}
