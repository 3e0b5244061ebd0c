package ai.auditor.stats;

import java.util.Arrays;

/** Labelled scores sorted once, so that the AUROC of many reweightings takes one pass each. */
final class SortedScores {
    // Rows in ascending order of score, NaN left out; ends[i] says whether the next row has a greater score.
    private final int[] rows;
    private final boolean[] ends;
    private final boolean[] candidate;

    SortedScores(double[] scores, boolean[] candidate) {
        if (scores.length != candidate.length) {
            throw new IllegalArgumentException(scores.length + " scores, but " + candidate.length + " labels");
        }
        rows = ascending(scores);
        ends = new boolean[rows.length];
        this.candidate = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            ends[i] = i == rows.length - 1 || scores[rows[i]] != scores[rows[i + 1]];
            this.candidate[i] = candidate[rows[i]];
        }
    }

    /** AUROC with each row taken {@code weights[row]} times; NaN where a class has no weight. */
    double auroc(int[] weights) {
        long controls = 0;
        long candidates = 0;
        // Twice the number of won comparisons, ties counted half: an exact integer.
        long won = 0;
        long tiedControls = 0;
        long tiedCandidates = 0;
        for (int i = 0; i < rows.length; i++) {
            int weight = weights[rows[i]];
            if (candidate[i]) {
                tiedCandidates += weight;
            } else {
                tiedControls += weight;
            }
            if (ends[i]) {
                won += tiedCandidates * (2 * controls + tiedControls);
                controls += tiedControls;
                candidates += tiedCandidates;
                tiedControls = 0;
                tiedCandidates = 0;
            }
        }
        return controls == 0 || candidates == 0 ? Double.NaN : won / (2.0 * controls * candidates);
    }

    /** Merge sort from the bottom: no boxed index, no comparator, as every bootstrap of every label swap sorts. */
    private static int[] ascending(double[] scores) {
        int[] order = scored(scores);
        int[] merged = new int[order.length];
        for (int width = 1; width < order.length; width *= 2) {
            for (int low = 0; low < order.length; low += 2 * width) {
                int middle = Math.min(low + width, order.length);
                int high = Math.min(middle + width, order.length);
                int left = low;
                int right = middle;
                for (int i = low; i < high; i++) {
                    boolean fromLeft = left < middle && (right == high || scores[order[left]] <= scores[order[right]]);
                    merged[i] = order[fromLeft ? left++ : right++];
                }
            }
            int[] spent = order;
            order = merged;
            merged = spent;
        }
        return order;
    }

    private static int[] scored(double[] scores) {
        int[] rows = new int[scores.length];
        int count = 0;
        for (int row = 0; row < scores.length; row++) {
            if (!Double.isNaN(scores[row])) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }
}
