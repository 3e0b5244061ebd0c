package ai.auditor.probes.linear;

import ai.auditor.audit.Provenance.Source;
import ai.auditor.probes.linear.DatasetComparison.Choice;
import ai.auditor.probes.linear.DatasetComparison.Design;
import ai.auditor.probes.linear.DatasetComparison.Pair;
import ai.auditor.probes.linear.DatasetComparison.Provenance;
import ai.auditor.probes.linear.DatasetComparison.Separation;
import ai.auditor.report.JsonReport;
import ai.auditor.stats.Estimate;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * All numbers of a comparison of datasets for machines, spelled as {@link JsonReport} spells: equal comparisons give equal bytes but for the time in
 * {@code provenance}. Datasets are told by their places in {@code datasets}, of which 0 is the control; shares and accuracies go from 0 to 1.
 */
public final class ComparisonJson {
    private static final int SCHEMA = 1;

    private ComparisonJson() {}

    /** The numbers, ending in a line feed. */
    public static String of(DatasetComparison comparison) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("schemaVersion", SCHEMA);
        ArrayNode datasets = tree.putArray("datasets");
        comparison.datasets().forEach(source -> source(datasets.addObject(), source));
        design(tree.putObject("design"), comparison.design());
        ObjectNode accuracy = tree.putObject("accuracy")
                .put("chance", 1.0 / comparison.datasets().size());
        estimate(accuracy.putObject("probe"), comparison.accuracy());
        estimate(accuracy.putObject("baseline"), comparison.baselineAccuracy());
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
        provenance(tree.putObject("provenance"), comparison.provenance());
        return JsonReport.of(tree);
    }

    private static void source(ObjectNode node, Source source) {
        node.put("name", source.name())
                .put("fileDigest", source.fileDigest().isEmpty() ? null : source.fileDigest())
                .put("contentDigest", source.contentDigest())
                .put("rows", source.rows())
                .put("badRows", source.badRows())
                .put("longRows", source.longRows())
                .put("controlTokens", source.controlTokens())
                .put("movedSystems", source.movedSystems());
    }

    private static void design(ObjectNode node, Design design) {
        node.put("prompts", design.prompts())
                .put("rows", design.rows())
                .put("sampledFrom", design.sampledFrom())
                .put("groups", design.groups())
                .put("groupedByPrompt", design.groupedByPrompt())
                .put("repeated", design.repeated());
    }

    private static void separation(ObjectNode node, Separation separation) {
        estimate(node.putObject("auroc"), separation.auroc());
        node.put("baselineAuroc", separation.baseline()).put("p", separation.p());
    }

    private static void estimate(ObjectNode node, Estimate estimate) {
        node.put("value", estimate.value())
                .put("low", estimate.interval().low())
                .put("high", estimate.interval().high())
                .put("level", estimate.interval().level());
    }

    private static void choices(ArrayNode array, List<Choice> choices) {
        choices.forEach(choice -> array.addObject()
                .put("inputs", choice.inputs())
                .put("penalty", choice.penalty())
                .put("logProbability", choice.logProbability()));
    }

    private static void provenance(ObjectNode node, Provenance provenance) {
        node.put("tool", provenance.tool())
                .put("created", provenance.created())
                .put("reading", provenance.reading())
                .put("seed", provenance.seed());
        ObjectNode model = node.putObject("model");
        provenance.model().forEach(model::put);
        ObjectNode environment = node.putObject("environment");
        provenance.environment().forEach(environment::put);
    }
}
