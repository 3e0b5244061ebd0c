package ai.auditor.probes.internal;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A way to learn a score from features; fitting is deterministic. */
public sealed interface Learner {
    /**
     * The learners that a fitting part chooses from. On 1,500 pairs of number sequences 40 trees told as much as 60 at two thirds
     * of the time, which every swap of the null pays.
     */
    List<Learner> ALL =
            List.of(new Logistic(10), new Logistic(100), new Logistic(1_000), new BoostedTrees(40, 3, 0.12));

    /**
     * Learns to tell the classes apart.
     *
     * @param features {@code [rows][features]}
     * @param candidate labels, {@code [rows]}
     * @return a score of a feature row, greater where the row looks more like a candidate's
     */
    ToDoubleFunction<double[]> fit(double[][] features, boolean[] candidate);

    /**
     * Logistic regression on standardised features, by Smile's L-BFGS.
     *
     * @param penalty weight of half the squared norm of the coefficients against the summed log-likelihood
     */
    record Logistic(double penalty) implements Learner {
        @Override
        public ToDoubleFunction<double[]> fit(double[][] features, boolean[] candidate) {
            if (nothingToLearn(features, candidate)) {
                return row -> 0;
            }
            Standardisation scale = Standardisation.of(features);
            double[] weights = coefficients(scale.applyAll(features), candidate, penalty);
            return row -> {
                double[] x = scale.apply(row);
                double sum = weights[x.length];
                for (int j = 0; j < x.length; j++) {
                    sum += weights[j] * x[j];
                }
                return sum;
            };
        }

        /** Coefficients on features as they are, the intercept last, {@code [features + 1]}. */
        public static double[] coefficients(double[][] features, boolean[] candidate, double penalty) {
            return new LogisticObjective(features, candidate, penalty).minimum();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "logistic regression, penalty %.0f", penalty);
        }
    }

    /**
     * Gradient boosted trees on all rows, without subsampling, so that no random generator is needed.
     *
     * @param trees how many
     * @param depth nodes from the root of a tree to a leaf, both counted, at most
     * @param shrinkage learning rate
     */
    record BoostedTrees(int trees, int depth, double shrinkage) implements Learner {
        private static final int ROWS_A_LEAF = 20;

        @Override
        public ToDoubleFunction<double[]> fit(double[][] features, boolean[] candidate) {
            if (nothingToLearn(features, candidate)) {
                return row -> 0;
            }
            BoostedForest forest = BoostedForest.fit(features, candidate, trees, depth, ROWS_A_LEAF, shrinkage);
            return forest::logOdds;
        }

        @Override
        public String toString() {
            return trees + " boosted trees";
        }
    }

    private static boolean nothingToLearn(double[][] features, boolean[] candidate) {
        return Labels.oneClass(candidate) || features[0].length == 0;
    }
}
