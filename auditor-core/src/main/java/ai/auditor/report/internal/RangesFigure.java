package ai.auditor.report.internal;

import ai.auditor.probe.Table;
import ai.auditor.report.internal.Svg.Anchor;
import ai.auditor.stats.Interval;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** Values with intervals below each other on one axis. */
final class RangesFigure {
    private static final double NAMES = 130;
    private static final double ROW = 26;
    private static final double DOT = 4;
    private static final double THICKNESS = 10;

    private RangesFigure() {}

    /**
     * One line of the figure.
     *
     * @param kind how it is coloured
     * @param value absent for a bare range
     */
    public record Range(String name, String kind, OptionalDouble value, Interval interval) {}

    /**
     * Draws ranges.
     *
     * @param reference a vertical line to read against
     */
    public static Figure of(String title, String axis, double reference, List<Range> ranges) {
        double bottom = 8 + ROW * ranges.size();
        double[] values = ranges.stream()
                .flatMapToDouble(range -> DoubleStream.concat(
                        range.value().stream(),
                        DoubleStream.of(range.interval().low(), range.interval().high())))
                .filter(Double::isFinite)
                .toArray();
        Axis x = Axis.rounded(
                Math.min(reference, DoubleStream.of(values).min().orElse(reference)),
                Math.max(reference, DoubleStream.of(values).max().orElse(reference)),
                Frame.LEFT + NAMES,
                Frame.RIGHT,
                Frame.TICKS);
        Svg svg = new Svg(Frame.WIDTH, bottom + Frame.BOTTOM, title);
        svg.line("reference", x.at(reference), 0, x.at(reference), bottom);
        for (int i = 0; i < ranges.size(); i++) {
            range(svg, ranges.get(i), x, 4 + ROW * (i + 0.5));
        }
        Frame.bottomAxis(svg, x, bottom, axis);
        List<List<String>> rows = ranges.stream()
                .map(range -> List.of(
                        range.name(),
                        range.value().isPresent() ? Wording.number(range.value()) : Wording.UNKNOWN,
                        Wording.interval(range.interval()),
                        Wording.percent(range.interval().level())))
                .toList();
        return new Figure(title, svg.finished(), new Table(axis, List.of("", "value", "interval", "level"), rows));
    }

    private static void range(Svg svg, Range range, Axis x, double y) {
        svg.text("label", 2, y + 4, Anchor.START, Frame.shortName(range.name()));
        Interval interval = range.interval();
        boolean drawable = Double.isFinite(interval.low()) && Double.isFinite(interval.high());
        double value = range.value().orElse(Double.NaN);
        if (drawable && range.value().isEmpty()) {
            double left = x.at(interval.low());
            svg.rectangle(range.kind() + " area", left, y - THICKNESS / 2, x.at(interval.high()) - left, THICKNESS);
        } else if (drawable) {
            svg.line(range.kind() + " whisker", x.at(interval.low()), y, x.at(interval.high()), y);
        }
        if (Double.isFinite(value)) {
            svg.dot(range.kind() + " point", x.at(value), y, DOT, Wording.number(value));
        }
    }
}
