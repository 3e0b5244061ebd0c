package ai.auditor.model.internal;

import ai.auditor.Printable;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression over names of modules that a stranger may have written: only what Python and Java read alike, and no more steps
 * than its budget has.
 */
final class ModulePattern {
    private static final int LONGEST = 4096;
    /** The parser and the matcher go one level deeper for each. */
    private static final int MOST_GROUPS = 100;

    /** An opening bracket within brackets is a letter in Python and a union in Java. */
    private static final Pattern READ_ALIKE = Pattern.compile(
            "(?:[A-Za-z0-9_.*+?|(){}^$:,=!<> -]|\\\\[.dDwWbB_-]|\\[(?:[A-Za-z0-9_.*+?|(){}^$:,=!<> -]|\\\\[.dDwW_-])+\\])*+");

    private final Path file;
    private final String field;
    private final String text;
    private final Pattern pattern;
    private final Budget budget;

    /** Steps that all patterns of one file may take together: a second of work. */
    static final class Budget {
        private static final long STEPS = 100_000_000;

        private long left = STEPS;
    }

    /** Not an error of the file's reader, so no trace. */
    private static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exhausted() {
            super("", null, false, false);
        }
    }

    private record Counted(CharSequence text, Budget budget) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--budget.left < 0) {
                throw new Exhausted();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), budget);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    private ModulePattern(Path file, String field, String text, Pattern pattern, Budget budget) {
        this.file = file;
        this.field = field;
        this.text = text;
        this.pattern = pattern;
        this.budget = budget;
    }

    /** A pattern that a whole name has to match. */
    static ModulePattern whole(Path file, String field, String text, Budget budget) {
        return new ModulePattern(file, field, text, compiled(file, field, text, "", ""), budget);
    }

    /** A pattern that the end of a name has to match, from the start of one of its words on. */
    static ModulePattern ending(Path file, String field, String text, Budget budget) {
        return new ModulePattern(file, field, text, compiled(file, field, text, "(?:.*\\.)?(?:", ")"), budget);
    }

    private static Pattern compiled(Path file, String field, String text, String before, String after) {
        boolean bounded =
                text.length() <= LONGEST && text.chars().filter(c -> c == '(').count() <= MOST_GROUPS;
        if (!bounded || !READ_ALIKE.matcher(text).matches()) {
            throw unread(file, field, text);
        }
        try {
            // Nothing may close the brackets that are put around it.
            Pattern.compile(text);
            return Pattern.compile(before + text + after);
        } catch (PatternSyntaxException malformed) {
            throw unread(file, field, text);
        }
    }

    private static RuntimeException unread(Path file, String field, String text) {
        return Refusal.of(
                file,
                field + " " + Printable.quoted(text)
                        + " is not a regular expression that is read here (letters, digits, . * + ? | ( ) [ ] { } and \\d \\w \\b,"
                        + " up to " + LONGEST + " characters and " + MOST_GROUPS
                        + " groups); name the modules in a list");
    }

    boolean matches(String module) {
        Matcher matcher = pattern.matcher(new Counted(module, budget));
        try {
            return matcher.matches();
        } catch (Exhausted tooSlow) {
            throw Refusal.of(
                    file,
                    field + " " + Printable.quoted(text)
                            + " takes more steps to match than are given to it; name the modules in a list");
        }
    }
}
