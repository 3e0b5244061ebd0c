package ai.auditor.report.internal;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.audit.Confounders;
import ai.auditor.audit.ControlRuns;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.ReferenceEffect;
import ai.auditor.audit.SpikeIn;
import ai.auditor.audit.Verdict;
import ai.auditor.capture.FirstDigits;
import ai.auditor.capture.SelfCheck;
import ai.auditor.data.BadRow;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Table;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** A result as a JSON tree: every field is always there, null where its value is absent; {@link FiniteTree} makes null of what is not finite. */
public final class ResultTree {
    /** The version of the schema: the first number changes when a reader must. */
    public static final String SCHEMA_VERSION = "1.0";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ResultTree() {}

    /** The whole report. */
    public static JsonNode of(AuditResult result) {
        Verdict verdict = result.verdict();
        ObjectNode tree = NODES.objectNode();
        tree.set("schemaVersion", text(SCHEMA_VERSION));
        tree.set("tool", text(result.provenance().tool()));
        tree.set("claims", each(verdict.claims(), ResultTree::claim));
        tree.set("risk", text(verdict.risk().toString()));
        ObjectNode exit = tree.putObject("exit");
        exit.put("code", verdict.gate().outcome().exitCode());
        exit.set("reason", text(verdict.gate().reason()));
        tree.set("probes", each(result.findings(), ResultTree::probe));
        tree.set("coverage", each(result.coverage(), ResultTree::coverage));
        tree.set("calibration", calibration(result.calibration()));
        tree.set("confounders", confounders(result.confounders()));
        tree.set("design", design(result.design()));
        tree.set("policy", policy(result.policy()));
        tree.set("badRows", rows(result.badRows()));
        tree.set("longRows", rows(result.longRows()));
        tree.set("provenance", provenance(result.provenance()));
        return tree;
    }

    private static JsonNode claim(Verdict.ClaimVerdict claim) {
        ObjectNode node = NODES.objectNode();
        node.set("id", text(claim.claim().toString()));
        node.set("outcome", text(claim.outcome().toString()));
        node.set("reason", text(claim.reason()));
        node.set("trait", text(claim.trait()));
        node.set("effectMeasure", text(claim.effectMeasure()));
        node.set("effect", number(claim.effect()));
        node.set("interval", claim.interval().map(ResultTree::interval).orElse(NODES.nullNode()));
        node.set("p", number(claim.p()));
        node.set("decoyP", number(claim.decoyP()));
        node.set("q", number(claim.q()));
        node.set("detectableFraction", number(claim.detectableFraction()));
        node.set("affectedFraction", claim.affected().map(ResultTree::estimate).orElse(NODES.nullNode()));
        node.set("reference", text(claim.reference()));
        return node;
    }

    /** A value with its interval. */
    public static JsonNode estimate(Estimate estimate) {
        ObjectNode node = NODES.objectNode();
        node.set("value", number(estimate.value()));
        node.set("interval", interval(estimate.interval()));
        return node;
    }

    private static JsonNode simulation(AuditResult.PowerSimulation simulation) {
        ObjectNode node = NODES.objectNode();
        node.set("contrast", text(simulation.contrast()));
        node.set("closedForm", number(simulation.closed()));
        node.set("simulated", number(simulation.simulated()));
        return node;
    }

    private static JsonNode probe(AuditResult.Finding finding) {
        Evidence evidence = finding.evidence();
        ObjectNode node = NODES.objectNode();
        node.set("name", text(evidence.probe()));
        node.set("claim", text(evidence.claim().toString()));
        effect(node, evidence.effect());
        node.set("p", number(finding.p()));
        node.set("decoyP", number(finding.decoyP()));
        node.set("detectableFraction", number(finding.detectableFraction()));
        node.set(
                "simulatedPower",
                finding.simulation().map(ResultTree::simulation).orElse(NODES.nullNode()));
        node.put(
                "scoredRows",
                Arrays.stream(evidence.scores()).filter(Double::isFinite).count());
        node.set(
                "discrimination",
                evidence.discrimination().map(ResultTree::discrimination).orElse(NODES.nullNode()));
        ArrayNode contrasts = node.putArray("contrasts");
        for (int i = 0;
                i < Math.min(evidence.contrasts().size(), finding.contrasts().size());
                i++) {
            contrasts.add(
                    contrast(evidence.contrasts().get(i), finding.contrasts().get(i)));
        }
        node.set("tables", each(evidence.tables(), ResultTree::table));
        node.set("notes", each(evidence.notes(), ResultTree::text));
        return node;
    }

    private static void effect(ObjectNode node, Evidence.Effect effect) {
        node.set("effectMeasure", text(effect.measure()));
        node.set("effect", number(effect.value()));
        node.set("interval", interval(effect.interval()));
    }

    private static JsonNode contrast(Evidence.Contrast contrast, AuditResult.ContrastFinding found) {
        ObjectNode node = NODES.objectNode();
        node.set("name", text(contrast.name()));
        node.set("trait", text(contrast.trait()));
        effect(node, contrast.effect());
        node.set("p", number(found.p()));
        node.set("q", number(found.q()));
        node.set("decoyP", number(found.decoyP()));
        node.set("statistics", each(contrast.statistics(), ResultTree::statistic));
        node.set("decoys", contrast.decoys().map(ResultTree::decoys).orElse(NODES.nullNode()));
        return node;
    }

    private static JsonNode statistic(Exchanged statistic) {
        ObjectNode node = NODES.objectNode();
        node.set("observed", number(statistic.observed()));
        node.put("exchanges", statistic.exchanged().length);
        node.set("shift", number(statistic.shift()));
        node.set("standardError", number(statistic.standardError()));
        node.set("controlDeviation", number(statistic.controlDeviation()));
        node.put("units", statistic.units());
        return node;
    }

    private static JsonNode decoys(Evidence.DecoyPlace place) {
        ObjectNode node = NODES.objectNode();
        node.set("measure", text(place.measure()));
        node.set("value", number(place.value()));
        node.set("decoys", summary(place.decoys().values()));
        node.set("placebos", summary(place.placebos()));
        return node;
    }

    private static JsonNode summary(double[] values) {
        double[] finite =
                Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        ObjectNode node = NODES.objectNode();
        node.put("count", finite.length);
        node.set("lowest", finite.length == 0 ? NODES.nullNode() : number(finite[0]));
        node.set("median", finite.length == 0 ? NODES.nullNode() : number(finite[finite.length / 2]));
        node.set("highest", finite.length == 0 ? NODES.nullNode() : number(finite[finite.length - 1]));
        return node;
    }

    private static JsonNode discrimination(Evidence.Discrimination found) {
        ObjectNode node = NODES.objectNode();
        node.set("row", estimate(found.row()));
        node.set("baseline", estimate(found.baseline()));
        node.set("gain", estimate(found.gain()));
        node.set("bags", each(found.bags(), ResultTree::bag));
        node.set("baselineBags", each(found.baselineBags(), ResultTree::bag));
        node.set("pWithoutCopies", number(found.pWithoutCopies()));
        return node;
    }

    private static JsonNode bag(Evidence.Discrimination.Bag bag) {
        ObjectNode node = NODES.objectNode();
        node.put("size", bag.size());
        node.set("auroc", number(bag.auroc()));
        node.set("interval", interval(bag.interval()));
        return node;
    }

    private static JsonNode table(Table table) {
        ObjectNode node = NODES.objectNode();
        node.set("title", text(table.title()));
        node.set("columns", each(table.columns(), ResultTree::text));
        node.set("rows", each(table.rows(), row -> each(row, ResultTree::text)));
        return node;
    }

    private static JsonNode coverage(AuditResult.ProbeCoverage probe) {
        ObjectNode node = NODES.objectNode();
        node.set("probe", text(probe.probe()));
        node.set("claim", text(probe.claim().toString()));
        node.set("teachers", each(probe.coverage().sights(), ResultTree::sight));
        node.set("evasion", text(probe.coverage().evasion()));
        return node;
    }

    private static JsonNode sight(Coverage.Sight sight) {
        ObjectNode node = NODES.objectNode();
        node.set("teacher", text(id(sight.teacher())));
        node.set("extent", text(id(sight.extent())));
        node.set("source", text(sight.source()));
        return node;
    }

    private static String id(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static JsonNode calibration(Calibration calibration) {
        ObjectNode node = NODES.objectNode();
        node.put("swaps", calibration.swaps());
        node.set("kind", text(calibration.kind()));
        node.set("rejected", number(calibration.rejected()));
        node.set("limit", number(calibration.limit()));
        node.put("good", calibration.good());
        node.set("smallestP", number(calibration.smallestP()));
        node.set("spreads", each(calibration.spreads(), ResultTree::spread));
        node.set("spikeIns", each(calibration.spikeIns(), ResultTree::spikeIn));
        node.set("runs", calibration.runs().<JsonNode>map(ResultTree::runs).orElse(NODES.nullNode()));
        return node;
    }

    private static JsonNode runs(ControlRuns runs) {
        ObjectNode node = NODES.objectNode();
        node.set("names", each(runs.names(), ResultTree::text));
        node.put("permuted", runs.permuted());
        node.set("smallestP", number(runs.smallestP()));
        node.set("places", each(runs.places(), ResultTree::place));
        return node;
    }

    private static JsonNode place(ControlRuns.Place place) {
        ObjectNode node = NODES.objectNode();
        node.set("claim", text(place.claim().toString()));
        node.set("statistic", text(place.statistic()));
        node.set("candidate", number(place.candidate()));
        node.set("runs", numbers(place.runs()));
        node.set("deviation", number(place.deviation()));
        node.set("p", number(place.p()));
        return node;
    }

    private static JsonNode spikeIn(SpikeIn planted) {
        ObjectNode node = NODES.objectNode();
        node.set("trait", text(planted.trait()));
        if (planted instanceof SpikeIn.OfVector vector) {
            node.set("point", text(vector.point()));
        } else {
            node.putNull("point");
        }
        node.set("fraction", number(planted.fraction()));
        node.put("rows", planted.rows());
        node.put("missed", planted.missed());
        node.set("trials", each(planted.trials(), ResultTree::trial));
        return node;
    }

    private static JsonNode trial(SpikeIn.Trial trial) {
        ObjectNode node = NODES.objectNode();
        node.set("probe", text(trial.probe()));
        node.set("size", number(trial.size()));
        node.set("outcome", text(trial.outcome().toString()));
        return node;
    }

    private static JsonNode spread(Calibration.Spread spread) {
        ObjectNode node = NODES.objectNode();
        node.set("probe", text(spread.probe()));
        node.set("row", numbers(spread.row()));
        node.put("bagSize", spread.bagSize());
        node.set("bag", numbers(spread.bag()));
        return node;
    }

    private static JsonNode confounders(Confounders confounders) {
        ObjectNode node = NODES.objectNode();
        node.set("nuisances", each(confounders.nuisances(), ResultTree::nuisance));
        node.set(
                "authorship",
                confounders.authorship().<JsonNode>map(ResultTree::authorship).orElse(NODES.nullNode()));
        return node;
    }

    private static JsonNode nuisance(Confounders.Nuisance nuisance) {
        ObjectNode node = NODES.objectNode();
        node.set("name", text(nuisance.name()));
        node.set("measure", text(nuisance.measure()));
        node.set("candidate", number(nuisance.candidate()));
        node.set("control", number(nuisance.control()));
        node.set(
                "effect",
                nuisance.effect().map(effect -> number(effect.value())).orElse(NODES.nullNode()));
        node.set(
                "interval",
                nuisance.effect().map(effect -> interval(effect.interval())).orElse(NODES.nullNode()));
        node.set("p", number(nuisance.p()));
        node.set("q", number(nuisance.q()));
        node.set("handling", text(id(nuisance.handling())));
        return node;
    }

    private static JsonNode authorship(Confounders.Authorship control) {
        ObjectNode node = NODES.objectNode();
        node.put("rows", control.rows());
        node.put("tokens", control.tokens());
        node.set("nll", number(control.nll()));
        node.set("excess", number(control.excess().value()));
        node.set("interval", interval(control.excess().interval()));
        node.set("z", number(control.z()));
        node.set("digits", digits(control.digits()));
        node.put("mismatch", control.mismatch());
        return node;
    }

    private static JsonNode digits(FirstDigits digits) {
        ObjectNode node = NODES.objectNode();
        node.put("numbers", digits.numbers());
        node.set("seen", numbers(digits.seen()));
        node.set("expected", numbers(digits.expected()));
        node.set("shift", number(digits.shift()));
        node.set("p", number(digits.p()));
        return node;
    }

    private static JsonNode design(AuditResult.Design design) {
        ObjectNode node = NODES.objectNode();
        node.put("paired", design.paired());
        node.put("candidateRows", design.candidateRows());
        node.put("controlRows", design.controlRows());
        node.put("prompts", design.prompts());
        node.set("pairedShare", number(design.pairedShare()));
        node.set("notes", each(design.notes(), ResultTree::text));
        return node;
    }

    private static JsonNode policy(Policy policy) {
        ObjectNode node = NODES.objectNode();
        node.set("alpha", number(policy.alpha()));
        node.set("decoyAlpha", number(policy.decoyAlpha()));
        node.set("power", number(policy.power()));
        node.set("maxDetectableFraction", number(policy.maxDetectableFraction()));
        node.set("reference", reference(policy.reference()));
        node.set("required", each(policy.required().stream().sorted().toList(), claim -> text(claim.toString())));
        node.set("failOn", text(policy.failOn().toString()));
        node.put("parts", policy.parts());
        node.put("exchanges", policy.exchanges());
        node.put("nullSwaps", policy.nullSwaps());
        node.set("minimumPaired", number(policy.minimumPaired()));
        node.put("controlRuns", policy.controlRuns());
        node.put("costlyPrompts", policy.costlyPrompts());
        node.put("everyPoint", policy.everyPoint());
        node.put("stopEarly", policy.stopEarly());
        node.set("tier", text(policy.tier().toString()));
        node.put("rows", policy.rows());
        node.set("traits", each(policy.traits(), ResultTree::text));
        node.set("probes", each(policy.probes(), ResultTree::text));
        ObjectNode risks = node.putObject("risks");
        policy.risks().forEach((claim, risk) -> risks.set(claim.toString(), text(risk.toString())));
        node.set("origin", text(policy.origin()));
        return node;
    }

    private static JsonNode reference(ReferenceEffect effect) {
        ObjectNode node = NODES.objectNode();
        node.set("name", text(effect.name()));
        node.set("shift", number(effect.shift()));
        ObjectNode measured = node.putObject("measured");
        effect.measured().forEach((statistic, moved) -> measured.set(statistic, number(moved.shift())));
        return node;
    }

    /** Rows that are named. */
    public static JsonNode rows(List<BadRow> rows) {
        return each(rows, ResultTree::badRow);
    }

    private static JsonNode badRow(BadRow row) {
        ObjectNode node = NODES.objectNode();
        node.set("file", text(row.file()));
        node.put("line", row.line());
        node.put("record", row.record());
        node.set("reason", text(row.reason()));
        return node;
    }

    /** What went into a result: one candidate under {@code candidate}, several under {@code candidates}. */
    public static JsonNode provenance(Provenance provenance) {
        ObjectNode node = NODES.objectNode();
        node.set("created", text(provenance.created()));
        node.set("model", facts(provenance.model()));
        node.put("reading", provenance.readingName());
        if (provenance.candidates().size() == 1) {
            node.set("candidate", source(provenance.candidate()));
        } else {
            node.set("candidates", each(provenance.candidates(), ResultTree::source));
        }
        node.set("controls", each(provenance.controls(), ResultTree::source));
        node.set("policy", text(provenance.policy()));
        node.set("seed", text(provenance.seed()));
        node.set("environment", facts(provenance.environment()));
        node.set("vectors", facts(provenance.vectors()));
        node.set("selfCheck", each(provenance.selfCheck().figures(), ResultTree::figure));
        return node;
    }

    private static JsonNode figure(SelfCheck.Figure figure) {
        ObjectNode node = NODES.objectNode();
        node.set("name", text(figure.name()));
        node.set("measured", number(figure.measured()));
        node.set("limit", number(figure.limit()));
        return node;
    }

    private static JsonNode source(Provenance.Source source) {
        ObjectNode node = NODES.objectNode();
        node.set("name", text(source.name()));
        node.set("fileDigest", source.fileDigest().isEmpty() ? NODES.nullNode() : text(source.fileDigest()));
        node.set("contentDigest", text(source.contentDigest()));
        node.put("rows", source.rows());
        node.put("badRows", source.badRows());
        node.put("longRows", source.longRows());
        node.put("controlTokens", source.controlTokens());
        node.put("movedSystems", source.movedSystems());
        return node;
    }

    private static JsonNode facts(Map<String, String> facts) {
        ObjectNode node = NODES.objectNode();
        facts.forEach((name, fact) -> node.set(name, text(fact)));
        return node;
    }

    private static JsonNode interval(Interval interval) {
        ObjectNode node = NODES.objectNode();
        node.set("low", number(interval.low()));
        node.set("high", number(interval.high()));
        node.set("level", number(interval.level()));
        return node;
    }

    private static JsonNode numbers(double[] values) {
        ArrayNode nodes = NODES.arrayNode();
        for (double value : values) {
            nodes.add(number(value));
        }
        return nodes;
    }

    private static JsonNode number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : NODES.nullNode();
    }

    private static JsonNode number(double value) {
        return NODES.numberNode(value);
    }

    private static JsonNode text(Optional<String> text) {
        return text.map(ResultTree::text).orElse(NODES.nullNode());
    }

    private static JsonNode text(String text) {
        return NODES.textNode(text);
    }

    private static <T> ArrayNode each(Collection<T> values, Function<T, JsonNode> node) {
        ArrayNode nodes = NODES.arrayNode();
        values.forEach(value -> nodes.add(node.apply(value)));
        return nodes;
    }
}
