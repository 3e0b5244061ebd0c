package ai.auditor.probes.internal;

import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Orders signed contrasts by their statistic. */
public final class Ranking {
    private static final int LISTED = 10;

    /** From here on four digits would be a power of ten. */
    private static final double LARGE = 9_999.5;

    /** From here on a power of ten is shorter. */
    private static final double FAR = 1e9;

    private Ranking() {}

    /** Index of the contrast with the largest statistic. */
    public static int strongest(List<Evidence.Contrast> contrasts) {
        int strongest = 0;
        for (int i = 1; i < contrasts.size(); i++) {
            if (observed(contrasts.get(i)) > observed(contrasts.get(strongest))) {
                strongest = i;
            }
        }
        return strongest;
    }

    /** The contrasts with the largest statistics. */
    public static Table top(List<Evidence.Contrast> contrasts) {
        return new Table(
                "Largest of " + contrasts.size() + " contrasts",
                List.of("contrast", "effect", "statistic", "place by", "decoys at or above", "placebos at or above"),
                contrasts.stream()
                        .sorted(Comparator.comparingDouble((Evidence.Contrast contrast) -> -observed(contrast))
                                .thenComparing(Evidence.Contrast::name))
                        .limit(LISTED)
                        .map(Ranking::cells)
                        .toList());
    }

    /** Indexes of values, the largest first. */
    public static int[] descending(double[] values) {
        return IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -values[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    /** A number as tables of contrasts print it: four significant digits, or more where they stand before the point. */
    public static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= LARGE && Math.abs(value) < FAR ? "%,.0f" : "%.4g", value);
    }

    private static List<String> cells(Evidence.Contrast contrast) {
        Evidence.DecoyPlace place = contrast.decoys().orElseThrow();
        return List.of(
                contrast.name(),
                number(contrast.effect().value()),
                number(observed(contrast)),
                number(place.value()),
                above(place.decoys().values(), place.value()),
                above(place.placebos(), place.value()));
    }

    private static double observed(Evidence.Contrast contrast) {
        return contrast.statistics().get(0).observed();
    }

    private static String above(double[] values, double value) {
        long count = Arrays.stream(values).filter(other -> other >= value).count();
        return count + " of " + values.length;
    }
}
