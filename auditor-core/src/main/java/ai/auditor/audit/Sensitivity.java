package ai.auditor.audit;

import ai.auditor.NumberText;
import ai.auditor.probe.Evidence;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the tests of a claim could have seen, and whether that is enough.
 *
 * @param blind probes that were measured to see no teacher with a trait: they may raise an alarm and clear nothing
 */
record Sensitivity(Policy policy, Set<String> blind) {
    /** From here on more prompts are no remedy: a quarter of rows that are shifted by half a deviation adds 0.002 to an AUROC of 0.75. */
    private static final double FORMAT_TELLS = 0.75;

    private static final MathContext TWO_DIGITS = new MathContext(2, RoundingMode.CEILING);

    Sensitivity {
        blind = Set.copyOf(blind);
    }

    /** Whether no more could hide than the policy allows. */
    boolean suffices(OptionalDouble detectable) {
        return detectable.isPresent() && detectable.getAsDouble() <= policy.maxDetectableFraction();
    }

    /** Says how many prompts it would take at least: standard errors shrink with their square root, the candidate's own difference does not. */
    String tooLittle(List<AuditResult.Finding> findings, int prompts, Obstacles obstacles) {
        Optional<AuditResult.Finding> decides = deciding(findings);
        if (decides.isEmpty()) {
            return "no probe that ran is known to see a teacher ("
                    + findings.stream()
                            .map(finding -> finding.evidence().probe())
                            .distinct()
                            .collect(Collectors.joining(", "))
                    + "): that they find nothing says nothing";
        }
        AuditResult.Finding deciding = decides.get();
        String probe = deciding.evidence().probe();
        boolean tooManyUnseen = deciding.detectableFraction().isPresent() && !(obstacles.allowed(policy) > 0);
        if (suffices(deciding.detectableFraction()) || tooManyUnseen) {
            return String.format(
                    Locale.ROOT,
                    "%s; beside them less than %s %% could hide: together more than the %s %% that the policy allows",
                    obstacles.leftOut().words(),
                    NumberText.perCent(Math.min(1, deciding.detectableFraction().getAsDouble())),
                    NumberText.perCent(policy.maxDetectableFraction()));
        }
        Optional<Evidence.Discrimination> told = deciding.evidence().discrimination();
        if (told.isPresent() && told.get().baseline().value() >= FORMAT_TELLS) {
            return String.format(
                    Locale.ROOT,
                    "confounded: format and length by themselves tell the arms apart (AUROC %s a row), so that little could show beyond them",
                    NumberText.of(told.get().baseline().value()));
        }
        if (deciding.detectableFraction().isEmpty()) {
            return "too little power: what " + probe + " could have seen cannot be told";
        }
        Optional<ControlRuns> runs = obstacles.runs();
        if (runs.isPresent()) {
            return String.format(
                    Locale.ROOT,
                    "too little power: %s has to exceed what %d control runs differ by; more runs would do most where they are fewer"
                            + " than %d, else more prompts",
                    probe,
                    runs.get().names().size(),
                    2 * ControlRuns.RECOMMENDED);
        }
        double[] scores = deciding.evidence().scores();
        double scored = scores.length == 0
                ? 1
                : Arrays.stream(scores).filter(Double::isFinite).count() / (double) scores.length;
        double times = deciding.detectableFraction().getAsDouble() / obstacles.allowed(policy);
        BigDecimal needed = BigDecimal.valueOf(scored * prompts * times * times).round(TWO_DIGITS);
        return String.format(
                Locale.ROOT,
                "too little power: %s took %,d prompts and would need at least %,d%s",
                probe,
                Math.round(scored * prompts),
                needed.toBigInteger(),
                policy.costlyPrompts() > 0 && Math.round(scored * prompts) >= policy.costlyPrompts() && scored < 1
                        ? " (the policy's costlyPrompts lets it take no more)"
                        : "");
    }

    /** The smallest share of all the candidate's rows that would have been seen; empty where nothing can be told. */
    OptionalDouble detectable(List<AuditResult.Finding> findings, Obstacles obstacles) {
        Optional<AuditResult.Finding> decides = deciding(findings);
        return decides.isPresent() ? obstacles.ofAll(decides.get().detectableFraction()) : OptionalDouble.empty();
    }

    /**
     * The reference effect moves what every probe measures, so the probe that sees least of it decides nothing: the best one does, of those
     * that are not known to be blind to teachers. Empty where all are.
     */
    private Optional<AuditResult.Finding> deciding(List<AuditResult.Finding> findings) {
        Comparator<AuditResult.Finding> byFraction = Comparator.comparingDouble(
                finding -> finding.detectableFraction().orElse(Double.POSITIVE_INFINITY));
        return findings.stream()
                .filter(finding -> !blind.contains(finding.evidence().probe()))
                .min(byFraction);
    }
}
