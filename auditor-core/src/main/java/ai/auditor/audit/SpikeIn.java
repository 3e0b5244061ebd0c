package ai.auditor.audit;

import java.util.List;

/**
 * A known signal planted in the control's own rows, and what found it: the positive control of an audit.
 *
 * <p>Half of the control's rows stand for a candidate, without pairs; in some of them a trait's vector is added to the residual stream
 * at every completion token.
 *
 * @param trait whose vector is added
 * @param point where, by its name
 * @param fraction of the half's rows that have it
 * @param rows of both halves
 * @param trials each probe at each size, the smaller sizes first; a probe that cannot be reached so has one trial
 */
public record SpikeIn(String trait, String point, double fraction, int rows, List<Trial> trials) {
    public SpikeIn {
        trials = List.copyOf(trials);
    }

    /** How a trial ends. */
    public enum Outcome {
        FOUND("found"),
        /** Not found, though what the probe could have seen, by its own figures, is at most half of what was planted. */
        MISSED("missed"),
        /** Not found, and nothing else was promised. */
        BEYOND_POWER("beyond power"),
        /** The probe reads what a planted vector does not change as a teacher would. */
        NOT_COVERED("not covered");

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
     * One probe at one size.
     *
     * @param size of the added vector, in standard deviations of the control's rows along it; 0 where it was not covered
     */
    public record Trial(String probe, double size, Outcome outcome) {}

    /** Whether the largest size was missed by a probe that should have found it. */
    public boolean missed() {
        double largest = trials.stream().mapToDouble(Trial::size).max().orElse(0);
        return trials.stream().anyMatch(trial -> trial.size() == largest && trial.outcome() == Outcome.MISSED);
    }
}
