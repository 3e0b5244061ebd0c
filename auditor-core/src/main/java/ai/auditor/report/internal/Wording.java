package ai.auditor.report.internal;

import ai.auditor.NumberText;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.ControlRuns;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Risk;
import ai.auditor.audit.SpikeIn;
import ai.auditor.audit.Verdict;
import ai.auditor.capture.SelfCheck;
import ai.auditor.probe.Claim;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How numbers and outcomes are said to a person, the same on a terminal and on a page; no locale. */
public final class Wording {
    /** What stands where a number is not known. */
    public static final String UNKNOWN = NumberText.UNKNOWN;

    /** A p below this is told as a bound: more digits would claim more than exchanges give. */
    private static final double SMALLEST_PRINTED_P = 1e-4;

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final BigDecimal TEN = BigDecimal.TEN;
    private static final BigDecimal NEARLY_ALL = BigDecimal.valueOf(99);

    private Wording() {}

    /** A number as {@link NumberText} says it. */
    public static String number(double value) {
        return NumberText.of(value);
    }

    /** The numeric self-check in a line: the largest of the figures that could have been near their limits. */
    public static String selfCheck(SelfCheck check) {
        String passed = "Self-check of the model passed";
        return check.figures().stream()
                .filter(figure -> figure.limit() > 0 && !open(figure))
                .max(Comparator.comparingDouble(SelfCheck.Figure::measured))
                .map(figure -> passed + ": differences of at most " + selfChecked(figure) + ".")
                .orElse(passed + ".");
    }

    /** A figure beside its limit, where that is not just the largest number. */
    public static String selfChecked(SelfCheck.Figure figure) {
        return number(figure.measured()) + (open(figure) ? " (finite)" : " (limit " + setting(figure.limit()) + ")");
    }

    private static boolean open(SelfCheck.Figure figure) {
        return figure.limit() >= Float.MAX_VALUE;
    }

    /** A number that somebody chose, as it was chosen: "0.8". */
    public static String setting(double value) {
        return Double.isFinite(value) ? plain(BigDecimal.valueOf(value)) : UNKNOWN;
    }

    /** A number that may be absent. */
    public static String number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : UNKNOWN;
    }

    /** A whole number in groups of three: "5,203". */
    public static String count(long count) {
        return NumberText.count(count);
    }

    /** A share as "12 %", with one decimal below ten and above 99, so that little is not none and most is not all. */
    public static String percent(double share) {
        return percent(share, RoundingMode.HALF_EVEN);
    }

    private static String percent(double share, RoundingMode rounding) {
        if (!Double.isFinite(share)) {
            return UNKNOWN;
        }
        BigDecimal percent = BigDecimal.valueOf(share).multiply(HUNDRED);
        BigDecimal fine = percent.setScale(1, rounding);
        boolean middling = fine.abs().compareTo(TEN) >= 0 && fine.compareTo(NEARLY_ALL) <= 0;
        return plain(middling ? percent.setScale(0, rounding) : fine) + " %";
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    /** An interval as "[0.012, 0.030]". */
    public static String interval(Interval interval) {
        return "[" + number(interval.low()) + ", " + number(interval.high()) + "]";
    }

    /** An interval with its level: "95 % interval [0.012, 0.030]". */
    public static String leveled(Interval interval) {
        return percent(interval.level()) + " interval " + interval(interval);
    }

    /** What heads a column of intervals: their level too, where all have the same. */
    public static String heading(Stream<Interval> intervals) {
        double[] levels = intervals.mapToDouble(Interval::level).distinct().toArray();
        return levels.length == 1 ? percent(levels[0]) + " interval" : "interval";
    }

    /** Mean and standard deviation of values as "0.498 (0.021)". */
    public static String spread(double[] values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (finite.length < 2) {
            return UNKNOWN;
        }
        double mean = Arrays.stream(finite).sum() / finite.length;
        double squares = Arrays.stream(finite)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return number(mean) + " (" + number(StrictMath.sqrt(squares / (finite.length - 1))) + ")";
    }

    /**
     * A p as "p 0.0002", or "p < 0.0001" where it lies below what can be reached or printed.
     *
     * @param smallest the smallest p that the exchanges can reach
     */
    public static String p(double p, double smallest) {
        return Double.isFinite(p) ? "p " + bareP(p, smallest) : "no p";
    }

    /** The same without the letter, for a column of p. */
    public static String bareP(double p, double smallest) {
        return NumberText.p(p, Double.isFinite(smallest) ? Math.max(SMALLEST_PRINTED_P, smallest) : SMALLEST_PRINTED_P);
    }

    /** The same of a p that may be absent. */
    public static String bareP(OptionalDouble p, double smallest) {
        return p.isPresent() ? bareP(p.getAsDouble(), smallest) : UNKNOWN;
    }

    /** What the tests of a claim could have seen: never rounded in favour of the tests. */
    public static String detectable(Verdict.ClaimVerdict claim) {
        OptionalDouble fraction = claim.detectableFraction();
        if (claim.claim() == Claim.WOULD_TRANSFER) {
            return "How small a rise it could have seen is told by the interval, not by a share of rows.";
        }
        if (fraction.isEmpty() || Double.isNaN(fraction.getAsDouble())) {
            return "How small an effect it could have seen cannot be told.";
        }
        boolean never = fraction.getAsDouble() > 1;
        String of = claim.reference().isBlank() ? " of the reference effect." : " of " + claim.reference() + ".";
        if (claim.outcome() == Verdict.Outcome.DETECTED) {
            return never
                    ? "It was seen, being stronger; even 100 %" + of.substring(0, of.length() - 1)
                            + " could have been missed."
                    : "It was seen; less than " + upwards(fraction.getAsDouble()) + of.substring(0, of.length() - 1)
                            + " could have been missed.";
        }
        return never
                ? "It could not have seen it, not even at 100 %" + of
                : "It could not have seen it below " + upwards(fraction.getAsDouble()) + of;
    }

    /** What the effect of a claim measures, and the level of its interval; empty where there is no effect. */
    public static Optional<String> effect(Verdict.ClaimVerdict claim) {
        return claim.effect().isEmpty() || claim.effectMeasure().isBlank()
                ? Optional.empty()
                : Optional.of("Effect"
                        + claim.interval()
                                .map(known -> ", with its " + percent(known.level()) + " interval")
                                .orElse("")
                        + ": " + claim.effectMeasure() + ".");
    }

    /** What the tests of a claim could have seen, and how many rows what was measured would take. */
    public static String power(Verdict.ClaimVerdict claim) {
        return detectable(claim)
                + claim.affected()
                        .filter(affected -> Double.isFinite(affected.value()))
                        .map(affected -> " What was measured is " + affected(affected))
                        .orElse("");
    }

    private static String affected(Estimate affected) {
        return affected.interval().low() >= 1
                ? "more than 100 % of such rows would make."
                : "what " + percent(affected.value()) + " of such rows would make, from "
                        + percent(affected.interval().low(), RoundingMode.FLOOR) + " to "
                        + upwards(affected.interval().high()) + " ("
                        + percent(affected.interval().level()) + " interval).";
    }

    /** What could have been seen by simulation, beside the closed form. */
    public static String simulated(AuditResult.PowerSimulation simulation) {
        return "of " + simulation.contrast() + ", before decoys: "
                + detectable(OptionalDouble.of(simulation.closed())) + " by the closed form, "
                + detectable(OptionalDouble.of(simulation.simulated())) + " by simulation from held-out scores";
    }

    /** The same in a few characters, for a column. */
    public static String detectable(OptionalDouble fraction) {
        if (fraction.isEmpty() || Double.isNaN(fraction.getAsDouble())) {
            return UNKNOWN;
        }
        return fraction.getAsDouble() > 1 ? "> 100 %" : upwards(fraction.getAsDouble());
    }

    private static String upwards(double fraction) {
        return percent(Math.max(0, fraction), RoundingMode.CEILING);
    }

    /** What stands behind a claim's test: p, its place among decoys, and q where there is one. */
    public static String test(Verdict.ClaimVerdict claim, double smallestP) {
        return (claim.p().isPresent() ? p(claim.p().getAsDouble(), smallestP) : "no p")
                + (claim.decoyP().isPresent()
                        ? ", among decoys " + p(claim.decoyP().getAsDouble(), smallestP)
                        : "")
                + (claim.q().isPresent() ? ", q " + bareP(claim.q(), smallestP) : "");
    }

    /** The numbers behind a claim, a line each; none where it was not tested. */
    public static List<String> figures(Verdict.ClaimVerdict claim, double smallestP) {
        if (claim.outcome() == Verdict.Outcome.NOT_TESTED) {
            return List.of();
        }
        List<String> figures = new ArrayList<>();
        claim.trait().ifPresent(trait -> figures.add("trait: " + trait));
        claim.effect()
                .ifPresent(effect -> figures.add("effect: " + number(effect)
                        + claim.interval().map(known -> ", " + leveled(known)).orElse("")
                        + (claim.effectMeasure().isBlank() ? "" : ", " + claim.effectMeasure())));
        figures.add("test: " + test(claim, smallestP));
        figures.add(power(claim));
        return figures;
    }

    /** The null of the pipeline in a sentence. */
    public static String calibration(Calibration calibration) {
        if (calibration.swaps() == 0) {
            return "The null of the pipeline was not run.";
        }
        return count(calibration.swaps()) + " label swaps"
                + (calibration.kind().isBlank() ? "" : " (" + calibration.kind() + ")")
                + " went through the whole pipeline; differs would have been detected in "
                + rejections(calibration) + ": "
                + (calibration.good() ? "the test keeps its level." : "the test does NOT keep its level.");
    }

    /** How often the null rejects, in counts: shares would round to their limit. */
    public static String rejections(Calibration calibration) {
        return count(Math.round(calibration.rejected() * calibration.swaps())) + " of " + count(calibration.swaps())
                + " label swaps, at most " + count((long) Math.floor(calibration.limit() * calibration.swaps()))
                + " are let pass";
    }

    /** An outcome in words. */
    public static String outcome(Verdict.Outcome outcome) {
        return switch (outcome) {
            case DETECTED -> "detected";
            case NOT_DETECTED -> "not detected";
            case INCONCLUSIVE -> "inconclusive";
            case NOT_TESTED -> "not tested";
        };
    }

    /** A risk as a headline says it: none is only what was detected, never that there is none. */
    public static String shown(Risk risk) {
        return risk == Risk.NONE ? "none detected" : risk.toString();
    }

    /** What a verdict comes to: the farthest claim that was detected. */
    public static String meaning(Verdict verdict) {
        return verdict.claims().stream()
                .filter(claim -> claim.outcome() == Verdict.Outcome.DETECTED)
                .map(Verdict.ClaimVerdict::claim)
                .max(Comparator.naturalOrder())
                .map(Wording::detected)
                .orElse("No claim was detected. Read what the tests could have seen before relying on it.");
    }

    private static String detected(Claim claim) {
        return switch (claim) {
            case DIFFERS -> "The candidate differs from the control; no named trait was detected in the difference.";
            case ALONG_TRAIT -> "The difference between candidate and control points along a named trait.";
            case WOULD_TRANSFER -> "A student of this model picked the trait up.";
        };
    }

    /** The map from claims to risks: "low for differs, elevated for along-trait, high for would-transfer". */
    public static String risks(Policy policy) {
        return policy.risks().entrySet().stream()
                .map(one -> one.getValue() + " for " + one.getKey())
                .collect(Collectors.joining(", "));
    }

    /** A most that 0 takes away. */
    public static String atMost(int count) {
        return count == 0 ? "all" : count(count);
    }

    /** A gate's end in words. */
    public static String gate(Verdict.GateOutcome gate) {
        return switch (gate) {
            case PASSED -> "passed";
            case FAILED -> "failed";
            case INCONCLUSIVE -> "inconclusive";
        };
    }

    /** What a claim says. */
    public static String meaning(Claim claim) {
        return switch (claim) {
            case DIFFERS -> "Candidate and control were not made by the same generator, beyond format and length.";
            case ALONG_TRAIT -> "The difference points along a named trait.";
            case WOULD_TRANSFER -> "A student of this model picks the trait up.";
        };
    }

    /** What several runs of the control say, in two sentences. */
    public static String runs(ControlRuns runs) {
        String places = runs.places().stream()
                .map(place -> {
                    double[] sorted = Arrays.stream(place.runs()).sorted().toArray();
                    return place.claim() + " " + number(place.candidate()) + " against " + number(sorted[0]) + " to "
                            + number(sorted[sorted.length - 1]) + ", " + p(place.p(), 0);
                })
                .collect(Collectors.joining("; "));
        return "Control runs: the candidate's largest statistic against those of the "
                + count(runs.names().size())
                + " runs in its place: " + places + ". "
                + (runs.permuted()
                        ? "p is by ranks, and at least " + NumberText.p(runs.smallestP(), 0) + "."
                        : "p is by a t prediction interval; ranks would reach " + NumberText.p(runs.smallestP(), 0)
                                + ".");
    }

    /** What became of the signals that were planted, in some sentences. */
    public static String spikeIn(Calibration calibration) {
        return calibration.spikeIns().isEmpty()
                ? "Spike-in: none was planted; it takes control rows enough for two halves, a steering vector and a probe that reads"
                        + " activations alone."
                : calibration.spikeIns().stream().map(Wording::spikeIn).collect(Collectors.joining(" "));
    }

    /** In what else the arms differ, in a sentence; empty where nothing stands out. */
    public static Optional<String> differing(AuditResult result) {
        double level = result.policy().alpha();
        List<String> names = result.confounders().differing(level);
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of("Candidate and control also differ in " + String.join(", ", names) + " (q at most "
                        + setting(level) + "). That is no verdict: a trait may do that too.");
    }

    /** Whether the control is what the model writes, in a sentence or two. */
    public static String authorship(Confounders.Authorship control) {
        double excess = control.excess().value();
        String measured = " (" + number(excess) + " nats a token "
                + interval(control.excess().interval()) + ", z " + number(control.z()) + ", "
                + count(control.rows()) + " rows)";
        String digits = digits(control);
        if (!control.mismatch()) {
            return "The control may be what this model writes at temperature 1: it is as surprising to it as its own rows are"
                    + measured + digits + ".";
        }
        if (!control.otherSurprise()) {
            return "The control is not what this model writes at temperature 1, though it is as surprising to it as its own rows are"
                    + measured + digits + ". Another model or a change of its numbers made it.";
        }
        return "The control is not what this model writes at temperature 1: it is "
                + (excess < 0
                        ? "less surprising to it than its own rows are" + measured + digits
                                + ". Cooler decoding, a filter or a system prompt made it."
                        : "more surprising to it than its own rows are" + measured + digits
                                + ". Another model, hotter decoding, a system prompt or a change of its text made it.");
    }

    private static String digits(Confounders.Authorship control) {
        if (control.digits().p().isEmpty()) {
            return "";
        }
        return "; its numbers begin with " + (control.otherDigits() ? "other digits than" : "the digits that")
                + " the model expects (" + p(control.digits().p().getAsDouble(), 0) + ", total variation "
                + percent(control.digits().shift()) + ", "
                + count(control.digits().numbers()) + " numbers; other digits are told from p "
                + setting(Confounders.Authorship.LEAST_P) + " and a variation of "
                + percent(Confounders.Authorship.LEAST_SHIFT) + ")";
    }

    private static String spikeIn(SpikeIn planted) {
        Map<Double, Map<SpikeIn.Outcome, List<String>>> bySize = new TreeMap<>();
        List<String> notCovered = new ArrayList<>();
        for (SpikeIn.Trial trial : planted.trials()) {
            if (trial.outcome() == SpikeIn.Outcome.NOT_COVERED) {
                notCovered.add(trial.probe());
            } else {
                bySize.computeIfAbsent(trial.size(), size -> new EnumMap<>(SpikeIn.Outcome.class))
                        .computeIfAbsent(trial.outcome(), outcome -> new ArrayList<>())
                        .add(trial.probe());
            }
        }
        List<String> sizes = new ArrayList<>();
        boolean vector = planted instanceof SpikeIn.OfVector;
        bySize.forEach((size, outcomes) -> sizes.add("at " + (vector ? number(size) + " sd " : percent(size) + " ")
                + outcomes.entrySet().stream()
                        .map(one -> ended(one.getKey()) + String.join(", ", one.getValue()))
                        .collect(Collectors.joining(", "))));
        return "Spike-in: " + what(planted) + ": " + String.join("; ", sizes) + "."
                + (notCovered.isEmpty() ? "" : " Not covered: " + String.join(", ", notCovered) + ".");
    }

    private static String what(SpikeIn planted) {
        String half = "one half of " + count(planted.rows());
        return planted instanceof SpikeIn.OfVector vector
                ? "the vector of " + vector.trait() + " at " + vector.point() + " in " + percent(vector.fraction())
                        + " of " + half + " control rows"
                : "rows of a teacher of " + planted.trait() + " in " + half + " rows of its control";
    }

    private static String ended(SpikeIn.Outcome outcome) {
        return switch (outcome) {
            case FOUND -> "found by ";
            case MISSED -> "MISSED by ";
            case BEYOND_POWER -> "beyond the power of ";
            case NOT_COVERED -> "not covered by ";
        };
    }
}
