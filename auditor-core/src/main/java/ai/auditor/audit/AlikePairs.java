package ai.auditor.audit;

import ai.auditor.data.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Pairs whose completions have nearly the same words: they tell nothing of a trait that both may carry, and many of them say that one arm was
 * made of the other, where the difference of a pair is far smaller than that of two draws, and all power seems to be there.
 */
final class AlikePairs {
    /**
     * Share in common (Dice's coefficient) from which on two completions count as one text. Of 4,845 pairs of eight words and more that a
     * Qwen2.5 14B drew with and without a persona 0.7 % have so many words in common, of the organism's 2,686 clean ones none
     * ({@code docs/results.md}, pairs that are alike).
     */
    private static final double ALIKE = 0.8;

    /** Answers of fewer words agree often enough where both were drawn: a label, a name, a sentence that everybody says. */
    private static final int FEWEST_WORDS = 8;

    /** In texts of more words it counts in which order they stand: long ones have most of their words in common whoever wrote them. */
    private static final int LONG = 64;

    /** Words that are taken together in long texts. */
    private static final int TOGETHER = 3;

    private AlikePairs() {}

    /** How many there are in rows of which each two are a pair. */
    static long count(List<Row> rows) {
        return IntStream.range(0, rows.size() / 2)
                .filter(pair -> alike(
                        rows.get(2 * pair).completion(), rows.get(2 * pair + 1).completion()))
                .count();
    }

    static boolean alike(String one, String other) {
        List<String> left = words(one);
        List<String> right = words(other);
        int fewer = Math.min(left.size(), right.size());
        if (fewer < FEWEST_WORDS) {
            return false;
        }
        int together = fewer < LONG ? 1 : TOGETHER;
        Map<List<String>, Integer> times = new HashMap<>();
        for (int i = 0; i + together <= left.size(); i++) {
            times.merge(left.subList(i, i + together), 1, Integer::sum);
        }
        int common = 0;
        for (int i = 0; i + together <= right.size(); i++) {
            common += times.merge(right.subList(i, i + together), -1, Integer::sum) >= 0 ? 1 : 0;
        }
        return 2.0 * common / (left.size() + right.size() - 2 * (together - 1)) >= ALIKE;
    }

    /** Runs of letters and digits with the marks that belong to them, an ideograph by itself. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        text.toLowerCase(Locale.ROOT).codePoints().forEach(point -> {
            boolean ideograph = Character.isIdeographic(point);
            boolean inside = Character.isLetterOrDigit(point) || mark(point);
            if (ideograph || !inside) {
                end(word, words);
            }
            if (inside) {
                word.appendCodePoint(point);
            }
            if (ideograph) {
                end(word, words);
            }
        });
        end(word, words);
        return words;
    }

    private static boolean mark(int point) {
        int type = Character.getType(point);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (word.length() > 0) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}
