package ai.auditor.probe;

import java.util.List;

/** What a value is held against: the same value of things of no interest. */
public sealed interface Decoys {
    /** Their values, {@code [decoys]}. */
    default double[] values() {
        return values(0);
    }

    /**
     * Their values if something moved the value itself by so much more.
     *
     * @param added in units of the value
     */
    double[] values(double added);

    /**
     * Other directions or prompts, each compared with the same candidate.
     *
     * @param values one a decoy
     */
    record Others(double[] values) implements Decoys {
        @Override
        public double[] values(double added) {
            return values;
        }
    }

    /**
     * Candidates that differ from the control as much as the one that is audited, but along a direction of no interest: of each,
     * the largest value over all traits, so that nothing is to be corrected for their number.
     *
     * <p>How much the audited one differs is known with its sampling error only, so each candidate is made so long that with an error
     * of its own it measures along the rulers what the audited one measures: the test is conditional on the measured size. It is
     * no shorter than the audited one in all dimensions, since real differences do not keep to the dimensions of rulers.
     *
     * @param measured what the audited candidate's shift measures along the rulers, in squared units of the value
     * @param ofTrait what a unit shift along a trait measures, the largest over traits
     * @param size how far the audited candidate differs in all dimensions, sampling error taken off
     * @param candidates one a decoy
     */
    record Shifts(double measured, double ofTrait, double size, List<Candidate> candidates) implements Decoys {
        public Shifts {
            candidates = List.copyOf(candidates);
        }

        @Override
        public double[] values(double added) {
            double wanted = measured + added * added * ofTrait;
            double shortest = StrictMath.sqrt(size * size + added * added);
            return candidates.stream()
                    .mapToDouble(candidate -> candidate.largest(wanted, shortest))
                    .toArray();
        }
    }

    /**
     * A shift along a decoy, with a sampling error.
     *
     * @param own what a unit shift along the decoy measures
     * @param mixed half of what it and the error measure together beyond each alone
     * @param error what the error measures
     * @param cosines with each trait's shift, {@code [traits]}
     * @param errors of the value of each trait, {@code [traits]}
     */
    record Candidate(double own, double mixed, double error, double[] cosines, double[] errors) {
        /** Its largest value over traits, if it is as long as measures so much, and at least so long. */
        public double largest(double wanted, double shortest) {
            double discriminant = mixed * mixed - own * (error - wanted);
            double length = discriminant > 0 && own > 0
                    ? Math.max(shortest, (StrictMath.sqrt(discriminant) - mixed) / own)
                    : shortest;
            double largest = Double.NEGATIVE_INFINITY;
            for (int trait = 0; trait < cosines.length; trait++) {
                largest = Math.max(largest, length * cosines[trait] + errors[trait]);
            }
            return largest;
        }
    }
}
