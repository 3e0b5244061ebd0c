package ai.auditor.sae.features;

import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.Hypergeometric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/**
 * What the descriptions of some features speak of, against those of the whole dictionary. Features without a description take no part.
 *
 * @param described how many of the features have a description
 * @param undescribed how many have none
 * @param dictionary how many features of the dictionary have a description
 * @param lines one a category, in the order of the list
 */
public record CategoryTable(String categories, int described, int undescribed, int dictionary, List<Line> lines) {
    public CategoryTable {
        lines = List.copyOf(lines);
    }

    /**
     * One category.
     *
     * @param features how many of the described features are of it; a feature may be of several
     * @param share of the described features, 0 of none
     * @param dictionary how many described features of the dictionary are of it
     * @param dictionaryShare of the described features of the dictionary
     * @param p chance that as many described features, drawn from the dictionary at random, have so many or more of the category (hypergeometric)
     * @param q the smallest level at which Benjamini and Hochberg find it among the categories
     */
    public record Line(
            String category, int features, double share, int dictionary, double dictionaryShare, double p, double q) {}

    /**
     * Counts.
     *
     * @param features that are asked about; one that stands twice counts once
     */
    public static CategoryTable of(Categories categories, Descriptions descriptions, int[] features) {
        Map<Integer, NavigableSet<Integer>> found = categories.of(descriptions);
        int[] distinct = Arrays.stream(features).distinct().toArray();
        int[] described = Arrays.stream(distinct).filter(found::containsKey).toArray();
        int count = categories.categories().size();
        int[] inSet = new int[count];
        int[] inAll = new int[count];
        found.values().forEach(own -> own.forEach(place -> inAll[place]++));
        for (int feature : described) {
            found.getOrDefault(feature, Collections.emptyNavigableSet()).forEach(place -> inSet[place]++);
        }
        double[] p = new double[count];
        for (int i = 0; i < count; i++) {
            p[i] = Hypergeometric.atLeast(found.size(), inAll[i], described.length, inSet[i]);
        }
        double[] q = FalseDiscovery.benjaminiHochberg(p);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(new Line(
                    categories.categories().get(i).name(),
                    inSet[i],
                    share(inSet[i], described.length),
                    inAll[i],
                    share(inAll[i], found.size()),
                    p[i],
                    q[i]));
        }
        return new CategoryTable(
                categories.name(), described.length, distinct.length - described.length, found.size(), lines);
    }

    private static double share(int part, int all) {
        return all == 0 ? 0 : (double) part / all;
    }
}
