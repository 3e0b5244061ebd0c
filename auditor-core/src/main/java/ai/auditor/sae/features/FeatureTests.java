package ai.auditor.sae.features;

import ai.auditor.AuditException;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.sae.features.FeatureStudy.Chance;
import ai.auditor.sae.features.FeatureStudy.NewCount;
import ai.auditor.sae.features.FeatureStudy.NewFeature;
import ai.auditor.sae.features.FeatureStudy.Presence;
import ai.auditor.sae.features.FeatureStudy.Promoted;
import ai.auditor.sae.features.FeatureStudy.RowTest;
import ai.auditor.sae.features.FeatureStudy.Sides;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.PValue;
import ai.auditor.stats.SequentialPermutation;
import ai.auditor.stats.Welch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The tests of one labelling of a layout's rows. */
final class FeatureTests {
    /** Exchanges a feature at most, in units of what one feature of the dictionary needs to be named alone; smaller p are bounds. */
    private static final int RESOLUTION = 4;

    private static final int FEWEST_EXCHANGES = 9_999;
    private static final int MOST_EXCHANGES = 1_000_000;

    /** Swaps behind the p of how many features are new. */
    private static final int COUNT_SWAPS = 999;

    private final FeatureLayout layout;
    private final Exchanges exchanges;
    private final boolean[] candidate;
    private final int[] candidates;
    private final int[] controls;
    private final SequentialPermutation permutation;

    FeatureTests(FeatureLayout layout, Exchanges exchanges) {
        this.layout = layout;
        this.exchanges = exchanges;
        this.candidate = exchanges.candidate();
        this.candidates = layout.rows(candidate, true, false);
        this.controls = layout.rows(candidate, false, false);
        double needed = RESOLUTION * layout.columns().features() / FeatureStudy.LEVEL;
        this.permutation = new SequentialPermutation(
                (int) Math.max(FEWEST_EXCHANGES, Math.min(MOST_EXCHANGES, needed)),
                layout.seed("permutations"),
                AuditException::checkInterrupted);
    }

    FeatureStudy study(int swaps, int replicates) {
        List<Promoted> promoted = promoted();
        boolean[] compared = compared(candidate);
        List<NewFeature> fresh = newFeatures(compared);
        int analysed = candidates.length + controls.length;
        return new FeatureStudy(
                analysed,
                layout.rows() - analysed,
                FeatureStudy.LEVEL,
                permutation.smallestDrawn(),
                alive(),
                promoted,
                fresh,
                newCount(),
                presence(promoted, fresh),
                rowTest(RowFeatures::l0),
                rowTest(RowFeatures::error),
                new FilterSearch(layout, exchanges).tried(replicates),
                chance(swaps));
    }

    private int alive() {
        return (int) IntStream.range(0, layout.columns().features())
                .filter(feature ->
                        layout.columns().start(feature) < layout.columns().end(feature))
                .count();
    }

    /** A feature's values in the analysed rows of both classes. */
    private final class Column {
        final int feature;
        final double[] values;
        final boolean[] ofCandidate;
        /** Of each value the pair, where rows are paired. */
        final int[] pairs;

        Column(int feature) {
            FeatureColumns columns = layout.columns();
            int[] places = IntStream.range(columns.start(feature), columns.end(feature))
                    .filter(place -> !layout.heldOut()[columns.row(place)])
                    .toArray();
            this.feature = feature;
            this.values = Arrays.stream(places).mapToDouble(columns::mean).toArray();
            this.ofCandidate = new boolean[places.length];
            this.pairs = new int[places.length];
            for (int i = 0; i < places.length; i++) {
                ofCandidate[i] = candidate[columns.row(places[i])];
                pairs[i] = columns.row(places[i]) / 2;
            }
        }

        Welch.Sample sample(boolean wanted) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < values.length; i++) {
                if (ofCandidate[i] == wanted) {
                    sum += values[i];
                    squares += values[i] * values[i];
                }
            }
            return new Welch.Sample(wanted ? candidates.length : controls.length, sum, squares);
        }

        double active(boolean wanted) {
            int count = 0;
            for (boolean of : ofCandidate) {
                count += of == wanted ? 1 : 0;
            }
            return (double) count / Math.max(1, wanted ? candidates.length : controls.length);
        }

        double permuted() {
            if (layout.paired()) {
                return permutation.ofPairs(differences(values), feature);
            }
            double observed = 0;
            for (int i = 0; i < values.length; i++) {
                observed += ofCandidate[i] ? values[i] : 0;
            }
            return permutation.ofRows(
                    values, observed, candidates.length, candidates.length + controls.length, feature);
        }

        /** Candidate minus control of each pair in which either has something. */
        double[] differences(double[] ofRows) {
            double[] differences = new double[ofRows.length];
            int next = 0;
            for (int i = 0; i < ofRows.length; i++) {
                double signed = ofCandidate[i] ? ofRows[i] : -ofRows[i];
                if (i > 0 && pairs[i] == pairs[i - 1]) {
                    differences[next - 1] += signed;
                } else {
                    differences[next++] = signed;
                }
            }
            return Arrays.copyOf(differences, next);
        }
    }

    /** Features whose mean is higher in the candidate's analysed rows. */
    private List<Promoted> promoted() {
        int features = layout.columns().features();
        double[] welch = new double[features];
        double[] permuted = new double[features];
        double[] p = new double[features];
        for (int feature = 0; feature < features; feature++) {
            AuditException.checkInterrupted();
            Column column = new Column(feature);
            welch[feature] = Welch.of(column.sample(true), column.sample(false)).greater();
            // At a larger p no false discovery rate could name it, whatever its exchanges say.
            permuted[feature] = welch[feature] <= FeatureStudy.LEVEL ? column.permuted() : 1;
            p[feature] = Math.max(welch[feature], permuted[feature]);
        }
        double[] q = FalseDiscovery.benjaminiHochberg(p);
        return IntStream.range(0, features)
                .filter(feature -> q[feature] <= FeatureStudy.LEVEL)
                .mapToObj(feature -> {
                    Column column = new Column(feature);
                    return new Promoted(
                            feature,
                            welch[feature],
                            permuted[feature],
                            p[feature],
                            q[feature],
                            new Sides(
                                    column.sample(true).mean(),
                                    column.sample(false).mean()),
                            new Sides(column.active(true), column.active(false)),
                            heldOut(row -> row.mean(feature)));
                })
                .sorted(Comparator.comparingDouble(Promoted::p).thenComparing(Promoted::feature))
                .toList();
    }

    /** Means over held-out rows of both classes. */
    private Sides heldOut(ToDoubleFunction<RowFeatures> value) {
        return new Sides(
                mean(layout.rows(candidate, true, true), value), mean(layout.rows(candidate, false, true), value));
    }

    private double mean(int[] rows, ToDoubleFunction<RowFeatures> value) {
        return Arrays.stream(rows)
                .mapToDouble(row -> value.applyAsDouble(layout.table().rows().get(row)))
                .average()
                .orElse(0);
    }

    /** Analysed rows, as many of each class under some labels: more rows would find more features that are new by size alone. */
    private boolean[] compared(boolean[] labels) {
        int[][] sides = {layout.rows(labels, true, false), layout.rows(labels, false, false)};
        int count = Math.min(sides[0].length, sides[1].length);
        boolean[] compared = new boolean[layout.rows()];
        SplittableRandom random = new SplittableRandom(layout.seed("equal rows"));
        for (int[] rows : sides) {
            int left = count;
            for (int i = 0; i < rows.length; i++) {
                if (random.nextInt(rows.length - i) < left) {
                    compared[rows[i]] = true;
                    left--;
                }
            }
        }
        return compared;
    }

    private List<NewFeature> newFeatures(boolean[] compared) {
        FeatureColumns columns = layout.columns();
        double[] p = new double[columns.features()];
        int[] found = new int[p.length];
        int rows = (int)
                IntStream.range(0, compared.length).filter(row -> compared[row]).count();
        for (int feature = 0; feature < p.length; feature++) {
            int[] counts = counts(feature, compared, candidate);
            p[feature] = 1;
            if (counts[0] > 0 && counts[1] == 0) {
                found[feature] = counts[0];
                p[feature] = allOnOneSide(counts[0], rows);
            }
        }
        double[] q = FalseDiscovery.benjaminiHochberg(p);
        return IntStream.range(0, p.length)
                .filter(feature -> found[feature] > 0)
                .mapToObj(feature -> new NewFeature(
                        feature, found[feature], p[feature], q[feature], heldOut(row -> row.active(feature) ? 1 : 0)))
                .sorted(Comparator.comparingDouble(NewFeature::p).thenComparing(NewFeature::feature))
                .toList();
    }

    /** The chance that exchanges put all of some rows, of different pairs, on the candidate's side. */
    private double allOnOneSide(int found, int rows) {
        double chance = 1;
        for (int i = 0; i < found; i++) {
            chance *= layout.paired() ? 0.5 : (rows / 2.0 - i) / (rows - i);
        }
        return chance;
    }

    /** Compared rows of candidate and control in which a feature is active. */
    private int[] counts(int feature, boolean[] compared, boolean[] labels) {
        FeatureColumns columns = layout.columns();
        int[] counts = new int[2];
        for (int place = columns.start(feature); place < columns.end(feature); place++) {
            if (compared[columns.row(place)]) {
                counts[labels[columns.row(place)] ? 0 : 1]++;
            }
        }
        return counts;
    }

    private NewCount newCount() {
        int[] observed = onlyOnOneSide(candidate);
        double[] swapped = new double[COUNT_SWAPS];
        for (int swap = 0; swap < COUNT_SWAPS; swap++) {
            AuditException.checkInterrupted();
            int[] counts = onlyOnOneSide(exchanges.swapped(layout.seed("new features " + swap)));
            swapped[swap] = counts[0] - counts[1];
        }
        return new NewCount(observed[0], observed[1], PValue.greater(observed[0] - observed[1], swapped));
    }

    /** How many features only the candidate has, and only the control. */
    private int[] onlyOnOneSide(boolean[] labels) {
        boolean[] compared = compared(labels);
        int[] only = new int[2];
        for (int feature = 0; feature < layout.columns().features(); feature++) {
            int[] counts = counts(feature, compared, labels);
            only[0] += counts[0] > 0 && counts[1] == 0 ? 1 : 0;
            only[1] += counts[1] > 0 && counts[0] == 0 ? 1 : 0;
        }
        return only;
    }

    private Presence presence(List<Promoted> promoted, List<NewFeature> fresh) {
        int[] names = promoted.stream().mapToInt(Promoted::feature).toArray();
        int[] news = fresh.stream()
                .filter(one -> one.q() <= FeatureStudy.LEVEL)
                .mapToInt(NewFeature::feature)
                .toArray();
        ToDoubleFunction<RowFeatures> anyPromoted = row -> Arrays.stream(names).anyMatch(row::active) ? 1 : 0;
        return new Presence(
                heldOut(row -> Arrays.stream(names).filter(row::active).count()),
                heldOut(anyPromoted),
                heldOut(row -> Arrays.stream(news).anyMatch(row::active) ? 1 : 0));
    }

    private RowTest rowTest(ToDoubleFunction<RowFeatures> value) {
        double[] values = layout.table().rows().stream().mapToDouble(value).toArray();
        double[] ofCandidate = select(values, true);
        double[] ofControl = select(values, false);
        return new RowTest(
                new Sides(
                        Arrays.stream(ofCandidate).average().orElse(0),
                        Arrays.stream(ofControl).average().orElse(0)),
                PValue.twoSided(exchanges.studentised(values)),
                ofCandidate,
                ofControl);
    }

    private double[] select(double[] values, boolean wanted) {
        return IntStream.range(0, values.length)
                .filter(row -> candidate[row] == wanted)
                .mapToDouble(row -> values[row])
                .toArray();
    }

    private Chance chance(int swaps) {
        int anyPromoted = 0;
        int anyNew = 0;
        long total = 0;
        List<Double> filters = new ArrayList<>();
        for (int swap = 0; swap < swaps; swap++) {
            AuditException.checkInterrupted();
            Exchanges swapped = exchanges.relabelled(exchanges.swapped(layout.seed("chance " + swap)));
            FeatureTests tests = new FeatureTests(layout, swapped);
            int promoted = tests.promoted().size();
            total += promoted;
            anyPromoted += promoted > 0 ? 1 : 0;
            anyNew += tests.newFeatures(tests.compared(swapped.candidate())).stream()
                            .anyMatch(one -> one.q() <= FeatureStudy.LEVEL)
                    ? 1
                    : 0;
            filters.add(new FilterSearch(layout, swapped).bestHeldOut());
        }
        return new Chance(
                swaps,
                anyPromoted,
                anyNew,
                swaps == 0 ? 0 : (double) total / swaps,
                filters.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
