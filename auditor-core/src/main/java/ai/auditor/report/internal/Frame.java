package ai.auditor.report.internal;

import ai.auditor.Printable;
import ai.auditor.report.internal.Svg.Anchor;
import java.util.List;

/** What all figures share: their size, the place of the plot, the axes and the legend. */
final class Frame {
    static final double WIDTH = 480;
    static final double LEFT = 50;
    static final double RIGHT = WIDTH - 14;
    static final int TICKS = 5;

    /** The most characters of a name inside a picture; tables hold it whole. */
    static final int NAME_LENGTH = 26;

    private static final double LONGEST_NAME = 170;
    private static final double LEGEND_ROW = 18;
    private static final double SWATCH = 10;
    private static final double GAP = 6;
    private static final double ENTRY_GAP = 16;
    private static final double TICK_DROP = 15;
    private static final double TITLE_DROP = 32;
    private static final double BASELINE_DROP = 4;
    private static final double UPWARDS_X = 10;

    /** Room under the plot for ticks and the axis title. */
    static final double BOTTOM = 40;

    /** What a colour stands for. */
    record Entry(String kind, String label) {}

    private Frame() {}

    /** The class of the n-th series; colours come round again after six. */
    static String series(int index) {
        return "s" + index % 6;
    }

    static String shortName(String name) {
        String cut = Printable.cut(Printable.line(name), NAME_LENGTH);
        return Svg.widthOf(cut) > LONGEST_NAME ? Printable.cut(cut, NAME_LENGTH / 2) : cut;
    }

    /** The height that a legend takes. */
    static double legendHeight(List<Entry> entries) {
        return entries.isEmpty() ? 0 : LEGEND_ROW * (1 + row(entries, entries.size() - 1)) + GAP;
    }

    static void legend(Svg svg, List<Entry> entries) {
        double x = LEFT;
        int row = 0;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (row(entries, i) != row) {
                row = row(entries, i);
                x = LEFT;
            }
            double top = row * LEGEND_ROW + 3;
            svg.rectangle(entry.kind() + " key", x, top, SWATCH, SWATCH);
            svg.text("label", x + SWATCH + GAP, top + SWATCH - 1, Anchor.START, entry.label());
            x += width(entry);
        }
    }

    private static int row(List<Entry> entries, int index) {
        int row = 0;
        double x = LEFT;
        for (int i = 0; i <= index; i++) {
            double width = width(entries.get(i));
            if (x > LEFT && x + width - ENTRY_GAP > RIGHT) {
                row++;
                x = LEFT;
            }
            x += width;
        }
        return row;
    }

    private static double width(Entry entry) {
        return SWATCH + GAP + Svg.widthOf(entry.label()) + ENTRY_GAP;
    }

    /** The horizontal axis with its title. */
    static void bottomAxis(Svg svg, Axis axis, double bottom, String title) {
        svg.line("axis", LEFT, bottom, RIGHT, bottom);
        for (Axis.Tick tick : axis.ticks()) {
            double x = axis.at(tick.value());
            svg.line("axis", x, bottom, x, bottom + 4);
            svg.text("tick", x, bottom + TICK_DROP, Anchor.MIDDLE, tick.label());
        }
        svg.text("label", (LEFT + RIGHT) / 2, bottom + TITLE_DROP, Anchor.MIDDLE, Printable.cut(title, 64));
    }

    /** The vertical axis as grid lines, with its title. */
    static void leftAxis(Svg svg, Axis axis, String title) {
        for (Axis.Tick tick : axis.ticks()) {
            double y = axis.at(tick.value());
            svg.line("grid", LEFT, y, RIGHT, y);
            svg.text("tick", LEFT - GAP, y + BASELINE_DROP, Anchor.END, tick.label());
        }
        svg.upwards("label", UPWARDS_X, (axis.from() + axis.to()) / 2, Printable.cut(title, 30));
    }
}
