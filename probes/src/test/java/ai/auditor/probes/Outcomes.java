package ai.auditor.probes;

import ai.auditor.probe.Evidence;
import ai.auditor.stats.Exchanged;
import java.util.Arrays;

/** Reads p-values off evidence as an audit does, so that tests can say what would be detected. */
public final class Outcomes {
    private Outcomes() {}

    /** Twice the median of the parts' p-values, at most 1. */
    public static double p(Evidence.Contrast contrast) {
        double[] all =
                contrast.statistics().stream().mapToDouble(Outcomes::p).sorted().toArray();
        return Math.min(1, all.length == 1 ? all[0] : 2 * all[(all.length - 1) / 2]);
    }

    /** The p-value of the largest of all statistics, by the exchanges' largest. */
    public static double maximumP(Evidence evidence) {
        double observed = Double.NEGATIVE_INFINITY;
        double[] largest = new double[0];
        for (Evidence.Contrast contrast : evidence.contrasts()) {
            Exchanged exchanged = contrast.statistics().get(0);
            if (largest.length == 0) {
                largest = new double[exchanged.exchanged().length];
                Arrays.fill(largest, Double.NEGATIVE_INFINITY);
            }
            observed = Math.max(observed, exchanged.observed());
            for (int b = 0; b < largest.length; b++) {
                largest[b] = Math.max(largest[b], exchanged.exchanged()[b]);
            }
        }
        double seen = observed;
        return (1.0 + Arrays.stream(largest).filter(value -> value >= seen).count()) / (1 + largest.length);
    }

    /** The name of the contrast with the largest statistic. */
    static String strongest(Evidence evidence) {
        return evidence.contrasts().stream()
                .max(java.util.Comparator.comparingDouble(
                        contrast -> contrast.statistics().get(0).observed()))
                .orElseThrow()
                .name();
    }

    private static double p(Exchanged exchanged) {
        long reached = Arrays.stream(exchanged.exchanged())
                .filter(value -> value >= exchanged.observed())
                .count();
        return (1.0 + reached) / (1 + exchanged.exchanged().length);
    }
}
