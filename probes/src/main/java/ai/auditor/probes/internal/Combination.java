package ai.auditor.probes.internal;

import ai.auditor.probe.Study;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Baseline and probe together: logistic regression on the two scores, fitted on validation rows that neither was fitted on. */
public final class Combination {
    private static final Learner LEARNER = new Learner.Logistic(1);

    private Combination() {}

    /** Held-out scores of both together, {@code [rows]}. */
    public static double[] of(Study study, HeldOut baseline, HeldOut probe) {
        Folds folds = Folds.of(study);
        double[] together = new double[study.rows().size()];
        for (int s = 0; s < folds.parts(); s++) {
            int[] validation = folds.validation(s);
            int[] rows = folds.heldOut(s);
            ToDoubleFunction<double[]> scorer = LEARNER.fit(
                    beside(baseline.validation()[s], probe.validation()[s], validation), Labels.of(study, validation));
            HeldOut.put(
                    together,
                    rows,
                    Arrays.stream(beside(baseline.scores(), probe.scores(), rows))
                            .mapToDouble(scorer)
                            .toArray());
        }
        return together;
    }

    private static double[][] beside(double[] first, double[] second, int[] rows) {
        List<double[]> both = new ArrayList<>();
        for (int row : rows) {
            both.add(new double[] {first[row], second[row]});
        }
        return both.toArray(double[][]::new);
    }
}
