package ai.auditor.probes.internal;

import ai.auditor.probe.Evidence;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Orders what is largest first. */
public final class Ranking {
    private Ranking() {}

    /** Index of the contrast with the largest statistic. */
    public static int strongest(List<Evidence.Contrast> contrasts) {
        int strongest = 0;
        for (int i = 1; i < contrasts.size(); i++) {
            if (contrasts.get(i).statistic() > contrasts.get(strongest).statistic()) {
                strongest = i;
            }
        }
        return strongest;
    }

    /** Indexes of values, the largest first. */
    public static int[] descending(double[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -values[i]))
                .mapToInt(i -> i)
                .toArray();
    }
}
