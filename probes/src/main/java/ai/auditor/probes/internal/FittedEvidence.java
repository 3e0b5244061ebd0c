package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Evidence.Discrimination;
import ai.auditor.probe.Evidence.Discrimination.Bag;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.stats.Auroc;
import ai.auditor.stats.Bootstrap;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import ai.auditor.stats.PValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The evidence of a fitted probe from its held-out scores.
 *
 * @param study as the probe saw it
 * @param scores of the probe, {@code [rows]}
 * @param baseline of format and length, {@code [rows]}
 * @param together of baseline and probe together, by the learner of the baseline, {@code [rows]}
 * @param beyond what format and length leave of the scores: what is tested, {@code [rows]}
 */
public record FittedEvidence(Study study, double[] scores, double[] baseline, double[] together, double[] beyond) {
    private static final int[] BAG_SIZES = {1, 2, 4, 8, 16, 32, 64};

    /** Puts the evidence together. */
    public Evidence of(Probe probe, List<Table> tables, List<String> notes) {
        return of(probe, tables, List.of(), notes);
    }

    /** Puts the evidence together, with charts behind the one of the scores. */
    public Evidence of(Probe probe, List<Table> tables, List<Chart> charts, List<String> notes) {
        Bootstrap bootstrap = Bootstrap.overGroups(
                study.groups(), study.replicates(), Estimate.LEVEL, study.seed("probes/bootstrap/" + probe.name()));
        Discrimination discrimination = discrimination(bootstrap, probe.name());
        Estimate tested = auroc(bootstrap, beyond);
        Evidence.Contrast contrast = new Evidence.Contrast(
                probe.name(),
                Optional.empty(),
                statistics(),
                new Evidence.Effect("AUROC a row beyond format and length", tested.value(), tested.interval()),
                Optional.empty());
        Estimate gain = discrimination.gain();
        return new Evidence(
                probe.name(),
                probe.claim(),
                new Evidence.Effect("gain in AUROC a row over format and length", gain.value(), gain.interval()),
                List.of(contrast),
                Optional.of(discrimination),
                scores,
                tables,
                study.statisticsOnly() ? List.of() : charts(probe, charts),
                notes);
    }

    private List<Chart> charts(Probe probe, List<Chart> more) {
        List<Chart> charts = new ArrayList<>(List.of(histogram(probe.name())));
        charts.addAll(more);
        return charts;
    }

    private List<Exchanged> statistics() {
        return statistics(new boolean[beyond.length]);
    }

    /** Of the rows that no other row of their dataset gives away: what was fitted is the same. */
    private OptionalDouble withoutCopies() {
        boolean[] copies = study.copies();
        if (IntStream.range(0, copies.length).noneMatch(row -> copies[row])) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(PValue.twiceMedian(
                statistics(copies).stream().mapToDouble(PValue::greater).toArray()));
    }

    private List<Exchanged> statistics(boolean[] without) {
        int[] parts = study.part();
        List<Exchanged> statistics = new ArrayList<>();
        for (int s = 0; s < study.parts(); s++) {
            AuditException.checkInterrupted();
            double[] part = beyond.clone();
            for (int row = 0; row < part.length; row++) {
                if (parts[row] != s || without[row]) {
                    part[row] = Double.NaN;
                }
            }
            statistics.add(study.exchanges().studentised(part));
        }
        return statistics;
    }

    private Discrimination discrimination(Bootstrap bootstrap, String name) {
        Estimate gain = new Estimate(
                Auroc.of(together, study.candidate()) - Auroc.of(baseline, study.candidate()),
                bootstrap.gain(together, baseline, study.candidate()));
        return new Discrimination(
                auroc(bootstrap, scores),
                auroc(bootstrap, baseline),
                gain,
                study.statisticsOnly() ? spreadBag(bootstrap, name) : bags(bootstrap, scores, name),
                study.statisticsOnly() ? List.of() : bags(bootstrap, baseline, name),
                withoutCopies());
    }

    private Estimate auroc(Bootstrap bootstrap, double[] values) {
        return new Estimate(Auroc.of(values, study.candidate()), bootstrap.auroc(values, study.candidate()));
    }

    private List<Bag> bags(Bootstrap bootstrap, double[] values, String name) {
        return Arrays.stream(BAG_SIZES)
                .mapToObj(size -> bag(bootstrap, values, name, size))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The one bag size that is read of the null: partitions of every size would cost more than the fits. */
    private List<Bag> spreadBag(Bootstrap bootstrap, String name) {
        for (int i = BAG_SIZES.length - 1; i >= 0; i--) {
            if (BAG_SIZES[i] <= Discrimination.SPREAD_BAG) {
                Optional<Bag> bag = bag(bootstrap, scores, name, BAG_SIZES[i]);
                if (bag.isPresent()) {
                    return List.of(bag.get());
                }
            }
        }
        return List.of();
    }

    private Optional<Bag> bag(Bootstrap bootstrap, double[] values, String name, int size) {
        AuditException.checkInterrupted();
        OptionalDouble auroc = Auroc.bags(
                values,
                study.candidate(),
                size,
                size == 1 ? 1 : Auroc.PARTITIONS,
                study.seed("probes/bags/" + name + "/" + size));
        if (auroc.isEmpty()) {
            return Optional.empty();
        }
        Optional<Interval> interval = size == 1
                ? Optional.of(bootstrap.auroc(values, study.candidate()))
                : bootstrap.bags(values, study.candidate(), size);
        return interval.map(known -> new Bag(size, auroc.getAsDouble(), known));
    }

    private Chart histogram(String name) {
        List<Chart.Histogram.Group> groups = new ArrayList<>();
        for (boolean candidate : new boolean[] {true, false}) {
            int[] rows = Labels.places(study, Labels.all(scores.length), candidate);
            groups.add(new Chart.Histogram.Group(
                    candidate ? "candidate" : "control",
                    Arrays.stream(rows).mapToDouble(row -> scores[row]).toArray()));
        }
        return new Chart.Histogram(
                "Held-out scores of " + name, "score, in standard deviations of its part", List.copyOf(groups));
    }
}
