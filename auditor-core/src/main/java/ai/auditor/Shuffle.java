package ai.auditor;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/** Puts values in a random order, all orders equally likely, by Fisher and Yates; which one follows from the random numbers alone. */
public final class Shuffle {
    private Shuffle() {}

    /** All values. */
    public static void whole(int[] values, SplittableRandom random) {
        whole(values, values.length, random);
    }

    /** The first values, so many. */
    public static void whole(int[] values, int count, SplittableRandom random) {
        for (int last = count - 1; last > 0; last--) {
            swap(values, last, random.nextInt(last + 1));
        }
    }

    /** All values. */
    public static void whole(double[] values, SplittableRandom random) {
        for (int last = values.length - 1; last > 0; last--) {
            int other = random.nextInt(last + 1);
            double value = values[last];
            values[last] = values[other];
            values[other] = value;
        }
    }

    /** All entries. */
    public static void whole(List<?> entries, SplittableRandom random) {
        for (int last = entries.size() - 1; last > 0; last--) {
            Collections.swap(entries, last, random.nextInt(last + 1));
        }
    }

    /**
     * Brings values that are drawn from a stretch to its head; the others stay in the stretch.
     *
     * @param from where the stretch begins
     * @param to where it ends, exclusive
     * @param drawn how many, at most as many as there are
     */
    public static void head(int[] values, int from, int to, int drawn, SplittableRandom random) {
        for (int next = from; next < from + drawn; next++) {
            swap(values, next, next + random.nextInt(to - next));
        }
    }

    private static void swap(int[] values, int one, int other) {
        int value = values[one];
        values[one] = values[other];
        values[other] = value;
    }
}
