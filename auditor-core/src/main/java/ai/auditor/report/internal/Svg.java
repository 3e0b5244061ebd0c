package ai.auditor.report.internal;

import ai.auditor.Printable;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A small writer of SVG: shapes with classes, coloured by the page around them; every text escaped, every coordinate rounded to a
 * tenth of a pixel and printed without locale.
 */
final class Svg {
    /** Where a text stands relative to its x. */
    public enum Anchor {
        START("start"),
        MIDDLE("middle"),
        END("end");

        private final String value;

        Anchor(String value) {
            this.value = value;
        }
    }

    private static final double NARROW_CHARACTER = 6.4;
    private static final double WIDE_CHARACTER = 12;
    private static final int FIRST_WIDE_CHARACTER = 0x1100;

    private final StringBuilder out = new StringBuilder(4096);

    /**
     * Starts a picture.
     *
     * @param label what a screen reader says for it
     */
    public Svg(double width, double height, String label) {
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ")
                .append(coordinate(width))
                .append(' ')
                .append(coordinate(height))
                .append("\" aria-label=\"")
                .append(escape(label))
                .append("\">");
    }

    /** A straight line. */
    public Svg line(String kind, double x1, double y1, double x2, double y2) {
        return open("line", kind)
                .number("x1", x1)
                .number("y1", y1)
                .number("x2", x2)
                .number("y2", y2)
                .close();
    }

    /** A rectangle; a negative size counts as none. */
    public Svg rectangle(String kind, double x, double y, double width, double height) {
        return open("rect", kind)
                .number("x", x)
                .number("y", y)
                .number("width", Math.max(0, width))
                .number("height", Math.max(0, height))
                .close();
    }

    /** A rectangle of a given strength, 0 to 1. */
    public Svg shade(String kind, double x, double y, double width, double height, double strength) {
        return open("rect", kind)
                .number("x", x)
                .number("y", y)
                .number("width", Math.max(0, width))
                .number("height", Math.max(0, height))
                .hundredths("fill-opacity", strength)
                .close();
    }

    /** A dot; its title shows under the pointer. */
    public Svg dot(String kind, double x, double y, double radius, String title) {
        open("circle", kind).number("cx", x).number("cy", y).number("r", radius);
        out.append("><title>").append(escape(title)).append("</title></circle>");
        return this;
    }

    /** An open line through points. */
    public Svg polyline(String kind, double[] xs, double[] ys) {
        return open("polyline", kind).points(xs, ys).close();
    }

    /** A closed area. */
    public Svg polygon(String kind, double[] xs, double[] ys) {
        return open("polygon", kind).points(xs, ys).close();
    }

    /** A line of text. */
    public Svg text(String kind, double x, double y, Anchor anchor, String text) {
        open("text", kind).number("x", x).number("y", y);
        out.append(" text-anchor=\"")
                .append(anchor.value)
                .append("\">")
                .append(escape(text))
                .append("</text>");
        return this;
    }

    /** A line of text that reads upwards, around its middle. */
    public Svg upwards(String kind, double x, double y, String text) {
        open("text", kind);
        out.append(" transform=\"translate(")
                .append(coordinate(x))
                .append(' ')
                .append(coordinate(y))
                .append(") rotate(-90)\" text-anchor=\"middle\">")
                .append(escape(text))
                .append("</text>");
        return this;
    }

    /** About how wide a label is, in pixels: fonts are the reader's, so this is an estimate on the wide side. */
    public static double widthOf(String text) {
        return text.codePoints()
                .mapToDouble(point -> point < FIRST_WIDE_CHARACTER ? NARROW_CHARACTER : WIDE_CHARACTER)
                .sum();
    }

    /** The finished picture. */
    public String finished() {
        return out + "</svg>";
    }

    private Svg open(String element, String kind) {
        out.append('<').append(element).append(" class=\"").append(escape(kind)).append('"');
        return this;
    }

    private Svg close() {
        out.append("/>");
        return this;
    }

    private Svg number(String name, double value) {
        out.append(' ').append(name).append("=\"").append(coordinate(value)).append('"');
        return this;
    }

    private Svg hundredths(String name, double value) {
        out.append(' ').append(name).append("=\"").append(rounded(value, 2)).append('"');
        return this;
    }

    private Svg points(double[] xs, double[] ys) {
        out.append(" points=\"");
        for (int i = 0; i < xs.length; i++) {
            out.append(i == 0 ? "" : " ").append(coordinate(xs[i])).append(',').append(coordinate(ys[i]));
        }
        out.append('"');
        return this;
    }

    private static String coordinate(double value) {
        return rounded(value, 1);
    }

    private static String rounded(double value, int places) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(places, RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static String escape(String text) {
        return Printable.line(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
