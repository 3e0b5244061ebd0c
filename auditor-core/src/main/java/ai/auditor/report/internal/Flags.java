package ai.auditor.report.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Names above dots, each at the top of a line from its dot, like flags: they point to the middle of the figure, and the nearer to the
 * edge the higher, so that near dots can all be named.
 */
final class Flags {
    static final double ROW = 15;

    private static final int MOST_ROWS = 8;
    private static final double FROM_LINE = 4;
    private static final double GAP = 4;

    /** A name wanted at a place. */
    record Flag(String text, double x, double dotTop, boolean strong) {}

    /**
     * A name with its row, 0 next to the dots.
     *
     * @param left whether it stands left of its line
     */
    record Placed(Flag flag, int row, boolean left) {
        double start() {
            double width = Svg.widthOf(flag.text());
            return left ? flag.x() - FROM_LINE - width : flag.x() + FROM_LINE;
        }

        double end() {
            return start() + Svg.widthOf(flag.text());
        }
    }

    private Flags() {}

    /** Finds a row for every flag; one that would only fit with its line through another name is left out unless it is strong. */
    static List<Placed> place(List<Flag> flags, double middle) {
        Comparator<Flag> byPlace = Comparator.comparingDouble(Flag::x);
        List<Placed> placed = new ArrayList<>();
        Stream.concat(
                        flags.stream().filter(flag -> flag.x() > middle).sorted(byPlace),
                        flags.stream().filter(flag -> flag.x() <= middle).sorted(byPlace.reversed()))
                .forEach(flag -> {
                    boolean crosses = false;
                    for (int row = 0; row < MOST_ROWS; row++) {
                        Placed here = new Placed(flag, row, flag.x() > middle);
                        if ((!crosses || flag.strong()) && placed.stream().noneMatch(other -> overlap(here, other))) {
                            placed.add(here);
                            return;
                        }
                        int passed = row;
                        crosses |= placed.stream()
                                .anyMatch(other -> other.row() == passed
                                        && other.start() - 1 < flag.x()
                                        && flag.x() < other.end() + 1);
                    }
                });
        return placed;
    }

    /** Whether two names overlap, or one lies on the line of the other. */
    private static boolean overlap(Placed one, Placed other) {
        boolean names = one.row() == other.row() && one.start() - GAP < other.end() && other.start() - GAP < one.end();
        boolean line = one.row() < other.row()
                && one.start() < other.flag().x()
                && other.flag().x() < one.end();
        return names || (line && !one.flag().strong());
    }

    /** The height that the rows take. */
    static double height(List<Placed> placed) {
        return placed.stream().mapToInt(Placed::row).max().orElse(-1) * ROW + ROW + GAP;
    }

    /** Draws the flags above {@code bottom}. */
    static void draw(Svg svg, List<Placed> placed, double bottom, double shift) {
        for (Placed label : placed) {
            Flag flag = label.flag();
            double base = bottom - GAP - label.row() * ROW;
            svg.line("leader", flag.x(), base - ROW + FROM_LINE, flag.x(), flag.dotTop() + shift);
            svg.text(
                    flag.strong() ? "label strong" : "label",
                    label.left() ? flag.x() - FROM_LINE : flag.x() + FROM_LINE,
                    base,
                    label.left() ? Svg.Anchor.END : Svg.Anchor.START,
                    flag.text());
        }
    }
}
