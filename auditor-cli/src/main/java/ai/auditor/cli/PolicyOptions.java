package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.Policy;
import ai.auditor.audit.PolicyFile;
import ai.auditor.audit.ReferenceFile;
import ai.auditor.audit.Risk;
import ai.auditor.audit.Tier;
import ai.auditor.direction.TraitList;
import ai.auditor.probe.Claim;
import ai.auditor.probes.Probes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an audit holds itself to: a file, and options that count instead of what stands in it. */
final class PolicyOptions {
    @Option(
            names = "--policy",
            paramLabel = "FILE.yaml",
            description =
                    "What the audit holds itself to (\"auditor policy\" prints one to start from); options given beside it count instead.")
    private @Nullable String policy;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            converter = TierConverter.class,
            description = {
                "How much the audit takes on (default: standard). quick: shortcut, linear and projection, on a sample of prompts; "
                        + "standard: likelihood and gradient too; deep: recovered and shadow students (--student) too, some minutes more."
            })
    private @Nullable Tier tier;

    @Option(
            names = "--rows",
            paramLabel = "N",
            converter = CountConverter.class,
            description = "A seeded sample of N prompts; 0 takes all (default: all; of tier quick 1000).")
    private @Nullable Integer rows;

    @Option(
            names = "--costly-prompts",
            paramLabel = "N",
            converter = CountConverter.class,
            description =
                    "Prompts that the gradient and likelihood probes take at most, 20 or more; 0 takes all (default: 400).")
    private @Nullable Integer costlyPrompts;

    @Option(
            names = "--fail-on",
            paramLabel = "RISK",
            converter = ThresholdConverter.class,
            description = "The lowest risk that fails the gate: never, low, elevated or high (default: elevated). "
                    + "Unless the policy says otherwise, a detected claim carries this risk: differs low, along-trait elevated, "
                    + "would-transfer high. "
                    + "A gate that does not fail still ends with 5 where the audit could not tell.")
    private Risk.@Nullable Threshold failOn;

    @Option(
            names = "--reference",
            paramLabel = "FILE.json",
            description =
                    "What rows of a labelled teacher do to each statistic, of which detectable fractions are told (made by "
                            + "\"auditor fixtures score --write-reference\"; default: a shift of 0.5 control standard deviations).")
    private @Nullable String reference;

    /**
     * The policy in force.
     *
     * @param beside names and claims of the probes that other options add to those of a tier
     * @throws AuditException {@code USAGE} naming the file or option, and what is allowed
     */
    Policy policy(TraitOptions traits, Function<Tier, Map<String, Claim>> beside) {
        Policy held = Optional.ofNullable(policy)
                .map(name -> PolicyFile.read(UserPath.file(name, "policy"), Optional.ofNullable(tier)))
                .orElseGet(() -> Policy.of(Optional.ofNullable(tier).orElse(Tier.STANDARD)));
        Policy.Builder builder = held.toBuilder();
        List<String> given = new ArrayList<>();
        if (tier != null) {
            given.add("--tier");
        }
        override("--rows", rows, builder, Policy.Builder::rows, given);
        override("--costly-prompts", costlyPrompts, builder, Policy.Builder::costlyPrompts, given);
        override("--fail-on", failOn, builder, Policy.Builder::failOn, given);
        override(
                "--reference",
                referenceFile().map(ReferenceFile::read).orElse(null),
                builder,
                Policy.Builder::reference,
                given);
        override("--traits", traits.only().isEmpty() ? null : traits.only(), builder, Policy.Builder::traits, given);
        if (!given.isEmpty()) {
            builder.origin(held.origin() + ", and beside it " + String.join(", ", given));
        }
        Policy inForce = builder.build();
        Map<String, Claim> probes = new LinkedHashMap<>();
        Probes.of(inForce.tier()).forEach(probe -> probes.put(probe.name(), probe.claim()));
        probes.putAll(beside.apply(inForce.tier()));
        named(inForce, "", () -> inForce.requireProbes(probes.keySet()));
        requireTested(inForce, probes);
        return inForce;
    }

    private static <T> void override(
            String option,
            @Nullable T value,
            Policy.Builder policy,
            BiConsumer<Policy.Builder, T> setting,
            List<String> given) {
        if (value != null) {
            setting.accept(policy, value);
            given.add(option);
        }
    }

    /** A required claim that no probe tests would end every audit with 5. */
    private static void requireTested(Policy policy, Map<String, Claim> probes) {
        Set<Claim> tested = new TreeSet<>();
        probes.forEach((name, claim) -> {
            if (policy.takes(name)) {
                tested.add(claim);
            }
        });
        Set<Claim> untested = new TreeSet<>(policy.required());
        untested.removeAll(tested);
        if (!untested.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    policy.origin() + ": required: no probe of tier " + policy.tier()
                            + (policy.probes().isEmpty() ? "" : " among " + String.join(", ", policy.probes()))
                            + " tests "
                            + untested.stream().map(Claim::toString).collect(Collectors.joining(", "))
                            + (untested.contains(Claim.WOULD_TRANSFER)
                                            && policy.probes().isEmpty()
                                    ? "; would-transfer takes shadow students (--student, or --tier deep with the model in the box)"
                                    : "")
                            + (tested.isEmpty()
                                    ? ""
                                    : "; what is tested: required: "
                                            + tested.stream()
                                                    .map(Claim::toString)
                                                    .collect(Collectors.joining(", ", "[", "]"))));
        }
    }

    /**
     * Refuses traits that the list has not got.
     *
     * @throws AuditException {@code USAGE} naming the policy and the trait
     */
    void requireKnown(Policy policy, TraitList list) {
        if (!policy.traits().isEmpty()) {
            named(policy, "traits: ", () -> list.select(policy.traits()));
        }
    }

    /** What a check refuses, with the policy's own name before it. */
    private static void named(Policy policy, String key, Runnable check) {
        try {
            check.run();
        } catch (AuditException refused) {
            throw new AuditException(refused.code(), policy.origin() + ": " + key + refused.getMessage(), refused);
        }
    }

    /** Files that no report may be written over. */
    List<Path> files() {
        return Stream.concat(
                        Optional.ofNullable(policy).map(name -> UserPath.file(name, "policy")).stream(),
                        referenceFile().stream())
                .toList();
    }

    private Optional<Path> referenceFile() {
        return Optional.ofNullable(reference).map(name -> UserPath.file(name, "reference effect"));
    }
}
