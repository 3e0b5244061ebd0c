package ai.auditor.sae.vectors;

import ai.auditor.stats.PValue;
import ai.auditor.stats.Vectors;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How far two vectors are made of the same features.
 *
 * @param first name of a vector
 * @param second name of another
 * @param cosine of the two
 * @param cosineP place of the cosine among those of the null vectors with the second: large is extreme
 * @param both features of both decompositions, ascending
 * @param onlyFirst features of the first alone
 * @param onlySecond features of the second alone
 * @param jaccard features of both over features of one or both; 0 where neither has any
 * @param jaccardP place of the Jaccard index among those of the null vectors with the second: large is extreme
 * @param nullJaccard mean of the Jaccard indexes of the null vectors with the second; 0 without any
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
     * Compares two decompositions.
     *
     * @param nulls what stands in the place of the first where it is of no interest: vectors by {@link NullVectors}, or placebos
     */
    public static Agreement of(Decomposition first, Decomposition second, List<Decomposition> nulls) {
        NavigableSet<Integer> one = features(first);
        NavigableSet<Integer> other = features(second);
        double jaccard = jaccard(one, other);
        double cosine = cosine(first, second);
        double[] jaccards = nulls.stream()
                .mapToDouble(none -> jaccard(features(none), other))
                .toArray();
        double[] cosines =
                nulls.stream().mapToDouble(none -> cosine(none, second)).toArray();
        double sum = 0;
        for (double value : jaccards) {
            sum += value;
        }
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
                nulls.isEmpty() ? 0 : sum / nulls.size(),
                nulls.size());
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
