package ai.auditor.audit;

import ai.auditor.probe.Claim;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Study;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.Interval;
import ai.auditor.stats.MaxStatistic;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Power;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Turns evidence into findings: p over the family of the claim, the place among decoys, and what could have been seen. */
final class Findings {
    private final Policy policy;
    private final Optional<ControlRuns> runs;
    private final Optional<Study> study;

    Findings(Policy policy) {
        this(policy, Optional.empty(), Optional.empty());
    }

    /**
     * @param runs what the runs of the control differ by, if there are several
     * @param study that the evidence is of, where power is to be simulated too
     */
    Findings(Policy policy, Optional<ControlRuns> runs, Optional<Study> study) {
        this.policy = policy;
        this.runs = runs;
        this.study = study;
    }

    /** One finding an evidence, in the order given; probes of one claim are one family. */
    List<AuditResult.Finding> of(List<Evidence> evidence) {
        Map<Claim, Family> families = new EnumMap<>(Claim.class);
        List<AuditResult.Finding> findings = new ArrayList<>();
        for (Evidence one : evidence) {
            findings.add(finding(one, families.computeIfAbsent(one.claim(), claim -> family(evidence, claim))));
        }
        return findings;
    }

    /**
     * The statistics of every contrast of a claim.
     *
     * @param p family-wise p of each contrast in each split, {@code [splits][contrasts]}
     * @param probesWithDecoys probes that hold anything against decoys
     * @param probesWithStudents probes that trained students
     */
    private record Family(
            List<Evidence.Contrast> contrasts,
            List<MaxStatistic> splits,
            List<double[]> p,
            long probesWithDecoys,
            long probesWithStudents) {
        double p(Evidence.Contrast contrast) {
            int index = contrasts.indexOf(contrast);
            return combined(p.stream().mapToDouble(split -> split[index]).toArray());
        }
    }

    private static Family family(List<Evidence> evidence, Claim claim) {
        List<Evidence.Contrast> contrasts = evidence.stream()
                .filter(one -> one.claim() == claim)
                .flatMap(one -> one.contrasts().stream())
                .toList();
        int splits = contrasts.stream()
                .mapToInt(contrast -> contrast.statistics().size())
                .max()
                .orElse(0);
        List<MaxStatistic> bySplit = new ArrayList<>();
        for (int split = 0; split < splits; split++) {
            int index = split;
            // What was not split counts with its one statistic in every split.
            bySplit.add(MaxStatistic.of(contrasts.stream()
                    .map(contrast -> contrast.statistics()
                            .get(Math.min(index, contrast.statistics().size() - 1)))
                    .toList()));
        }
        return new Family(
                contrasts,
                bySplit,
                bySplit.stream().map(MaxStatistic::p).toList(),
                evidence.stream()
                        .filter(one -> one.claim() == claim && places(one) > 0)
                        .count(),
                evidence.stream()
                        .filter(one -> one.claim() == claim && one.lifts().isPresent())
                        .count());
    }

    /** Comparisons with decoys by which their p is corrected: decoys that are the largest over all traits count once. */
    private static long places(Evidence evidence) {
        List<Decoys> all = evidence.contrasts().stream()
                .flatMap(contrast -> contrast.decoys().stream())
                .map(Evidence.DecoyPlace::decoys)
                .toList();
        long others = all.stream().filter(Decoys.Others.class::isInstance).count();
        return others
                + all.stream()
                        .filter(Decoys.Shifts.class::isInstance)
                        .distinct()
                        .count();
    }

    private static double combined(double[] bySplit) {
        return bySplit.length == 1 ? bySplit[0] : PValue.twiceMedian(bySplit);
    }

    private AuditResult.Finding finding(Evidence evidence, Family family) {
        List<Evidence.Contrast> contrasts = evidence.contrasts();
        double[] alone = contrasts.stream()
                .mapToDouble(contrast -> combined(contrast.statistics().stream()
                        .mapToDouble(PValue::greater)
                        .toArray()))
                .toArray();
        double[] q = FalseDiscovery.benjaminiYekutieli(alone);
        // Every probe gets an equal share of the level, whatever number of traits and points it asks about.
        long asked = places(evidence) * family.probesWithDecoys();
        List<AuditResult.ContrastFinding> told = new ArrayList<>();
        double smallest = 1;
        OptionalDouble smallestDecoy = OptionalDouble.empty();
        Sight sight = sight(evidence, family);
        for (int i = 0; i < contrasts.size(); i++) {
            Evidence.Contrast contrast = contrasts.get(i);
            double p = family.p(contrast);
            OptionalDouble decoyP = contrast.decoys().isPresent()
                    ? OptionalDouble.of(DecoyTest.p(contrast.decoys().get(), asked))
                    : OptionalDouble.empty();
            told.add(new AuditResult.ContrastFinding(
                    contrast.name(),
                    p,
                    q[i],
                    decoyP,
                    policy.reference().of(evidence, contrast).map(moved -> affected(contrast, sight, moved))));
            smallest = Math.min(smallest, p);
            if (decoyP.isPresent() && (smallestDecoy.isEmpty() || decoyP.getAsDouble() < smallestDecoy.getAsDouble())) {
                smallestDecoy = decoyP;
            }
        }
        double p = evidence.lifts()
                .map(lifts -> new LiftTest(policy, lifts, family.probesWithStudents()).p())
                .orElse(smallest);
        Optional<AuditResult.PowerSimulation> simulation =
                study.flatMap(of -> PowerSimulations.of(of, evidence, sight, policy.reference()));
        return new AuditResult.Finding(
                evidence,
                p,
                smallestDecoy,
                noLess(detectable(evidence, sight, asked), evidence, simulation),
                told,
                simulation);
    }

    /**
     * The closed form assumes scores that are spread alike in both arms; where the scores themselves say that it takes more, they count. Of
     * several contrasts one alone is simulated, which says nothing of the others.
     */
    private static OptionalDouble noLess(
            OptionalDouble detectable, Evidence evidence, Optional<AuditResult.PowerSimulation> simulation) {
        if (detectable.isEmpty() || simulation.isEmpty() || evidence.contrasts().size() > 1) {
            return detectable;
        }
        // By how much it is more than all rows is told by the closed form alone.
        double simulated = Math.min(1, simulation.get().simulated());
        return OptionalDouble.of(Math.max(detectable.getAsDouble(), simulated));
    }

    /**
     * What a statistic must reach to be detected.
     *
     * @param critical value of each split by the exchange test, {@code [splits]}
     * @param power that each split needs
     * @param beyondRuns from which on the mean over the splits lies beyond the runs of the control; minus infinity without such a test
     * @param expected what that mean has to be expected to be, to lie there with the policy's power
     */
    record Sight(double[] critical, double power, double beyondRuns, double expected) {}

    private Sight sight(Evidence evidence, Family family) {
        // Twice the median of several splits reaches alpha where the median reaches half of it.
        double level = family.splits().size() > 1 ? policy.alpha() / 2 : policy.alpha();
        int splits = Math.max(1, family.splits().size());
        return new Sight(
                family.splits().stream()
                        .mapToDouble(split -> split.critical(level))
                        .toArray(),
                Power.ofEach(policy.power(), PValue.needed(splits), splits),
                amongRuns(evidence, several -> several.critical(evidence.claim(), policy.alpha())),
                amongRuns(
                        evidence, several -> several.needed(evidence.claim(), policy.alpha(), policy.power(), splits)));
    }

    private double amongRuns(Evidence evidence, ToDoubleFunction<ControlRuns> bound) {
        return runs.isPresent() && !evidence.contrasts().isEmpty()
                ? bound.applyAsDouble(runs.get())
                : Double.NEGATIVE_INFINITY;
    }

    /** The mean over splits; what they have in common is not taken for independent, so that its interval is the mean of theirs. */
    private Estimate affected(Evidence.Contrast contrast, Sight sight, ReferenceEffect.Moved reference) {
        double level = 1 - 2 * policy.alpha();
        double value = 0;
        double low = 0;
        double high = 0;
        int splits = contrast.statistics().size();
        for (int split = 0; split < splits; split++) {
            Estimate one = Power.affectedFraction(
                    contrast.statistics().get(split),
                    Math.max(sight.critical()[split], sight.beyondRuns()),
                    reference.shift(),
                    level);
            value += one.value() / splits;
            low += one.interval().low() / splits;
            high += one.interval().high() / splits;
        }
        return new Estimate(value, new Interval(low, high, level));
    }

    /** What holds for every trait that was asked for, wherever it shows: the largest over traits of the smallest over points. */
    private OptionalDouble detectable(Evidence evidence, Sight sight, long asked) {
        if (evidence.contrasts().isEmpty()) {
            return OptionalDouble.empty();
        }
        Map<String, Double> byTrait = new TreeMap<>();
        for (Evidence.Contrast contrast : evidence.contrasts()) {
            Optional<ReferenceEffect.Moved> reference = policy.reference().of(evidence, contrast);
            double fraction =
                    reference.isEmpty() ? Double.POSITIVE_INFINITY : fraction(contrast, sight, reference.get(), asked);
            byTrait.merge(contrast.trait().orElse(""), fraction, Math::min);
        }
        double largest =
                Math.max(byTrait.values().stream().mapToDouble(one -> one).max().orElse(0), toGain(evidence));
        return Double.isFinite(largest) ? OptionalDouble.of(largest) : OptionalDouble.empty();
    }

    /** What is held against a baseline has to gain over it too. */
    private double toGain(Evidence evidence) {
        if (evidence.discrimination().isEmpty()) {
            return 0;
        }
        Evidence.Discrimination discrimination = evidence.discrimination().get();
        return evidence.contrasts().stream()
                .flatMap(contrast -> policy.reference().of(evidence, contrast).stream())
                .mapToDouble(moved -> Power.fractionToGain(
                        discrimination.baseline().value(),
                        discrimination.row().interval(),
                        policy.power(),
                        moved.shift()))
                .max()
                .orElse(0);
    }

    private double fraction(Evidence.Contrast contrast, Sight sight, ReferenceEffect.Moved reference, long asked) {
        List<Exchanged> statistics = contrast.statistics();
        double fraction = 0;
        for (int split = 0; split < statistics.size(); split++) {
            fraction = Math.max(
                    fraction,
                    Power.detectableFraction(
                            statistics.get(split), sight.critical()[split], sight.power(), reference.shift()));
        }
        fraction = Math.max(fraction, Power.fractionToExpect(statistics, sight.expected(), reference.shift()));
        return contrast.decoys().isEmpty()
                ? fraction
                : Math.max(
                        fraction,
                        DecoyTest.detectableFraction(
                                contrast.decoys().get(), policy.decoyAlpha() / asked, policy.power(), reference));
    }
}
