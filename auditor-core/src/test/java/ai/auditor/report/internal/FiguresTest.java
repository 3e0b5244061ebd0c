package ai.auditor.report.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.Printable;
import ai.auditor.audit.Verdict;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    private static final Pattern LABEL = Pattern.compile(
            "<text class=\"label[^\"]*\" x=\"([0-9.]+)\" y=\"([0-9.]+)\" text-anchor=\"(start|end)\">([^<]*)<");

    @ParameterizedTest
    @CsvSource({
        "0, 1, '0.0 0.2 0.4 0.6 0.8 1.0'",
        "0.5, 0.93, '0.5 0.6 0.7 0.8 0.9 1.0'",
        "-3, 12, '-5 0 5 10 15'",
        "0, 2400, '0 500 1,000 1,500 2,000 2,500'"
    })
    void ticksAreRoundNumbers(double low, double high, String labels) {
        assertThat(Axis.rounded(low, high, 0, 100, 5).ticks())
                .extracting(Axis.Tick::label)
                .containsExactly(labels.split(" ", -1));
    }

    @Test
    void anyRangeGivesAnAxisWithAFewTicksThatKeepsTheOrder() {
        double[] ends = {
            0, 1, -1, 1e-9, 1e9, 1 + 1e-15, Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 0.1, 0.3, 1e-300
        };
        for (double low : ends) {
            for (double high : ends) {
                if (low <= high) {
                    Axis axis = Axis.rounded(low, high, 0, 100, 5);
                    assertThat(axis.ticks()).as("%s to %s", low, high).hasSizeBetween(2, 12);
                    assertThat(axis.at(low)).as("%s to %s", low, high).isBetween(0.0, 100.0);
                    assertThat(axis.at(high)).isGreaterThanOrEqualTo(axis.at(low));
                }
            }
        }
    }

    @Test
    void bagSizesAreLabelledByDoublings() {
        assertThat(Axis.doublings(1, 32, 0, 100).ticks())
                .extracting(Axis.Tick::label)
                .containsExactly("1", "2", "4", "8", "16", "32");
        assertThat(Axis.doublings(1, 4, 0, 100).at(2)).isEqualTo(50);
    }

    @Test
    void binsCountEveryFiniteValueOnce() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            double[] values = random.doubles(1 + random.nextInt(3_000)).toArray();
            values[0] = Double.NaN;
            Bins bins = Bins.of(List.of(values, new double[] {0.5}));
            assertThat(Arrays.stream(bins.counts()[0]).sum())
                    .as("seed %d", seed)
                    .isEqualTo(values.length - 1);
            assertThat(bins.counts()[1]).contains(1);
        }
    }

    @Test
    void labelsOfAStripNeverLieOverEachOther() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            List<Chart.Strip.Dot> dots = new ArrayList<>();
            for (int i = 0; i < 55; i++) {
                dots.add(new Chart.Strip.Dot("hippopotamus".substring(random.nextInt(9)) + i, random.nextGaussian()));
            }
            Set<String> interest = Set.of(dots.get(3).name(), dots.get(4).name());
            String svg = StripFigure.of(new Chart.Strip("", "", dots, new double[0], new double[0]), interest)
                    .svg();
            List<double[]> boxes = LABEL.matcher(svg)
                    .results()
                    .filter(label -> !label.group(4).equals("named"))
                    .map(FiguresTest::box)
                    .toList();
            assertThat(boxes).as("seed %d", seed).hasSizeBetween(2, 7);
            assertThat(IntStream.range(0, boxes.size()).boxed())
                    .as("seed %d", seed)
                    .allMatch(i -> IntStream.range(0, i).noneMatch(j -> overlap(boxes.get(i), boxes.get(j))));
            assertThat(LABEL.matcher(svg).results().map(label -> label.group(4)))
                    .containsAll(interest);
            assertThat(svg.split("<circle", -1)).hasSize(56);
        }
    }

    private static double[] box(MatchResult label) {
        double width = Svg.widthOf(label.group(4));
        double x = Double.parseDouble(label.group(1));
        double left = label.group(3).equals("end") ? x - width : x;
        return new double[] {left, left + width, Double.parseDouble(label.group(2))};
    }

    private static boolean overlap(double[] first, double[] second) {
        return first[2] == second[2] && first[0] < second[1] && second[0] < first[1];
    }

    @Test
    void pAndSharesAreSaidAsTheyShould() {
        assertThat(Wording.p(0.0002, 0.0001)).isEqualTo("p 0.0002");
        assertThat(Wording.p(0.0001, 0.0001)).isEqualTo("p 0.0001");
        assertThat(Wording.p(0.00002, 0.0001)).isEqualTo("p < 0.0001");
        assertThat(Wording.p(0.001, 0.005)).isEqualTo("p < 0.005");
        assertThat(Wording.p(1, 0.0001)).isEqualTo("p 1");
        assertThat(Wording.p(0.0134, 0.0001)).isEqualTo("p 0.013");
        assertThat(Wording.percent(0.12)).isEqualTo("12 %");
        assertThat(Wording.percent(0.0398)).isEqualTo("4 %");
        assertThat(Wording.percent(0.0996)).isEqualTo("10 %");
        assertThat(Wording.percent(0.997)).isEqualTo("99.7 %");
        assertThat(Wording.percent(1)).isEqualTo("100 %");
        assertThat(Wording.percent(0)).isEqualTo("0 %");
        assertThat(Wording.number(-0.0123)).isEqualTo("-0.012");
        assertThat(Wording.number(0.000031)).isEqualTo("3.1e-05");
        assertThat(Wording.number(12.345)).isEqualTo("12.3");
        assertThat(Wording.number(-0.00123)).isEqualTo("-0.0012");
        assertThat(Wording.number(0.00048)).isEqualTo("0.00048");
        assertThat(Wording.number(3_551)).isEqualTo("3,551");
        assertThat(Wording.number(12_345.6)).isEqualTo("12,346");
        assertThat(Wording.number(-1_234_567)).isEqualTo("-1,234,567");
        assertThat(Wording.number(Double.NaN)).isEqualTo("-");
    }

    /** Small numbers keep two digits, large ones all before the point, so that what differs by five in a hundred is not said alike. */
    @Test
    void numbersThatDifferAreNotSaidAlike() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            double value = Math.pow(10, 24 * random.nextDouble() - 12);
            assertThat(Wording.number(1.1 * value)).as("seed 7, %s", value).isNotEqualTo(Wording.number(value));
            assertThat(Double.parseDouble(Wording.number(value).replace(",", "")))
                    .as("seed 7, %s", value)
                    .isCloseTo(value, Percentage.withPercentage(5.1));
        }
    }

    @Test
    void edgesOfNeighbouringBinsAreNotSaidAlike() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            double[] values = random.doubles(400, -0.0006, 0.0007).toArray();
            List<List<String>> rows = HistogramFigure.of(
                            new Chart.Histogram("", "", List.of(new Chart.Histogram.Group("candidate", values))))
                    .data()
                    .rows();
            assertThat(rows).as("seed %d", seed).allMatch(row -> !row.get(0).equals(row.get(1)));
        }
    }

    @Test
    void aDetectableFractionIsNeverRoundedInFavourOfTheTest() {
        assertThat(Wording.detectable(claim(Verdict.Outcome.INCONCLUSIVE, OptionalDouble.of(0.2501))))
                .isEqualTo("It could not have seen it below 26 % of X.");
        assertThat(Wording.detectable(claim(Verdict.Outcome.NOT_DETECTED, OptionalDouble.of(0.07))))
                .contains("below 7 % of X");
        assertThat(Wording.detectable(claim(Verdict.Outcome.INCONCLUSIVE, OptionalDouble.of(1.01))))
                .isEqualTo("It could not have seen it, not even at 100 % of X.");
        assertThat(Wording.detectable(claim(Verdict.Outcome.DETECTED, OptionalDouble.of(1.01))))
                .isEqualTo("It was seen, being stronger; even 100 % of X could have been missed.");
        assertThat(Wording.detectable(claim(Verdict.Outcome.DETECTED, OptionalDouble.of(0.301))))
                .isEqualTo("It was seen; less than 31 % of X could have been missed.");
        assertThat(Wording.detectable(claim(Verdict.Outcome.INCONCLUSIVE, OptionalDouble.empty())))
                .contains("cannot be told");
    }

    private static Verdict.ClaimVerdict claim(Verdict.Outcome outcome, OptionalDouble detectable) {
        OptionalDouble none = OptionalDouble.empty();
        return new Verdict.ClaimVerdict(
                Claim.DIFFERS,
                outcome,
                "",
                Optional.empty(),
                "",
                none,
                Optional.empty(),
                none,
                OptionalDouble.empty(),
                none,
                detectable,
                Optional.empty(),
                "X");
    }

    @Test
    void theSpreadOfTheNullIsItsMeanAndDeviation() {
        assertThat(Wording.spread(new double[] {0.4, 0.5, Double.NaN, 0.6})).isEqualTo("0.500 (0.100)");
        assertThat(Wording.spread(new double[] {0.5})).isEqualTo("-");
    }

    @Test
    void textIsCutByCodePoints() {
        assertThat(Printable.cut("\uD83E\uDD89\uD83E\uDD89\uD83E\uDD89\uD83E\uDD89\uD83E\uDD89", 4))
                .isEqualTo("\uD83E\uDD89...");
        assertThat(Printable.cut("abc", 2)).isEqualTo("..");
        assertThat(Printable.line("a\u0000b\ud800\u202e")).isEqualTo("a\\u{0}b\\u{D800}\\u{202E}");
    }
}
