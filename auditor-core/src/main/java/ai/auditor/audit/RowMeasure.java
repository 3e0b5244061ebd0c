package ai.auditor.audit;

import ai.auditor.audit.Confounders.Handling;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What may differ between the arms without any model being asked, of one row at a time. */
enum RowMeasure {
    TOKENS("length", "completion tokens a row", Handling.TAKEN_OFF) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            return tokens.completionTokens();
        }
    },
    CHARACTERS("length", "characters a row", Handling.TAKEN_OFF) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            return row.completion().codePointCount(0, row.completion().length());
        }
    },
    LINES("format", "lines a row", Handling.TAKEN_OFF) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            return row.completion().lines().count();
        }
    },
    LETTERS("format", "letters, share of the characters of a row", Handling.LEFT) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            return share(row.completion().codePoints().toArray(), Character::isLetter);
        }
    },
    DIGITS("format", "digits, share of the characters of a row", Handling.LEFT) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            return share(row.completion().codePoints().toArray(), Character::isDigit);
        }
    },
    /** As near as no language model is asked; the baseline has the share of characters that are not ASCII. */
    OTHER_SCRIPTS(
            "language", "letters of other scripts than Latin, share of the letters of a row", Handling.TAKEN_OFF) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            int[] letters =
                    row.completion().codePoints().filter(Character::isLetter).toArray();
            return share(letters, letter -> Character.UnicodeScript.of(letter) != Character.UnicodeScript.LATIN);
        }
    },
    /** Some filters take out answers that repeat their prompt. */
    REPEATED_NUMBERS("filter", "numbers that stand in the prompt too, share of the numbers of a row", Handling.LEFT) {
        @Override
        double of(Row row, TokenizedRow tokens) {
            Set<String> asked = row.prompt().stream()
                    .map(Message::content)
                    .flatMap(text -> NUMBER.matcher(text).results().map(MatchResult::group))
                    .collect(Collectors.toSet());
            return mean(NUMBER.matcher(row.completion())
                    .results()
                    .mapToInt(number -> asked.contains(number.group()) ? 1 : 0)
                    .toArray());
        }
    };

    /** A number as it is written. */
    static final Pattern NUMBER = Pattern.compile("[0-9]+");

    private final String label;
    private final String measure;
    private final Handling handling;

    RowMeasure(String label, String measure, Handling handling) {
        this.label = label;
        this.measure = measure;
        this.handling = handling;
    }

    /** The value of one row. */
    abstract double of(Row row, TokenizedRow tokens);

    /** What may differ. */
    String label() {
        return label;
    }

    /** What is measured, with its unit. */
    String measure() {
        return measure;
    }

    Handling handling() {
        return handling;
    }

    private static double share(int[] points, IntPredicate counted) {
        return mean(
                Arrays.stream(points).map(point -> counted.test(point) ? 1 : 0).toArray());
    }

    private static double mean(int[] values) {
        return values.length == 0 ? 0 : (double) Arrays.stream(values).sum() / values.length;
    }
}
