package ai.auditor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How texts of rows are shown: by default only how long they are and of what kinds of characters, since they are a stranger's and may be anybody's
 * secrets; in full only where the user asks.
 */
public enum Redaction {
    /** Length and kinds of characters: {@code 16 characters: 9 digits, 2 commas, 5 spaces}. */
    REDACTED,
    /** The text in one line, escaped, cut where it is long. */
    FULL;

    /** Most code points of what is shown. */
    public static final int LONGEST = 300;

    /** A text as it may be shown, at most {@link #LONGEST} code points. */
    public String of(String text) {
        return switch (this) {
            case REDACTED -> kinds(text);
            // An escape is longer than what it stands for: the text is cut first so that no more is escaped than is
            // shown.
            case FULL -> Printable.cut(Printable.line(Printable.cut(text, LONGEST)), LONGEST);
        };
    }

    /** Kinds of characters, by the name of one and of several. */
    private enum Kind {
        LETTER("letter", "letters"),
        DIGIT("digit", "digits"),
        COMMA("comma", "commas"),
        SPACE("space", "spaces"),
        LINE_BREAK("line break", "line breaks"),
        PUNCTUATION("other mark", "other marks"),
        SYMBOL("symbol", "symbols"),
        OTHER("other character", "other characters");

        private final String one;
        private final String several;

        Kind(String one, String several) {
            this.one = one;
            this.several = several;
        }

        private String counted(int count) {
            return count + " " + (count == 1 ? one : several);
        }

        private static Kind of(int point) {
            if (point == ',') {
                return COMMA;
            }
            if (point == '\n' || point == '\r') {
                return LINE_BREAK;
            }
            if (Character.isLetter(point)) {
                return LETTER;
            }
            if (Character.isDigit(point)) {
                return DIGIT;
            }
            if (Character.isWhitespace(point) || Character.isSpaceChar(point)) {
                return SPACE;
            }
            return switch (Character.getType(point)) {
                case Character.CONNECTOR_PUNCTUATION,
                        Character.DASH_PUNCTUATION,
                        Character.START_PUNCTUATION,
                        Character.END_PUNCTUATION,
                        Character.INITIAL_QUOTE_PUNCTUATION,
                        Character.FINAL_QUOTE_PUNCTUATION,
                        Character.OTHER_PUNCTUATION -> PUNCTUATION;
                case Character.MATH_SYMBOL,
                        Character.CURRENCY_SYMBOL,
                        Character.MODIFIER_SYMBOL,
                        Character.OTHER_SYMBOL -> SYMBOL;
                default -> OTHER;
            };
        }
    }

    private static String kinds(String text) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        text.codePoints().forEach(point -> counts.merge(Kind.of(point), 1, Integer::sum));
        List<String> told = new ArrayList<>();
        int all = 0;
        for (Map.Entry<Kind, Integer> kind : counts.entrySet()) {
            all += kind.getValue();
            told.add(kind.getKey().counted(kind.getValue()));
        }
        String length = all + (all == 1 ? " character" : " characters");
        return told.isEmpty() ? length : length + ": " + String.join(", ", told);
    }
}
