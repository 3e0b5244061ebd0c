package ai.auditor.report.internal;

import ai.auditor.probe.Chart;
import ai.auditor.probe.Table;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Curves with whiskers over a common x, a line to read them against and, where there is one, the band of the null. */
final class CurvesFigure {
    private static final double PLOT_HEIGHT = 170;
    private static final double DOT = 3;

    /** Curves are set apart sideways by this much, so that their whiskers do not hide each other. */
    private static final double APART = 4;

    /** The most points drawn of one curve; a longer one is thinned evenly. */
    private static final int MOST_POINTS = 400;

    /** Whiskers are drawn up to this many points; beyond, they would be a hatching. */
    private static final int MOST_WHISKERS = 24;

    /** A ratio of x from which equal ratios are drawn as equal lengths. */
    private static final double RATIO_FOR_DOUBLINGS = 8;

    private CurvesFigure() {}

    /**
     * The middle of the null at one x.
     *
     * @param spread its ends, and the share of the null that lies between them
     */
    public record Band(double x, Interval spread) {}

    /**
     * Draws curves.
     *
     * @param band where the null was measured, ordered by x; drawn from place to place
     */
    public static Figure of(Chart.Curves chart, List<Band> band) {
        List<Chart.Curves.Curve> curves =
                chart.curves().stream().map(CurvesFigure::drawable).toList();
        List<Frame.Entry> legend = new ArrayList<>();
        for (int i = 0; i < curves.size(); i++) {
            legend.add(new Frame.Entry(
                    Frame.series(i), Frame.shortName(curves.get(i).name())));
        }
        for (Band place : band.subList(0, Math.min(1, band.size()))) {
            legend.add(new Frame.Entry(
                    "null", "null, middle " + Wording.percent(place.spread().level())));
        }
        double top = Frame.legendHeight(legend) + 6;
        double bottom = top + PLOT_HEIGHT;
        Axis x = horizontal(curves, band);
        Axis y = vertical(chart, curves, band, bottom, top);
        Svg svg = new Svg(Frame.WIDTH, bottom + Frame.BOTTOM, chart.title());
        Frame.legend(svg, legend);
        Frame.leftAxis(svg, y, chart.yAxis());
        band(svg, band, x, y);
        if (Double.isFinite(chart.reference())) {
            svg.line("reference", Frame.LEFT, y.at(chart.reference()), Frame.RIGHT, y.at(chart.reference()));
        }
        for (int i = 0; i < curves.size(); i++) {
            curve(svg, Frame.series(i), curves.get(i).points(), x, y, (i - (curves.size() - 1) / 2.0) * APART);
        }
        Frame.bottomAxis(svg, x, bottom, chart.xAxis());
        return new Figure(chart.title(), svg.finished(), data(chart, band));
    }

    private static Chart.Curves.Curve drawable(Chart.Curves.Curve curve) {
        List<Chart.Curves.CurvePoint> finite = curve.points().stream()
                .filter(point -> Double.isFinite(point.x()) && Double.isFinite(point.y()))
                .toList();
        int stride = 1 + (finite.size() - 1) / MOST_POINTS;
        List<Chart.Curves.CurvePoint> kept = new ArrayList<>();
        for (int i = 0; i < finite.size(); i += stride) {
            kept.add(finite.get(i));
        }
        return new Chart.Curves.Curve(curve.name(), kept);
    }

    private static Axis horizontal(List<Chart.Curves.Curve> curves, List<Band> band) {
        double[] xs = DoubleStream.concat(
                        curves.stream()
                                .flatMap(curve -> curve.points().stream())
                                .mapToDouble(p -> p.x()),
                        band.stream().mapToDouble(Band::x))
                .toArray();
        double low = DoubleStream.of(xs).min().orElse(0);
        double high = DoubleStream.of(xs).max().orElse(1);
        double from = Frame.LEFT + 2 * APART;
        double to = Frame.RIGHT - 2 * APART;
        return low > 0 && high / low >= RATIO_FOR_DOUBLINGS
                ? Axis.doublings(low, high, from, to)
                : Axis.exact(low, high, from, to, Frame.TICKS);
    }

    private static Axis vertical(
            Chart.Curves chart, List<Chart.Curves.Curve> curves, List<Band> band, double bottom, double top) {
        double[] ys = Stream.concat(
                        curves.stream()
                                .flatMap(curve -> curve.points().stream())
                                .flatMap(point -> Stream.concat(
                                        Stream.of(point.y()),
                                        point.interval().stream().flatMap(i -> Stream.of(i.low(), i.high())))),
                        Stream.concat(
                                Stream.of(chart.reference()),
                                band.stream()
                                        .flatMap(place -> Stream.of(
                                                place.spread().low(),
                                                place.spread().high()))))
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .toArray();
        return Axis.rounded(
                DoubleStream.of(ys).min().orElse(0), DoubleStream.of(ys).max().orElse(1), bottom, top, Frame.TICKS);
    }

    private static void band(Svg svg, List<Band> band, Axis x, Axis y) {
        int places = band.size();
        double[] xs = new double[2 * places];
        double[] ys = new double[2 * places];
        for (int i = 0; i < places; i++) {
            int back = 2 * places - 1 - i;
            xs[i] = x.at(band.get(i).x());
            xs[back] = xs[i];
            ys[i] = y.at(band.get(i).spread().low());
            ys[back] = y.at(band.get(i).spread().high());
        }
        if (places > 1) {
            svg.polygon("null area", xs, ys);
        }
        for (int i = 0; i < places; i++) {
            svg.line("null whisker", xs[i], ys[i], xs[i], ys[2 * places - 1 - i]);
        }
    }

    private static void curve(
            Svg svg, String series, List<Chart.Curves.CurvePoint> points, Axis x, Axis y, double aside) {
        double[] xs =
                points.stream().mapToDouble(point -> x.at(point.x()) + aside).toArray();
        double[] ys = points.stream().mapToDouble(point -> y.at(point.y())).toArray();
        svg.polyline(series + " edge", xs, ys);
        for (int i = 0; i < xs.length && xs.length <= MOST_WHISKERS; i++) {
            double place = xs[i];
            points.get(i).interval().filter(CurvesFigure::finite).ifPresent(interval -> {
                svg.line(series + " whisker", place, y.at(interval.low()), place, y.at(interval.high()));
            });
            svg.dot(
                    series + " point",
                    place,
                    ys[i],
                    DOT,
                    Wording.number(points.get(i).x()) + ": "
                            + Wording.number(points.get(i).y()));
        }
    }

    private static boolean finite(Interval interval) {
        return Double.isFinite(interval.low()) && Double.isFinite(interval.high());
    }

    private static Table data(Chart.Curves chart, List<Band> band) {
        List<List<String>> rows = new ArrayList<>();
        for (Chart.Curves.Curve curve : chart.curves()) {
            for (Chart.Curves.CurvePoint point : curve.points()) {
                rows.add(List.of(
                        curve.name(),
                        Wording.number(point.x()),
                        Wording.number(point.y()),
                        point.interval().map(Wording::interval).orElse(Wording.UNKNOWN)));
            }
        }
        for (Band place : band) {
            rows.add(List.of("null", Wording.number(place.x()), Wording.UNKNOWN, Wording.interval(place.spread())));
        }
        Stream<Interval> intervals = Stream.concat(
                chart.curves().stream()
                        .flatMap(curve -> curve.points().stream())
                        .flatMap(point -> point.interval().stream()),
                band.stream().map(Band::spread));
        return new Table(chart.yAxis(), List.of("curve", chart.xAxis(), "value", Wording.heading(intervals)), rows);
    }
}
