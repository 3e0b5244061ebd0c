package ai.auditor.report.internal;

import ai.auditor.Printable;
import java.util.ArrayList;
import java.util.List;

/** Lines for a terminal: data text made harmless, widths counted in code points, colour added last so that it never counts. */
public final class StyledText {
    private static final String ESCAPE = "\u001b[";
    private static final String RESET = ESCAPE + "0m";

    /** How a piece of text looks where colour is wanted. */
    public enum Style {
        PLAIN(""),
        STRONG("1"),
        QUIET("2"),
        ALARM("1;31"),
        WARNING("33"),
        CALM("36");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    private final int width;
    private final boolean colour;
    private final StringBuilder out = new StringBuilder();
    private int column;

    /** Starts an empty text whose lines hold at most {@code width} code points. */
    public StyledText(int width, boolean colour) {
        this.width = width;
        this.colour = colour;
    }

    /** Adds a piece to the line; what does not fit is cut. */
    public StyledText add(Style style, String text) {
        String shown = Printable.cut(Printable.line(text), width - column);
        boolean dressed = colour && style != Style.PLAIN && !shown.isEmpty();
        out.append(dressed ? ESCAPE + style.code + "m" : "").append(shown).append(dressed ? RESET : "");
        column += shown.codePointCount(0, shown.length());
        return this;
    }

    /** Adds a piece in a column of its own, cut or filled up to its size. */
    public StyledText cell(Style style, String text, int size) {
        String shown = Printable.cut(Printable.line(text), size);
        int missing = size - shown.codePointCount(0, shown.length());
        return add(style, shown).add(Style.PLAIN, " ".repeat(Math.min(missing, width - column)));
    }

    /** Ends the line. */
    public StyledText end() {
        while (out.length() > 0 && out.charAt(out.length() - 1) == ' ') {
            out.setLength(out.length() - 1);
        }
        out.append('\n');
        column = 0;
        return this;
    }

    /** Adds a paragraph, broken between words, or within a word longer than a line. */
    public StyledText paragraph(Style style, int indent, String text) {
        for (String line : wrapped(Printable.line(text), width - indent)) {
            add(Style.PLAIN, " ".repeat(indent)).add(style, line).end();
        }
        return this;
    }

    private static List<String> wrapped(String text, int size) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split(" +(?!%)", -1)) {
            String rest = word;
            if (line.length() > 0 && length(line) + 1 + length(rest) > size) {
                lines.add(line.toString());
                line.setLength(0);
            }
            while (length(rest) > size) {
                int end = rest.offsetByCodePoints(0, size);
                lines.add(rest.substring(0, end));
                rest = rest.substring(end);
            }
            line.append(line.length() > 0 ? " " : "").append(rest);
        }
        if (line.length() > 0) {
            lines.add(line.toString());
        }
        return lines;
    }

    private static int length(CharSequence text) {
        return Character.codePointCount(text, 0, text.length());
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
