package ai.auditor.audit;

import ai.auditor.data.BadRow;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Estimate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A complete audit: what was asked, what was found, what follows, and what went into it.
 *
 * @param design what was compared
 * @param findings one a probe, in the order that they ran
 * @param coverage which kinds of teacher each probe that ran can see
 * @param confounders in what else the arms differ, and whether the control is the model's; no part of the verdict
 * @param badRows a sample of the bad rows, named
 * @param longRows a sample of the rows over the model's context, named
 */
public record AuditResult(
        Policy policy,
        Design design,
        Verdict verdict,
        List<Finding> findings,
        List<ProbeCoverage> coverage,
        Calibration calibration,
        Confounders confounders,
        List<BadRow> badRows,
        List<BadRow> longRows,
        Provenance provenance) {
    public AuditResult {
        Objects.requireNonNull(policy);
        Objects.requireNonNull(confounders);
        findings = List.copyOf(findings);
        coverage = List.copyOf(coverage);
        badRows = List.copyOf(badRows);
        longRows = List.copyOf(longRows);
    }

    /**
     * What was compared.
     *
     * @param paired whether by pairs of one prompt
     * @param candidateRows rows of the candidate that took part
     * @param controlRows rows of the control that took part
     * @param prompts groups that are sampled, split and resampled as one: prompts, or rows and pairs where there are too few
     * @param pairedShare share of candidate rows that have a control row of the same prompt
     * @param notes what limits the comparison: one control run, rows without a partner, a sample
     */
    public record Design(
            boolean paired, int candidateRows, int controlRows, int prompts, double pairedShare, List<String> notes) {
        public Design {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The evidence of one probe with what the audit made of it.
     *
     * @param p over all contrasts of this probe (max-statistic), several splits combined as twice the median; of students that any trait
     *     rose by more than the least rise
     * @param decoyP of the best contrast among decoys, corrected for how many were asked; empty without decoys
     * @param detectableFraction of the reference effect, at the policy's power; empty where it cannot be told
     * @param contrasts family-wise p and q of every contrast, in the order of the evidence
     * @param simulation of the detectable fraction from held-out scores, beside the closed form; empty where there are no pairs of them
     */
    public record Finding(
            Evidence evidence,
            double p,
            OptionalDouble decoyP,
            OptionalDouble detectableFraction,
            List<ContrastFinding> contrasts,
            Optional<PowerSimulation> simulation) {
        public Finding {
            contrasts = List.copyOf(contrasts);
            Objects.requireNonNull(simulation);
        }
    }

    /**
     * What the exchange test of one contrast could have seen, told twice.
     *
     * @param contrast by which the probe's effect is told
     * @param closed detectable fraction by the closed form; infinite where not even all rows would do
     * @param simulated the same by simulation from held-out scores
     */
    public record PowerSimulation(String contrast, double closed, double simulated) {}

    /** What a probe that ran can see, and on which claim it bears. */
    public record ProbeCoverage(String probe, Claim claim, Coverage coverage) {}

    /**
     * One contrast.
     *
     * @param p family-wise over the claim
     * @param q Benjamini-Yekutieli over the probe's contrasts
     * @param affected the share of candidate rows that would make its shift, each with the reference effect; its interval holds for all
     *     contrasts of the claim together. Empty where the reference does not move it
     */
    public record ContrastFinding(
            String name, double p, double q, OptionalDouble decoyP, Optional<Estimate> affected) {}
}
