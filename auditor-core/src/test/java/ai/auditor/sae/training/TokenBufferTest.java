package ai.auditor.sae.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBufferTest {
    private static final int BATCH = 16;

    /** Units whose tokens are their own numbers. */
    private record Numbered(int units) implements States {
        @Override
        public int width() {
            return 2;
        }

        @Override
        public int tokens(int unit) {
            return unit % 5;
        }

        @Override
        public void read(int[] wanted, Sink sink) {
            for (int place = 0; place < wanted.length; place++) {
                for (int token = 0; token < tokens(wanted[place]); token++) {
                    sink.put(place, token, new float[] {-1, wanted[place], token}, 1);
                }
            }
        }

        @Override
        public String digest() {
            return "numbered " + units;
        }

        int all() {
            int all = 0;
            for (int unit = 0; unit < units; unit++) {
                all += tokens(unit);
            }
            return all;
        }
    }

    private static SaePlan plan(long tokens, int buffer, long seed) {
        return SaePlan.of(SaeRecipe.topK(1), 4, tokens, BATCH).buffer(buffer).seed(seed);
    }

    private static List<float[]> batches(TokenBuffer buffer, int count) {
        List<float[]> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(buffer.next());
        }
        return batches;
    }

    private static Map<String, Integer> counts(List<float[]> batches) {
        Map<String, Integer> counts = new TreeMap<>();
        for (float[] batch : batches) {
            for (int i = 0; i < batch.length; i += 2) {
                counts.merge(batch[i] + " " + batch[i + 1], 1, Integer::sum);
            }
        }
        return counts;
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "16, 2", "40, 3", "100, 4", "1000, 5"})
    void everyTokenComesAsOftenAsItShould(int buffer, long seed) {
        Numbered states = new Numbered(80);
        int epochs = 3;
        int all = states.all();
        assertThat(all * epochs % BATCH).isZero();
        SaePlan plan = plan((long) all * epochs, buffer, seed);
        Map<String, Integer> counts = counts(batches(new TokenBuffer(states, plan), plan.steps()));
        assertThat(counts).as("seed %d", seed).hasSize(all);
        assertThat(counts.values()).as("seed %d", seed).containsOnly(epochs);
    }

    @Test
    void partOfAnEpochMoreIsAtMostOnceMore() {
        Numbered states = new Numbered(80);
        SaePlan plan = plan(states.all() + 3L * BATCH, 48, 9);
        Map<String, Integer> counts = counts(batches(new TokenBuffer(states, plan), plan.steps()));
        assertThat(counts).hasSize(states.all());
        assertThat(counts.values().stream().filter(count -> count == 2)).hasSize(3 * BATCH);
    }

    @Test
    void theSeedDecidesAlone() {
        Numbered states = new Numbered(80);
        List<float[]> one = batches(new TokenBuffer(states, plan(480, 64, 1)), 30);
        assertThat(batches(new TokenBuffer(states, plan(480, 64, 1)), 30))
                .usingRecursiveComparison()
                .isEqualTo(one);
        assertThat(Arrays.equals(
                        batches(new TokenBuffer(states, plan(480, 64, 2)), 1).get(0), one.get(0)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"filling", "epoch"})
    void noOrderIsDrawnByTheNumbersOfTheOneBeforeItALittleLater(String what) {
        for (long seed = 0; seed < 20; seed++) {
            long[] one = TokenBuffer.random(seed, what, 0).longs(1_000).toArray();
            long[] next = TokenBuffer.random(seed, what, 1).longs(1_000).toArray();
            assertThat(one).as("seed %d", seed).doesNotContain(next[0]);
            assertThat(next).as("seed %d", seed).doesNotContain(one[0]);
        }
    }

    @Test
    void tokensOfAUnitArePartedAndWithoutABufferTheyStay() {
        Numbered states = new Numbered(400);
        float[] plain = new TokenBuffer(states, plan(480, 0, 1)).next();
        assertThat(plain).startsWith(1, 0, 2, 0, 2, 1, 3, 0);
        float[] mixed = new TokenBuffer(states, plan(480, 320, 1)).next();
        int together = 0;
        for (int i = 2; i < mixed.length; i += 2) {
            together += mixed[i] == mixed[i - 2] ? 1 : 0;
        }
        assertThat(together).isLessThan(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 20, 29})
    void skippedBatchesAreNotReadAgainAndChangeNothing(int skipped) {
        Synthetic states = Synthetic.of(3, 6, 90, 2);
        SaePlan plan = plan(480, 64, 3);
        List<float[]> whole = batches(new TokenBuffer(states, plan), plan.steps());
        long all = states.read().getAndSet(0);
        TokenBuffer buffer = new TokenBuffer(states, plan);
        buffer.skip(skipped);
        assertThat(batches(buffer, plan.steps() - skipped))
                .usingRecursiveComparison()
                .isEqualTo(whole.subList(skipped, whole.size()));
        if (skipped > 15) {
            assertThat(states.read().get()).isLessThan(all);
        }
    }
}
