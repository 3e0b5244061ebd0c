package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.probe.Study;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Fits learners to features part by part, and chooses among them inside the fitting part. */
public final class Selection {
    private final Study study;
    private final Folds folds;
    private final double[][] features;

    /**
     * Over a feature table.
     *
     * @param features of each row, {@code [rows][features]}; made without labels
     */
    public Selection(Study study, double[][] features) {
        this.study = study;
        this.folds = Folds.of(study);
        this.features = features;
    }

    /** The learner of each part whose inner validation AUROC is the highest; the earlier one where two are equal. */
    public List<Learner> strongest(List<Learner> learners) {
        List<Learner> chosen = new ArrayList<>();
        for (int s = 0; s < folds.parts(); s++) {
            Learner best = learners.get(0);
            double highest = Double.NEGATIVE_INFINITY;
            for (Learner learner : learners) {
                AuditException.checkInterrupted();
                int[] validation = folds.validation(s);
                double[] scores = scores(learner, folds.innerFitting(s), validation);
                double value = Labels.auroc(study, validation, scores);
                if (value > highest) {
                    highest = value;
                    best = learner;
                }
            }
            chosen.add(best);
        }
        return chosen;
    }

    /** Held-out scores by the given learner of each part. */
    public HeldOut heldOut(List<Learner> learners) {
        HeldOut result = HeldOut.blank(
                features.length,
                folds.parts(),
                learners.stream().map(Learner::toString).toList());
        for (int s = 0; s < folds.parts(); s++) {
            AuditException.checkInterrupted();
            Learner learner = learners.get(s);
            int[] validation = folds.validation(s);
            int[] rows = folds.heldOut(s);
            HeldOut.put(result.validation()[s], validation, scores(learner, folds.innerFitting(s), validation));
            HeldOut.put(result.scores(), rows, scores(learner, folds.fitting(s), rows));
        }
        return result;
    }

    private double[] scores(Learner learner, int[] fitting, int[] scored) {
        ToDoubleFunction<double[]> scorer = learner.fit(
                Arrays.stream(fitting).mapToObj(row -> features[row]).toArray(double[][]::new),
                Labels.of(study, fitting));
        return Arrays.stream(scored)
                .mapToDouble(row -> scorer.applyAsDouble(features[row]))
                .toArray();
    }
}
