package ai.auditor.probes.shortcut;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Format and length of a completion: what differs when two generators lay out the same content in different ways. */
final class FormatFeatures {
    private static final List<String> MARKDOWN = List.of("*", "#", "`", "|", "\n- ");
    private static final List<String> BRACKETS = List.of("(", "[", "{", "<");
    private static final List<String> ENDS = List.of(".", ",", ";", "!", "?", ":", ")", "]", "}");
    private static final Map<String, String> SEPARATORS = new TreeMap<>(Map.of(
            "comma", ",",
            "comma and space", ", ",
            "semicolon", ";",
            "semicolon and space", "; ",
            "space", " ",
            "line break", "\n",
            "comma and line break", ",\n"));
    /** What tells separators apart that the table above does not have: all marks of ASCII. */
    private static final List<String> SEPARATOR_MARKS = IntStream.rangeClosed('!', '~')
            .filter(mark -> !Character.isLetterOrDigit(mark))
            .mapToObj(Character::toString)
            .toList();

    private static final List<String> REPEATED = List.of(",,", ";;", "  ", "\n\n", "--", "..");

    private FormatFeatures() {}

    /**
     * The features of a completion.
     *
     * @param tokens how many tokens it has
     */
    static Features of(String text, int tokens) {
        Numbers numbers = Numbers.in(text);
        Features features = new Features()
                .add("characters", text.codePointCount(0, text.length()))
                .add("tokens", tokens)
                .add("numbers", numbers.count())
                .add("lines", occurrences(text, "\n") + 1)
                .add("leading white space", text.length() - text.stripLeading().length())
                .add(
                        "trailing white space",
                        text.length() - text.stripTrailing().length())
                .share("not ASCII", text.chars().filter(c -> c > 127).count(), text.length())
                .share(
                        "mean digits of a number",
                        numbers.digits().stream().mapToInt(String::length).sum(),
                        numbers.count());
        BRACKETS.forEach(bracket -> features.add("bracket " + bracket, occurrences(text, bracket)));
        MARKDOWN.forEach(mark -> features.add("markdown " + mark.strip(), occurrences(text, mark)));
        ENDS.forEach(
                end -> features.add("ends with " + end, text.stripTrailing().endsWith(end)));
        SEPARATORS.forEach((name, separator) -> features.share(
                "separated by " + name,
                numbers.separators().stream().filter(separator::equals).count(),
                numbers.separators().size()));
        features.share(
                "other separators",
                numbers.separators().stream()
                        .filter(separator -> !SEPARATORS.containsValue(separator))
                        .count(),
                numbers.separators().size());
        SEPARATOR_MARKS.forEach(mark -> separators(features, numbers, "with " + mark, one -> one.contains(mark)));
        separators(features, numbers, "with a tab", one -> one.contains("\t"));
        separators(features, numbers, "that begin with a space", one -> one.startsWith(" "));
        features.add(
                "kinds of separators", numbers.separators().stream().distinct().count());
        features.add(
                "repeated separators",
                REPEATED.stream().mapToInt(twice -> occurrences(text, twice)).sum());
        return features;
    }

    private static void separators(Features features, Numbers numbers, String which, Predicate<String> has) {
        features.share(
                "separators " + which,
                numbers.separators().stream().filter(has).count(),
                numbers.separators().size());
    }

    private static int occurrences(String text, String wanted) {
        int count = 0;
        for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
            count++;
        }
        return count;
    }
}
