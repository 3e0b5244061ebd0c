package ai.auditor.probes.shortcut;

import ai.auditor.probe.Study;
import ai.auditor.probes.internal.Folds;
import ai.auditor.probes.internal.FormatTerms;
import ai.auditor.probes.internal.HeldOut;
import ai.auditor.probes.internal.Learner;
import ai.auditor.probes.internal.Selection;
import ai.auditor.stats.Vectors;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The baseline that every fitted probe is held against: what format and length alone tell, by the stronger of two learners. */
public final class FormatBaseline {
    private final Study study;
    private final Selection selection;
    private final double[][] features;

    private FormatBaseline(Study study) {
        this.study = study;
        this.features = FeatureTable.format(study).values();
        this.selection = new Selection(study, features);
    }

    /** The baseline for the labels that the study shows now. */
    public static FormatBaseline of(Study study) {
        return study.memoForLabels("shortcut/baseline", () -> new FormatBaseline(study));
    }

    /** Fits, and gives held-out scores by the learner that was stronger inside each fitting part. */
    public HeldOut heldOut() {
        return selection.heldOut(selection.strongest(Learner.ALL));
    }

    /** Held-out scores of format and length by given learners, one a part. */
    HeldOut heldOut(List<Learner> learners) {
        return selection.heldOut(learners);
    }

    /**
     * What is left of held-out scores after what format and length predict of them: within each part, and without labels, the
     * residual on the format features, their squares, and powers of the baseline's score. A difference in format alone leaves
     * nothing to test.
     *
     * @param scores held-out scores of a probe, {@code [rows]}
     * @param baseline the baseline's
     */
    public double[] beyond(double[] scores, HeldOut baseline) {
        Folds folds = Folds.of(study);
        double[] beyond = new double[scores.length];
        for (int s = 0; s < folds.parts(); s++) {
            int[] rows = folds.heldOut(s);
            FormatTerms terms = study.memo("shortcut/regressors/" + s, () -> FormatTerms.of(features, rows));
            HeldOut.put(
                    beyond, rows, terms.beyond(Vectors.taking(scores, rows), Vectors.taking(baseline.scores(), rows)));
        }
        return beyond;
    }

    /** What a reader must know where rows are too few for {@link #beyond} to take all of format and length off. */
    public Optional<String> shortOfRows() {
        Folds folds = Folds.of(study);
        int rows = IntStream.range(0, folds.parts())
                .map(s -> folds.heldOut(s).length)
                .min()
                .orElse(0);
        return FormatTerms.shortOfRows(rows, features.length > 0 ? features[0].length : 0);
    }
}
