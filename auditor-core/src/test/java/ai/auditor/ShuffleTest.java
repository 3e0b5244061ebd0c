package ai.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random orders: which, and how often each. */
class ShuffleTest {
    private static final int DRAWS = 24_000;

    /** Four and a half standard deviations (31) of how often one of 24 orders comes. */
    private static final int APART = 140;

    private static int[] numbers(int count) {
        return IntStream.range(0, count).toArray();
    }

    @Test
    void valuesOfEveryKindComeIntoTheSameOrder() {
        long seed = new SplittableRandom().nextLong();
        int[] whole = numbers(50);
        Shuffle.whole(whole, new SplittableRandom(seed));
        double[] doubles = Arrays.stream(numbers(50)).asDoubleStream().toArray();
        Shuffle.whole(doubles, new SplittableRandom(seed));
        List<Integer> entries =
                new ArrayList<>(Arrays.stream(numbers(50)).boxed().toList());
        Shuffle.whole(entries, new SplittableRandom(seed));
        int[] first = numbers(60);
        Shuffle.whole(first, 50, new SplittableRandom(seed));
        assertThat(whole)
                .as("seed %d", seed)
                .isNotEqualTo(numbers(50))
                .isEqualTo(Arrays.stream(doubles).mapToInt(value -> (int) value).toArray())
                .isEqualTo(entries.stream().mapToInt(Integer::intValue).toArray())
                .isEqualTo(Arrays.copyOf(first, 50));
        assertThat(Arrays.copyOfRange(first, 50, 60))
                .isEqualTo(IntStream.range(50, 60).toArray());
    }

    /** Seeds of reports that stand rest on it. */
    @Test
    void aSeedMeansTheOrderThatItAlwaysMeant() {
        int[] whole = numbers(8);
        Shuffle.whole(whole, new SplittableRandom(7));
        assertThat(whole).containsExactly(2, 7, 4, 3, 5, 6, 1, 0);
        int[] head = numbers(8);
        Shuffle.head(head, 0, 8, 3, new SplittableRandom(7));
        assertThat(head).containsExactly(0, 2, 3, 1, 4, 5, 6, 7);
    }

    @Test
    void allOrdersAreEquallyLikely() {
        SplittableRandom random = new SplittableRandom(11);
        Map<String, Integer> whole = new TreeMap<>();
        Map<String, Integer> head = new TreeMap<>();
        for (int draw = 0; draw < DRAWS; draw++) {
            int[] four = numbers(4);
            Shuffle.whole(four, random);
            whole.merge(Arrays.toString(four), 1, Integer::sum);
            int[] six = numbers(6);
            Shuffle.head(six, 1, 5, 4, random);
            assertThat(six[0]).isZero();
            assertThat(six[5]).isEqualTo(5);
            head.merge(Arrays.toString(six), 1, Integer::sum);
        }
        for (Map<String, Integer> counts : List.of(whole, head)) {
            assertThat(counts).hasSize(24);
            assertThat(counts.values()).allMatch(count -> Math.abs(count - DRAWS / 24) < APART);
        }
    }

    @Test
    void whatIsNotDrawnStaysInTheStretch() {
        long seed = new SplittableRandom().nextLong();
        int[] values = numbers(20);
        Shuffle.head(values, 5, 15, 4, new SplittableRandom(seed));
        assertThat(Arrays.stream(values, 5, 15).sorted().toArray())
                .as("seed %d", seed)
                .isEqualTo(IntStream.range(5, 15).toArray());
        assertThat(Arrays.copyOf(values, 5)).isEqualTo(numbers(5));
        int[] none = {};
        Shuffle.whole(none, new SplittableRandom(seed));
        Shuffle.head(none, 0, 0, 0, new SplittableRandom(seed));
    }
}
