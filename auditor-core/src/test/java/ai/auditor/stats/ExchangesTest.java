package ai.auditor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExchangesTest {
    private static final int[] ONE_PART_EACH = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1};

    @Test
    void pairedStatisticsAreThoseOfFlippedDifferences() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int pairs = 2 + random.nextInt(150);
            LabelBits flips = randomBits(pairs, 40, random);
            boolean[] candidate = Exchanges.ofPairs(pairs, 1, seed).candidate();
            double[] scores = scores(2 * pairs, random);
            double[] exchanged =
                    new PairExchanges(flips, candidate).studentised(scores).exchanged();
            for (int b = 0; b < exchanged.length; b++) {
                double[] d = new double[pairs];
                for (int pair = 0; pair < pairs; pair++) {
                    d[pair] = (flips.at(b, pair) ? -1 : 1) * (scores[2 * pair] - scores[2 * pair + 1]);
                }
                assertThat(exchanged[b])
                        .as("seed %d exchange %d", seed, b)
                        .isEqualTo(mean(d) / Math.sqrt(variance(d) / pairs), within(1e-9));
            }
        }
    }

    @Test
    void unpairedStatisticsAreWelchOfPermutedLabels() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int rows = 20 + random.nextInt(150);
            boolean[] candidate = new boolean[rows];
            Arrays.fill(candidate, 0, rows / 2, true);
            LabelBits labels = randomBits(rows, 40, random);
            double[] scores = scores(rows, random);
            for (int row = 0; row < rows; row += 7) {
                scores[row] = Double.NaN;
            }
            double[] exchanged = new RowExchanges(labels, candidate, new int[rows])
                    .studentised(scores)
                    .exchanged();
            for (int b = 0; b < exchanged.length; b++) {
                int exchange = b;
                assertThat(exchanged[b])
                        .as("seed %d exchange %d", seed, b)
                        .isEqualTo(
                                welch(
                                        scores,
                                        IntStream.range(0, rows)
                                                .mapToObj(row -> labels.at(exchange, row))
                                                .toArray(Boolean[]::new)),
                                within(1e-9));
            }
        }
    }

    @Test
    void orderOfPairsDoesNotMatterWhereExchangesMoveAlong() {
        for (long seed = 1; seed <= 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int pairs = 90;
            LabelBits flips = randomBits(pairs, 30, random);
            LabelBits reversed = new LabelBits(pairs, 30);
            for (int b = 0; b < 30; b++) {
                long[] bits = new long[LabelBits.wordsFor(pairs)];
                for (int pair = 0; pair < pairs; pair++) {
                    if (flips.at(b, pairs - 1 - pair)) {
                        LabelBits.set(bits, pair);
                    }
                }
                reversed.fill(b, bits);
            }
            double[] scores = scores(2 * pairs, random);
            double[] moved = new double[scores.length];
            for (int row = 0; row < moved.length; row++) {
                moved[row] = scores[2 * (pairs - 1 - row / 2) + row % 2];
            }
            boolean[] candidate = Exchanges.ofPairs(pairs, 1, seed).candidate();
            Exchanged first = new PairExchanges(flips, candidate).studentised(scores);
            Exchanged second = new PairExchanges(reversed, candidate).studentised(moved);
            assertThat(second.exchanged()).as("seed %d", seed).containsExactly(first.exchanged(), within(1e-9));
            assertThat(second.observed()).isEqualTo(first.observed(), within(1e-9));
            assertThat(PValue.greater(second)).as("seed %d", seed).isEqualTo(PValue.greater(first));
        }
    }

    @Test
    void sameSeedSameExchangesAndAnotherSeedOthers() {
        double[] scores = scores(40, new SplittableRandom(3));
        double[] first = Exchanges.ofPairs(20, 50, 7).studentised(scores).exchanged();
        assertThat(Exchanges.ofPairs(20, 50, 7).studentised(scores).exchanged()).containsExactly(first);
        assertThat(Exchanges.ofPairs(20, 50, 8).studentised(scores).exchanged()).isNotEqualTo(first);
    }

    @Test
    void aPairInfluencesNothingIfItHasNoScores() {
        double[] scores = scores(12, new SplittableRandom(5));
        double[] withGap = Arrays.copyOf(scores, 14);
        withGap[12] = Double.NaN;
        withGap[13] = Double.NaN;
        Exchanged all = Exchanges.ofPairs(6, 9, 1).studentised(scores);
        Exchanged gap = Exchanges.ofPairs(7, 9, 1).studentised(withGap);
        assertThat(gap.observed()).isEqualTo(all.observed());
        assertThat(gap.shift()).isEqualTo(all.shift());
        assertThat(gap.controlDeviation()).isEqualTo(all.controlDeviation());
        assertThat(gap.units()).isEqualTo(6);
    }

    @Test
    void halfAPairAndInfiniteScoresAreRefused() {
        Exchanges exchanges = Exchanges.ofPairs(2, 9, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> exchanges.studentised(new double[] {1, 2, Double.NaN, 3}))
                .withMessageContaining("pair 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> exchanges.studentised(new double[] {1, 2, 3, Double.POSITIVE_INFINITY}))
                .withMessageContaining("row 3");
        assertThatIllegalArgumentException().isThrownBy(() -> exchanges.studentised(new double[3]));
    }

    @Test
    void tooFewOrEqualScoresGiveNoEvidence() {
        Exchanged single = Exchanges.ofPairs(1, 9, 1).studentised(new double[] {5, 1});
        assertThat(single.observed()).isZero();
        assertThat(single.standardError()).isInfinite();
        assertThat(PValue.greater(single)).isEqualTo(1);
        Exchanged equal = Exchanges.ofPairs(3, 9, 1).studentised(new double[6]);
        assertThat(PValue.greater(equal)).isEqualTo(1);
        boolean[] labels = {true, false, false};
        Exchanged oneCandidate = Exchanges.ofRows(labels, new int[3], 9, 1).studentised(new double[] {9, 1, 2});
        assertThat(oneCandidate.observed()).isZero();
        assertThat(PValue.greater(oneCandidate)).isEqualTo(1);
    }

    @Test
    void aPerfectSeparationIsFiniteAndTiesWithNothingButItself() {
        int pairs = 40;
        double[] scores = new double[2 * pairs];
        for (int row = 0; row < scores.length; row += 2) {
            scores[row] = 0.1;
        }
        Exchanged exchanged = Exchanges.ofPairs(pairs, 999, 1).studentised(scores);
        assertThat(exchanged.observed()).isFinite().isGreaterThan(100);
        assertThat(PValue.greater(exchanged)).isEqualTo(0.001);
    }

    @Test
    void swapsKeepPairsAndPartsAndReachBothLabels() {
        Exchanges pairs = Exchanges.ofPairs(50, 9, 1);
        boolean[] swapped = pairs.swapped(11);
        int flipped = 0;
        for (int pair = 0; pair < 50; pair++) {
            assertThat(swapped[2 * pair]).isNotEqualTo(swapped[2 * pair + 1]);
            flipped += swapped[2 * pair] ? 0 : 1;
        }
        assertThat(flipped).isBetween(10, 40);
        boolean[] labels = {true, true, true, false, true, false, false, false, false, false};
        Exchanges rows = Exchanges.ofRows(labels, ONE_PART_EACH, 9, 1);
        boolean[] ever = new boolean[10];
        for (long seed = 0; seed < 200; seed++) {
            boolean[] permuted = rows.swapped(seed);
            assertThat(IntStream.range(0, 4).filter(i -> permuted[i]).count()).isEqualTo(3);
            assertThat(IntStream.range(4, 10).filter(i -> permuted[i]).count()).isEqualTo(1);
            for (int row = 0; row < 10; row++) {
                ever[row] |= permuted[row];
            }
        }
        assertThat(ever).containsOnly(true);
    }

    @Test
    void relabelledExchangesAreAboutTheNewLabels() {
        double[] scores = scores(60, new SplittableRandom(9));
        Exchanges pairs = Exchanges.ofPairs(30, 19, 2);
        boolean[] all = new boolean[60];
        for (int row = 1; row < 60; row += 2) {
            all[row] = true;
        }
        Exchanged turned = pairs.relabelled(all).studentised(scores);
        Exchanged before = pairs.studentised(scores);
        assertThat(turned.observed()).isEqualTo(-before.observed(), within(1e-12));
        assertThat(turned.exchanged())
                .containsExactly(Arrays.stream(before.exchanged()).map(t -> -t).toArray(), within(1e-9));
        boolean[] labels = new boolean[60];
        Arrays.fill(labels, 0, 20, true);
        Exchanges rows = Exchanges.ofRows(labels, new int[60], 19, 2);
        boolean[] swapped = rows.swapped(4);
        Exchanges relabelled = rows.relabelled(swapped);
        assertThat(relabelled.candidate()).containsExactly(swapped);
        assertThat(relabelled.studentised(scores).exchanged())
                .containsExactly(rows.studentised(scores).exchanged());
        assertThat(relabelled.studentised(scores).observed())
                .isEqualTo(
                        welch(
                                scores,
                                IntStream.range(0, 60)
                                        .mapToObj(row -> swapped[row])
                                        .toArray(Boolean[]::new)),
                        within(1e-9));
        assertThatIllegalArgumentException().isThrownBy(() -> pairs.relabelled(new boolean[60]));
        assertThatIllegalArgumentException().isThrownBy(() -> rows.relabelled(new boolean[60]));
    }

    private static double welch(double[] scores, Boolean[] candidate) {
        double[] first = IntStream.range(0, scores.length)
                .filter(i -> candidate[i] && !Double.isNaN(scores[i]))
                .mapToDouble(i -> scores[i])
                .toArray();
        double[] second = IntStream.range(0, scores.length)
                .filter(i -> !candidate[i] && !Double.isNaN(scores[i]))
                .mapToDouble(i -> scores[i])
                .toArray();
        return (mean(first) - mean(second))
                / Math.sqrt(variance(first) / first.length + variance(second) / second.length);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
    }

    private static double[] scores(int count, SplittableRandom random) {
        return random.doubles(count).map(u -> 10 + 3 * u * u).toArray();
    }

    private static LabelBits randomBits(int units, int count, SplittableRandom random) {
        LabelBits bits = new LabelBits(units, count);
        for (int b = 0; b < count; b++) {
            bits.fill(b, random.longs(LabelBits.wordsFor(units)).toArray());
        }
        return bits;
    }
}
