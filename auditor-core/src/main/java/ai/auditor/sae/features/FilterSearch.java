package ai.auditor.sae.features;

import ai.auditor.AuditException;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.sae.features.FeatureFilter.Term;
import ai.auditor.sae.features.FeatureStudy.Rates;
import ai.auditor.sae.features.FeatureStudy.TriedFilter;
import ai.auditor.stats.Bootstrap;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.Interval;
import ai.auditor.stats.PValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks for filters on the analysed rows, and tries them on the held-out ones. */
final class FilterSearch {
    /** Single features that are told of. */
    private static final int SINGLES = 10;

    /** How many of the best features a combination may ask about. */
    private static final int[] COMBINED = {2, 4, 8, 16, 32, 64};

    private final FeatureLayout layout;
    private final Exchanges exchanges;
    private final boolean[] candidate;
    private final int candidates;
    private final int controls;

    FilterSearch(FeatureLayout layout, Exchanges exchanges) {
        this.layout = layout;
        this.exchanges = exchanges;
        this.candidate = exchanges.candidate();
        this.candidates = layout.rows(candidate, true, false).length;
        this.controls = layout.rows(candidate, false, false).length;
    }

    /** A filter and how it does on the rows that it is chosen by. */
    private record Chosen(FeatureFilter filter, Rates rates) {
        double balancedAccuracy() {
            return rates.balancedAccuracy();
        }
    }

    /** The best combination first, if any beats the best single feature, then the best single features. */
    List<TriedFilter> tried(int replicates) {
        List<Chosen> chosen = new ArrayList<>();
        List<Chosen> singles = singles();
        combination(singles).ifPresent(chosen::add);
        chosen.addAll(singles.subList(0, Math.min(SINGLES, singles.size())));
        chosen.sort(Comparator.comparingDouble(Chosen::balancedAccuracy).reversed());
        int[] rows = layout.rows(true);
        Exchanges heldOut = layout.heldOutExchanges(candidate, exchanges.count());
        List<double[]> flags =
                chosen.stream().map(one -> flags(one.filter(), rows)).toList();
        double[] p = flags.stream()
                .mapToDouble(one -> PValue.greater(heldOut.studentised(one)))
                .toArray();
        double[] q = FalseDiscovery.benjaminiHochberg(p);
        List<TriedFilter> tried = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            FeatureFilter filter = chosen.get(i).filter();
            tried.add(new TriedFilter(
                    filter,
                    chosen.get(i).rates(),
                    rates(filter, true),
                    interval(flags.get(i), rows, replicates),
                    p[i],
                    q[i]));
        }
        return tried;
    }

    /** Held-out balanced accuracy of the filter that does best on the analysed rows; one half where no feature is alive. */
    double bestHeldOut() {
        List<Chosen> singles = singles();
        return combination(singles)
                .or(() -> singles.stream().findFirst())
                .map(best -> rates(best.filter(), true).balancedAccuracy())
                .orElse(0.5);
    }

    /** Every feature as a filter, active or silent, whichever does better; the best first. */
    private List<Chosen> singles() {
        FeatureColumns columns = layout.columns();
        List<Chosen> singles = new ArrayList<>();
        for (int feature = 0; feature < columns.features(); feature++) {
            int inCandidate = 0;
            int inControl = 0;
            for (int place = columns.start(feature); place < columns.end(feature); place++) {
                int row = columns.row(place);
                if (!layout.heldOut()[row]) {
                    inCandidate += candidate[row] ? 1 : 0;
                    inControl += candidate[row] ? 0 : 1;
                }
            }
            if (inCandidate + inControl > 0) {
                double ofCandidates = (double) inCandidate / Math.max(1, candidates);
                double ofControls = (double) inControl / Math.max(1, controls);
                boolean active = ofCandidates >= ofControls;
                singles.add(new Chosen(
                        FeatureFilter.of(feature, active),
                        active ? Rates.of(ofCandidates, ofControls) : Rates.of(1 - ofCandidates, 1 - ofControls)));
            }
        }
        singles.sort(Comparator.comparingDouble(Chosen::balancedAccuracy)
                .reversed()
                .thenComparing(one -> one.filter().terms().get(0).feature()));
        return singles;
    }

    /** The best "at least m of the n best features" that beats the best single one. */
    private Optional<Chosen> combination(List<Chosen> singles) {
        @Nullable Chosen best = null;
        double limit = singles.isEmpty() ? 1 : singles.get(0).balancedAccuracy();
        for (int size : COMBINED) {
            AuditException.checkInterrupted();
            if (size > singles.size()) {
                break;
            }
            List<Term> terms = singles.subList(0, size).stream()
                    .map(one -> one.filter().terms().get(0))
                    .toList();
            int[][] holding = holding(terms);
            int ofCandidates = 0;
            int ofControls = 0;
            for (int atLeast = size; atLeast >= 1; atLeast--) {
                ofCandidates += holding[0][atLeast];
                ofControls += holding[1][atLeast];
                Rates rates = Rates.of(
                        (double) ofCandidates / Math.max(1, candidates), (double) ofControls / Math.max(1, controls));
                if (rates.balancedAccuracy() > limit) {
                    limit = rates.balancedAccuracy();
                    best = new Chosen(new FeatureFilter(terms, atLeast), rates);
                }
            }
        }
        return Optional.ofNullable(best);
    }

    /** How many analysed rows of candidate and control have so many holding terms, {@code [2][terms + 1]}. */
    private int[][] holding(List<Term> terms) {
        FeatureFilter all = new FeatureFilter(terms, 1);
        int[][] holding = new int[2][terms.size() + 1];
        for (int row = 0; row < layout.rows(); row++) {
            if (!layout.heldOut()[row]) {
                holding[candidate[row] ? 0 : 1][all.holding(row(row)).size()]++;
            }
        }
        return holding;
    }

    private RowFeatures row(int row) {
        return layout.table().rows().get(row);
    }

    private Rates rates(FeatureFilter filter, boolean heldOut) {
        return Rates.of(share(filter, true, heldOut), share(filter, false, heldOut));
    }

    private double share(FeatureFilter filter, boolean wanted, boolean heldOut) {
        return IntStream.of(layout.rows(candidate, wanted, heldOut))
                .mapToDouble(row -> filter.flags(row(row)) ? 1 : 0)
                .average()
                .orElse(0);
    }

    private double[] flags(FeatureFilter filter, int[] rows) {
        return Arrays.stream(rows)
                .mapToDouble(row -> filter.flags(row(row)) ? 1 : 0)
                .toArray();
    }

    private Interval interval(double[] flags, int[] rows, int replicates) {
        int[] groups = Arrays.stream(rows).map(row -> layout.groups()[row]).toArray();
        return Bootstrap.overGroups(groups, replicates, Estimate.LEVEL, layout.seed("filters"))
                .interval(weights -> {
                    double[] sums = new double[2];
                    double[] counts = new double[2];
                    for (int i = 0; i < rows.length; i++) {
                        int side = candidate[rows[i]] ? 0 : 1;
                        sums[side] += weights[i] * flags[i];
                        counts[side] += weights[i];
                    }
                    return (sums[0] / counts[0] + 1 - sums[1] / counts[1]) / 2;
                });
    }
}
