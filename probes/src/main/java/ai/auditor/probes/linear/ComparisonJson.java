package ai.auditor.probes.linear;

import ai.auditor.audit.Provenance.Source;
import ai.auditor.probes.linear.DatasetComparison.Choice;
import ai.auditor.probes.linear.DatasetComparison.Design;
import ai.auditor.probes.linear.DatasetComparison.Pair;
import ai.auditor.probes.linear.DatasetComparison.Separation;
import ai.auditor.report.JsonReport;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * All numbers of a comparison of datasets for machines, under the schema {@code compare.schema.json} beside this class and spelled as {@link
 * JsonReport} spells: what an audit tells too stands under the same keys, and equal comparisons give equal bytes but for the time in {@code
 * provenance}. Datasets are told by their places in {@code datasets}, of which 0 is the control; shares and accuracies go from 0 to 1.
 */
public final class ComparisonJson {
    /** The version of the schema: the first number changes when a reader must. */
    private static final String SCHEMA_VERSION = "1.0";

    private static final String SCHEMA = "compare.schema.json";

    private ComparisonJson() {}

    /** The schema of comparisons (2020-12). */
    public static String schema() {
        try (InputStream in = ComparisonJson.class.getResourceAsStream(SCHEMA)) {
            return new String(Objects.requireNonNull(in, SCHEMA).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new IllegalStateException("a resource can be read", impossible);
        }
    }

    /** The numbers, ending in a line feed. */
    public static String of(DatasetComparison comparison) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("schemaVersion", SCHEMA_VERSION)
                .put("tool", comparison.provenance().tool());
        ArrayNode datasets = tree.putArray("datasets");
        comparison.datasets().stream().map(Source::name).forEach(datasets::add);
        design(tree.putObject("design"), comparison.design());
        ObjectNode accuracy = tree.putObject("accuracy")
                .put("chance", 1.0 / comparison.datasets().size());
        accuracy.set("probe", JsonReport.estimate(comparison.accuracy()));
        accuracy.set("baseline", JsonReport.estimate(comparison.baselineAccuracy()));
        ArrayNode confusion = tree.putArray("confusion");
        for (List<Double> truth : comparison.confusion()) {
            ArrayNode taken = confusion.addArray();
            truth.forEach(taken::add);
        }
        ArrayNode rest = tree.putArray("againstRest");
        comparison.rest().forEach(one -> separation(rest.addObject(), one));
        ArrayNode pairs = tree.putArray("pairs");
        for (Pair pair : comparison.pairs()) {
            separation(pairs.addObject().put("first", pair.first()).put("second", pair.second()), pair.separation());
        }
        tree.putObject("smallestP")
                .put("againstRest", comparison.smallestRestP())
                .put("pairs", comparison.smallestPairP());
        ObjectNode chosen = tree.putObject("chosen");
        choices(chosen.putArray("probe"), comparison.probes());
        choices(chosen.putArray("baseline"), comparison.baselines());
        ArrayNode notes = tree.putArray("notes");
        comparison.notes().forEach(notes::add);
        tree.set("badRows", JsonReport.rows(comparison.badRows()));
        tree.set("longRows", JsonReport.rows(comparison.longRows()));
        tree.set("provenance", JsonReport.provenance(comparison.provenance()));
        return JsonReport.of(tree);
    }

    private static void design(ObjectNode node, Design design) {
        node.put("prompts", design.prompts())
                .put("rows", design.rows())
                .put("sampledFrom", design.sampledFrom())
                .put("groups", design.groups())
                .put("groupedByPrompt", design.groupedByPrompt())
                .put("repeated", design.repeated());
        ArrayNode prompts = node.putArray("promptsOfEach");
        design.promptsOfEach().forEach(prompts::add);
    }

    private static void separation(ObjectNode node, Separation separation) {
        node.set("auroc", JsonReport.estimate(separation.auroc()));
        node.put("baselineAuroc", separation.baseline()).put("p", separation.p());
    }

    private static void choices(ArrayNode array, List<Choice> choices) {
        choices.forEach(choice -> array.addObject()
                .put("inputs", choice.inputs())
                .put("penalty", choice.penalty())
                .put("logProbability", choice.logProbability()));
    }
}
