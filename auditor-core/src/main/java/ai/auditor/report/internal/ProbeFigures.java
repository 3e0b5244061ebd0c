package ai.auditor.report.internal;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Calibration;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Evidence;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** The figures of a finding and of the null, whatever the probe. */
public final class ProbeFigures {
    /** An AUROC that tells nothing apart. */
    private static final double CHANCE = 0.5;

    /** The share of the null's swaps that its band holds. */
    private static final double MIDDLE = 0.95;

    private ProbeFigures() {}

    /** All figures of one finding. */
    public static List<Figure> of(AuditResult.Finding finding, AuditResult result) {
        Evidence evidence = finding.evidence();
        Optional<Calibration.Spread> spread = result.calibration().spread(evidence.probe());
        List<Figure> figures = new ArrayList<>();
        evidence.discrimination().ifPresent(found -> figures.add(discrimination(evidence.probe(), found, spread)));
        if (evidence.charts().stream().noneMatch(Chart.Histogram.class::isInstance)) {
            scores(evidence, result.design()).ifPresent(figures::add);
        }
        evidence.discrimination()
                .filter(found -> !found.bags().isEmpty())
                .ifPresent(found -> figures.add(bags(evidence.probe(), found, spread)));
        Set<String> interest = result.verdict().claims().stream()
                .flatMap(claim -> claim.trait().stream())
                .collect(Collectors.toSet());
        for (Chart chart : evidence.charts()) {
            figures.add(of(chart, interest));
        }
        if (evidence.charts().stream().noneMatch(Chart.Strip.class::isInstance)) {
            bestAmongDecoys(finding).ifPresent(figures::add);
        }
        return figures;
    }

    /**
     * One chart, drawn.
     *
     * @param interest names that a strip of values points out
     */
    public static Figure of(Chart chart, Set<String> interest) {
        if (chart instanceof Chart.Histogram histogram) {
            return HistogramFigure.of(histogram);
        } else if (chart instanceof Chart.Curves curves) {
            return CurvesFigure.of(curves, List.of());
        }
        return StripFigure.of((Chart.Strip) chart, interest);
    }

    /** The null of each fitted probe, with what was observed. */
    public static List<Figure> ofNull(AuditResult result) {
        List<Figure> figures = new ArrayList<>();
        for (Calibration.Spread spread : result.calibration().spreads()) {
            Optional<HistogramFigure.Mark> observed = result.findings().stream()
                    .map(AuditResult.Finding::evidence)
                    .filter(evidence -> evidence.probe().equals(spread.probe()))
                    .flatMap(evidence -> evidence.discrimination().stream())
                    .map(found ->
                            new HistogramFigure.Mark("observed", found.row().value()))
                    .findFirst();
            figures.add(HistogramFigure.ofNull(
                    new Chart.Histogram(
                            "AUROC of " + spread.probe() + " when labels are swapped",
                            "AUROC a row",
                            List.of(new Chart.Histogram.Group("label swaps", spread.row()))),
                    observed));
        }
        return figures;
    }

    private static Figure discrimination(
            String probe, Evidence.Discrimination found, Optional<Calibration.Spread> spread) {
        List<RangesFigure.Range> ranges = new ArrayList<>();
        ranges.add(range(probe, "s0", found.row()));
        ranges.add(range("baseline", "s1", found.baseline()));
        spread.flatMap(known -> middle(known.row()))
                .ifPresent(ofSwaps -> ranges.add(new RangesFigure.Range(
                        "null, middle " + Wording.percent(MIDDLE), "null", OptionalDouble.empty(), ofSwaps)));
        return RangesFigure.of("How well one held-out row tells its class", "AUROC a row", CHANCE, ranges);
    }

    private static RangesFigure.Range range(String name, String kind, Estimate measured) {
        return new RangesFigure.Range(name, kind, OptionalDouble.of(measured.value()), measured.interval());
    }

    private static Figure bags(String probe, Evidence.Discrimination found, Optional<Calibration.Spread> spread) {
        List<CurvesFigure.Band> band = new ArrayList<>();
        spread.ifPresent(known -> {
            middle(known.row()).ifPresent(ofSwaps -> band.add(new CurvesFigure.Band(1, ofSwaps)));
            if (known.bagSize() > 1) {
                middle(known.bag()).ifPresent(ofSwaps -> band.add(new CurvesFigure.Band(known.bagSize(), ofSwaps)));
            }
        });
        List<Chart.Curves.Curve> curves = new ArrayList<>();
        curves.add(curve(probe, found.bags()));
        if (!found.baselineBags().isEmpty()) {
            curves.add(curve("baseline", found.baselineBags()));
        }
        return CurvesFigure.of(
                new Chart.Curves("Bags of rows tell more than one row", "rows a bag", "AUROC a bag", CHANCE, curves),
                band);
    }

    private static Chart.Curves.Curve curve(String name, List<Evidence.Discrimination.Bag> bags) {
        return new Chart.Curves.Curve(
                name,
                bags.stream()
                        .map(bag -> new Chart.Curves.CurvePoint(bag.size(), bag.auroc(), Optional.of(bag.interval())))
                        .toList());
    }

    /** The range that holds the middle of the swaps, by their order. */
    private static Optional<Interval> middle(double[] swaps) {
        double[] sorted = Arrays.stream(swaps).filter(Double::isFinite).sorted().toArray();
        if (sorted.length == 0) {
            return Optional.empty();
        }
        int cut = (int) Math.floor(sorted.length * (1 - MIDDLE) / 2);
        return Optional.of(new Interval(sorted[cut], sorted[sorted.length - 1 - cut], MIDDLE));
    }

    private static Optional<Figure> scores(Evidence evidence, AuditResult.Design design) {
        double[] scores = evidence.scores();
        if (Arrays.stream(scores).noneMatch(Double::isFinite)) {
            return Optional.empty();
        }
        return Optional.of(HistogramFigure.of(
                new Chart.Histogram("Held-out scores of single rows", "score", byClass(scores, design))));
    }

    /** Scores by class, in the order of a study: pairs by turns, else all of the candidate first. */
    private static List<Chart.Histogram.Group> byClass(double[] scores, AuditResult.Design design) {
        if (scores.length != (long) design.candidateRows() + design.controlRows()) {
            return List.of(new Chart.Histogram.Group("all rows", scores));
        }
        double[] candidate = new double[design.candidateRows()];
        double[] control = new double[design.controlRows()];
        boolean byTurns = design.paired() && candidate.length == control.length;
        for (int row = 0; row < scores.length; row++) {
            boolean isCandidate = byTurns ? row % 2 == 0 : row < candidate.length;
            if (isCandidate) {
                candidate[byTurns ? row / 2 : row] = scores[row];
            } else {
                control[byTurns ? row / 2 : row - candidate.length] = scores[row];
            }
        }
        return List.of(
                new Chart.Histogram.Group("candidate", candidate), new Chart.Histogram.Group("control", control));
    }

    /** The contrast of smallest p among its own decoys, where the probe drew no strip of its own. */
    private static Optional<Figure> bestAmongDecoys(AuditResult.Finding finding) {
        return finding.evidence().contrasts().stream()
                .filter(contrast -> contrast.decoys().isPresent())
                .min(Comparator.comparingDouble(contrast -> finding.contrasts().stream()
                        .filter(found -> found.name().equals(contrast.name()))
                        .mapToDouble(AuditResult.ContrastFinding::p)
                        .findFirst()
                        .orElse(1)))
                .flatMap(contrast -> contrast.decoys()
                        .map(place -> StripFigure.of(
                                new Chart.Strip(
                                        contrast.name() + " among decoys",
                                        place.measure(),
                                        List.of(new Chart.Strip.Dot(contrast.name(), place.value())),
                                        place.decoys().values(),
                                        place.placebos()),
                                Set.of(contrast.name()))));
    }
}
