package ai.auditor.sae.vectors;

import ai.auditor.stats.PValue;
import ai.auditor.stats.Vectors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How far two vectors are made of the same features.
 *
 * @param first name of a vector
 * @param second name of another
 * @param cosine of the two
 * @param cosineP place of the cosine among those of the null vectors, with the second or with their own nearest: large is extreme
 * @param both features of both decompositions, ascending
 * @param onlyFirst features of the first alone
 * @param onlySecond features of the second alone
 * @param jaccard features of both over features of one or both; 0 where neither has any
 * @param jaccardP place of the Jaccard index among those of the null vectors likewise
 * @param nullJaccard mean of the Jaccard indexes of the null vectors; 0 without any
 * @param nulls how many null vectors there are: no p is below one over one more
 */
public record Agreement(
        String first,
        String second,
        double cosine,
        double cosineP,
        List<Integer> both,
        List<Integer> onlyFirst,
        List<Integer> onlySecond,
        double jaccard,
        double jaccardP,
        double nullJaccard,
        int nulls) {
    public Agreement {
        both = List.copyOf(both);
        onlyFirst = List.copyOf(onlyFirst);
        onlySecond = List.copyOf(onlySecond);
    }

    /**
     * Compares two decompositions, of which neither was chosen by the other.
     *
     * @param nulls what stands in the place of the first where it is of no interest: vectors by {@link NullVectors}, or placebos
     */
    public static Agreement of(Decomposition first, Decomposition second, List<Decomposition> nulls) {
        return of(
                first,
                second,
                nulls.stream().mapToDouble(none -> cosine(none, second)).toArray(),
                nulls.stream()
                        .mapToDouble(none -> jaccard(features(none), features(second)))
                        .toArray());
    }

    /**
     * Compares a decomposition with those of several that have the largest cosines with it. Since the nearest was looked for, so it is for each null
     * vector: a p is the place among what these have with their own nearest.
     *
     * @param count how many are wanted, the nearest first
     */
    public static List<Agreement> nearest(
            Decomposition first, List<Decomposition> others, List<Decomposition> nulls, int count) {
        List<Decomposition> own =
                nulls.stream().map(none -> byCosine(none, others).get(0)).toList();
        double[] cosines = new double[own.size()];
        double[] jaccards = new double[own.size()];
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = cosine(nulls.get(i), own.get(i));
            jaccards[i] = jaccard(features(nulls.get(i)), features(own.get(i)));
        }
        return byCosine(first, others).stream()
                .limit(count)
                .map(second -> of(first, second, cosines, jaccards))
                .toList();
    }

    private static List<Decomposition> byCosine(Decomposition one, List<Decomposition> others) {
        return others.stream()
                .sorted(Comparator.comparingDouble((Decomposition other) -> -cosine(one, other))
                        .thenComparing(other -> other.vector().name()))
                .toList();
    }

    private static Agreement of(Decomposition first, Decomposition second, double[] cosines, double[] jaccards) {
        NavigableSet<Integer> one = features(first);
        NavigableSet<Integer> other = features(second);
        double jaccard = jaccard(one, other);
        double cosine = cosine(first, second);
        return new Agreement(
                first.vector().name(),
                second.vector().name(),
                cosine,
                PValue.greater(cosine, cosines),
                one.stream().filter(other::contains).toList(),
                one.stream().filter(feature -> !other.contains(feature)).toList(),
                other.stream().filter(feature -> !one.contains(feature)).toList(),
                jaccard,
                PValue.greater(jaccard, jaccards),
                Arrays.stream(jaccards).average().orElse(0),
                jaccards.length);
    }

    private static NavigableSet<Integer> features(Decomposition decomposition) {
        NavigableSet<Integer> features = new TreeSet<>();
        decomposition.parts().forEach(part -> features.add(part.feature()));
        return features;
    }

    private static double cosine(Decomposition one, Decomposition other) {
        return Vectors.cosine(
                Vectors.doubles(one.vector().vector()),
                Vectors.doubles(other.vector().vector()));
    }

    private static double jaccard(NavigableSet<Integer> one, NavigableSet<Integer> other) {
        long both = one.stream().filter(other::contains).count();
        long all = one.size() + other.size() - both;
        return all == 0 ? 0 : (double) both / all;
    }
}
