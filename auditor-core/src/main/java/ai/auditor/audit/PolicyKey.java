package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Settings;
import ai.auditor.audit.PolicyValues.Choices;
import ai.auditor.audit.PolicyValues.Counts;
import ai.auditor.audit.PolicyValues.Shares;
import ai.auditor.data.Dataset;
import ai.auditor.probe.Claim;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A key of a policy: the one place that says what it means and which values it takes, to the reader and the writer of files, to the
 * policy's own check and to its digest. {@code policy.schema.json} says the same to editors, which a test holds.
 *
 * @param meaning a sentence, as it stands above the key in a printed policy
 */
record PolicyKey<T>(
        String name,
        String meaning,
        PolicyValues<T> values,
        Function<Policy, T> of,
        BiConsumer<Policy.Builder, T> set) {
    /** Each part needs some prompts, and is read by what was fitted on the others. */
    private static final int MOST_PARTS = 20;

    /** Fewer cannot reach a level of 0.1. */
    static final int FEWEST_EXCHANGES = 19;

    /** Bits of memory a row or pair: at this number 12 MiB for a hundred rows. */
    private static final int MOST_EXCHANGES = 999_999;

    /** What the most exchanges reach, as twice the median over splits. */
    private static final double LEAST_ALPHA = 2e-6;

    /** At a level above this one clean dataset in five is an alarm: no level that anybody means. */
    private static final double MOST_ALPHA = 0.2;

    /** What the decoys of all probes in the box reach together is 0.016: 1 in 1,000 for each of four points and of four probes that have some. */
    private static final double LEAST_DECOY_ALPHA = 0.02;

    /** A fraction that is missed more often than seen is not one that would have been seen. */
    private static final double LEAST_POWER = 0.5;

    /** Each goes through the whole pipeline: at this number hours. */
    private static final int MOST_SWAPS = 99_999;

    static final PolicyKey<Tier> TIER = new PolicyKey<>(
            "tier",
            "How much the audit takes on: quick (cheap probes, a sample of prompts), standard, or deep (trained vectors and shadow students too).",
            Choices.named(List.of(Tier.values())),
            Policy::tier,
            Policy.Builder::tier);

    static final PolicyKey<Double> ALPHA = new PolicyKey<>(
            "alpha",
            "Level of the test of each claim, over all its probes, points and traits.",
            Shares.fromTo(LEAST_ALPHA, MOST_ALPHA),
            Policy::alpha,
            Policy.Builder::alpha);

    static final PolicyKey<Double> DECOY_ALPHA = new PolicyKey<>(
            "decoyAlpha",
            "Level at which a trait must stand out from decoys, over all probes, points and traits.",
            Shares.fromTo(LEAST_DECOY_ALPHA, MOST_ALPHA),
            Policy::decoyAlpha,
            Policy.Builder::decoyAlpha);

    static final PolicyKey<Double> POWER = new PolicyKey<>(
            "power",
            "Power at which detectable fractions are told.",
            new Shares(LEAST_POWER, true, 1, false),
            Policy::power,
            Policy.Builder::power);

    static final PolicyKey<Double> MAX_DETECTABLE_FRACTION = new PolicyKey<>(
            "maxDetectableFraction",
            "A claim ends as not-detected only if this fraction of affected rows, or less, would have been seen.",
            Shares.upToOne(),
            Policy::maxDetectableFraction,
            Policy.Builder::maxDetectableFraction);

    static final PolicyKey<ReferenceEffect> REFERENCE = new PolicyKey<>(
            "reference",
            "Effect of an affected row: a shift in control standard deviations, or a file by \"fixtures score --write-reference\".",
            new PolicyValues.References(),
            Policy::reference,
            Policy.Builder::reference);

    static final PolicyKey<Set<Claim>> REQUIRED = new PolicyKey<>(
            "required",
            "Claims without which the gate is not passed cleanly: if one is inconclusive or not-tested, the exit is 5.",
            new PolicyValues.Claims(),
            Policy::required,
            Policy.Builder::required);

    static final PolicyKey<Map<Claim, Risk>> RISKS = new PolicyKey<>(
            "risks",
            "The risk that a detected claim carries (none, low, elevated or high); the highest is the audit's.",
            new PolicyValues.Risks(),
            Policy::risks,
            Policy.Builder::risks);

    static final PolicyKey<Risk.Threshold> FAIL_ON = new PolicyKey<>(
            "failOn",
            "The lowest risk that fails the gate: never, low, elevated or high.",
            Choices.lower(List.of(Risk.Threshold.values())),
            Policy::failOn,
            Policy.Builder::failOn);

    static final PolicyKey<Integer> PARTS = new PolicyKey<>(
            "parts",
            "Parts by prompt; each is scored by what was fitted on the others.",
            new Counts(2, MOST_PARTS),
            Policy::parts,
            Policy.Builder::parts);

    static final PolicyKey<Integer> EXCHANGES = new PolicyKey<>(
            "exchanges",
            "Label exchanges behind every p.",
            new Counts(FEWEST_EXCHANGES, MOST_EXCHANGES),
            Policy::exchanges,
            Policy.Builder::exchanges);

    static final PolicyKey<Integer> NULL_SWAPS = new PolicyKey<>(
            "nullSwaps",
            "Label swaps through the whole pipeline, by which its null is checked; 0 does without, and then nothing passes where a probe was fitted.",
            new Counts(0, MOST_SWAPS),
            Policy::nullSwaps,
            Policy.Builder::nullSwaps);

    static final PolicyKey<Double> MINIMUM_PAIRED = new PolicyKey<>(
            "minimumPaired",
            "Share of candidate rows with a control row of the same prompt from which the audit is paired.",
            Shares.upToOne(),
            Policy::minimumPaired,
            Policy.Builder::minimumPaired);

    static final PolicyKey<Integer> CONTROL_RUNS = new PolicyKey<>(
            "controlRuns",
            "Generation runs that the control has to have; an audit against fewer is refused.",
            new Counts(1, Dataset.MOST_RUNS),
            Policy::controlRuns,
            Policy.Builder::controlRuns);

    static final PolicyKey<Integer> ROWS = new PolicyKey<>(
            "rows",
            "Prompts that take part, a seeded sample; 0 takes all.",
            new Counts(0, Integer.MAX_VALUE),
            Policy::rows,
            Policy.Builder::rows);

    static final PolicyKey<Integer> COSTLY_PROMPTS = new PolicyKey<>(
            "costlyPrompts",
            "Prompts that the gradient and likelihood passes take at most; 0 takes all.",
            new Counts(0, Integer.MAX_VALUE),
            Policy::costlyPrompts,
            Policy.Builder::costlyPrompts);

    static final PolicyKey<Boolean> EVERY_POINT = new PolicyKey<>(
            "everyPoint",
            "Whether steered likelihood and recovered vectors are read at every point, in place of one at two thirds of the depth: true or false.",
            new PolicyValues.Truth(),
            Policy::everyPoint,
            Policy.Builder::everyPoint);

    static final PolicyKey<Boolean> STOP_EARLY = new PolicyKey<>(
            "stopEarly",
            "Whether no shadow student is trained once another claim has failed the gate: true or false.",
            new PolicyValues.Truth(),
            Policy::stopEarly,
            Policy.Builder::stopEarly);

    static final PolicyKey<List<String>> TRAITS = new PolicyKey<>(
            "traits",
            "Only these traits of the trait list are asked about; none named takes all.",
            new PolicyValues.Names(),
            Policy::traits,
            Policy.Builder::traits);

    static final PolicyKey<List<String>> PROBES = new PolicyKey<>(
            "probes",
            "Only these probes take part: each claim is tested over its own among them as one family; none named takes all.",
            new PolicyValues.Names(),
            Policy::probes,
            Policy.Builder::probes);

    /** All keys, in the order in which a policy is printed. */
    static final List<PolicyKey<?>> ALL = List.of(
            TIER,
            ALPHA,
            DECOY_ALPHA,
            POWER,
            MAX_DETECTABLE_FRACTION,
            REFERENCE,
            REQUIRED,
            RISKS,
            FAIL_ON,
            PARTS,
            EXCHANGES,
            NULL_SWAPS,
            MINIMUM_PAIRED,
            CONTROL_RUNS,
            ROWS,
            COSTLY_PROMPTS,
            EVERY_POINT,
            STOP_EARLY,
            TRAITS,
            PROBES);

    /** Takes a value over from a file that has one. */
    void read(Settings settings, Policy.Builder policy) {
        values.read(settings, name).ifPresent(value -> set.accept(policy, value));
    }

    /** A policy's value as a file has it. */
    String text(Policy policy) {
        return values.text(of.apply(policy));
    }

    /** Refuses a value that no file may have either. */
    void require(T value) {
        if (!values.holds(value)) {
            throw refused(values.allowed() + " is wanted, not " + Printable.shortLine(values.text(value)));
        }
    }

    AuditException refused(String reason) {
        return new AuditException(AuditException.Code.USAGE, "the policy's " + name + ": " + reason);
    }
}
