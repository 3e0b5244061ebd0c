package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.Dataset;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Prediction;
import ai.auditor.stats.Vectors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * What the runs of the control differ by: every run stood in the candidate's place, against all other runs and the candidate, and every probe
 * was fitted and asked anew. If the candidate is but one more run, each of all these runs is as likely as another to stand out.
 *
 * <p>Of each run the largest statistic of a claim counts, as of the candidate: that holds over all probes, points and traits.
 *
 * @param names of the control runs, two or more
 * @param permuted whether p is the candidate's rank; else it is by a t prediction interval with a degree of freedom less than there are runs
 * @param places one a claim of which anything was tested
 */
public record ControlRuns(List<String> names, boolean permuted, List<Place> places) {
    /** Runs below which hardly any difference stands out: of three the interval reaches eleven of their standard deviations. */
    public static final int RECOMMENDED = 4;

    /** An interval has two ends; what the doubling costs pays for the largest of many statistics not being normal. */
    static final int SIDES = 2;

    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    public ControlRuns {
        names = List.copyOf(names);
        places = List.copyOf(places);
    }

    /**
     * The place of the candidate among the runs in what tests a claim.
     *
     * @param statistic what is held against each other: a studentised shift, or the rise of a trait in students
     * @param candidate the candidate's largest
     * @param runs each control run's largest, {@code [runs]}
     * @param p two-sided chance that one more run lies as far out as the candidate
     */
    public record Place(Claim claim, String statistic, double candidate, double[] runs, double p) {
        public Place {
            Objects.requireNonNull(claim);
            Objects.requireNonNull(statistic);
        }

        /** The sample standard deviation of the runs. */
        public double deviation() {
            return Vectors.deviation(runs);
        }
    }

    /**
     * From the evidence of the candidate and of every run.
     *
     * @param runs of the same probes in the same order, one list a run
     * @param alpha the level of a claim; ranks are taken where they can reach half of it
     * @throws AuditException {@code DATA} where a probe tested something of the candidate and nothing of a run, or the other way round, which
     *     those in the box do not
     */
    static ControlRuns of(List<String> names, List<Evidence> candidate, List<List<Evidence>> runs, double alpha) {
        for (int run = 0; run < runs.size(); run++) {
            requireAlike(names.get(run), candidate, runs.get(run));
        }
        boolean permuted = SIDES * PValue.smallest(runs.size()) <= alpha;
        List<Place> places = Arrays.stream(Claim.values())
                .filter(claim -> candidate.stream().anyMatch(one -> one.claim() == claim && tests(one)))
                .map(claim -> {
                    double own = largest(claim, candidate, candidate);
                    double[] others = new double[runs.size()];
                    Arrays.setAll(others, run -> largest(claim, runs.get(run), candidate));
                    String statistic = claim == Claim.WOULD_TRANSFER ? "rise of a trait" : "studentised shift";
                    return new Place(claim, statistic, own, others, p(own, others, permuted));
                })
                .toList();
        return new ControlRuns(names, permuted, places);
    }

    /** The same runs with the places of other claims too. */
    ControlRuns and(ControlRuns others) {
        return new ControlRuns(
                names,
                permuted,
                Stream.concat(places.stream(), others.places.stream()).toList());
    }

    /** What was tested of the candidate alone, or of a run alone, has nothing to be held against. */
    private static void requireAlike(String name, List<Evidence> candidate, List<Evidence> run) {
        for (int i = 0; i < candidate.size(); i++) {
            Tested own = Tested.of(candidate.get(i));
            Tested other = Tested.of(run.get(i));
            if (own != other) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        "the probe " + Printable.line(candidate.get(i).probe()) + " tested " + own
                                + " of the candidate, but " + other + " where the control run "
                                + Printable.quoted(name)
                                + " stood in its place, so the two cannot be held against each other: leave that run out, or the probe");
            }
        }
    }

    /** The smallest p that ranks of so many runs reach. */
    public double smallestP() {
        return SIDES * PValue.smallest(names.size());
    }

    /** Two-sided chance that the largest statistic of one more run lies as far out as this statistic. */
    double p(Claim claim, double statistic) {
        return p(statistic, runs(claim), permuted);
    }

    private static double p(double statistic, double[] runs, boolean permuted) {
        double beyond = permuted ? PValue.greater(statistic, runs) : Prediction.greater(statistic, sorted(runs), 0);
        return Math.min(1, SIDES * beyond);
    }

    /** From which on a studentised statistic lies beyond the runs; infinite where none would. */
    double critical(Claim claim, double alpha) {
        double[] runs = runs(claim);
        return permuted ? PValue.critical(runs, alpha / SIDES) : Prediction.critical(runs, 0, alpha / SIDES);
    }

    /**
     * What a studentised statistic has to be expected to be, to lie beyond the runs with a given chance: it varies as the runs do, and by its own
     * sampling error at least.
     *
     * @param power such as 0.8
     * @param splits of which the statistic is the mean
     */
    double needed(Claim claim, double alpha, double power, int splits) {
        double deviation = Math.max(Vectors.deviation(runs(claim)), 1 / StrictMath.sqrt(splits));
        return critical(claim, alpha) + NORMAL.inverseCumulativeProbability(power) * deviation;
    }

    /** How many runs that lie as these do would leave a statistic beyond them; empty where none would. */
    OptionalInt wanted(Claim claim, double statistic, double alpha) {
        return permuted
                ? OptionalInt.empty()
                : Prediction.wanted(statistic, runs(claim), alpha / SIDES, Dataset.MOST_RUNS);
    }

    private double[] runs(Claim claim) {
        return places.stream()
                .filter(place -> place.claim() == claim)
                .map(place -> sorted(place.runs()))
                .findFirst()
                .orElseThrow();
    }

    /** So that no sum depends on the order of the runs. */
    private static double[] sorted(double[] runs) {
        return Arrays.stream(runs).sorted().toArray();
    }

    /** The largest statistic of a finding. */
    static double largest(Evidence evidence) {
        return evidence.lifts().isPresent()
                ? evidence.lifts().orElseThrow().traits().stream()
                        .mapToDouble(Evidence.Lift::value)
                        .max()
                        .orElseThrow()
                : evidence.contrasts().stream()
                        .mapToDouble(Evidence.Contrast::statistic)
                        .max()
                        .orElseThrow();
    }

    private static boolean tests(Evidence evidence) {
        return Tested.of(evidence) != Tested.NOTHING;
    }

    /** What a probe tested. */
    private enum Tested {
        NOTHING("nothing"),
        CONTRASTS("contrasts"),
        STUDENTS("students");

        private final String words;

        Tested(String words) {
            this.words = words;
        }

        static Tested of(Evidence evidence) {
            return evidence.lifts().isPresent()
                    ? STUDENTS
                    : evidence.contrasts().isEmpty() ? NOTHING : CONTRASTS;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** The largest of a claim, each probe's as large as it were with as many pairs as the probe took of the candidate. */
    private static double largest(Claim claim, List<Evidence> evidence, List<Evidence> candidate) {
        return IntStream.range(0, evidence.size())
                .filter(i -> evidence.get(i).claim() == claim && tests(evidence.get(i)))
                .mapToDouble(i -> largest(evidence.get(i))
                        * (evidence.get(i).lifts().isPresent()
                                ? 1
                                : StrictMath.sqrt(units(candidate.get(i)) / units(evidence.get(i)))))
                .max()
                .orElseThrow();
    }

    private static double units(Evidence evidence) {
        return evidence.contrasts().get(0).statistics().stream()
                .mapToDouble(Exchanged::units)
                .sum();
    }
}
