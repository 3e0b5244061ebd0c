package ai.auditor.text.internal.jinja;

/**
 * Finds a string in another in time linear in both (Knuth, Morris and Pratt 1977); {@link String#indexOf(String)} takes up to their
 * product, which a template may choose.
 */
final class Search {
    private final String text;
    private final String part;
    private final boolean backwards;
    /** For each start of the part, how much of its end is also a start; empty where the part cannot occur. */
    private final int[] borders;

    private Search(Run run, String text, String part, boolean backwards) {
        run.reads((long) text.length() + part.length());
        this.text = text;
        this.part = part;
        this.backwards = backwards;
        this.borders = new int[part.length() > text.length() ? 0 : part.length()];
        for (int i = 1, matched = 0; i < borders.length; i++) {
            matched = extended(matched, at(part, i));
            borders[i] = matched;
        }
    }

    static Search forward(Run run, String text, String part) {
        return new Search(run, text, part, false);
    }

    static Search backward(Run run, String text, String part) {
        return new Search(run, text, part, true);
    }

    /** The first place of the part from a position on, or -1. */
    int from(int position) {
        return next(position);
    }

    /** The last place of the part up to a position, or -1. */
    int upTo(int position) {
        int last = text.length() - part.length();
        int next = next(Math.max(0, last - position));
        return next < 0 ? -1 : last - next;
    }

    /** A search backwards is one forward in both strings reversed. */
    private char at(String string, int index) {
        return string.charAt(backwards ? string.length() - 1 - index : index);
    }

    private int next(int start) {
        if (part.length() > text.length() - start) {
            return -1;
        }
        int matched = 0;
        for (int i = start; matched < part.length(); i++) {
            if (i == text.length()) {
                return -1;
            }
            matched = extended(matched, at(text, i));
            if (matched == part.length()) {
                return i + 1 - matched;
            }
        }
        return start;
    }

    private int extended(int matched, char character) {
        int length = matched;
        while (length > 0 && at(part, length) != character) {
            length = borders[length - 1];
        }
        return at(part, length) == character ? length + 1 : length;
    }
}
