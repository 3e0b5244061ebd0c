package ai.auditor.sae.features;

import ai.auditor.sae.FeatureTable.RowFeatures;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A rule that flags rows by their active features.
 *
 * @param terms what is asked of a row; one or more, each of another feature
 * @param atLeast how many of them must hold for a row to be flagged, 1 to as many as there are
 */
public record FeatureFilter(List<Term> terms, int atLeast) {
    /**
     * One question.
     *
     * @param active whether the feature has to be active in some token of the row, or silent in all
     */
    public record Term(int feature, boolean active) {
        boolean holds(RowFeatures row) {
            return row.active(feature) == active;
        }

        @Override
        public String toString() {
            return feature + (active ? " active" : " silent");
        }
    }

    public FeatureFilter {
        terms = List.copyOf(terms);
        if (atLeast < 1 || atLeast > terms.size()) {
            throw new IllegalArgumentException(atLeast + " of " + terms.size() + " terms");
        }
        repeated(terms).ifPresent(feature -> {
            throw new IllegalArgumentException("feature " + feature + " stands twice");
        });
    }

    /** The first feature that is asked about twice, alike or to the contrary. */
    public static Optional<Integer> repeated(List<Term> terms) {
        Set<Integer> seen = new HashSet<>();
        return terms.stream()
                .map(Term::feature)
                .filter(feature -> !seen.add(feature))
                .findFirst();
    }

    /** One feature. */
    public static FeatureFilter of(int feature, boolean active) {
        return new FeatureFilter(List.of(new Term(feature, active)), 1);
    }

    /** The terms that hold for a row. */
    public List<Term> holding(RowFeatures row) {
        return terms.stream().filter(term -> term.holds(row)).toList();
    }

    /** Whether enough terms hold. */
    public boolean flags(RowFeatures row) {
        return holding(row).size() >= atLeast;
    }

    @Override
    public String toString() {
        return terms.size() == 1
                ? "feature " + terms.get(0)
                : "at least " + atLeast + " of the features "
                        + terms.stream().map(Term::toString).collect(Collectors.joining(", "));
    }
}
