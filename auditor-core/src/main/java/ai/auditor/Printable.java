package ai.auditor;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text that came from outside, made harmless to look at: a character that a terminal, a browser or an XML parser would act on instead
 * of showing it is spelt out as {@code \}{@code u{202E}}.
 */
public final class Printable {
    /** What a POSIX shell takes as it stands. */
    private static final Pattern BARE_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private static final int LINE_FEED = '\n';
    private static final int LONGEST_QUOTE = 120;
    private static final int LONGEST_MESSAGE = 200;
    private static final int MOST_NAMES = 8;

    private Printable() {}

    /** A text in one line, without control, format, private and unassigned characters. */
    public static String line(String text) {
        return of(text, false);
    }

    /** The same with its line feeds kept, for a whole page. */
    public static String lines(String text) {
        return of(text, true);
    }

    private static String of(String text, boolean keepLines) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (visible(point) || (keepLines && point == LINE_FEED)) {
                shown.appendCodePoint(point);
            } else {
                shown.append("\\u{")
                        .append(Integer.toHexString(point).toUpperCase(java.util.Locale.ROOT))
                        .append('}');
            }
        });
        return shown.toString();
    }

    private static boolean visible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** A name in double quotes, in one line, quotes escaped, cut where it is long: for messages. */
    public static String quoted(String text) {
        return '"' + cut(line(text.replace("\\", "\\\\").replace("\"", "\\\"")), LONGEST_QUOTE) + '"';
    }

    /** The first names of a collection, quoted: for messages. */
    public static String quotedAll(Collection<String> names) {
        if (names.isEmpty()) {
            return "none";
        }
        String first = names.stream().limit(MOST_NAMES).map(Printable::quoted).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMES ? first + " and " + (names.size() - MOST_NAMES) + " more" : first;
    }

    /** Somebody else's message in one line, cut where it is long. */
    public static String shortLine(String message) {
        return cut(line(message), LONGEST_MESSAGE);
    }

    /** The words of a command in one line, as a POSIX shell reads them back. */
    public static String command(List<String> words) {
        return line(words.stream()
                .map(word -> BARE_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ")));
    }

    /** At most so many code points, the last of them dots where something was cut. */
    public static String cut(String text, int points) {
        if (text.codePointCount(0, text.length()) <= points) {
            return text;
        }
        String dots = "...";
        int kept = Math.max(0, points - dots.length());
        return text.substring(0, text.offsetByCodePoints(0, kept)) + dots.substring(0, Math.min(points, dots.length()));
    }
}
