package ai.auditor.stats;

import ai.auditor.Shuffle;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Divides rows into parts that keep groups whole. */
public final class Parts {
    private Parts() {}

    /**
     * Part of each row, 0 to {@code parts} - 1: groups in random order, each to the part with the fewest rows so far.
     *
     * <p>Depends on the group numbers and sizes alone, not on the order of the rows.
     *
     * @param groups group of each row, {@code [rows]}
     */
    public static int[] byGroup(int[] groups, int parts, long seed) {
        if (parts < 1) {
            throw new IllegalArgumentException(parts + " parts");
        }
        int[] distinct = Arrays.stream(groups).sorted().distinct().toArray();
        int[] sizes = new int[distinct.length];
        for (int group : groups) {
            sizes[Arrays.binarySearch(distinct, group)]++;
        }
        int[] order = new int[distinct.length];
        Arrays.setAll(order, i -> i);
        Shuffle.whole(order, new SplittableRandom(seed));
        int[] partOfGroup = new int[distinct.length];
        int[] rows = new int[parts];
        for (int group : order) {
            int smallest = 0;
            for (int part = 1; part < parts; part++) {
                smallest = rows[part] < rows[smallest] ? part : smallest;
            }
            partOfGroup[group] = smallest;
            rows[smallest] += sizes[group];
        }
        return Arrays.stream(groups)
                .map(group -> partOfGroup[Arrays.binarySearch(distinct, group)])
                .toArray();
    }
}
