package ai.auditor.sae.features;

import ai.auditor.sae.FeatureTable;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Interval;
import java.util.List;

/**
 * What an autoencoder's features say of a candidate against its control, with error control.
 *
 * <p>Promoted and new features, their tests and the choice of filters see the analysed rows alone; what is told of held-out rows was
 * chosen without them. After "Subliminal Learning as a Byproduct of Superposition" (ariahw 2025), which had no correction and no held-out
 * prompts.
 *
 * @param analysed rows of both classes that features and filters were chosen on
 * @param heldOut rows of both classes that they were tried on
 * @param level false discovery rate of the promoted and of the new features
 * @param smallestP what draws of the permutation test of one feature can tell; smaller ones are bounds
 * @param alive features active in any row
 * @param promoted features with a higher mean in the candidate, at the level, by p
 * @param newFeatures active in the candidate and never in as many control rows, by p
 * @param newCount how many those are, beside the features that are new the other way round
 * @param presence of promoted and new features in held-out rows
 * @param l0 active features a token, all rows
 * @param error squared distance of a token from its reconstruction, all rows
 * @param filters the best single features and the best combination, chosen on the analysed rows
 * @param chance what the same study finds where labels were swapped
 */
public record FeatureStudy(
        int analysed,
        int heldOut,
        double level,
        double smallestP,
        int alive,
        List<Promoted> promoted,
        List<NewFeature> newFeatures,
        NewCount newCount,
        Presence presence,
        RowTest l0,
        RowTest error,
        List<TriedFilter> filters,
        Chance chance) {
    /** False discovery rate of the features that are named. */
    public static final double LEVEL = 0.05;

    public FeatureStudy {
        promoted = List.copyOf(promoted);
        newFeatures = List.copyOf(newFeatures);
        filters = List.copyOf(filters);
    }

    /** Both classes of something. */
    public record Sides(double candidate, double control) {}

    /**
     * A feature with a higher mean in the candidate.
     *
     * @param welch one-sided p by Welch's t on row means
     * @param permutation one-sided p by exchanges of labels
     * @param p the larger of the two: what q is made of
     * @param q smallest false discovery rate at which it is named, over the whole dictionary (Benjamini and Hochberg)
     * @param means of row means, analysed rows
     * @param active share of rows in which it is active, analysed rows
     * @param heldOutMeans the same of held-out rows
     */
    public record Promoted(
            int feature,
            double welch,
            double permutation,
            double p,
            double q,
            Sides means,
            Sides active,
            Sides heldOutMeans) {}

    /**
     * A feature that no analysed control row has.
     *
     * @param rows candidate rows that have it, of as many rows of each class
     * @param p one-sided p of so many by exchanges of labels
     * @param q over the whole dictionary
     * @param heldOutActive share of held-out rows that have it
     */
    public record NewFeature(int feature, int rows, double p, double q, Sides heldOutActive) {}

    /**
     * How many features only one class has, of equally many analysed rows.
     *
     * @param inCandidate new in the candidate
     * @param inControl in the control alone
     * @param p one-sided p of the difference by swaps of labels
     */
    public record NewCount(int inCandidate, int inControl, double p) {}

    /**
     * Promoted and new features in held-out rows.
     *
     * @param promoted mean number of promoted features that are active in a row
     * @param anyPromoted share of rows with a promoted feature
     * @param anyNew share of rows with a feature that is new beyond chance
     */
    public record Presence(Sides promoted, Sides anyPromoted, Sides anyNew) {}

    /**
     * A value of rows, tested by the shared exchanges.
     *
     * @param means of both classes
     * @param p two-sided
     * @param candidate each candidate row's value, for a picture
     * @param control each control row's
     */
    public record RowTest(Sides means, double p, double[] candidate, double[] control) {}

    /**
     * How a filter does on some rows.
     *
     * @param balancedAccuracy mean of the share of candidate rows flagged and of control rows not flagged
     * @param recall share of candidate rows flagged
     * @param precision share of candidate rows among the flagged, with classes of equal size; 0 where none is
     */
    public record Rates(double balancedAccuracy, double recall, double precision) {
        /** From the shares of both classes that are flagged. */
        static Rates of(double candidate, double control) {
            double flagged = candidate + control;
            return new Rates((candidate + 1 - control) / 2, candidate, flagged == 0 ? 0 : candidate / flagged);
        }
    }

    /**
     * A filter that was chosen on the analysed rows and tried on the held-out ones.
     *
     * @param interval of the held-out balanced accuracy, by a bootstrap over prompts
     * @param p one-sided p that held-out candidate rows are flagged more often, by exchanges of held-out rows
     * @param q the same among all filters that are told of (Benjamini and Hochberg)
     */
    public record TriedFilter(
            FeatureFilter filter, Rates chosen, Rates heldOut, Interval interval, double p, double q) {}

    /**
     * The same study on swapped labels.
     *
     * @param swaps how many
     * @param anyPromoted swaps in which a feature was named as promoted: each is a false find
     * @param anyNew swaps in which a feature was named as new with q at the level
     * @param promoted mean number of features named as promoted
     * @param filters held-out balanced accuracy of the filter that does best on the analysed rows, a swap each
     */
    public record Chance(int swaps, int anyPromoted, int anyNew, double promoted, double[] filters) {}

    /** New features that are named at the level, beyond chance. */
    public List<NewFeature> namedNew() {
        return newFeatures.stream().filter(feature -> feature.q() <= level).toList();
    }

    /**
     * Studies rows.
     *
     * @param table features of each row
     * @param groups prompt group of each row, {@code [rows]}
     * @param paired whether rows 2i and 2i+1 are a pair
     * @param exchanges of the labels, which are theirs
     * @param swaps label swaps behind {@link Chance}; 0 for none
     * @param replicates of the bootstrap behind intervals
     */
    public static FeatureStudy of(
            FeatureTable table,
            int[] groups,
            boolean paired,
            Exchanges exchanges,
            int swaps,
            int replicates,
            long seed) {
        if (table.rows().size() != groups.length || exchanges.rows() != groups.length) {
            throw new IllegalArgumentException(
                    table.rows().size() + " rows, " + groups.length + " groups, exchanges of " + exchanges.rows());
        }
        return new FeatureTests(FeatureLayout.of(table, groups, paired, seed), exchanges).study(swaps, replicates);
    }
}
