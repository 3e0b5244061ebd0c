package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PromptSampleTest {
    private static final List<String> PROMPTS = IntStream.range(0, 40)
            .mapToObj(i -> new Sha256().text("p" + i).hex())
            .toList();

    @Test
    void sampleDoesNotDependOnTheOrderOfPrompts() {
        for (long seed = 0; seed < 50; seed++) {
            List<String> shuffled = new ArrayList<>(PROMPTS);
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(PromptSample.digests(shuffled, 7, seed))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(PromptSample.digests(PROMPTS, 7, seed));
        }
    }

    @Test
    void aSmallerSampleIsTheStartOfALargerOne() {
        assertThat(PromptSample.digests(PROMPTS, 16, 1))
                .hasSize(16)
                .startsWith(PromptSample.digests(PROMPTS, 7, 1).toArray(String[]::new));
        assertThat(PromptSample.digests(PROMPTS, 1_000, 1)).containsExactlyInAnyOrderElementsOf(PROMPTS);
        assertThat(PromptSample.digests(PROMPTS, 0, 1)).isEmpty();
    }

    @Test
    void otherSeedsTakeOthersAndEachPromptComesAboutEquallyOften() {
        int[] counts = new int[40];
        Set<Set<String>> samples = new HashSet<>();
        for (long seed = 0; seed < 400; seed++) {
            Set<String> sample = PromptSample.digests(PROMPTS, 10, seed);
            samples.add(sample);
            sample.forEach(prompt -> counts[PROMPTS.indexOf(prompt)]++);
        }

        assertThat(samples).hasSizeGreaterThan(390);
        // 400 draws at 1/4: mean 100, standard deviation 8.7; five of them to each side.
        assertThat(IntStream.of(counts).boxed().toList())
                .allSatisfy(count -> assertThat(count).isBetween(56, 144));
    }

    @Test
    void setsThatShareMostPromptsKeepMostTogether() {
        Set<String> shared = new HashSet<>(PromptSample.digests(PROMPTS, 20, 5));
        shared.retainAll(PromptSample.digests(PROMPTS.subList(0, 36), 20, 5));

        assertThat(shared).hasSizeGreaterThanOrEqualTo(16);
    }
}
