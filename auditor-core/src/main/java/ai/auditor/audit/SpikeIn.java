package ai.auditor.audit;

import ai.auditor.probe.Claim;
import java.util.List;

/**
 * A known signal planted in control rows, and what found it: the positive control of an audit.
 *
 * <p>Half of the rows stand for a candidate, without pairs.
 */
public sealed interface SpikeIn {
    /** The trait that is planted. */
    String trait();

    /** The share of the half's rows that have it; of a teacher's rows the smaller of two shares. */
    double fraction();

    /** How many rows both halves have. */
    int rows();

    /** Each probe at each size, the smaller sizes first; a probe that cannot be reached so has one trial. */
    List<Trial> trials();

    /** Whether the largest size was missed by a probe that should have found it. */
    default boolean missed() {
        double largest = trials().stream().mapToDouble(Trial::size).max().orElse(0);
        return trials().stream().anyMatch(trial -> trial.size() == largest && trial.outcome() == Outcome.MISSED);
    }

    /**
     * A trait's vector, added to the residual stream at every completion token of some of the half's rows.
     *
     * @param point where it is added, by its name
     * @param fraction of the half's rows that have it
     * @param trials by the size of what is added, in standard deviations of the control's rows along the vector
     */
    record OfVector(String trait, String point, double fraction, int rows, List<Trial> trials) implements SpikeIn {
        public OfVector {
            trials = List.copyOf(trials);
        }
    }

    /**
     * Rows of a known teacher in the place of some of the half's, or of all ({@link PlantedRows}).
     *
     * @param fraction the smaller of the shares of the half's rows that were the teacher's; the larger is all
     * @param trials by that share
     */
    record OfRows(String trait, double fraction, int rows, List<Trial> trials) implements SpikeIn {
        public OfRows {
            trials = List.copyOf(trials);
        }
    }

    /** How a trial ends. */
    enum Outcome {
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
     * @param size of what was planted, in the unit of its kind; 0 where it was not covered
     */
    record Trial(String probe, double size, Outcome outcome) {}
}
