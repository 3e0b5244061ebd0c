package ai.auditor.probes.internal;

import ai.auditor.Shuffle;
import ai.auditor.probe.Study;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The parts of a study, and inside every fitting part one inner split by prompt group; labels play no role in it.
 *
 * @param parts how many parts there are
 * @param part part of each row, {@code [rows]}
 * @param validating whether a row validates choices wherever it belongs to the fitting part, {@code [rows]}
 */
public record Folds(int parts, int[] part, boolean[] validating) {
    /** Share of the prompt groups that validate choices: enough rows for an AUROC, most left to fit. */
    private static final double VALIDATION_SHARE = 1.0 / 3;

    /** The folds of a study. */
    public static Folds of(Study study) {
        return study.memo(
                "probes/folds",
                () -> of(study.groups(), study.parts(), study.part(), study.seed("probes/inner-split")));
    }

    /**
     * Folds of rows that are divided into parts.
     *
     * @param groups group of each row, whole in one part and on one side of the inner split, {@code [rows]}
     * @param part part of each row, {@code [rows]}
     * @param seed of the inner split
     */
    public static Folds of(int[] groups, int parts, int[] part, long seed) {
        List<Integer> order = new ArrayList<>(
                Arrays.stream(groups).distinct().sorted().boxed().toList());
        Shuffle.whole(order, new SplittableRandom(seed));
        Set<Integer> chosen = new HashSet<>(order.subList(0, (int) Math.round(order.size() * VALIDATION_SHARE)));
        boolean[] validating = new boolean[groups.length];
        for (int row = 0; row < groups.length; row++) {
            validating[row] = chosen.contains(groups[row]);
        }
        return new Folds(parts, part, validating);
    }

    /** Rows that part s is scored for. */
    public int[] heldOut(int s) {
        return rows(row -> part[row] == s);
    }

    /** Rows that a scorer of part s may be fitted on. */
    public int[] fitting(int s) {
        return rows(row -> part[row] != s);
    }

    /** The fitting rows of part s on which choices are tried out before they are validated. */
    public int[] innerFitting(int s) {
        return rows(row -> part[row] != s && !validating[row]);
    }

    /** The fitting rows of part s by which choices are made. */
    public int[] validation(int s) {
        return rows(row -> part[row] != s && validating[row]);
    }

    private int[] rows(java.util.function.IntPredicate wanted) {
        return IntStream.range(0, part.length).filter(wanted).toArray();
    }
}
