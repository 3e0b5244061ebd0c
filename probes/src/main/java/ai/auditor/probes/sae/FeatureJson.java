package ai.auditor.probes.sae;

import ai.auditor.audit.Provenance;
import ai.auditor.probes.sae.FeatureAnalysis.Named;
import ai.auditor.report.JsonReport;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.features.CategoryTable;
import ai.auditor.sae.features.Description;
import ai.auditor.sae.features.FeatureStudy;
import ai.auditor.sae.features.FeatureStudy.RowTest;
import ai.auditor.sae.features.FeatureStudy.Sides;
import ai.auditor.sae.features.FeatureTokens.Token;
import ai.auditor.sae.features.FilterFile;
import ai.auditor.sae.features.TraitFeatures;
import ai.auditor.sae.vectors.Agreement;
import ai.auditor.sae.vectors.Decomposition;
import ai.auditor.sae.vectors.EncodedChange;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * All numbers of an analysis of features for machines, spelled as {@link JsonReport} spells: every field is always there, null where its
 * value is absent or not finite, and equal analyses give equal bytes but for the time in {@code provenance}.
 */
public final class FeatureJson {
    private FeatureJson() {}

    /** The numbers, ending in a line feed. */
    public static String of(FeatureAnalysis analysis) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put(FilterFile.SCHEMA_VERSION, FilterFile.SCHEMA);
        autoencoder(tree.putObject(FilterFile.AUTOENCODER), analysis);
        FeatureStudy study = analysis.study();
        tree.put("analysedRows", study.analysed())
                .put("heldOutRows", study.heldOut())
                .put("falseDiscoveryRate", study.level())
                .put("smallestP", study.smallestP());
        promoted(tree.putArray("promoted"), study);
        fresh(tree.putArray("new"), study);
        tree.putObject("newCount")
                .put("inCandidate", study.newCount().inCandidate())
                .put("inControl", study.newCount().inControl())
                .put("p", study.newCount().p());
        ObjectNode presence = tree.putObject("heldOutPresence");
        sides(presence.putObject("promotedInARow"), study.presence().promoted());
        sides(presence.putObject("rowsWithANewOne"), study.presence().anyNew());
        rowTest(tree.putObject("l0"), study.l0());
        rowTest(tree.putObject("reconstructionError"), study.error());
        filters(tree.putArray(FilterFile.FILTERS), study);
        ObjectNode chance = tree.putObject("swappedLabels");
        chance.put("swaps", study.chance().swaps())
                .put("withPromoted", study.chance().anyPromoted())
                .put("withNew", study.chance().anyNew())
                .put("meanPromoted", study.chance().promoted());
        ArrayNode best = chance.putArray("bestFilterHeldOut");
        for (double accuracy : study.chance().filters()) {
            best.add(accuracy);
        }
        ArrayNode named = tree.putArray("features");
        analysis.named().forEach(one -> named(named.addObject(), one));
        categories(tree, analysis);
        vectors(tree, analysis);
        change(tree.putObject("encodedChange"), analysis.change());
        agreements(tree.putArray("agreements"), analysis);
        traits(tree, analysis);
        Provenance provenance = analysis.prepared().provenance();
        tree.put("tool", provenance.tool());
        tree.set("provenance", JsonReport.provenance(provenance));
        return JsonReport.of(tree);
    }

    private static void autoencoder(ObjectNode node, FeatureAnalysis analysis) {
        SaeFacts facts = analysis.probe().sae().facts();
        FilterFile.describe(
                node,
                facts.digest(),
                analysis.probe().point().toString(),
                analysis.probe().span().toString());
        node.put("name", facts.shortName())
                .put("format", facts.format())
                .put("architecture", facts.architecture())
                .put("features", facts.features())
                .put("alive", analysis.study().alive())
                .put("l0", analysis.reconstruction().l0())
                .put("fvu", analysis.reconstruction().fvu())
                .put("tokensRead", analysis.reconstruction().tokens());
    }

    private static void sides(ObjectNode node, Sides sides) {
        node.put("candidate", sides.candidate()).put("control", sides.control());
    }

    private static void promoted(ArrayNode array, FeatureStudy study) {
        study.promoted().forEach(one -> {
            ObjectNode node = array.addObject()
                    .put("feature", one.feature())
                    .put("welchP", one.welch())
                    .put("permutationP", one.permutation())
                    .put("p", one.p())
                    .put("q", one.q());
            sides(node.putObject("means"), one.means());
            sides(node.putObject("activeRows"), one.active());
            sides(node.putObject("heldOutMeans"), one.heldOutMeans());
        });
    }

    private static void fresh(ArrayNode array, FeatureStudy study) {
        study.newFeatures()
                .forEach(one -> sides(
                        array.addObject()
                                .put("feature", one.feature())
                                .put("rows", one.rows())
                                .put("p", one.p())
                                .put("q", one.q())
                                .putObject("heldOutActiveRows"),
                        one.heldOutActive()));
    }

    private static void rowTest(ObjectNode node, RowTest test) {
        sides(node, test.means());
        node.put("p", test.p());
    }

    private static void filters(ArrayNode array, FeatureStudy study) {
        study.filters().forEach(tried -> {
            ObjectNode node = array.addObject();
            FilterFile.write(node, tried.filter());
            rates(node.putObject("analysed"), tried.chosen());
            rates(node.putObject("heldOut"), tried.heldOut());
            node.put("low", tried.interval().low())
                    .put("high", tried.interval().high())
                    .put("p", tried.p());
        });
    }

    private static void rates(ObjectNode node, FeatureStudy.Rates rates) {
        node.put("balancedAccuracy", rates.balancedAccuracy())
                .put("recall", rates.recall())
                .put("precision", rates.precision());
    }

    private static void named(ObjectNode node, Named named) {
        node.put("feature", named.feature());
        tokens(node.putArray("raises"), named.tokens().raised());
        tokens(node.putArray("lowers"), named.tokens().lowered());
        Optional<Description> description = named.description();
        node.put("description", description.map(Description::text).orElse(null))
                .put("describedBy", description.map(Description::explainer).orElse(null))
                .put("descriptionType", description.map(Description::type).orElse(null))
                .put("otherDescriptions", description.map(Description::others).orElse(null));
        ArrayNode categories = node.putArray("categories");
        named.categories().forEach(categories::add);
        ArrayNode rows = node.putArray("rows");
        named.rows()
                .forEach(row -> rows.addObject()
                        .put("dataset", row.candidate() ? "candidate" : "control")
                        .put("record", row.record())
                        .put("peak", row.peak())
                        .put("token", row.position())
                        .put("completion", row.text()));
    }

    private static void tokens(ArrayNode array, List<Token> tokens) {
        tokens.forEach(token -> array.addObject()
                .put("id", token.id())
                .put("text", token.text())
                .put("logit", token.logit()));
    }

    private static void categories(ObjectNode tree, FeatureAnalysis analysis) {
        if (analysis.categories().isEmpty()) {
            tree.putNull("categories");
            return;
        }
        CategoryTable categories = analysis.categories().get();
        ObjectNode node = tree.putObject("categories")
                .put("list", categories.categories())
                .put("described", categories.described())
                .put("undescribed", categories.undescribed())
                .put("dictionaryDescribed", categories.dictionary());
        ArrayNode lines = node.putArray("lines");
        categories
                .lines()
                .forEach(line -> lines.addObject()
                        .put("category", line.category())
                        .put("features", line.features())
                        .put("share", line.share())
                        .put("dictionary", line.dictionary())
                        .put("dictionaryShare", line.dictionaryShare())
                        .put("p", line.p())
                        .put("q", line.q()));
    }

    private static void vectors(ObjectNode tree, FeatureAnalysis analysis) {
        ArrayNode vectors = tree.putArray("vectors");
        for (Decomposition vector : analysis.vectors()) {
            ObjectNode node = vectors.addObject()
                    .put("name", vector.vector().name())
                    .put("length", vector.vector().norm())
                    .put("l0", vector.features())
                    .put("explained", vector.explained())
                    .put("stop", FeaturePage.stop(vector));
            ArrayNode parts = node.putArray("features");
            vector.parts()
                    .forEach(part -> parts.addObject()
                            .put("feature", part.feature())
                            .put("weight", part.weight())
                            .put("share", part.share()));
            ArrayNode nearest = node.putArray("nearest");
            vector.nearest()
                    .forEach(one ->
                            nearest.addObject().put("feature", one.feature()).put("cosine", one.cosine()));
        }
    }

    private static void change(ObjectNode node, EncodedChange change) {
        node.put("vector", change.vector()).put("changed", change.changed()).put("explained", change.explained());
        ArrayNode parts = node.putArray("features");
        change.parts()
                .forEach(part -> parts.addObject()
                        .put("feature", part.feature())
                        .put("change", part.change())
                        .put("share", part.share()));
    }

    private static void agreements(ArrayNode array, FeatureAnalysis analysis) {
        for (Agreement one : analysis.agreements()) {
            ObjectNode node = array.addObject()
                    .put("first", one.first())
                    .put("second", one.second())
                    .put("cosine", one.cosine())
                    .put("cosineP", one.cosineP())
                    .put("jaccard", one.jaccard())
                    .put("jaccardP", one.jaccardP())
                    .put("jaccardByChance", one.nullJaccard())
                    .put("nullVectors", one.nulls());
            features(node.putArray("featuresOfBoth"), one.both());
            features(node.putArray("onlyFirst"), one.onlyFirst());
            features(node.putArray("onlySecond"), one.onlySecond());
        }
    }

    private static void features(ArrayNode array, List<Integer> features) {
        features.forEach(array::add);
    }

    private static void traits(ObjectNode tree, FeatureAnalysis analysis) {
        ObjectNode cosines = tree.putObject("traitCosines")
                .put("vector", analysis.cosines().vector())
                .put("placebos", analysis.cosines().placebos());
        ArrayNode cosine = cosines.putArray("traits");
        analysis.cosines()
                .traits()
                .forEach(line -> cosine.addObject()
                        .put("trait", line.trait())
                        .put("cosine", line.cosine())
                        .put("rank", line.rank())
                        .put("p", line.p())
                        .put("q", line.q()));
        TraitFeatures.Overlaps all = analysis.overlaps();
        ObjectNode overlaps = tree.putObject("traitFeatures")
                .put("promoted", all.features())
                .put("placebos", all.placebos())
                .put("placeboOverlap", all.placeboOverlap());
        ArrayNode overlap = overlaps.putArray("traits");
        for (TraitFeatures.Line line : all.lines()) {
            ObjectNode node = overlap.addObject()
                    .put("trait", line.trait())
                    .put("own", line.own())
                    .put("overlap", line.overlap())
                    .put("rank", line.rank())
                    .put("p", line.p())
                    .put("q", line.q());
            features(node.putArray("promoted"), line.shared());
        }
    }
}
