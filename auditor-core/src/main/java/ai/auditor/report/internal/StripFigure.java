package ai.auditor.report.internal;

import ai.auditor.probe.Chart;
import ai.auditor.probe.Table;
import ai.auditor.report.internal.Svg.Anchor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;

/** Named values as dots over the values of decoys and placebos; names only where they matter, never over each other. */
final class StripFigure {
    private static final double DOT = 3.6;
    private static final double HIGHEST_STACK = 64;
    private static final double LANE = 16;
    private static final double LANE_GAP = 10;
    private static final double NAMES = 46;

    /** How many of the largest values are named. */
    private static final int NAMED = 5;

    /** The most dots drawn; the largest stay. */
    private static final int MOST_DOTS = 1_000;

    private static final double FAINTEST = 0.25;

    private StripFigure() {}

    /**
     * Draws a strip.
     *
     * @param interest names that are labelled wherever they stand
     */
    public static Figure of(Chart.Strip chart, Set<String> interest) {
        List<Chart.Strip.Dot> dots = chart.dots().stream()
                .filter(dot -> Double.isFinite(dot.value()))
                .sorted(Comparator.comparingDouble(Chart.Strip.Dot::value)
                        .reversed()
                        .thenComparing(Chart.Strip.Dot::name))
                .toList();
        double[] decoys = finite(chart.decoys());
        double[] placebos = finite(chart.placebos());
        double[] all = DoubleStream.concat(
                        dots.stream().mapToDouble(Chart.Strip.Dot::value),
                        DoubleStream.concat(DoubleStream.of(decoys), DoubleStream.of(placebos)))
                .toArray();
        Axis x = Axis.rounded(
                DoubleStream.of(all).min().orElse(0),
                DoubleStream.of(all).max().orElse(1),
                Frame.LEFT + NAMES,
                Frame.RIGHT,
                Frame.TICKS);
        List<Chart.Strip.Dot> drawn = dots.subList(0, Math.min(MOST_DOTS, dots.size()));
        double[] above = stacked(drawn, x);
        List<Flags.Placed> flags = Flags.place(flags(drawn, above, interest, x), (x.from() + x.to()) / 2);
        double dotsTop = Flags.height(flags);
        double dotsBottom = dotsTop + Arrays.stream(above).max().orElse(0) + 2 * DOT;
        double bottom = dotsBottom + lanes(decoys, placebos) * (LANE + LANE_GAP) + LANE_GAP;
        Svg svg = new Svg(Frame.WIDTH, bottom + Frame.BOTTOM, chart.title());
        for (Axis.Tick tick : x.ticks()) {
            svg.line("grid", x.at(tick.value()), dotsTop, x.at(tick.value()), bottom);
        }
        double lane = dotsBottom + LANE_GAP;
        lane = lane(svg, "null", "decoys", decoys, x, lane);
        lane(svg, "s3", "placebos", placebos, x, lane);
        svg.text("label", 2, dotsBottom, Anchor.START, "named");
        Flags.draw(svg, flags, dotsTop, dotsBottom - DOT);
        dots(svg, drawn, above, interest, x, dotsBottom - DOT);
        Frame.bottomAxis(svg, x, bottom, chart.axis());
        return new Figure(chart.title(), svg.finished(), data(chart, dots, decoys, placebos));
    }

    private static int lanes(double[] decoys, double[] placebos) {
        return (decoys.length > 0 ? 1 : 0) + (placebos.length > 0 ? 1 : 0);
    }

    private static double[] finite(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).toArray();
    }

    /** Many values as one line a pixel, stronger where more of them fall: its size does not grow with them. */
    private static double lane(Svg svg, String kind, String name, double[] values, Axis x, double top) {
        if (values.length == 0) {
            return top;
        }
        svg.text("label", 2, top + LANE - 4, Anchor.START, name);
        int[] pixels = new int[(int) Frame.WIDTH];
        for (double value : values) {
            pixels[(int) x.at(value)]++;
        }
        int most = Arrays.stream(pixels).max().orElse(1);
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            if (pixels[pixel] > 0) {
                double strength = FAINTEST + (1 - FAINTEST) * pixels[pixel] / most;
                svg.shade(kind + " rug", pixel, top, 1.4, LANE, strength);
            }
        }
        return top + LANE + LANE_GAP;
    }

    private static void dots(
            Svg svg, List<Chart.Strip.Dot> dots, double[] above, Set<String> interest, Axis x, double foot) {
        for (int i = 0; i < dots.size(); i++) {
            Chart.Strip.Dot dot = dots.get(i);
            String kind = interest.contains(dot.name()) ? "s0" : i < NAMED ? "s1" : "s1 faint";
            String title = dot.name() + ": " + Wording.number(dot.value());
            svg.dot(kind + " point", x.at(dot.value()), foot - above[i], DOT, title);
        }
    }

    /** How far above the foot each dot stands: near ones are stacked; when the stack is full they overlap at its foot. */
    private static double[] stacked(List<Chart.Strip.Dot> dots, Axis x) {
        double[] above = new double[dots.size()];
        for (int index = 0; index < above.length; index++) {
            double place = x.at(dots.get(index).value());
            double step = 0;
            while (step < HIGHEST_STACK && taken(dots, above, index, x, place, step)) {
                step += 2 * DOT + 0.8;
            }
            above[index] = step < HIGHEST_STACK ? step : 0;
        }
        return above;
    }

    private static boolean taken(
            List<Chart.Strip.Dot> dots, double[] above, int index, Axis x, double place, double step) {
        for (int i = index - 1; i >= 0 && x.at(dots.get(i).value()) - place < 2 * DOT; i--) {
            if (Math.abs(above[i] - step) <= DOT) {
                return true;
            }
        }
        return false;
    }

    private static List<Flags.Flag> flags(List<Chart.Strip.Dot> dots, double[] above, Set<String> interest, Axis x) {
        List<Flags.Flag> flags = new ArrayList<>();
        for (int i = 0; i < dots.size(); i++) {
            String name = dots.get(i).name();
            boolean ofInterest = interest.contains(name);
            if (i < NAMED || ofInterest) {
                flags.add(
                        new Flags.Flag(Frame.shortName(name), x.at(dots.get(i).value()), -above[i] - DOT, ofInterest));
            }
        }
        return flags;
    }

    private static Table data(Chart.Strip chart, List<Chart.Strip.Dot> dots, double[] decoys, double[] placebos) {
        List<List<String>> rows = new ArrayList<>();
        for (Chart.Strip.Dot dot : dots) {
            rows.add(List.of(dot.name(), Wording.number(dot.value()), below(dot.value(), decoys)));
        }
        for (double placebo : placebos) {
            rows.add(List.of("a placebo", Wording.number(placebo), below(placebo, decoys)));
        }
        return new Table(chart.axis(), List.of("name", "value", "share of decoys below"), rows);
    }

    private static String below(double value, double[] decoys) {
        return decoys.length == 0
                ? Wording.UNKNOWN
                : Wording.percent((double) Arrays.stream(decoys)
                                .filter(decoy -> decoy < value)
                                .count()
                        / decoys.length);
    }
}
