package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Python does with strings where Java does something else. */
final class PythonText {
    private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029]");

    private PythonText() {}

    /** Python's {@code str.isspace} for one character, which is also {@code \s} of its regular expressions. */
    static boolean space(int point) {
        return (point >= 0x09 && point <= 0x0d)
                || (point >= 0x1c && point <= 0x20)
                || point == 0x85
                || point == 0xa0
                || point == 0x1680
                || (point >= 0x2000 && point <= 0x200a)
                || point == 0x2028
                || point == 0x2029
                || point == 0x202f
                || point == 0x205f
                || point == 0x3000;
    }

    /** Whether a character is one of these. */
    static IntPredicate anyOf(Run run, String characters) {
        run.reads(characters.length());
        BitSet points = new BitSet();
        characters.codePoints().forEach(points::set);
        return points::get;
    }

    static String strip(String text, IntPredicate drop, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && drop.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && start < end && drop.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    static List<String> lines(Run run, String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        var matcher = LINE_END.matcher(text);
        int start = 0;
        while (matcher.find()) {
            run.steps(1);
            lines.add(text.substring(start, keepEnds ? matcher.end() : matcher.start()));
            start = matcher.end();
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int end = text.offsetByCodePoints(0, 1);
        return titled(text.codePointAt(0)) + lower(text.substring(end));
    }

    /** Python's {@code str.title}: a letter after none is a title letter, any other is lower. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            out.append(inWord ? lower(Character.toString(point)) : titled(point));
            inWord = cased(point);
        }
        return out.toString();
    }

    static boolean cased(int point) {
        return Character.isUpperCase(point) || Character.isLowerCase(point) || Character.isTitleCase(point);
    }

    private static String titled(int point) {
        String upper = upper(Character.toString(point));
        // One letter that becomes several (German sharp s) has only its first in upper case.
        return upper.codePointCount(0, upper.length()) == 1
                ? Character.toString(Character.toTitleCase(point))
                : upper.substring(0, 1) + lower(upper.substring(1));
    }

    /** Python's {@code str.split}; a null separator means runs of white space. */
    static List<String> split(Run run, String text, @Nullable String separator, long limit) {
        List<String> parts = new ArrayList<>();
        if (separator != null) {
            Search search = Search.forward(run, text, separator);
            int start = 0;
            int next = search.from(0);
            while (next >= 0 && (limit < 0 || parts.size() < limit)) {
                run.steps(1);
                parts.add(text.substring(start, next));
                start = next + separator.length();
                next = search.from(start);
            }
            parts.add(text.substring(start));
            return parts;
        }
        run.reads(text.length());
        int start = end(text, 0, true);
        while (start < text.length()) {
            run.steps(1);
            int end = limit >= 0 && parts.size() == limit ? text.length() : end(text, start, false);
            parts.add(text.substring(start, end));
            start = end(text, end, true);
        }
        return parts;
    }

    /** Where white space, or what is none, ends. */
    private static int end(String text, int start, boolean space) {
        int end = start;
        while (end < text.length() && space(text.charAt(end)) == space) {
            end++;
        }
        return end;
    }

    static List<String> splitFromRight(Run run, String text, @Nullable String separator, long limit) {
        if (limit < 0) {
            return split(run, text, separator, limit);
        }
        if (separator == null) {
            throw new Fault("rsplit() with a limit wants a separator here");
        }
        List<String> parts = new ArrayList<>();
        int end = text.length();
        Search search = Search.backward(run, text, separator);
        int next = search.upTo(text.length());
        while (next >= 0 && parts.size() < limit) {
            run.steps(1);
            parts.add(text.substring(next + separator.length(), end));
            end = next;
            next = end < separator.length() ? -1 : search.upTo(end - separator.length());
        }
        parts.add(text.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    /** Python's {@code str.replace}; a negative limit means all. */
    static String replace(Run run, String text, String old, String replacement, long limit) {
        StringBuilder out = new StringBuilder();
        Search search = Search.forward(run, text, old);
        int start = 0;
        long done = 0;
        while (limit < 0 || done < limit) {
            int next = old.isEmpty() ? (done == 0 ? 0 : step(text, start)) : search.from(start);
            if (next < 0) {
                break;
            }
            run.characters(next - start + replacement.length());
            Text.requireFits((long) out.length() + next - start + replacement.length());
            out.append(text, start, next).append(replacement);
            start = next + old.length();
            done++;
        }
        run.characters(text.length() - start);
        return out.append(text.substring(start)).toString();
    }

    private static int step(String text, int start) {
        return start >= text.length() ? -1 : text.offsetByCodePoints(start, 1);
    }
}
