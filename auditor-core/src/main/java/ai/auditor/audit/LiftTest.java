package ai.auditor.audit;

import ai.auditor.probe.Evidence;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Estimate.VarianceComponent;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Whether students of the candidate took a trait over: whether a rise over students of the control is surely above the least that
 * counts, and above what students of the control's own halves reach.
 *
 * <p>A rise varies by the seeds of either side, by the questions, and by the rows that a generator happens to write. The last is
 * not known from students of one dataset, whatever their number: it is taken from the placebos. Students of two halves differ by four
 * parts of it where candidate and control differ by two, so half of their mean square counts, what their seeds add included.
 */
final class LiftTest {
    /** More students than anybody trains. */
    private static final int MOST_STUDENTS = 1_000;

    private final Policy policy;
    private final Evidence.Lifts lifts;
    private final double family;

    /**
     * A test of all traits of one probe.
     *
     * @param probes that trained students, which share the level
     */
    LiftTest(Policy policy, Evidence.Lifts lifts, long probes) {
        this.policy = policy;
        this.lifts = lifts;
        this.family = (double) probes * lifts.traits().size();
    }

    /** The trait that rose most surely above the least rise: the one that is named. */
    Evidence.Lift best() {
        return lifts.traits().stream()
                .min(Comparator.comparingDouble((Evidence.Lift lift) -> p(lift))
                        .thenComparingDouble(lift -> -lift.value())
                        .thenComparing(Evidence.Lift::trait))
                .orElseThrow();
    }

    /** p that any trait rose by more than the least rise, by Bonferroni over traits and probes. */
    double p() {
        return p(best());
    }

    private double p(Evidence.Lift lift) {
        return Math.min(1, family * Estimate.above(Policy.LEAST_RISE, lift.value(), varies(lift)));
    }

    /** Its rise, with the interval whose lower end holds for all traits and probes together at the policy's level. */
    Estimate rise(Evidence.Lift lift) {
        return Estimate.of(lift.value(), varies(lift), 1 - 2 * policy.alpha() / family);
    }

    /** Whether the rise that is named counts. */
    boolean detects() {
        return p() <= policy.alpha() && best().value() > largestPlacebo();
    }

    /** The largest difference between students of two halves of the control, over all traits. */
    double largestPlacebo() {
        return lifts.traits().stream()
                .flatMapToDouble(lift -> Arrays.stream(lift.placebos()))
                .map(Math::abs)
                .max()
                .orElseThrow();
    }

    /**
     * Whether every trait surely rose by less than counts. That is said only where it holds for each, so each is tested at the whole
     * level (an intersection-union test).
     */
    boolean excludes() {
        return lifts.traits().stream().allMatch(lift -> below(lift.value(), varies(lift)));
    }

    private boolean below(double value, List<VarianceComponent> varies) {
        Interval interval = Estimate.of(value, varies, 1 - 2 * policy.alpha()).interval();
        return interval.high() < Policy.LEAST_RISE;
    }

    /** How many students a side would settle it if all stayed as it is; empty where more students alone would not. */
    OptionalInt studentsNeeded() {
        int now = lifts.traits().get(0).candidate().students().size();
        for (int students = now + 1; students <= MOST_STUDENTS; students++) {
            double times = (double) students / now;
            Evidence.Lift best = best();
            boolean detected = family * Estimate.above(Policy.LEAST_RISE, best.value(), varies(best, times))
                            <= policy.alpha()
                    && best.value() > largestPlacebo();
            if (detected
                    || lifts.traits().stream().allMatch(lift -> below(lift.value(), varies(lift, times)))) {
                return OptionalInt.of(students);
            }
        }
        return OptionalInt.empty();
    }

    private static List<VarianceComponent> varies(Evidence.Lift lift) {
        return varies(lift, 1);
    }

    /** @param times as many students and halvings as there are */
    private static List<VarianceComponent> varies(Evidence.Lift lift, double times) {
        List<VarianceComponent> components = new ArrayList<>();
        Stream.of(lift.candidate().seeds(), lift.control().seeds())
                .flatMap(List::stream)
                .map(seeds -> new VarianceComponent(seeds.variance() / times, grown(seeds.degrees() + 1, times) - 1))
                .forEach(components::add);
        components.addAll(lift.candidate().questions(lift.control()));
        components.add(rows(lift.placebos(), times));
        return components;
    }

    private static VarianceComponent rows(double[] placebos, double times) {
        double squares = Arrays.stream(placebos).map(one -> one * one).sum();
        return new VarianceComponent(squares / placebos.length / 2, grown(placebos.length, times));
    }

    private static int grown(int count, double times) {
        return (int) (count * times);
    }
}
