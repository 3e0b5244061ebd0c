package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The recipes by which steering vectors are made from the model itself.
 *
 * <p>All take what the caller knows of the model and the tool ({@code provenance}) and add the recipe's own lines to it. All
 * refuse, with {@code MODEL}, a vector that is not finite or that is zero to the precision of the numbers it was made of.
 */
public final class VectorRecipes {
    /** Below this share of the residual stream's size a 32-bit difference is rounding (2⁻²⁴ an element, summed over a few terms). */
    static final double ROUNDING = 1e-6;

    private final PromptReader reader;
    private final List<Point> points;
    private final Map<String, String> provenance;

    /**
     * @param reader reads the model
     * @param points where vectors are wanted
     * @param provenance what the caller knows: model digest, tool version
     */
    public VectorRecipes(PromptReader reader, List<Point> points, Map<String, String> provenance) {
        this.reader = reader;
        this.points = points.stream().distinct().sorted().toList();
        this.provenance = Map.copyOf(provenance);
        if (points.isEmpty()) {
            throw new AuditException(AuditException.Code.USAGE, "steering vectors need a point, such as resid_post.7");
        }
    }

    /** From the list's question; where it has none, from its personas. */
    public SteeringVectors fromList(TraitList list) {
        return list.question().isEmpty() ? fromPersonas(list) : fromQuestion(list);
    }

    /**
     * From a question about each trait ("Tell me about owls."): the residual stream at prompt-last, minus the mean over the
     * traits (Hadley and Gultepe, arXiv 2608.05734). Placebos are centred on their own mean.
     */
    public SteeringVectors fromQuestion(TraitList list) {
        requireTwo(list);
        if (list.question().isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the trait list \"" + list.name() + "\" has no question; make its vectors from personas");
        }
        List<Trait> words = words(list);
        List<Prompt> prompts = words.stream()
                .map(word -> new Prompt(List.of(Message.user(word.fill(list.question()))), list.answerPrefix()))
                .toList();
        Map<Point, Matrix> read = reader.promptLast(prompts, points);
        return centred(list, point -> Means.of(matrix(read, point, prompts.size()), 1), "question", prompts);
    }

    /**
     * From system prompts: the mean over personas and neutral prompts of the residual stream at prompt-last with the persona,
     * minus without, minus the mean over the traits. Placebos are centred on their own mean.
     */
    public SteeringVectors fromPersonas(TraitList list) {
        requireTwo(list);
        List<Prompt> prompts = new ArrayList<>();
        for (Trait word : words(list)) {
            for (String persona : list.personas()) {
                for (String neutral : list.neutralPrompts()) {
                    prompts.add(new Prompt(
                            List.of(Message.system(word.fill(persona)), Message.user(neutral)), list.answerPrefix()));
                }
            }
        }
        List<Prompt> plain = list.neutralPrompts().stream()
                .map(neutral -> new Prompt(List.of(Message.user(neutral)), list.answerPrefix()))
                .toList();
        Map<Point, Matrix> read = reader.promptLast(prompts, points);
        Map<Point, Matrix> without = reader.promptLast(plain, points);
        int asked = list.personas().size() * list.neutralPrompts().size();
        return centred(
                list,
                point -> Means.of(matrix(read, point, prompts.size()), asked)
                        .minus(Means.of(matrix(without, point, plain.size()), plain.size())),
                "personas",
                prompts);
    }

    /**
     * From pairs of contrasting completions: the mean over a trait's pairs of the completion-mean of the positive minus that of
     * the negative, minus the mean over the traits if there are two or more. There are no placebos.
     */
    public SteeringVectors fromPairs(List<ContrastPair> pairs) {
        if (pairs.isEmpty()) {
            throw new AuditException(AuditException.Code.USAGE, "steering vectors from pairs need one pair or more");
        }
        Map<String, List<Integer>> rowsOf = new LinkedHashMap<>();
        List<Row> positive = new ArrayList<>();
        List<Row> negative = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            rowsOf.computeIfAbsent(pairs.get(i).trait(), trait -> new ArrayList<>())
                    .add(i);
            positive.add(pairs.get(i).positiveRow(i));
            negative.add(pairs.get(i).negativeRow(i));
        }
        Map<Point, Matrix> with = reader.completionMean(positive, points);
        Map<Point, Matrix> without = reader.completionMean(negative, points);
        List<Trait> traits =
                rowsOf.keySet().stream().map(name -> new Trait(name, name)).toList();
        Map<String, String> lines = new TreeMap<>(provenance);
        lines.put("recipe", "pairs");
        lines.put("pairs", Integer.toString(pairs.size()));
        return vectors(
                traits,
                List.of(),
                point -> {
                    Means difference = Means.of(matrix(with, point, pairs.size()), List.copyOf(rowsOf.values()))
                            .minusRows(Means.of(matrix(without, point, pairs.size()), List.copyOf(rowsOf.values())));
                    return traits.size() > 1 ? difference.centredByGroups(traits.size()) : difference;
                },
                lines);
    }

    private SteeringVectors centred(TraitList list, MeansAt means, String recipe, List<Prompt> prompts) {
        Map<String, String> lines = new TreeMap<>(provenance);
        lines.put("recipe", recipe);
        lines.put("traits", list.name());
        lines.put("traits.digest", list.digest());
        lines.put("traits.count", Integer.toString(list.traits().size()));
        lines.put("question", list.question());
        lines.put("personas", String.join("\n", list.personas()));
        lines.put("neutralPrompts", String.join("\n", list.neutralPrompts()));
        lines.put("answerPrefix", list.answerPrefix());
        int traits = list.traits().size();
        if (!list.placebos().isEmpty()) {
            int[] tokens = tokens(prompts, traits + list.placebos().size());
            lines.put(
                    SteeringVectors.PROMPT_LENGTHS,
                    PromptLengths.told(
                            Arrays.copyOf(tokens, traits), Arrays.copyOfRange(tokens, traits, tokens.length)));
        }
        return vectors(list.traits(), list.placebos(), point -> means.at(point).centredByGroups(traits), lines);
    }

    /** Tokens of all prompts of each word, of which every word has as many. */
    private int[] tokens(List<Prompt> prompts, int words) {
        int[] each = reader.tokens(prompts);
        int[] tokens = new int[words];
        for (int i = 0; i < each.length; i++) {
            tokens[i / (each.length / words)] += each[i];
        }
        return tokens;
    }

    private SteeringVectors vectors(
            List<Trait> traits, List<Trait> placebos, MeansAt means, Map<String, String> lines) {
        Map<Point, Means> at = new TreeMap<>();
        points.forEach(point -> at.put(point, means.at(point)));
        return new SteeringVectors(directions(traits, 0, at), directions(placebos, traits.size(), at), lines);
    }

    private static List<Direction> directions(List<Trait> words, int first, Map<Point, Means> at) {
        List<Direction> directions = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            for (Map.Entry<Point, Means> entry : at.entrySet()) {
                directions.add(direction(words.get(i).name(), entry.getKey(), entry.getValue(), first + i));
            }
        }
        return directions;
    }

    private static Direction direction(String name, Point point, Means means, int row) {
        double size = means.norm(row);
        if (!Double.isFinite(size) || size <= ROUNDING * means.scale()) {
            throw new AuditException(
                    AuditException.Code.MODEL,
                    "the steering vector of " + Printable.quoted(name) + " at " + point + " is "
                            + (Double.isFinite(size)
                                    ? "zero: the model does not tell this wording from the others; give a trait list (--trait-list)"
                                            + " with words and wordings that the model knows"
                                    : "not finite: the model's activations overflow"));
        }
        return new Direction(name, point, means.floats(row));
    }

    private static List<Trait> words(TraitList list) {
        List<Trait> words = new ArrayList<>(list.traits());
        words.addAll(list.placebos());
        return words;
    }

    private static void requireTwo(TraitList list) {
        if (list.traits().size() < 2) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the trait list \"" + list.name()
                            + "\" has one trait: vectors are differences from the mean over the traits, so it needs two or more;"
                            + " make vectors of the whole list, then select");
        }
    }

    private static Matrix matrix(Map<Point, Matrix> read, Point point, int rows) {
        Matrix matrix = Optional.ofNullable(read.get(point))
                .orElseThrow(() -> new IllegalStateException("the reader brought nothing back for " + point));
        if (matrix.rows() != rows) {
            throw new IllegalStateException("the reader brought " + matrix.rows() + " rows back, not " + rows);
        }
        return matrix;
    }

    /** The means of every word at a point. */
    private interface MeansAt {
        Means at(Point point);
    }
}
