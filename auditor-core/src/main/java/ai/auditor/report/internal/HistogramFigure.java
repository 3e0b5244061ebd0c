package ai.auditor.report.internal;

import ai.auditor.probe.Chart;
import ai.auditor.probe.Table;
import ai.auditor.report.internal.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Distributions over common bins, each as shares of its own group so that unequal sizes compare. */
final class HistogramFigure {
    private static final double PLOT_HEIGHT = 150;
    private static final double ROOM_FOR_MARK = 16;
    private static final int TICKS = 4;

    private HistogramFigure() {}

    /** A value to read the distribution against. */
    public record Mark(String label, double value) {}

    /** Draws the distributions of groups. */
    public static Figure of(Chart.Histogram chart) {
        return drawn(chart, Optional.empty(), Frame::series);
    }

    /** Draws what is found where there is nothing to find, with what was observed, if it was. */
    public static Figure ofNull(Chart.Histogram chart, Optional<Mark> observed) {
        return drawn(chart, observed, group -> "null");
    }

    private static Figure drawn(Chart.Histogram chart, Optional<Mark> mark, IntFunction<String> kind) {
        List<double[]> values = new ArrayList<>(
                chart.groups().stream().map(Chart.Histogram.Group::values).toList());
        Optional<Mark> shown = mark.filter(known -> Double.isFinite(known.value()));
        // The mark widens the range but is counted in no group.
        Bins bins = Bins.of(values);
        double low = Math.min(bins.low(), shown.map(Mark::value).orElse(bins.low()));
        double high = Math.max(bins.high(), shown.map(Mark::value).orElse(bins.high()));

        List<Frame.Entry> legend = legend(chart, bins, kind);
        double top = Frame.legendHeight(legend) + (shown.isPresent() ? ROOM_FOR_MARK : 4);
        double bottom = top + PLOT_HEIGHT;
        Axis x = Axis.exact(low, high, Frame.LEFT, Frame.RIGHT, Frame.TICKS);
        Axis y = Axis.rounded(0, highestShare(bins), bottom, top, TICKS);
        Svg svg = new Svg(Frame.WIDTH, bottom + Frame.BOTTOM, chart.title());
        Frame.legend(svg, legend);
        Frame.leftAxis(svg, y, "share of the group");
        for (int group = 0; group < values.size(); group++) {
            if (bins.totals()[group] > 0) {
                steps(svg, kind.apply(group), bins, group, x, y);
            }
        }
        shown.ifPresent(known -> {
            double place = x.at(known.value());
            svg.line("mark", place, top, place, bottom);
            boolean right = place > (Frame.LEFT + Frame.RIGHT) / 2;
            svg.text(
                    "label strong",
                    place,
                    top - 4,
                    right ? Anchor.END : Anchor.START,
                    known.label() + " " + Wording.number(known.value()));
        });
        Frame.bottomAxis(svg, x, bottom, chart.axis());
        return new Figure(chart.title(), svg.finished(), data(chart, bins));
    }

    private static List<Frame.Entry> legend(Chart.Histogram chart, Bins bins, IntFunction<String> kind) {
        List<Frame.Entry> legend = new ArrayList<>();
        for (int group = 0; group < chart.groups().size(); group++) {
            legend.add(new Frame.Entry(
                    kind.apply(group),
                    Frame.shortName(chart.groups().get(group).name()) + " (" + Wording.count(bins.totals()[group])
                            + ")"));
        }
        return legend;
    }

    private static double highestShare(Bins bins) {
        double highest = 0;
        for (int group = 0; group < bins.totals().length; group++) {
            for (int bin = 0; bin < bins.size(); bin++) {
                highest = Math.max(highest, bins.share(group, bin));
            }
        }
        return highest == 0 ? 1 : highest;
    }

    private static void steps(Svg svg, String kind, Bins bins, int group, Axis x, Axis y) {
        int corners = 2 * bins.size() + 2;
        double[] xs = new double[corners];
        double[] ys = new double[corners];
        xs[0] = x.at(bins.low());
        ys[0] = y.at(0);
        for (int bin = 0; bin < bins.size(); bin++) {
            xs[2 * bin + 1] = x.at(bins.edge(bin));
            xs[2 * bin + 2] = x.at(bins.edge(bin + 1));
            ys[2 * bin + 1] = y.at(bins.share(group, bin));
            ys[2 * bin + 2] = ys[2 * bin + 1];
        }
        xs[corners - 1] = x.at(bins.high());
        ys[corners - 1] = y.at(0);
        svg.polygon(kind + " area", xs, ys);
        svg.polyline(kind + " edge", xs, ys);
    }

    private static Table data(Chart.Histogram chart, Bins bins) {
        List<String> columns = new ArrayList<>(List.of("from", "to"));
        chart.groups().forEach(group -> columns.add(group.name()));
        List<List<String>> rows = new ArrayList<>();
        for (int bin = 0; bin < bins.size(); bin++) {
            List<String> row =
                    new ArrayList<>(List.of(Wording.number(bins.edge(bin)), Wording.number(bins.edge(bin + 1))));
            for (long[] counts : bins.counts()) {
                row.add(Wording.count(counts[bin]));
            }
            rows.add(row);
        }
        return new Table(chart.axis(), columns, rows);
    }
}
