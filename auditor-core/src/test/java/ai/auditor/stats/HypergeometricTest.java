package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HypergeometricTest {
    @Test
    void tailsAreThoseOfCounting() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int population = 1 + random.nextInt(10);
            int marked = random.nextInt(population + 1);
            int drawn = random.nextInt(population + 1);
            int[] counts = new int[population + 2];
            int all = 0;
            for (int set = 0; set < 1 << population; set++) {
                if (Integer.bitCount(set) == drawn) {
                    all++;
                    counts[Integer.bitCount(set & ((1 << marked) - 1))]++;
                }
            }
            int reached = 0;
            for (int seen = population + 1; seen >= 0; seen--) {
                reached += counts[seen];
                assertThat(Hypergeometric.atLeast(population, marked, drawn, seen))
                        .as("%d of %d marked, %d drawn, %d seen", marked, population, drawn, seen)
                        .isCloseTo((double) reached / all, within(1e-12));
            }
        }
    }

    @Test
    void farTailsNeitherOverflowNorTurnNegative() {
        double p = Hypergeometric.atLeast(Integer.MAX_VALUE, 100_000, 100_000, 50_000);
        assertThat(p).isBetween(0.0, 1e-300);
        assertThat(Hypergeometric.atLeast(1_000_000, 500_000, 500_000, 250_000)).isBetween(0.5, 0.51);
        assertThat(Hypergeometric.atLeast(0, 0, 0, 0)).isEqualTo(1);
    }

    @Test
    void moreThanThereAreAreRefused() {
        assertThatThrownBy(() -> Hypergeometric.atLeast(5, 6, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hypergeometric.atLeast(5, 1, -1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
