package ai.auditor.probes.sae;

import ai.auditor.AuditException;
import ai.auditor.probe.Study;
import ai.auditor.probes.internal.Folds;
import ai.auditor.probes.internal.HeldOut;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.Learner;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.stats.Welch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Logistic regression on the features that differ most between the classes (sparse probing: Gurnee and others, arXiv 2305.01610), fitted part
 * by part; how many features, and the penalty, are chosen inside the fitting part.
 */
final class SaeScores {
    /** How many features a score may use. */
    private static final int[] COUNTS = {16, 128};

    private static final double[] PENALTIES = {10, 100, 1_000};

    private final Study study;
    private final Folds folds;
    private final FeatureTable table;

    SaeScores(Study study, FeatureTable table) {
        this.study = study;
        this.folds = Folds.of(study);
        this.table = table;
    }

    private record Choice(int count, double penalty) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "logistic regression on %d features, penalty %.0f", count, penalty);
        }
    }

    HeldOut heldOut() {
        int parts = folds.parts();
        List<Choice> choices = new ArrayList<>();
        List<double[]> validations = new ArrayList<>();
        for (int s = 0; s < parts; s++) {
            choose(s, choices, validations);
        }
        HeldOut result = HeldOut.blank(
                study.rows().size(),
                parts,
                choices.stream().map(Choice::toString).toList());
        for (int s = 0; s < parts; s++) {
            HeldOut.put(result.validation()[s], folds.validation(s), validations.get(s));
            int[] fitting = folds.fitting(s);
            HeldOut.put(
                    result.scores(),
                    folds.heldOut(s),
                    scores(choices.get(s), fitting, ranked(fitting), folds.heldOut(s)));
        }
        return result;
    }

    private void choose(int s, List<Choice> choices, List<double[]> validations) {
        int[] fitting = folds.innerFitting(s);
        int[] validation = folds.validation(s);
        int[] ranked = ranked(fitting);
        Choice best = new Choice(COUNTS[0], PENALTIES[0]);
        double[] bestScores = {};
        double highest = Double.NEGATIVE_INFINITY;
        for (int count : COUNTS) {
            for (double penalty : PENALTIES) {
                AuditException.checkInterrupted();
                Choice choice = new Choice(count, penalty);
                double[] scores = scores(choice, fitting, ranked, validation);
                double auroc = Labels.auroc(study, validation, scores);
                if (auroc > highest) {
                    highest = auroc;
                    best = choice;
                    bestScores = scores;
                }
            }
        }
        choices.add(best);
        validations.add(bestScores);
    }

    private double[] scores(Choice choice, int[] fitting, int[] ranked, int[] scored) {
        int[] features = Arrays.stream(ranked, 0, Math.min(choice.count(), ranked.length))
                .sorted()
                .toArray();
        if (features.length == 0) {
            return new double[scored.length];
        }
        double[][] rows =
                Arrays.stream(fitting).mapToObj(row -> values(features, row)).toArray(double[][]::new);
        ToDoubleFunction<double[]> scorer = new Learner.Logistic(choice.penalty()).fit(rows, Labels.of(study, fitting));
        return Arrays.stream(scored)
                .mapToDouble(row -> scorer.applyAsDouble(values(features, row)))
                .toArray();
    }

    private double[] values(int[] features, int row) {
        RowFeatures of = table.rows().get(row);
        return Arrays.stream(features).mapToDouble(of::mean).toArray();
    }

    /** The features that differ most between the classes of some rows, by Welch's t in either direction, those that never vary left out. */
    private int[] ranked(int[] rows) {
        boolean[] labels = Labels.of(study, rows);
        int width = table.features();
        double[][] sums = new double[2][width];
        double[][] squares = new double[2][width];
        int[] counts = new int[2];
        for (int i = 0; i < rows.length; i++) {
            int side = labels[i] ? 0 : 1;
            RowFeatures row = table.rows().get(rows[i]);
            counts[side]++;
            for (int j = 0; j < row.features().length; j++) {
                double value = row.means()[j];
                sums[side][row.features()[j]] += value;
                squares[side][row.features()[j]] += value * value;
            }
        }
        double[] sizes = new double[width];
        for (int feature = 0; feature < width; feature++) {
            sizes[feature] = Math.abs(Welch.of(
                            new Welch.Sample(counts[0], sums[0][feature], squares[0][feature]),
                            new Welch.Sample(counts[1], sums[1][feature], squares[1][feature]))
                    .statistic());
        }
        int most = COUNTS[COUNTS.length - 1];
        return IntStream.range(0, width)
                .filter(feature -> sizes[feature] > 0)
                .boxed()
                .sorted((a, b) -> sizes[a] != sizes[b] ? Double.compare(sizes[b], sizes[a]) : Integer.compare(a, b))
                .limit(most)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
