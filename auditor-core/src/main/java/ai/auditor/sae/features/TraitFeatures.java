package ai.auditor.sae.features;

import ai.auditor.capture.Capture;
import ai.auditor.capture.TokenSpan;
import ai.auditor.data.Message;
import ai.auditor.direction.Prompt;
import ai.auditor.direction.Trait;
import ai.auditor.direction.TraitList;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.PValue;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Features that the words of one trait activate and those of others do not: a word is the list's question and personas filled in, each as a user's
 * message, and a feature is active on it if it is in any token of these but the first of a text.
 *
 * @param share of the other words below which a feature has to be active
 * @param traits in the order of the list
 * @param placebos in the order of the list
 */
public record TraitFeatures(double share, List<Own> traits, List<Own> placebos) {
    /** Where a feature that one word in ten activates is no longer of one of them. */
    public static final double SHARE = 0.1;

    public TraitFeatures {
        traits = List.copyOf(traits);
        placebos = List.copyOf(placebos);
    }

    /**
     * The features of one word.
     *
     * @param name of the trait or placebo
     * @param features ascending
     */
    public record Own(String name, List<Integer> features) {
        public Own {
            features = List.copyOf(features);
        }
    }

    /** Reads prompts: a row a prompt, in their order. */
    public interface Reader {
        /** What features say of each prompt's tokens, all but the first. */
        FeatureTable read(List<Prompt> prompts);
    }

    /** Reads prompts with a model and an autoencoder at a point. */
    public static Reader reader(ReferenceModel model, Capture capture, SparseAutoencoder sae, Point point) {
        return prompts -> {
            List<TokenizedRow> rows = new ArrayList<>(prompts.size());
            for (Prompt prompt : prompts) {
                int[] ids = model.encoder().encodePrompt(prompt.messages(), prompt.answerPrefix());
                // A prompt alone ends where its answer would start: its last token is read as if it were the answer's.
                rows.add(new TokenizedRow(rows.size(), ids, ids.length - 1, ids.length, ids.length - 1, 0));
            }
            return FeatureTable.of(capture, sae, point, TokenSpan.TEXT, rows);
        };
    }

    /**
     * Reads the words of a list.
     *
     * @param share of the other words below which a feature has to be active, such as {@link #SHARE}
     */
    public static TraitFeatures of(TraitList list, Reader reader, double share) {
        List<Trait> words =
                Stream.concat(list.traits().stream(), list.placebos().stream()).toList();
        List<String> wordings = Stream.concat(Stream.of(list.question()), list.personas().stream())
                .filter(wording -> !wording.isEmpty())
                .toList();
        List<Prompt> prompts = words.stream()
                .flatMap(word -> wordings.stream()
                        .map(wording -> new Prompt(List.of(Message.user(word.fill(wording))), list.answerPrefix())))
                .toList();
        FeatureTable table = reader.read(prompts);
        List<NavigableSet<Integer>> active = new ArrayList<>();
        int[] counts = new int[table.features()];
        for (int word = 0; word < words.size(); word++) {
            NavigableSet<Integer> features = new TreeSet<>();
            for (int i = word * wordings.size(); i < (word + 1) * wordings.size(); i++) {
                Arrays.stream(table.rows().get(i).features()).forEach(features::add);
            }
            features.forEach(feature -> counts[feature]++);
            active.add(features);
        }
        List<Own> own = new ArrayList<>();
        for (int word = 0; word < words.size(); word++) {
            own.add(new Own(
                    words.get(word).name(),
                    active.get(word).stream()
                            .filter(feature -> counts[feature] - 1 < share * (words.size() - 1) || counts[feature] == 1)
                            .toList()));
        }
        int traits = list.traits().size();
        return new TraitFeatures(share, own.subList(0, traits), own.subList(traits, own.size()));
    }

    /**
     * How much of each trait's own features is in a set, beside the placebos.
     *
     * @param features how many the set has
     * @param placebos how many placebos there are: no p is below one over one more
     * @param placeboOverlap mean over the placebos of the share of their own features that are in the set; 0 without any
     * @param lines the largest overlap first
     */
    public record Overlaps(int features, int placebos, double placeboOverlap, List<Line> lines) {
        public Overlaps {
            lines = List.copyOf(lines);
        }
    }

    /**
     * One trait.
     *
     * @param own how many features are the trait's own
     * @param shared those of them that are in the set, ascending
     * @param overlap share of the trait's own features that are in the set; 0 where it has none
     * @param rank 1 where no placebo has as large an overlap
     * @param p place of the overlap among those of the placebos: large is extreme
     * @param q the smallest level at which Benjamini and Hochberg find it among the traits
     */
    public record Line(String trait, int own, List<Integer> shared, double overlap, int rank, double p, double q) {
        public Line {
            shared = List.copyOf(shared);
        }
    }

    /** Holds a set of features, such as the promoted ones, against those of each trait. */
    public Overlaps overlaps(int[] features) {
        Set<Integer> set = new HashSet<>();
        Arrays.stream(features).forEach(set::add);
        double[] none = placebos.stream().mapToDouble(own -> overlap(own, set)).toArray();
        double[] p = traits.stream()
                .mapToDouble(own -> PValue.greater(overlap(own, set), none))
                .toArray();
        double[] q = FalseDiscovery.benjaminiHochberg(p);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            Own own = traits.get(i);
            lines.add(new Line(
                    own.name(),
                    own.features().size(),
                    own.features().stream().filter(set::contains).toList(),
                    overlap(own, set),
                    (int) Math.round(p[i] * (1 + none.length)),
                    p[i],
                    q[i]));
        }
        lines.sort(Comparator.comparingDouble((Line line) -> -line.overlap()).thenComparing(Line::trait));
        return new Overlaps(
                set.size(), none.length, Arrays.stream(none).average().orElse(0), lines);
    }

    private static double overlap(Own own, Set<Integer> set) {
        long shared = own.features().stream().filter(set::contains).count();
        return own.features().isEmpty() ? 0 : (double) shared / own.features().size();
    }
}
