package ai.auditor.probes.internal;

import ai.auditor.probe.Study;
import ai.auditor.stats.Auroc;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What needs the labels of a study: choosing rows by class, class means, AUROC. */
public final class Labels {
    private Labels() {}

    /** Whether each of the given rows counts as candidate. */
    public static boolean[] of(Study study, int[] rows) {
        boolean[] all = study.candidate();
        boolean[] labels = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = all[rows[i]];
        }
        return labels;
    }

    /** Whether all labels are equal, so that nothing can be fitted. */
    public static boolean oneClass(boolean[] candidate) {
        for (boolean label : candidate) {
            if (label != candidate[0]) {
                return false;
            }
        }
        return true;
    }

    /** Places i in {@code rows} whose row is of a class. */
    public static int[] places(Study study, int[] rows, boolean candidate) {
        boolean[] labels = of(study, rows);
        return IntStream.range(0, rows.length)
                .filter(i -> labels[i] == candidate)
                .toArray();
    }

    /** AUROC of scores of the given rows, one half where a class is missing. */
    public static double auroc(Study study, int[] rows, double[] scores) {
        boolean[] labels = of(study, rows);
        return oneClass(labels) ? 0.5 : Auroc.of(scores, labels);
    }

    /**
     * Mean of the candidate's rows minus mean of the control's, {@code [columns]}.
     *
     * @param values one matrix row for each of {@code rows}
     */
    public static double[] shift(Study study, Matrix values, int[] rows) {
        return Vectors.difference(mean(values, places(study, rows, true)), mean(values, places(study, rows, false)));
    }

    /**
     * What each unit that was drawn, a pair or a row, adds to the error of {@link #shift}: random signs before them make one,
     * {@code [units][columns]}.
     */
    public static double[][] deviations(Study study, Matrix values, int[] rows) {
        int[] candidates = places(study, rows, true);
        int[] controls = places(study, rows, false);
        double[] candidate = mean(values, candidates);
        double[] control = mean(values, controls);
        if (!study.paired()) {
            return Stream.of(
                            Arrays.stream(candidates)
                                    .mapToObj(place -> minus(values, place, candidate, candidates.length)),
                            Arrays.stream(controls).mapToObj(place -> minus(values, place, control, controls.length)))
                    .flatMap(one -> one)
                    .toArray(double[][]::new);
        }
        double[][] deviations = new double[candidates.length][];
        for (int pair = 0; pair < deviations.length; pair++) {
            // Rows 2i and 2i + 1 share a prompt, and rows are of pairs both or none.
            deviations[pair] = Vectors.difference(
                    minus(values, candidates[pair], candidate, deviations.length),
                    minus(values, controls[pair], control, deviations.length));
        }
        return deviations;
    }

    private static double[] minus(Matrix values, int row, double[] mean, int units) {
        double weight = units > 1 ? 1 / StrictMath.sqrt((double) units * (units - 1)) : 0;
        double[] deviation = new double[mean.length];
        for (int j = 0; j < deviation.length; j++) {
            deviation[j] = weight * (values.at(row, j) - mean[j]);
        }
        return deviation;
    }

    private static double[] mean(Matrix values, int[] places) {
        double[] mean = new double[values.columns()];
        for (int place : places) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += values.at(place, j) / places.length;
            }
        }
        return mean;
    }

    /** The control's rows of a matrix that has one row for each of {@code rows}. */
    public static Matrix control(Study study, Matrix values, int[] rows) {
        int[] places = places(study, rows, false);
        float[] copy = new float[places.length * values.columns()];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(
                    values.values(), places[i] * values.columns(), copy, i * values.columns(), values.columns());
        }
        return new Matrix(places.length, values.columns(), copy);
    }

    /** 0 to n - 1. */
    public static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }
}
