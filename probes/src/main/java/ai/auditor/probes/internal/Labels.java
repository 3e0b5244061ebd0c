package ai.auditor.probes.internal;

import ai.auditor.probe.Study;
import ai.auditor.stats.Auroc;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.stream.IntStream;

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

    /** Blocks of units whose signs are drawn together: the error of a mean is as well known from so many. */
    private static final int MOST_BLOCKS = 1_000;

    /**
     * What each unit that was drawn, a pair or a row, adds to the error of {@link #shift}, summed by blocks: random signs before
     * them make one, {@code [units, at most 1,000][columns]}.
     */
    public static double[][] deviations(Study study, Matrix values, int[] rows) {
        int[] candidates = places(study, rows, true);
        int[] controls = places(study, rows, false);
        // Rows 2i and 2i + 1 share a prompt, and rows are of pairs both or none: a pair is one unit.
        int units = study.paired() ? candidates.length : candidates.length + controls.length;
        double[][] blocks = new double[Math.min(MOST_BLOCKS, units)][values.columns()];
        addDeviations(blocks, values, candidates, 0, 1);
        addDeviations(blocks, values, controls, study.paired() ? 0 : candidates.length, -1);
        return blocks;
    }

    private static void addDeviations(double[][] blocks, Matrix values, int[] places, int firstUnit, int sign) {
        double[] mean = mean(values, places);
        double weight = places.length > 1 ? sign / StrictMath.sqrt((double) places.length * (places.length - 1)) : 0;
        for (int i = 0; i < places.length; i++) {
            double[] block = blocks[(firstUnit + i) % blocks.length];
            for (int j = 0; j < mean.length; j++) {
                block[j] += weight * (values.at(places[i], j) - mean[j]);
            }
        }
    }

    /** Mean of some rows of a matrix, {@code [columns]}. */
    public static double[] mean(Matrix values, int[] places) {
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
        return values.taking(places(study, rows, false));
    }

    /** 0 to n - 1. */
    public static int[] all(int n) {
        return IntStream.range(0, n).toArray();
    }
}
