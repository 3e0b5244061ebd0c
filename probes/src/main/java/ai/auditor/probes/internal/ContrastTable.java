package ai.auditor.probes.internal;

import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import java.util.Comparator;
import java.util.List;

/** The table of the signed contrasts that have the largest statistics, each with its place among decoys. */
public final class ContrastTable {
    private static final int LISTED = 10;

    private ContrastTable() {}

    /** The largest of contrasts that all have decoys. */
    public static Table of(List<Evidence.Contrast> contrasts) {
        return new Table(
                "Largest of " + contrasts.size() + " contrasts",
                List.of("contrast", "effect", "statistic", "place by", "decoys at or above", "placebos at or above"),
                contrasts.stream()
                        .sorted(Comparator.comparingDouble((Evidence.Contrast contrast) -> -contrast.statistic())
                                .thenComparing(Evidence.Contrast::name))
                        .limit(LISTED)
                        .map(ContrastTable::cells)
                        .toList());
    }

    private static List<String> cells(Evidence.Contrast contrast) {
        Evidence.DecoyPlace place = contrast.decoys().orElseThrow();
        return List.of(
                contrast.name(),
                Cells.number(contrast.effect().value()),
                Cells.number(contrast.statistic()),
                Cells.number(place.value()),
                Cells.atOrAbove(place.decoys().values(), place.value()),
                Cells.atOrAbove(place.placebos(), place.value()));
    }
}
