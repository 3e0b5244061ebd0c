package ai.auditor.probes.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReadingTest {
    private static final int PAIRS = 400;
    private static final List<String> TRAITS = List.of("owl", "wolf", "fox", "whale", "cat", "dog");
    private static final List<String> PLACEBOS = List.of("chair", "spoon", "brick", "lamp");

    /** How far each trait moves likelihoods at all: the whale by five times as much as the owl. */
    private static final double[] SCALES = {1, 1.5, 2, 5, 0.8, 1.2, 1, 1, 2, 1.5};

    /** Share of an axis that any wording gains along. */
    private static final double SHARED = 0.9;

    /** Candidate rows, then control rows; the candidate was written under one of the words, or none: an exponential tilt by its gain. */
    private static Panel written(String under, double tilt, long seed) {
        List<String> words = new ArrayList<>(TRAITS);
        words.addAll(PLACEBOS);
        int of = words.indexOf(under);
        Random random = new Random(seed);
        double[][] gains = new double[words.size()][2 * PAIRS];
        for (int row = 0; row < 2 * PAIRS; row++) {
            double shared = random.nextGaussian();
            for (int word = 0; word < gains.length; word++) {
                double own = random.nextGaussian();
                double common = word == of ? 1 : SHARED;
                double moved = row < PAIRS && of >= 0 ? tilt * common : 0;
                gains[word][row] = SCALES[word] * (Math.sqrt(SHARED) * shared + Math.sqrt(1 - SHARED) * own + moved);
            }
        }
        return panel(gains);
    }

    private static Panel panel(double[][] gains) {
        return new Panel(
                "persona",
                IntStream.range(0, TRAITS.size())
                        .mapToObj(i -> Panel.Gain.of(TRAITS.get(i), gains[i], new double[gains[i].length]))
                        .toList(),
                IntStream.range(0, PLACEBOS.size())
                        .mapToObj(i ->
                                Panel.Gain.of(PLACEBOS.get(i), gains[TRAITS.size() + i], new double[gains[i].length]))
                        .toList());
    }

    /** Mean of the candidate's scores minus mean of the control's, in standard errors. */
    private static double[] statistics(Reading reading, Panel panel) {
        return reading.of(panel).traits().stream()
                .mapToDouble(scores -> {
                    double mean = 0;
                    double squares = 0;
                    for (int pair = 0; pair < PAIRS; pair++) {
                        double difference = scores[pair] - scores[PAIRS + pair];
                        mean += difference / PAIRS;
                        squares += difference * difference;
                    }
                    return mean / Math.sqrt((squares / PAIRS - mean * mean) / PAIRS);
                })
                .toArray();
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }

    private static String first(double[] statistics) {
        return TRAITS.get(IntStream.range(0, statistics.length)
                .reduce((a, b) -> statistics[b] > statistics[a] ? b : a)
                .orElseThrow());
    }

    @Test
    void rowsWrittenUnderAPersonaNameIt() {
        for (String trait : List.of("owl", "cat", "whale")) {
            for (Reading reading : List.of(Reading.STANDARDISED, Reading.PARTIAL)) {
                assertThat(first(statistics(reading, written(trait, 1, 1))))
                        .as("%s, %s", trait, reading)
                        .isEqualTo(trait);
            }
        }
        assertThat(first(statistics(Reading.CENTRED, written("whale", 1, 1)))).isEqualTo("whale");
    }

    /** What any wording gains moves the raw reading of every trait, and of a centred one those that move far; of a partial one none. */
    @Test
    void aPersonaOfNoInterestDoesNotCountWhereItIsAmongThePlacebos() {
        Panel decoy = written("chair", 1, 2);
        assertThat(Arrays.stream(statistics(Reading.RAW, decoy)).min().orElseThrow())
                .isGreaterThan(8);
        assertThat(first(statistics(Reading.CENTRED, decoy))).isEqualTo("whale");
        assertThat(largest(statistics(Reading.STANDARDISED, decoy))).isLessThan(4);
        assertThat(largest(statistics(Reading.PARTIAL, decoy))).isLessThan(4);
    }

    @Test
    void withoutADifferenceNothingStandsOut() {
        for (Reading reading : Reading.values()) {
            int beyond = 0;
            for (long seed = 1; seed <= 30; seed++) {
                beyond += largest(statistics(reading, written("", 0, seed))) > 2.4 ? 1 : 0;
            }
            // The largest of six independent statistics is beyond 2.4 in 5 of 100.
            assertThat(beyond).as(reading.toString()).isLessThanOrEqualTo(5);
        }
    }

    @Test
    void theOrderOfRowsDoesNotMatter() {
        Panel panel = written("owl", 1, 3);
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, 2 * PAIRS).boxed().toList());
        Collections.shuffle(order, new Random(4));
        Panel other = new Panel(
                panel.kind(),
                panel.traits().stream().map(gain -> taking(gain, order)).toList(),
                panel.placebos().stream().map(gain -> taking(gain, order)).toList());
        for (Reading reading : Reading.values()) {
            List<double[]> there = reading.of(panel).traits();
            List<double[]> here = reading.of(other).traits();
            for (int trait = 0; trait < there.size(); trait++) {
                double[] scores = there.get(trait);
                assertThat(here.get(trait))
                        .as("%s, %s", reading, TRAITS.get(trait))
                        .containsExactly(
                                order.stream().mapToDouble(row -> scores[row]).toArray(), within(1e-3));
            }
        }
    }

    private static Panel.Gain taking(Panel.Gain gain, List<Integer> order) {
        return new Panel.Gain(
                gain.name(), order.stream().mapToDouble(row -> gain.nats()[row]).toArray());
    }

    @Test
    void gainsOutOfAllProportionAreCutAndNoOthers() {
        double[] nats = new double[101];
        for (int i = 0; i < nats.length; i++) {
            nats[i] = i - 50;
        }
        assertThat(Panel.Gain.of("owl", nats, new double[101]).nats()).containsExactly(nats);
        double[] spoilt = nats.clone();
        spoilt[3] = 1e6;
        spoilt[4] = -1e6;
        double[] cut = Panel.Gain.of("owl", spoilt, new double[101]).nats();
        // Half of all lie within 25 or so of the median, so 30 such distances are 750 and more.
        assertThat(cut[3]).isBetween(700.0, 800.0);
        assertThat(cut[4]).isBetween(-800.0, -700.0);
        assertThat(cut[60]).isEqualTo(10);
        double[] still = new double[101];
        still[7] = 2;
        assertThat(Panel.Gain.of("owl", still, new double[101]).nats()).containsExactly(still);
        assertThat(Reading.PARTIAL
                        .of(new Panel(
                                "persona",
                                List.of(new Panel.Gain("owl", new double[8]), new Panel.Gain("fox", new double[8])),
                                List.of()))
                        .traits())
                .allSatisfy(scores -> assertThat(scores).containsOnly(0));
    }
}
