package ai.auditor.audit;

import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What follows from the evidence under the policy.
 *
 * @param claims all three, in the order of {@link Claim}
 * @param gate whether the gate passes, and why
 * @param named of each probe of {@code along-trait} that names a trait by itself, by both tests at the policy's levels, which
 */
public record Verdict(List<ClaimVerdict> claims, Risk risk, Gate gate, Map<String, String> named) {
    public Verdict {
        claims = List.copyOf(claims);
        named = Collections.unmodifiableMap(new TreeMap<>(named));
    }

    /** How a claim ends. */
    public enum Outcome {
        DETECTED("detected"),
        NOT_DETECTED("not-detected"),
        INCONCLUSIVE("inconclusive"),
        NOT_TESTED("not-tested");

        private final String id;

        Outcome(String id) {
            this.id = id;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * One claim.
     *
     * @param reason a sentence for a person
     * @param trait the trait that it names, of {@code along-trait}
     * @param effectMeasure what {@code effect} is, with its unit; empty where there is none
     * @param p family-wise p over the claim's probes, points and traits, by exchanges of labels
     * @param decoyP p of its place among decoys, of {@code along-trait}
     * @param q Benjamini-Yekutieli over the traits and points of the probe that names it, of {@code along-trait}
     * @param detectableFraction against {@code reference}, of all the candidate's rows: those that were not seen could hide whole
     * @param affected the share of candidate rows that would make what was measured, each with the reference effect
     * @param reference the named reference effect and the power
     */
    public record ClaimVerdict(
            Claim claim,
            Outcome outcome,
            String reason,
            Optional<String> trait,
            String effectMeasure,
            OptionalDouble effect,
            Optional<Interval> interval,
            OptionalDouble p,
            OptionalDouble decoyP,
            OptionalDouble q,
            OptionalDouble detectableFraction,
            Optional<Estimate> affected,
            String reference) {
        /** One of which something was tested. */
        static ClaimVerdict tested(
                Policy policy,
                Claim claim,
                Outcome outcome,
                String reason,
                Optional<String> trait,
                Evidence.Effect effect,
                double p,
                OptionalDouble decoyP,
                OptionalDouble q,
                OptionalDouble detectable,
                Optional<Estimate> affected) {
            return new ClaimVerdict(
                    claim,
                    outcome,
                    reason,
                    trait,
                    effect.measure(),
                    OptionalDouble.of(effect.value()),
                    Optional.of(effect.interval()),
                    OptionalDouble.of(p),
                    decoyP,
                    q,
                    detectable,
                    affected,
                    policy.reference().name() + ", power " + policy.power());
        }

        /** One that nothing tested, and why. */
        static ClaimVerdict untested(Claim claim, String reason) {
            return new ClaimVerdict(
                    claim,
                    Outcome.NOT_TESTED,
                    reason,
                    Optional.empty(),
                    "",
                    OptionalDouble.empty(),
                    Optional.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    Optional.empty(),
                    "");
        }
    }

    /** How the gate ends, and the exit code that says so. */
    public enum GateOutcome {
        PASSED(0),
        FAILED(1),
        /** Passed, but a required claim is inconclusive or the null is bad. */
        INCONCLUSIVE(5);

        private final int exitCode;

        GateOutcome(int exitCode) {
            this.exitCode = exitCode;
        }

        /** The exit code of a complete audit that ends so. */
        public int exitCode() {
            return exitCode;
        }
    }

    /** The gate. */
    public record Gate(GateOutcome outcome, String reason) {}
}
