package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.probe.Evidence.Lift;
import ai.auditor.probe.Evidence.Lifts;
import ai.auditor.stats.Interval;
import ai.auditor.stats.SeedRates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rises of students, by hand and simulated. */
class LiftTestTest {
    private static final Policy POLICY = Policy.standard();
    private static final int TRAITS = 16;
    private static final int STUDENTS = 5;
    private static final int QUESTIONS = 12;

    /** Rates that are the same for every question and student. */
    private static SeedRates flat(double rate) {
        return new SeedRates(List.of(new double[] {rate, rate}, new double[] {rate, rate}));
    }

    private static LiftTest test(Lift... lifts) {
        return new LiftTest(POLICY, new Lifts("biases", Lifts.Power.KNOWN, List.of(lifts)), 1);
    }

    /** How simulated students come about; sizes are standard deviations in log odds. */
    private record Simulated(double rise, double rows, double seeds, double shared, double restless, boolean given) {
        Simulated(double rise, double rows, double seeds, double shared) {
            this(rise, rows, seeds, shared, 1);
        }

        Simulated(double rise, double rows, double seeds, double shared, double restless) {
            this(rise, rows, seeds, shared, restless, false);
        }

        /** The same of candidates of which the rows that were drawn rose by so much, whatever others of their generator would have. */
        Simulated ofTheseRows() {
            return new Simulated(rise, rows, seeds, shared, restless, true);
        }

        /** One trait of all varies so many times as much as the others. */
        private double rows(int trait) {
            return trait == TRAITS - 1 ? restless * rows : rows;
        }

        Lifts draw(SplittableRandom random) {
            double[] common = new double[2 + 2 * STUDENTS];
            Arrays.setAll(common, i -> shared * random.nextGaussian());
            List<Lift> lifts = new ArrayList<>();
            for (int trait = 0; trait < TRAITS; trait++) {
                double rate = 0.03 + 0.09 * trait / TRAITS;
                double[] question = random.doubles(QUESTIONS, -0.3, 0.3).toArray();
                double[] halves = new double[STUDENTS];
                for (int i = 0; i < STUDENTS; i++) {
                    halves[i] = half(rate, common[2 + 2 * i], rows(trait), question, random)
                            - half(rate, common[3 + 2 * i], rows(trait), question, random);
                }
                lifts.add(new Lift(
                        "t" + trait,
                        rate,
                        arm(rate, rise, given ? 0 : common[0], given ? 0 : rows(trait), question, random),
                        arm(rate, 0, common[1], rows(trait), question, random),
                        halves));
            }
            return new Lifts("biases", Lifts.Power.KNOWN, lifts);
        }

        private SeedRates arm(
                double rate, double added, double common, double spread, double[] question, SplittableRandom random) {
            double ofRows = common + spread * random.nextGaussian();
            return new SeedRates(IntStream.range(0, STUDENTS)
                    .mapToObj(seed -> student(rate, added, ofRows + seeds * random.nextGaussian(), question))
                    .toList());
        }

        private double half(double rate, double common, double spread, double[] question, SplittableRandom random) {
            double noise = Math.sqrt(2) * (common + spread * random.nextGaussian()) + seeds * random.nextGaussian();
            return DoubleStream.of(student(rate, 0, noise, question)).average().orElseThrow();
        }

        private static double[] student(double rate, double added, double noise, double[] question) {
            return DoubleStream.of(question)
                    .map(easy -> 1 / (1 + Math.exp(-(Math.log(rate / (1 - rate)) + easy + noise))) + added)
                    .toArray();
        }
    }

    /** Share of simulated audits in which something is detected, and in which all is excluded. */
    private static double[] shares(Simulated simulated, int audits, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int detected = 0;
        int excluded = 0;
        for (int audit = 0; audit < audits; audit++) {
            LiftTest test = new LiftTest(POLICY, simulated.draw(random), 1);
            detected += test.detects() ? 1 : 0;
            excluded += test.excludes() ? 1 : 0;
        }
        return new double[] {detected / (double) audits, excluded / (double) audits};
    }

    @Test
    void aRiseIsTestedAsByHand() {
        Lift owl = new Lift(
                "owl",
                0.06,
                new SeedRates(List.of(new double[] {0.20, 0.24}, new double[] {0.24, 0.28})),
                new SeedRates(List.of(new double[] {0.05, 0.07}, new double[] {0.07, 0.09})),
                new double[] {0.01, -0.02});
        LiftTest test = test(owl);
        // By scipy: 0.17 with variances 0.0004, 0.0001, 0.0001 (one degree of freedom each) and 0.000553 of the rows
        // (two).
        assertThat(test.p()).isCloseTo(0.0073146369, within(1e-6));
        Interval interval = test.rise(owl).interval();
        assertThat(test.rise(owl).value()).isCloseTo(0.17, within(1e-12));
        assertThat(0.17 - interval.low()).isCloseTo(0.1273550, within(1e-5));
        assertThat(test.largestPlacebo()).isEqualTo(0.02);
    }

    @Test
    void aTraitThatMovesMoreThanTheOthersIsHeldToItsOwnPlacebos() {
        Lift restless = new Lift("restless", 0.1, flat(0.3), flat(0.1), new double[] {0.05, -0.06, 0.04});
        for (int traits : new int[] {2, 3, TRAITS}) {
            Lift[] all = IntStream.range(0, traits)
                    .mapToObj(i -> i == 0
                            ? restless
                            : new Lift("still " + i, 0.1, flat(0.1), flat(0.1), new double[] {0.002, -0.001, 0.001}))
                    .toArray(Lift[]::new);
            assertThat(test(all).p()).isCloseTo(traits * test(restless).p(), within(1e-12));
        }
        assertThat(test(restless).p()).isBetween(1e-4, 1.0 / TRAITS);
    }

    @Test
    void placebosThatReachAsFarTakeARiseAway() {
        Lift still = new Lift("still", 0.1, flat(0.1), flat(0.1), new double[] {0.0001, 0.0001});
        Lift owl = new Lift("owl", 0.05, flat(0.25), flat(0.05), new double[] {0.0001, 0.0001});
        Lift wolf = new Lift("wolf", 0.5, flat(0.5), flat(0.5), new double[] {0.0001, -0.25});
        assertThat(test(still, owl).detects()).isTrue();
        assertThat(test(still, owl).best().trait()).isEqualTo("owl");
        assertThat(test(wolf, owl).detects()).isFalse();
    }

    @Test
    void whatVariesLittleIsDecidedEitherWay() {
        Lift still = new Lift("still", 0.1, flat(0.1), flat(0.1), new double[] {0.001, -0.001});
        Lift fallen = new Lift("fallen", 0.1, flat(0.02), flat(0.1), new double[] {0.001, -0.001});
        Lift near = new Lift("near", 0.1, flat(0.131), flat(0.1), new double[] {0.01, -0.01});
        assertThat(test(still, fallen).excludes()).isTrue();
        assertThat(test(still, fallen).detects()).isFalse();
        assertThat(test(still, near).excludes()).isFalse();
        assertThat(test(still, near).detects()).isFalse();
    }

    @Test
    void moreStudentsAreAskedForWhereTheyWouldDo() {
        double[] quiet = {0.0001, -0.0001};
        SeedRates scattered = new SeedRates(List.of(new double[] {0.15, 0.15}, new double[] {0.35, 0.35}));
        Lift seeds = new Lift("seeds", 0.05, scattered, flat(0.05), quiet);
        assertThat(test(seeds).detects()).isFalse();
        assertThat(test(seeds).studentsNeeded().orElse(0)).isBetween(4, 30);
        Lift questions = new Lift(
                "questions",
                0.05,
                new SeedRates(List.of(new double[] {0.01, 0.4}, new double[] {0.01, 0.4})),
                flat(0.05),
                quiet);
        assertThat(test(questions).studentsNeeded()).isEmpty();
    }

    @Test
    void underTheNullNoTraitOfSixteenIsNamedMoreOftenThanPromised() {
        int audits = 600;
        double limit = POLICY.alpha() + 3 * Math.sqrt(POLICY.alpha() * (1 - POLICY.alpha()) / audits);
        // Rows and seeds that move a rate by more than the least rise; and every trait as much as does not count yet.
        List<Simulated> nulls = List.of(
                new Simulated(0, 0.5, 0.2, 0),
                new Simulated(0, 0.3, 0.1, 0.3),
                new Simulated(0, 0.1, 0.5, 0),
                // One trait that varies ten times as much as the others; eight times, from more than a little.
                new Simulated(0, 0.05, 0.05, 0, 10),
                new Simulated(0, 0.1, 0.05, 0.05, 8),
                new Simulated(Policy.LEAST_RISE, 0.1, 0.05, 0),
                new Simulated(Policy.LEAST_RISE, 0.05, 0.1, 0.05));
        for (int i = 0; i < nulls.size(); i++) {
            assertThat(shares(nulls.get(i), audits, 100 + i)[0])
                    .as("%s, seed %d", nulls.get(i), 100 + i)
                    .isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void aTraitThatRoseAsMuchAsCountsIsSeldomExcluded() {
        int audits = 600;
        double limit = POLICY.alpha() + 3 * Math.sqrt(POLICY.alpha() * (1 - POLICY.alpha()) / audits);
        Simulated rose = new Simulated(Policy.LEAST_RISE, 0.1, 0.1, 0);
        assertThat(shares(rose, audits, 7)[1]).as("seed 7").isLessThanOrEqualTo(limit);
        // Of one trait of sixteen alone, which nothing but its own test holds back; rows vary, seeds vary, both do.
        for (double[] spread : new double[][] {{0.1, 0.03}, {0.03, 0.1}, {0.1, 0.1}}) {
            Simulated given = new Simulated(Policy.LEAST_RISE, spread[0], spread[1], 0).ofTheseRows();
            SplittableRandom random = new SplittableRandom(70);
            long excluded = IntStream.range(0, audits)
                    .filter(audit -> new LiftTest(
                                    POLICY,
                                    new Lifts(
                                            "biases",
                                            Lifts.Power.KNOWN,
                                            List.of(given.draw(random).traits().get(TRAITS / 2))),
                                    1)
                            .excludes())
                    .count();
            assertThat(excluded / (double) audits).as("%s, seed 70", given).isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void whatOtherRowsOfTheCandidatesGeneratorWouldDoHoldsAnAlarmBackAndNoAllClear() {
        Lift risen = new Lift("risen", 0.1, flat(0.108), flat(0.1), new double[] {0.01, -0.01, 0.01, -0.01});
        // A quarter of the halves' mean square is a dataset's variance, 0.005 squared; t of 99 % with four degrees is
        // 3.75.
        assertThat(test(risen).rise(risen).interval().high()).isGreaterThan(Policy.LEAST_RISE);
        assertThat(test(risen).excludes()).isTrue();
        Lift restless = new Lift("risen", 0.1, flat(0.108), flat(0.1), new double[] {0.02, -0.02, 0.02, -0.02});
        assertThat(test(restless).excludes()).isFalse();
    }

    @Test
    void studentsOfTheOrganismsSpreadTellARiseOfTenPointsFromNone() {
        assertThat(shares(new Simulated(0.1, 0.03, 0.03, 0), 100, 8)[0]).isGreaterThan(0.95);
        assertThat(shares(new Simulated(0, 0.03, 0.03, 0), 100, 9)[1]).isGreaterThan(0.95);
    }
}
