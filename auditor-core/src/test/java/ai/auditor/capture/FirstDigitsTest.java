package ai.auditor.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FirstDigitsTest {
    /** Tokens drawn with one distribution, told what another expects. */
    private static FirstDigits drawn(double[] from, double[] expects, int tokens, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] seen = new double[FirstDigits.DIGITS];
        double[] expected = new double[FirstDigits.DIGITS];
        double[] covariance = new double[FirstDigits.DIGITS * FirstDigits.DIGITS];
        for (int token = 0; token < tokens; token++) {
            double left = random.nextDouble();
            int digit = 0;
            while (digit < FirstDigits.DIGITS - 1 && left >= from[digit]) {
                left -= from[digit++];
            }
            seen[digit]++;
            for (int one = 0; one < FirstDigits.DIGITS; one++) {
                expected[one] += expects[one];
                for (int other = 0; other < FirstDigits.DIGITS; other++) {
                    covariance[one * FirstDigits.DIGITS + other] +=
                            (one == other ? expects[one] : 0) - expects[one] * expects[other];
                }
            }
        }
        return new FirstDigits(seen, expected, covariance);
    }

    private static double[] even() {
        double[] even = new double[FirstDigits.DIGITS];
        Arrays.fill(even, 1.0 / FirstDigits.DIGITS);
        return even;
    }

    @Test
    void ofEqualProbabilitiesItIsPearsonsChiSquared() {
        FirstDigits digits = drawn(even(), even(), 500, 1);
        double squares = Arrays.stream(digits.seen())
                .map(seen -> (seen - 50) * (seen - 50) / 50)
                .sum();
        double p = org.apache.commons.statistics.distribution.ChiSquaredDistribution.of(9)
                .survivalProbability(squares);
        assertThat(digits.p().orElseThrow()).isCloseTo(p, within(1e-9));
        assertThat(digits.numbers()).isEqualTo(500);
    }

    @Test
    void pIsUniformWhereTheModelDrewThem() {
        double[] uneven = {0.01, 0.3, 0.17, 0.12, 0.1, 0.08, 0.07, 0.06, 0.05, 0.04};
        int runs = 2_000;
        for (double level : List.of(0.01, 0.05, 0.25)) {
            int below = 0;
            for (long seed = 0; seed < runs; seed++) {
                below += drawn(uneven, uneven, 600, seed).p().orElseThrow() <= level ? 1 : 0;
            }
            assertThat(below / (double) runs)
                    .as("level %s, seeds 0 to %d", level, runs)
                    .isCloseTo(level, within(3 * Math.sqrt(level * (1 - level) / runs) + 0.003));
        }
    }

    @Test
    void whereTheModelHardlyDoubtsItsDigitsNothingIsToldTooOften() {
        int runs = 4_000;
        for (double doubt : List.of(0.001, 0.005, 0.02)) {
            int told = 0;
            for (long seed = 0; seed < runs; seed++) {
                List<FirstDigits> places = new ArrayList<>();
                // As rows that count "1. 2. 3.", each digit nearly certain in its place, and one number that is open.
                for (int digit = 1; digit <= 3; digit++) {
                    double[] sure = new double[FirstDigits.DIGITS];
                    Arrays.fill(sure, doubt / (FirstDigits.DIGITS - 1));
                    sure[digit] = 1 - doubt;
                    places.add(drawn(sure, sure, 40, 10 * seed + digit));
                }
                places.add(drawn(even(), even(), 80, 10 * seed));
                told += FirstDigits.sum(places).p().orElse(1) < 0.01 ? 1 : 0;
            }
            assertThat(told / (double) runs)
                    .as("doubt %s, seeds 0 to %d", doubt, 10 * runs)
                    .isLessThan(0.01 + 3 * Math.sqrt(0.01 * 0.99 / runs) + 0.004);
        }
    }

    @Test
    void contextsThatShareNoDigitsEndNothing() {
        double[] low = new double[FirstDigits.DIGITS];
        double[] high = new double[FirstDigits.DIGITS];
        low[1] = 0.5;
        low[2] = 0.5;
        high[7] = 0.5;
        high[8] = 0.5;
        FirstDigits both = FirstDigits.sum(List.of(drawn(low, low, 200, 1), drawn(high, high, 200, 2)));
        assertThat(both.p().orElse(1)).isBetween(0.0, 1.0);
    }

    @Test
    void otherDigitsAreToldAndTheirShiftIsTheShareThatWouldBeOthers() {
        double[] uneven = even();
        uneven[7] += 0.06;
        uneven[2] -= 0.06;
        FirstDigits digits = drawn(uneven, even(), 4_000, 3);
        assertThat(digits.p().orElseThrow()).isLessThan(1e-6);
        assertThat(digits.shift()).isCloseTo(0.06, within(0.03));
    }

    @Test
    void withoutNumbersNothingIsSaid() {
        assertThat(FirstDigits.sum(List.of()).p()).isEmpty();
        assertThat(FirstDigits.sum(List.of()).shift()).isZero();
        assertThat(drawn(even(), even(), 20, 1).p()).isEmpty();
        double[] sevens = new double[FirstDigits.DIGITS];
        sevens[7] = 1;
        assertThat(drawn(sevens, sevens, 100, 1).p()).isEmpty();
    }
}
