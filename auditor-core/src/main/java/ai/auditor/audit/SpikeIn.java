package ai.auditor.audit;

import ai.auditor.probe.Claim;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A known signal planted in control rows, and what found it: the positive control of an audit.
 *
 * <p>Half of the rows stand for a candidate, without pairs. Either a trait's vector is added to the residual stream at every completion
 * token of some of them, or rows of a known teacher stand in their place ({@link PlantedRows}).
 *
 * @param trait whose vector is added, or the teacher's
 * @param point where it is added, by its name; empty where rows of a teacher are planted
 * @param fraction of the half's rows that have it; of a teacher's rows the smaller size
 * @param rows of both halves
 * @param trials each probe at each size, the smaller sizes first; a probe that cannot be reached so has one trial
 */
public record SpikeIn(String trait, Optional<String> point, double fraction, int rows, List<Trial> trials) {
    public SpikeIn {
        Objects.requireNonNull(point);
        trials = List.copyOf(trials);
    }

    /** How a trial ends. */
    public enum Outcome {
        FOUND("found"),
        /** Not found, though what the probe could have seen, by its own figures, is at most half of what was planted. */
        MISSED("missed"),
        /** Not found, and nothing else was promised. */
        BEYOND_POWER("beyond power"),
        /** The probe reads what a planted vector does not change as a teacher would; or, of planted rows, trains students. */
        NOT_COVERED("not covered");

        /**
         * The share of what is planted at which a probe has to tell the policy's power for a miss to be one: with twice what power 0.8
         * takes, the chance of a miss is below 1 in 10,000 (one-sided, level 0.01).
         */
        private static final double PROMISED = 0.5;

        private final String id;

        Outcome(String id) {
            this.id = id;
        }

        /**
         * How a probe's trial ends.
         *
         * @param planted what is planted, in the unit in which the finding tells its detectable fraction; 0 where that promises nothing of it
         */
        static Outcome of(Judge judge, AuditResult.Finding finding, String trait, double planted) {
            boolean found = finding.evidence().claim() == Claim.DIFFERS
                    ? judge.detectsDifference(finding)
                    : judge.detectedTrait(finding).filter(trait::equals).isPresent();
            double seen = finding.detectableFraction().orElse(Double.POSITIVE_INFINITY);
            return found ? FOUND : seen <= PROMISED * planted ? MISSED : BEYOND_POWER;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * One probe at one size.
     *
     * @param size of the added vector, in standard deviations of the control's rows along it; of a teacher's rows, their share of the
     *     half; 0 where it was not covered
     */
    public record Trial(String probe, double size, Outcome outcome) {}

    /** Whether the largest size was missed by a probe that should have found it. */
    public boolean missed() {
        double largest = trials.stream().mapToDouble(Trial::size).max().orElse(0);
        return trials.stream().anyMatch(trial -> trial.size() == largest && trial.outcome() == Outcome.MISSED);
    }
}
