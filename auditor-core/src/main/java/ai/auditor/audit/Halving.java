package ai.auditor.audit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the fitted probes said of two random halves of one dataset.
 *
 * @param p smallest p over the probes, family-wise
 * @param detected whether {@code differs} would have been detected, were the prompts matched
 * @param auroc AUROC a row of every fitted probe
 */
public record Halving(double p, boolean detected, Map<String, Double> auroc) {
    public Halving {
        auroc = java.util.Collections.unmodifiableMap(new TreeMap<>(auroc));
    }

    static Halving of(List<AuditResult.Finding> findings, Judge judge) {
        Map<String, Double> auroc = new TreeMap<>();
        findings.forEach(finding -> finding.evidence()
                .discrimination()
                .ifPresent(discrimination -> auroc.put(
                        finding.evidence().probe(), discrimination.row().value())));
        return new Halving(
                findings.stream().mapToDouble(AuditResult.Finding::p).min().orElse(1),
                findings.stream().anyMatch(judge::detectsDifference),
                auroc);
    }
}
