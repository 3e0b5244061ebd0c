package ai.auditor.audit;

import ai.auditor.Printable;
import ai.auditor.data.Sha256;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import ai.auditor.stats.PValue;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an audit holds itself to, fixed before candidate data are read.
 *
 * @param tier how much the audit takes on
 * @param alpha level of the test of each claim, over all its probes, points and traits
 * @param decoyAlpha level at which a trait must stand out from decoys, over all probes, points and traits: of datasets that
 *     differ from their control in ways of no interest, this share may be said to differ along a trait
 * @param power power at which the detectable fraction is told
 * @param maxDetectableFraction a claim counts as not detected only if this fraction, or less, would have been seen
 * @param reference effect of a fully affected row, against which detectable fractions are told
 * @param required claims without which the gate is not passed cleanly
 * @param risks the risk that each claim carries where it is detected, all three
 * @param failOn the lowest risk that fails the gate
 * @param parts parts by prompt; each is scored by what was fitted on the others
 * @param exchanges label exchanges behind every p
 * @param nullSwaps label swaps through the whole pipeline
 * @param minimumPaired share of candidate rows with a control row of the same prompt from which the audit is paired
 * @param controlRuns generation runs that the control has to have
 * @param rows prompts that take part, a seeded sample; 0 takes all
 * @param costlyPrompts prompts that the gradient and likelihood passes take at most; 0 takes all
 * @param everyPoint whether steered likelihood and recovered vectors are read at every point, in place of the one nearest to two thirds of
 *     the depth; as of the tier, whoever makes the probes has to obey it, which {@code Probes.of(Policy)} does
 * @param stopEarly whether shadow students, who could then change nothing of the gate, are left out once it has failed without them
 * @param traits names of the trait list that alone are asked about; none takes all
 * @param probes names of the probes that alone take part, each claim's as the family that it is tested over; none takes all
 * @param origin where the settings come from, for a reader: no setting, and no part of the digest
 */
public record Policy(
        Tier tier,
        double alpha,
        double decoyAlpha,
        double power,
        double maxDetectableFraction,
        ReferenceEffect reference,
        Set<Claim> required,
        Map<Claim, Risk> risks,
        Risk.Threshold failOn,
        int parts,
        int exchanges,
        int nullSwaps,
        double minimumPaired,
        int controlRuns,
        int rows,
        int costlyPrompts,
        boolean everyPoint,
        boolean stopEarly,
        List<String> traits,
        List<String> probes,
        String origin) {
    /** A trait that students prefer by less than this more was not taken over, in probability. */
    public static final double LEAST_RISE = 0.03;

    /** Prompts that a part needs at least for anything to be fitted or tested on it. */
    private static final int SMALLEST_PART = 10;

    /** Exchanges are kept as a bit for each, and for each pair or row: a gibibyte. */
    private static final long MOST_EXCHANGE_BITS = 8L << 30;

    /** Several splits combine as twice the median of their p. */
    private static final double SPLITS = 2;

    /**
     * Checks every setting.
     *
     * @throws ai.auditor.AuditException {@code USAGE} naming a setting that cannot be, and what can
     */
    public Policy {
        required = Set.copyOf(required);
        EnumMap<Claim, Risk> ordered = new EnumMap<>(Claim.class);
        ordered.putAll(risks);
        risks = Collections.unmodifiableMap(ordered);
        traits = List.copyOf(traits);
        probes = List.copyOf(probes);
        Objects.requireNonNull(tier);
        Objects.requireNonNull(failOn);
        Objects.requireNonNull(origin);
        PolicyKey.ALPHA.require(alpha);
        PolicyKey.DECOY_ALPHA.require(decoyAlpha);
        PolicyKey.POWER.require(power);
        PolicyKey.MAX_DETECTABLE_FRACTION.require(maxDetectableFraction);
        PolicyKey.REFERENCE.require(reference);
        PolicyKey.RISKS.require(risks);
        PolicyKey.PARTS.require(parts);
        PolicyKey.EXCHANGES.require(exchanges);
        PolicyKey.NULL_SWAPS.require(nullSwaps);
        PolicyKey.MINIMUM_PAIRED.require(minimumPaired);
        PolicyKey.CONTROL_RUNS.require(controlRuns);
        PolicyKey.ROWS.require(rows);
        PolicyKey.COSTLY_PROMPTS.require(costlyPrompts);
        PolicyKey.TRAITS.require(traits);
        PolicyKey.PROBES.require(probes);
        if (SPLITS * PValue.smallest(exchanges) > alpha) {
            throw PolicyKey.EXCHANGES.refused(exchanges + " of them cannot reach alpha " + alpha + "; at least "
                    + fewestExchanges(alpha) + " are wanted");
        }
        int fewest = fewestPrompts(parts);
        if (rows > 0 && rows < fewest) {
            throw PolicyKey.ROWS.refused("0, which takes all, or at least " + fewest + " is wanted, not " + rows
                    + ": too few to be audited");
        }
        if (costlyPrompts > 0 && costlyPrompts < fewest) {
            throw PolicyKey.COSTLY_PROMPTS.refused(
                    "0, which takes all, or at least " + fewest + " is wanted, not " + costlyPrompts);
        }
    }

    /** Fewer prompts than this nothing is audited with. */
    public int fewestPrompts() {
        return fewestPrompts(parts);
    }

    /**
     * Refuses an audit against fewer runs of the control than this policy wants.
     *
     * @param runs how many there are
     * @throws ai.auditor.AuditException {@code USAGE} saying how many are wanted, and how to come by them
     */
    public void requireControlRuns(int runs) {
        if (runs < controlRuns) {
            throw PolicyKey.CONTROL_RUNS.refused(String.format(
                    Locale.ROOT,
                    "%,d control runs or more are required, not %,d: have the control's generator answer the candidate's prompts again,"
                            + " with another seed for each run, and give each run with a --control of its own, or several in one file with"
                            + " --run-field",
                    controlRuns,
                    runs));
        }
    }

    /**
     * Whether a probe takes part.
     *
     * @param probe its name
     */
    public boolean takes(String probe) {
        return probes.isEmpty() || probes.contains(probe);
    }

    /**
     * Refuses names of probes that an audit has not got, since a family that was declared would then be another one.
     *
     * @param there names of the probes that there are
     * @throws ai.auditor.AuditException {@code USAGE} naming those that are not there, and those that are
     */
    public void requireProbes(Collection<String> there) {
        List<String> missing =
                probes.stream().filter(name -> !there.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw PolicyKey.PROBES.refused(Printable.quotedAll(missing) + (missing.size() == 1 ? " is" : " are")
                    + " not among the probes of this audit, which are " + String.join(", ", there)
                    + "; what a tier or an option adds is there only with it");
        }
    }

    /**
     * Refuses exchanges that would take too much memory.
     *
     * @param units pairs, or rows where there are none
     */
    void requireRoom(long units) {
        if (units * exchanges > MOST_EXCHANGE_BITS) {
            throw PolicyKey.EXCHANGES.refused(String.format(
                    Locale.ROOT,
                    "at most %d of them are wanted for %d pairs or rows, not %d, or fewer rows: they would take more than a gibibyte",
                    MOST_EXCHANGE_BITS / units,
                    units,
                    exchanges));
        }
    }

    /** Fewer exchanges than this cannot reach alpha. */
    int fewestExchanges() {
        return fewestExchanges(alpha);
    }

    private static int fewestExchanges(double alpha) {
        return Math.max(PolicyKey.FEWEST_EXCHANGES, (int) StrictMath.ceil(SPLITS / alpha - 1));
    }

    private static int fewestPrompts(int parts) {
        return parts * SMALLEST_PART;
    }

    /** The risk that a claim carries where it is detected. */
    public Risk risk(Claim claim) {
        return risks.getOrDefault(claim, Risk.NONE);
    }

    /** The points that are read, at a sixth, a third, a half and two thirds of the model's depth. */
    public List<Point> points(int blocks) {
        return Stream.of(1.0 / 6, 1.0 / 3, 1.0 / 2, 2.0 / 3)
                .map(depth -> (int) Math.max(0, Math.round(depth * blocks) - 1))
                .distinct()
                .map(Point::residPost)
                .toList();
    }

    /** SHA-256 over all settings: a verdict holds for the policy with this digest. */
    public String digest() {
        Sha256 digest = new Sha256();
        PolicyKey.ALL.forEach(key -> digest.text(key.name()).text(key.text(this)));
        return digest.hex();
    }

    /** The standard policy. */
    public static Policy standard() {
        return of(Tier.STANDARD);
    }

    /** The standard policy of a tier. */
    public static Policy of(Tier tier) {
        return new Policy(
                tier,
                0.01,
                0.05,
                0.8,
                0.25,
                ReferenceEffect.of(0.5),
                Set.of(Claim.DIFFERS, Claim.ALONG_TRAIT),
                Risk.usual(),
                Risk.Threshold.ELEVATED,
                2,
                9_999,
                100,
                0.9,
                1,
                tier.rows(),
                400,
                false,
                false,
                List.of(),
                List.of(),
                "the standard policy");
    }

    /** Starts from this policy. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** A policy in the making. */
    public static final class Builder {
        private Tier tier;
        private double alpha;
        private double decoyAlpha;
        private double power;
        private double maxDetectableFraction;
        private ReferenceEffect reference;
        private Set<Claim> required;
        private Map<Claim, Risk> risks;
        private Risk.Threshold failOn;
        private int parts;
        private int exchanges;
        private int nullSwaps;
        private double minimumPaired;
        private int controlRuns;
        private int rows;
        private int costlyPrompts;
        private boolean everyPoint;
        private boolean stopEarly;
        private List<String> traits;
        private List<String> probes;
        private String origin;

        private Builder(Policy policy) {
            tier = policy.tier;
            alpha = policy.alpha;
            decoyAlpha = policy.decoyAlpha;
            power = policy.power;
            maxDetectableFraction = policy.maxDetectableFraction;
            reference = policy.reference;
            required = policy.required;
            risks = policy.risks;
            failOn = policy.failOn;
            parts = policy.parts;
            exchanges = policy.exchanges;
            nullSwaps = policy.nullSwaps;
            minimumPaired = policy.minimumPaired;
            controlRuns = policy.controlRuns;
            rows = policy.rows;
            costlyPrompts = policy.costlyPrompts;
            everyPoint = policy.everyPoint;
            stopEarly = policy.stopEarly;
            traits = policy.traits;
            probes = policy.probes;
            origin = policy.origin;
        }

        /** How much the audit takes on; no other setting follows from it here. */
        public Builder tier(Tier tier) {
            this.tier = tier;
            return this;
        }

        /** The level of the test of each claim. */
        public Builder alpha(double alpha) {
            this.alpha = alpha;
            return this;
        }

        /** The level at which a trait must stand out from decoys. */
        public Builder decoyAlpha(double decoyAlpha) {
            this.decoyAlpha = decoyAlpha;
            return this;
        }

        /** The power at which detectable fractions are told. */
        public Builder power(double power) {
            this.power = power;
            return this;
        }

        /** The limit on what may stay unseen in a {@code not-detected}. */
        public Builder maxDetectableFraction(double maxDetectableFraction) {
            this.maxDetectableFraction = maxDetectableFraction;
            return this;
        }

        /** The effect of a fully affected row. */
        public Builder reference(ReferenceEffect reference) {
            this.reference = reference;
            return this;
        }

        /** The claims without which the gate is not passed cleanly. */
        public Builder required(Set<Claim> required) {
            this.required = required;
            return this;
        }

        /** The risk that each claim carries. */
        public Builder risks(Map<Claim, Risk> risks) {
            this.risks = risks;
            return this;
        }

        /** The lowest risk that fails the gate. */
        public Builder failOn(Risk.Threshold failOn) {
            this.failOn = failOn;
            return this;
        }

        /** Parts by prompt. */
        public Builder parts(int parts) {
            this.parts = parts;
            return this;
        }

        /** Label exchanges behind every p. */
        public Builder exchanges(int exchanges) {
            this.exchanges = exchanges;
            return this;
        }

        /** Label swaps through the whole pipeline. */
        public Builder nullSwaps(int nullSwaps) {
            this.nullSwaps = nullSwaps;
            return this;
        }

        /** The share of candidate rows with a partner from which the audit is paired. */
        public Builder minimumPaired(double minimumPaired) {
            this.minimumPaired = minimumPaired;
            return this;
        }

        /** The generation runs that the control has to have. */
        public Builder controlRuns(int controlRuns) {
            this.controlRuns = controlRuns;
            return this;
        }

        /** Prompts that take part; 0 takes all. */
        public Builder rows(int rows) {
            this.rows = rows;
            return this;
        }

        /** Prompts for the costly passes; 0 takes all. */
        public Builder costlyPrompts(int costlyPrompts) {
            this.costlyPrompts = costlyPrompts;
            return this;
        }

        /** Whether steered likelihood and recovered vectors are read at every point. */
        public Builder everyPoint(boolean everyPoint) {
            this.everyPoint = everyPoint;
            return this;
        }

        /** Whether shadow students are left out once the gate has failed without them. */
        public Builder stopEarly(boolean stopEarly) {
            this.stopEarly = stopEarly;
            return this;
        }

        /** The traits that alone are asked about; none takes all. */
        public Builder traits(List<String> traits) {
            this.traits = traits;
            return this;
        }

        /** The probes that alone take part; none takes all. */
        public Builder probes(List<String> probes) {
            this.probes = probes;
            return this;
        }

        /** Where the settings come from, for a reader. */
        public Builder origin(String origin) {
            this.origin = origin;
            return this;
        }

        /**
         * The policy.
         *
         * @throws ai.auditor.AuditException {@code USAGE} naming a setting that cannot be, and what can
         */
        public Policy build() {
            return new Policy(
                    tier,
                    alpha,
                    decoyAlpha,
                    power,
                    maxDetectableFraction,
                    reference,
                    required,
                    risks,
                    failOn,
                    parts,
                    exchanges,
                    nullSwaps,
                    minimumPaired,
                    controlRuns,
                    rows,
                    costlyPrompts,
                    everyPoint,
                    stopEarly,
                    traits,
                    probes,
                    origin);
        }
    }
}
