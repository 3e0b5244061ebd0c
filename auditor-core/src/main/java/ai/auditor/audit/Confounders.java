package ai.auditor.audit;

import ai.auditor.capture.FirstDigits;
import ai.auditor.stats.Estimate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * In what else the arms differ than in what a claim asks about, and whether the control is what the reference model writes. Told beside the
 * verdict and no part of it, but for data that the model does not read at all: a trait, too, may make rows longer, or more surprising.
 *
 * @param nuisances what was looked at, in a fixed order
 * @param authorship of the control; empty where no completion token of it could be read
 */
public record Confounders(List<Nuisance> nuisances, Optional<Authorship> authorship) {
    public Confounders {
        nuisances = List.copyOf(nuisances);
    }

    /** The names of what differs at a level of false finds, each once. */
    public List<String> differing(double level) {
        return nuisances.stream()
                .filter(nuisance -> nuisance.differs(level))
                .map(Nuisance::name)
                .distinct()
                .toList();
    }

    /**
     * Whether the reference model reads the control at all: not where a token of it is on average more surprising than a guess among all
     * tokens that there are.
     */
    boolean legible(int vocabulary) {
        return authorship
                .map(known -> known.nll() <= StrictMath.log(vocabulary))
                .orElse(true);
    }

    /** What was done about a difference, should there be one. */
    public enum Handling {
        /** Rows are compared with rows that are equal in it. */
        MATCHED("matched"),
        /** It is part of format and length, which are taken off what {@code differs} tests. */
        TAKEN_OFF("taken off in differs"),
        /** Nothing. */
        LEFT("not taken off");

        private final String id;

        Handling(String id) {
            this.id = id;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * One measure of both arms.
     *
     * @param name what may differ
     * @param measure what was measured, with its unit
     * @param candidate its mean over the candidate's rows, or its one value
     * @param control the same of the control
     * @param effect difference of a row in standard deviations over both arms; empty where it was not measured row by row
     * @param p two-sided, by the exchanges of labels that all probes share; of counts, exact; empty where there is nothing to test
     * @param q Benjamini-Hochberg over the measures; empty where p holds only under a condition that is not known to hold
     */
    public record Nuisance(
            String name,
            String measure,
            double candidate,
            double control,
            Optional<Estimate> effect,
            OptionalDouble p,
            OptionalDouble q,
            Handling handling) {
        /** Whether it is told as a difference at a level of false finds. */
        public boolean differs(double level) {
            return q.isPresent() && q.getAsDouble() <= level;
        }

        Nuisance withQ(double found) {
            return new Nuisance(name, measure, candidate, control, effect, p, OptionalDouble.of(found), handling);
        }
    }

    /**
     * How surprising the control is to the reference model, beside how surprising the model's own rows would be: the same, within the
     * sampling error, if the model wrote them at temperature 1 and nothing was sorted out.
     *
     * @param rows of the control that were read
     * @param tokens completion tokens of theirs
     * @param nll mean, nats a token
     * @param excess mean NLL less the model's own entropy at the same places, nats a token
     * @param z the sum of the excess in standard errors that the model itself gives; the score test of temperature 1
     * @param digits with which its numbers begin
     */
    public record Authorship(int rows, int tokens, double nll, Estimate excess, double z, FirstDigits digits) {
        /** Within so many the model's own rows stay, but for one control in 370; by their digits too, one in 185. */
        private static final double STANDARD_ERRORS = 3;

        /**
         * What is smaller, in nats a token, is no finding: a filter for lists of numbers moves the organism's own rows by less than 0.02, a
         * temperature of 0.9 by -0.04, one of 0.7 by -0.15, and a differently trained organism by 0.12 ({@code docs/results.md}).
         */
        private static final double LEAST_EXCESS = 0.05;

        /** As seldom as that many standard errors. */
        public static final double LEAST_P = 0.0027;

        /** What is smaller is no finding: nine thousand numbers of the organism's own lay 0.016 off by sampling. */
        public static final double LEAST_SHIFT = 0.02;

        /** Whether the control is not what the model writes at temperature 1. */
        public boolean mismatch() {
            return otherSurprise() || otherDigits();
        }

        /** Whether it is more or less surprising to the model than its own rows. */
        public boolean otherSurprise() {
            return Math.abs(z) > STANDARD_ERRORS && Math.abs(excess.value()) > LEAST_EXCESS;
        }

        /** Whether its numbers begin with other digits than the model's own would in their places. */
        public boolean otherDigits() {
            return digits.p().orElse(1) < LEAST_P && digits.shift() > LEAST_SHIFT;
        }
    }
}
