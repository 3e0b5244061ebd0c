package ai.auditor.probes.linear;

import ai.auditor.probes.internal.Softmax;
import ai.auditor.probes.linear.DatasetComparison.Choice;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How likely a softmax regression held each row to be of each class, of rows that it was not fitted on.
 *
 * @param logProbabilities {@code [rows][classes]}
 * @param chosen what was chosen inside the fitting part of each part, {@code [parts]}
 */
record ClassScores(double[][] logProbabilities, List<Choice> chosen) {
    ClassScores {
        chosen = List.copyOf(chosen);
    }

    /** The likeliest class of a row; of several the first. */
    int predicted(int row) {
        double[] of = logProbabilities[row];
        int best = 0;
        for (int c = 1; c < of.length; c++) {
            best = of[c] > of[best] ? c : best;
        }
        return best;
    }

    /** Log-odds of a class against all others, of some rows. */
    double[] odds(int c, int[] rows) {
        double[] odds = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            double[] of = logProbabilities[rows[i]];
            double[] others = IntStream.range(0, of.length)
                    .filter(other -> other != c)
                    .mapToDouble(other -> of[other])
                    .toArray();
            odds[i] = of[c] - Softmax.logTotal(others);
        }
        return odds;
    }

    /** Log-odds of one class against another, of some rows. */
    double[] odds(int first, int second, int[] rows) {
        double[] odds = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            odds[i] = logProbabilities[rows[i]][first] - logProbabilities[rows[i]][second];
        }
        return odds;
    }
}
