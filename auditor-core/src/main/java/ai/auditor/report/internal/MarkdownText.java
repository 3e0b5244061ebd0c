package ai.auditor.report.internal;

import ai.auditor.Printable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text of others in GitHub's Markdown, made to stand for itself: it marks nothing up, links to nothing, mentions nobody and stays in its cell.
 *
 * <p>A word of letters, digits and the punctuation of plain sentences is written as it is; any other stands as code, where GitHub acts on
 * nothing. Escapes would not do: mentions, references and bare addresses are looked for after they have been taken away.
 */
public final class MarkdownText {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** A word in which nothing is markup, even between others. */
    private static final Pattern PLAIN = Pattern.compile(
            "-|\\[[-+]?[\\d.,]*\\d,|[-+]?\\d[\\d.,]*\\][.,;!?)]*|%[\"')]*[.,;:!?]*|[\"'(]*-{0,2}[\\p{L}\\p{M}\\p{N}]++(?:[-.,'/%][\\p{L}\\p{M}\\p{N}]++)*+[%\"')]*[.,;:!?]*");

    /** What looks plain, but GitHub makes a link of: addresses, issues, commits. */
    private static final Pattern LINKED =
            Pattern.compile("[\"'(]*(?:www\\.|gh-\\d|[0-9a-f]{7,}).*", Pattern.CASE_INSENSITIVE);

    private static final Pattern CODE_MARKS = Pattern.compile("[`|]");

    private MarkdownText() {}

    /**
     * A text in one line, at most so many code points of it: twice as many characters at most, where each word of a single one stands as
     * code.
     */
    public static String of(String text, int most) {
        String shown = Printable.cut(unmarked(text), most);
        return shown.isEmpty()
                ? Wording.UNKNOWN
                : Arrays.stream(BLANKS.split(shown)).map(MarkdownText::word).collect(Collectors.joining(" "));
    }

    /** A name as code, at most so many code points of it. */
    public static String code(String name, int most) {
        String shown = Printable.cut(unmarked(name), most);
        return shown.isEmpty() ? Wording.UNKNOWN : "`" + shown + "`";
    }

    /** Without what would act on a terminal, end a cell or end code: that is spelt out, as {@link Printable} does. */
    private static String unmarked(String text) {
        String line = Printable.line(BLANKS.matcher(text).replaceAll(" ").strip());
        return CODE_MARKS
                .matcher(line)
                .replaceAll(mark -> Matcher.quoteReplacement(
                        "\\u{" + Integer.toHexString(mark.group().charAt(0)).toUpperCase(Locale.ROOT) + "}"));
    }

    private static String word(String word) {
        boolean plain = PLAIN.matcher(word).matches() && !LINKED.matcher(word).matches();
        return plain ? word : "`" + word + "`";
    }

    /** A row of a table, of cells that are Markdown already. */
    public static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    /** The head of a table of such rows. */
    public static String head(String... columns) {
        List<String> names = List.of(columns);
        return row(names) + row(names.stream().map(name -> "---").toList());
    }
}
