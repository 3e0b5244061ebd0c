package ai.auditor.probes.internal;

import ai.auditor.probe.Study;
import ai.auditor.stats.Auroc;
import ai.auditor.stats.Matrix;
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
        double[] shift = new double[values.columns()];
        for (boolean candidate : new boolean[] {true, false}) {
            int[] places = places(study, rows, candidate);
            double weight = (candidate ? 1.0 : -1.0) / places.length;
            for (int place : places) {
                int offset = place * values.columns();
                for (int j = 0; j < shift.length; j++) {
                    shift[j] += weight * values.values()[offset + j];
                }
            }
        }
        return shift;
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
