package ai.auditor.probes.linear;

import ai.auditor.Progress;
import ai.auditor.probes.internal.Folds;
import ai.auditor.probes.internal.Softmax;
import ai.auditor.probes.linear.DatasetComparison.Choice;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fits softmax regressions part by part; inputs and penalty are chosen inside the fitting part, by the probability of held-out labels. */
final class SoftmaxFits {
    /**
     * From one that lets small components speak to one that silences weak features. On four teachers of the organism 10 gave a tenth fewer rows to
     * their dataset than 1 did, and 0.01 no more than 0.1.
     */
    private static final double[] PENALTIES = {0.1, 1, 10, 100, 1_000};

    private final BlockDesign design;
    private final List<? extends Inputs> inputs;
    private final Progress progress;

    /** @param inputs to choose from, one or more */
    SoftmaxFits(BlockDesign design, List<? extends Inputs> inputs, Progress progress) {
        this.design = design;
        this.inputs = List.copyOf(inputs);
        this.progress = progress;
    }

    ClassScores heldOut() {
        Folds folds = design.folds();
        double[][] scores = new double[design.rows()][];
        List<Choice> told = new ArrayList<>();
        for (int s = 0; s < folds.parts(); s++) {
            Chosen chosen = choose(s);
            told.add(chosen.told());
            int[] rows = folds.heldOut(s);
            double[][] ofPart = scores(
                    chosen.inputs().of(folds.fitting(s), rows),
                    folds.fitting(s),
                    chosen.told().penalty());
            for (int i = 0; i < rows.length; i++) {
                scores[rows[i]] = ofPart[i];
            }
        }
        return new ClassScores(scores, told);
    }

    /** What was chosen, and how it is told. */
    private record Chosen(Inputs inputs, Choice told) {}

    private Chosen choose(int s) {
        int[] fitting = design.folds().innerFitting(s);
        int[] validation = design.folds().validation(s);
        Optional<Chosen> best = Optional.empty();
        int done = 0;
        for (Inputs one : inputs) {
            progress.report(
                    "fitting part " + (s + 1) + " of " + design.folds().parts(), done++, inputs.size(), "points");
            Inputs.Features features = one.of(fitting, validation);
            for (double penalty : PENALTIES) {
                double probability = probability(scores(features, fitting, penalty), validation);
                Chosen tried = new Chosen(one, new Choice(one.toString(), penalty, probability));
                if (best.isEmpty() || probability > best.get().told().logProbability()) {
                    best = Optional.of(tried);
                }
            }
        }
        return best.orElseThrow();
    }

    private double[][] scores(Inputs.Features features, int[] fitting, double penalty) {
        Softmax fitted = Softmax.fit(features.fitting(), design.labels(fitting), design.classes(), penalty);
        double[][] scores = new double[features.scored().length][];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = fitted.logProbabilities(features.scored()[i]);
        }
        return scores;
    }

    private double probability(double[][] scores, int[] rows) {
        double[] ofTruth = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            ofTruth[i] = scores[i][design.label(rows[i])];
        }
        return Vectors.mean(ofTruth);
    }
}
