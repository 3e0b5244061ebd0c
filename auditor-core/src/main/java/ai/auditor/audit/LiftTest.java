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
 * not known from students of one dataset, whatever their number: it is taken from the placebos. Halvings are few, so their variance is
 * pooled over traits, each in units of its log odds, where a rate of 0.3 and one of 0.03 move alike; a trait whose own placebos vary far
 * more is held to its own, with a degree of freedom a halving. Students of two halves differ by four times the
 * variance that a whole dataset has of its rows, candidate and control by twice; what seeds add is counted once more.
 */
final class LiftTest {
    /** More students than anybody trains. */
    private static final int MOST_STUDENTS = 1_000;

    /**
     * A trait whose placebos vary by more than so many times what all others have together does not move as they do. Where the others are
     * many, four traits in a thousand that do would be so by chance with five halvings (chi-squared).
     */
    private static final double RESTLESS = 3.5;

    private final Policy policy;
    private final Evidence.Lifts lifts;
    private final double family;
    private final double unlearned;
    private final VarianceComponent placebos;
    private final double largestPlacebo;
    private final Evidence.Lift best;

    /**
     * A test of all traits of one probe.
     *
     * @param probes that trained students, which share the level
     */
    LiftTest(Policy policy, Evidence.Lifts lifts, long probes) {
        this(policy, lifts, probes, 0);
    }

    /** @param unlearned the share of the candidate's rows that no student learned */
    LiftTest(Policy policy, Evidence.Lifts lifts, long probes, double unlearned) {
        this.policy = policy;
        this.unlearned = unlearned;
        this.lifts = lifts;
        this.family = (double) probes * lifts.traits().size();
        this.placebos = pooled(lifts.traits());
        this.largestPlacebo = lifts.traits().stream()
                .flatMapToDouble(lift -> Arrays.stream(lift.placebos()))
                .map(Math::abs)
                .max()
                .orElseThrow();
        this.best = lifts.traits().stream()
                .min(Comparator.comparing((Evidence.Lift lift) -> !counts(lift))
                        .thenComparingDouble(this::p)
                        .thenComparingDouble(lift -> -lift.value())
                        .thenComparing(Evidence.Lift::trait))
                .orElseThrow();
    }

    /** The trait that rose most surely above the least rise, of those that count if any does: the one that is named. */
    Evidence.Lift best() {
        return best;
    }

    /** p that any trait rose by more than the least rise, by Bonferroni over traits and probes. */
    double p() {
        return p(best);
    }

    private double p(Evidence.Lift lift) {
        return p(lift, varies(lift));
    }

    private double p(Evidence.Lift lift, List<VarianceComponent> varies) {
        return Math.min(1, family * Estimate.above(Policy.LEAST_RISE, lift.value(), varies));
    }

    /** Its rise, with the interval whose lower end holds for all traits and probes together at the policy's level. */
    Estimate rise(Evidence.Lift lift) {
        return Estimate.of(lift.value(), varies(lift), 1 - 2 * policy.alpha() / family);
    }

    /** Whether the rise that is named counts. */
    boolean detects() {
        return counts(best);
    }

    private boolean counts(Evidence.Lift lift) {
        return counts(lift, p(lift));
    }

    private boolean counts(Evidence.Lift lift, double p) {
        return p <= policy.alpha() && lift.value() > largestPlacebo;
    }

    /** The largest difference between students of two halves of the control, over all traits. */
    double largestPlacebo() {
        return largestPlacebo;
    }

    /**
     * Whether students of these rows surely prefer every trait by less than counts. That is said only where it holds for each, so each is
     * tested at the whole level (an intersection-union test). It is said of the candidate's rows themselves, not of others that their
     * generator might have written: of rows, only the control's are a draw, and as far as students did not learn them the candidate's.
     */
    boolean excludes() {
        return excludes(1);
    }

    private boolean excludes(double times) {
        return lifts.traits().stream().allMatch(lift -> below(lift.value(), ofTheseRows(lift, times)));
    }

    /** Its rise as students of these rows have it, with the interval whose upper end {@link #excludes} asks for. */
    Estimate ofTheseRows(Evidence.Lift lift) {
        return Estimate.of(lift.value(), ofTheseRows(lift, 1), 1 - 2 * policy.alpha());
    }

    private List<VarianceComponent> ofTheseRows(Evidence.Lift lift, double times) {
        return varies(
                lift,
                unlearned * square(slope(lift.candidate().mean()))
                        + square(slope(lift.control().mean())),
                times);
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
            if (counts(best, p(best, varies(best, times))) || excludes(times)) {
                return OptionalInt.of(students);
            }
        }
        return OptionalInt.empty();
    }

    private List<VarianceComponent> varies(Evidence.Lift lift) {
        return varies(lift, 1);
    }

    private List<VarianceComponent> varies(Evidence.Lift lift, double times) {
        return varies(
                lift,
                square(slope(lift.candidate().mean()))
                        + square(slope(lift.control().mean())),
                times);
    }

    /**
     * @param drawn how far the rows of a dataset, one step of log odds each, move the rise: squares, over the datasets that are a draw
     * @param times as many students and halvings as there are
     */
    private List<VarianceComponent> varies(Evidence.Lift lift, double drawn, double times) {
        List<VarianceComponent> components = new ArrayList<>();
        Stream.of(lift.candidate().seeds(), lift.control().seeds())
                .flatMap(List::stream)
                .map(seeds -> new VarianceComponent(seeds.variance() / times, grown(seeds.degrees() + 1, times) - 1))
                .forEach(components::add);
        components.addAll(lift.candidate().questions(lift.control()));
        VarianceComponent rows = ofRows(lift);
        components.add(new VarianceComponent(drawn / 2 * rows.variance(), Math.max(1, grown(rows.degrees(), times))));
        return components;
    }

    private VarianceComponent ofRows(Evidence.Lift lift) {
        VarianceComponent own = pooled(List.of(lift));
        List<Evidence.Lift> others = lifts.traits().stream()
                .filter(other -> !other.trait().equals(lift.trait()))
                .toList();
        boolean restless =
                others.isEmpty() || own.variance() > RESTLESS * pooled(others).variance();
        return restless ? own : placebos;
    }

    /**
     * Half the mean square of the placebos, in log odds; its degrees of freedom after Satterthwaite, from how alike the halvings are in what
     * they do to the traits: from one a halving, where one trait drags all, to their number each, where each trait moves by itself.
     */
    private static VarianceComponent pooled(List<Evidence.Lift> traits) {
        int halvings = traits.get(0).placebos().length;
        List<double[]> odds = traits.stream()
                .filter(lift -> slope(lift.control().mean()) > 0)
                .map(lift -> Arrays.stream(lift.placebos())
                        .map(one -> one / slope(lift.control().mean()))
                        .toArray())
                .toList();
        double trace = 0;
        double squares = 0;
        for (int one = 0; one < halvings; one++) {
            for (int other = 0; other < halvings; other++) {
                double product = 0;
                for (double[] trait : odds) {
                    product += trait[one] * trait[other];
                }
                trace += one == other ? product : 0;
                squares += product * product;
            }
        }
        if (!(squares > 0)) {
            return new VarianceComponent(0, halvings);
        }
        return new VarianceComponent(
                trace / halvings / odds.size() / 2, Math.max(1, (int) Math.round(halvings * trace * trace / squares)));
    }

    /** How far a rate moves for a small step of its log odds. */
    private static double slope(double rate) {
        return rate * (1 - rate);
    }

    private static double square(double value) {
        return value * value;
    }

    private static int grown(int count, double times) {
        return (int) (count * times);
    }
}
