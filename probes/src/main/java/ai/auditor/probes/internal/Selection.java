package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.probe.Study;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** Fits learners to features part by part, and chooses among them inside the fitting part. */
public final class Selection {
    private final Study study;
    private final Folds folds;
    private final double[][] features;
    // Choosing, scoring and the probes that share a baseline ask for the same fits again.
    private final Map<Fit, double[]> fits = new ConcurrentHashMap<>();

    /**
     * A learner fitted for a part.
     *
     * @param inner on the inner fitting rows, scoring the validation rows; else on the fitting rows, scoring the part
     */
    private record Fit(Learner learner, int s, boolean inner) {}

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
            int[] validation = folds.validation(s);
            for (Learner learner : learners) {
                AuditException.checkInterrupted();
                double value = Labels.auroc(study, validation, scores(new Fit(learner, s, true)));
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
            HeldOut.put(result.validation()[s], folds.validation(s), scores(new Fit(learner, s, true)));
            HeldOut.put(result.scores(), folds.heldOut(s), scores(new Fit(learner, s, false)));
        }
        return result;
    }

    private double[] scores(Fit fit) {
        return fits.computeIfAbsent(fit, this::fitted);
    }

    private double[] fitted(Fit fit) {
        int[] fitting = fit.inner() ? folds.innerFitting(fit.s()) : folds.fitting(fit.s());
        int[] scored = fit.inner() ? folds.validation(fit.s()) : folds.heldOut(fit.s());
        ToDoubleFunction<double[]> scorer = fit.learner()
                .fit(
                        Arrays.stream(fitting).mapToObj(row -> features[row]).toArray(double[][]::new),
                        Labels.of(study, fitting));
        return Arrays.stream(scored)
                .mapToDouble(row -> scorer.applyAsDouble(features[row]))
                .toArray();
    }
}
