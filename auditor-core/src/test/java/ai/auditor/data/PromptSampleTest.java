package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PromptSampleTest {
    private static final List<Row> ROWS = IntStream.range(0, 120)
            .mapToObj(i -> Row.chat(i, List.of(Message.user("p" + i % 40)), "c" + i))
            .toList();

    private static Set<String> contents(List<Row> rows) {
        return rows.stream().map(Row::contentDigest).collect(Collectors.toSet());
    }

    private static Set<String> prompts(List<Row> rows) {
        return rows.stream().map(Row::promptDigest).collect(Collectors.toSet());
    }

    @Test
    void sampleDoesNotDependOnTheOrderOfRows() {
        for (long seed = 0; seed < 50; seed++) {
            List<Row> shuffled = new ArrayList<>(ROWS);
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(contents(PromptSample.prompts(shuffled, 7, seed)))
                    .as("seed %d", seed)
                    .isEqualTo(contents(PromptSample.prompts(ROWS, 7, seed)));
            assertThat(contents(PromptSample.rows(shuffled, 50, seed)))
                    .as("seed %d", seed)
                    .isEqualTo(contents(PromptSample.rows(ROWS, 50, seed)));
        }
    }

    @Test
    void sampleOfPromptsHasAllTheirRowsInInputOrder() {
        List<Row> sample = PromptSample.prompts(ROWS, 7, 1);

        assertThat(prompts(sample)).hasSize(7);
        assertThat(sample).hasSize(21).extracting(Row::record).isSorted();
        assertThat(PromptSample.prompts(ROWS, 1_000, 1)).isEqualTo(ROWS);
        assertThat(PromptSample.prompts(ROWS, 0, 1)).isEmpty();
    }

    @Test
    void sampleOfRowsHasWholePromptsAndAPartOfOne() {
        List<Row> sample = PromptSample.rows(ROWS, 50, 1);

        assertThat(sample).hasSize(50).extracting(Row::record).isSorted();
        assertThat(prompts(sample)).hasSize(17).containsAll(prompts(PromptSample.prompts(ROWS, 16, 1)));
        assertThat(PromptSample.rows(ROWS, 120, 1)).isEqualTo(ROWS);
        assertThat(PromptSample.rows(ROWS, 5_000, 1)).isEqualTo(ROWS);
        List<Row> onePrompt = ROWS.stream().map(row -> row.withSystem("s")).toList();
        assertThat(PromptSample.rows(onePrompt.subList(0, 1), 0, 1)).isEmpty();
    }

    @Test
    void rowsOfOnePromptAreSampledToo() {
        List<Row> onePrompt = IntStream.range(0, 100)
                .mapToObj(i -> Row.chat(i, List.of(Message.user("p")), "c" + i % 90))
                .toList();

        assertThat(PromptSample.rows(onePrompt, 30, 3)).hasSize(30).isNotEqualTo(onePrompt.subList(0, 30));
    }

    @Test
    void otherSeedsTakeOthersAndEachPromptComesAboutEquallyOften() {
        int[] counts = new int[40];
        Set<Set<String>> samples = new HashSet<>();
        for (long seed = 0; seed < 400; seed++) {
            List<Row> sample = PromptSample.prompts(ROWS, 10, seed);
            samples.add(prompts(sample));
            sample.stream().filter(row -> row.record() < 40).forEach(row -> counts[(int) row.record()]++);
        }

        assertThat(samples).hasSizeGreaterThan(390);
        // 400 draws at 1/4: mean 100, standard deviation 8.7; five of them to each side.
        assertThat(IntStream.of(counts).boxed().toList())
                .allSatisfy(count -> assertThat(count).isBetween(56, 144));
    }

    @Test
    void setsThatShareMostPromptsKeepMostTogether() {
        List<Row> fewer = ROWS.stream().filter(row -> row.record() % 40 < 36).toList();

        Set<String> shared = prompts(PromptSample.prompts(ROWS, 20, 5));
        shared.retainAll(prompts(PromptSample.prompts(fewer, 20, 5)));

        assertThat(shared).hasSizeGreaterThanOrEqualTo(16);
    }
}
