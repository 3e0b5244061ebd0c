package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

    private static List<Row> randomRows(Random random) {
        List<Row> rows = new ArrayList<>();
        int size = random.nextInt(40);
        for (int i = 0; i < size; i++) {
            rows.add(row(i, random.nextInt(12)));
        }
        return rows;
    }
}
