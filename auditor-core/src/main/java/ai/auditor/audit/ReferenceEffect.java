package ai.auditor.audit;

import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Exchanged;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What every detectable fraction is a fraction of: how far rows that are all affected move a statistic.
 *
 * @param name as a report says it, after "of"
 * @param shift of every statistic in control standard deviations, all of it along the trait, where no measured ones are known
 * @param measured by statistic, {@code probe: {trait} at resid_post.2}, as rows of labelled teachers moved them; empty where
 *     none were measured
 */
public record ReferenceEffect(String name, double shift, Map<String, Moved> measured) {
    private static final String TRAIT = "{trait}";

    /**
     * What a statistic moves by, in control standard deviations.
     *
     * @param shift along the trait
     * @param size of the whole difference, what is not along the trait included: as large as a shift of so much along it
     * @param placed of what is held against decoys, which may be read otherwise than what is exchanged
     */
    public record Moved(double shift, double size, double placed) {
        private static Moved smaller(Moved one, Moved other) {
            Moved smaller = one.shift() <= other.shift() ? one : other;
            return new Moved(smaller.shift(), smaller.size(), Math.min(one.placed(), other.placed()));
        }
    }

    public ReferenceEffect {
        Objects.requireNonNull(name);
        measured = Collections.unmodifiableMap(new TreeMap<>(measured));
    }

    /** The same mean shift in whatever a probe measures, all of it along the trait. */
    public static ReferenceEffect of(double shift) {
        return new ReferenceEffect(
                String.format(
                        Locale.ROOT,
                        "rows shifted by %s control standard deviations in what every probe measures",
                        shift),
                shift,
                Map.of());
    }

    /**
     * The effect of labelled teachers: of each statistic the smallest that any of them had on its own trait.
     *
     * @param name such as "rows of a teacher steered at alpha 1"
     * @param audits of rows that are all a teacher's, by its trait, each with all traits of the list
     */
    public static ReferenceEffect measured(String name, Map<String, List<AuditResult>> audits) {
        Map<String, Moved> smallest = new TreeMap<>();
        audits.forEach((trait, results) -> results.forEach(result -> result.findings().stream()
                .map(AuditResult.Finding::evidence)
                .forEach(evidence -> evidence.contrasts().stream()
                        .filter(contrast -> contrast.trait().isEmpty()
                                || contrast.trait().get().equals(trait))
                        .forEach(contrast ->
                                smallest.merge(statistic(evidence, contrast), moved(contrast), Moved::smaller)))));
        return new ReferenceEffect(name, 0, smallest);
    }

    /** Whether it was measured on labelled rows. */
    public boolean labelled() {
        return !measured.isEmpty();
    }

    /** What a statistic moves by; empty where the labelled rows do not move it the way that counts. */
    Optional<Moved> of(Evidence evidence, Evidence.Contrast contrast) {
        if (!labelled()) {
            return Optional.of(new Moved(shift, shift, shift));
        }
        return Optional.ofNullable(measured.get(statistic(evidence, contrast)))
                .filter(known -> known.shift() > 0 && known.placed() > 0);
    }

    private static String statistic(Evidence evidence, Evidence.Contrast contrast) {
        return evidence.probe() + ": " + (contrast.trait().isPresent() ? TRAIT + " " : "") + contrast.kind();
    }

    private static Moved moved(Evidence.Contrast contrast) {
        double shift = shift(contrast);
        double placed = contrast.decoys()
                .filter(place -> place.slope() > 0)
                .map(place -> place.value() / place.slope())
                .orElse(shift);
        double size = contrast.decoys()
                .filter(place -> place.slope() > 0 && place.decoys() instanceof Decoys.Shifts)
                .map(place -> ((Decoys.Shifts) place.decoys()).size() / place.slope())
                .orElse(shift);
        return new Moved(shift, Math.max(shift, size), placed);
    }

    /** The smallest over splits, in control standard deviations. */
    private static double shift(Evidence.Contrast contrast) {
        return contrast.statistics().stream()
                .mapToDouble(ReferenceEffect::standardised)
                .min()
                .orElse(0);
    }

    private static double standardised(Exchanged statistic) {
        return statistic.controlDeviation() > 0 ? statistic.shift() / statistic.controlDeviation() : 0;
    }
}
