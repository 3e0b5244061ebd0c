package ai.auditor.probe;

/** What a value is held against: the same value of things of no interest. */
public sealed interface Decoys {
    /** Their values, {@code [decoys]}. */
    double[] values();

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
     * @param size how far the candidate differs in all, sampling error taken off, in units of the value
     * @param cosines of each decoy's shift with each trait's, {@code [decoys][traits]}
     * @param errors of each decoy's value of each trait, as small samples make them, {@code [decoys][traits]}
     */
    record Shifts(double size, double[][] cosines, double[][] errors) implements Decoys {
        @Override
        public double[] values() {
            return values(0);
        }

        @Override
        public double[] values(double added) {
            double length = StrictMath.sqrt(size * size + added * added);
            double[] largest = new double[cosines.length];
            for (int decoy = 0; decoy < largest.length; decoy++) {
                double value = Double.NEGATIVE_INFINITY;
                for (int trait = 0; trait < cosines[decoy].length; trait++) {
                    value = Math.max(value, length * cosines[decoy][trait] + errors[decoy][trait]);
                }
                largest[decoy] = value;
            }
            return largest;
        }
    }
}
