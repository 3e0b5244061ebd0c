package ai.auditor.audit;

import ai.auditor.probe.Evidence;
import ai.auditor.probe.Study;
import ai.auditor.stats.Power;
import java.util.Optional;
import java.util.stream.IntStream;

/** What the exchange test of a probe's headline contrast could have seen, by its closed form and by simulation from its held-out scores. */
final class PowerSimulations {
    private PowerSimulations() {}

    /** Empty where rows are not paired, where no rows are scored, and where the reference does not move the contrast. */
    static Optional<AuditResult.PowerSimulation> of(
            Study study, Evidence evidence, Findings.Sight sight, ReferenceEffect reference) {
        Optional<Evidence.Contrast> headline = headline(evidence);
        if (!study.paired()
                || headline.isEmpty()
                || evidence.scores().length != study.rows().size()) {
            return Optional.empty();
        }
        Evidence.Contrast contrast = headline.get();
        return reference.of(evidence, contrast).flatMap(moved -> told(study, evidence, contrast, sight, moved.shift()));
    }

    /** The contrast that the effect is told of; the only one of a fitted probe. */
    private static Optional<Evidence.Contrast> headline(Evidence evidence) {
        return evidence.contrasts().stream()
                .filter(contrast ->
                        evidence.contrasts().size() == 1 || contrast.effect().equals(evidence.effect()))
                .findFirst();
    }

    private static Optional<AuditResult.PowerSimulation> told(
            Study study, Evidence evidence, Evidence.Contrast contrast, Findings.Sight sight, double shift) {
        int splits = contrast.statistics().size();
        double closed = 0;
        double simulated = 0;
        for (int split = 0; split < splits; split++) {
            double[] differences = differences(study, evidence.scores(), splits == 1 ? -1 : split);
            if (differences.length < 2) {
                return Optional.empty();
            }
            double critical = sight.critical()[split];
            closed = Math.max(
                    closed, Power.detectableFraction(contrast.statistics().get(split), critical, sight.power(), shift));
            simulated = Math.max(
                    simulated,
                    Power.simulatedFraction(
                            differences,
                            critical,
                            sight.power(),
                            shift * contrast.statistics().get(split).controlDeviation(),
                            study.seed("power/" + evidence.probe() + "/" + split)));
        }
        return Optional.of(new AuditResult.PowerSimulation(contrast.name(), closed, simulated));
    }

    /** Candidate minus control of each scored pair of a part; of all parts below 0. */
    private static double[] differences(Study study, double[] scores, int part) {
        boolean[] candidate = study.candidate();
        int[] parts = study.part();
        return IntStream.iterate(0, row -> row + 1 < scores.length, row -> row + 2)
                .filter(row -> part < 0 || parts[row] == part)
                .mapToDouble(row -> candidate[row] ? scores[row] - scores[row + 1] : scores[row + 1] - scores[row])
                .filter(Double::isFinite)
                .toArray();
    }
}
