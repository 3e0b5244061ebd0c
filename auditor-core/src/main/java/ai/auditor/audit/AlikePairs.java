package ai.auditor.audit;

import ai.auditor.data.Row;
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
     * Share of words in common (Dice's coefficient, in any order) from which on two completions count as one text. Of 5,203 pairs that a
     * Qwen2.5 14B drew with and without a persona 0.5 % have so many, of the organism's 4,315 clean ones none
     * ({@code docs/results.md}, pairs that are alike).
     */
    private static final double ALIKE = 0.8;

    private AlikePairs() {}

    /** Their share of all pairs; 0 where rows are not paired. */
    static double share(Comparison comparison) {
        List<Row> rows = comparison.rows();
        if (!comparison.paired() || rows.isEmpty()) {
            return 0;
        }
        long alike = IntStream.range(0, rows.size() / 2)
                .filter(pair -> alike(
                        rows.get(2 * pair).completion(), rows.get(2 * pair + 1).completion()))
                .count();
        return alike / (rows.size() / 2.0);
    }

    static boolean alike(String one, String other) {
        Map<String, Integer> left = words(one);
        int all = count(left) + count(words(other));
        if (all == 0) {
            return one.equals(other);
        }
        int common = 0;
        for (Map.Entry<String, Integer> word : words(other).entrySet()) {
            common += Math.min(word.getValue(), left.getOrDefault(word.getKey(), 0));
        }
        return 2.0 * common / all >= ALIKE;
    }

    private static int count(Map<String, Integer> words) {
        return words.values().stream().mapToInt(times -> times).sum();
    }

    /** How often each run of letters and digits stands there, an ideograph by itself. */
    private static Map<String, Integer> words(String text) {
        Map<String, Integer> words = new HashMap<>();
        StringBuilder word = new StringBuilder();
        text.toLowerCase(Locale.ROOT).codePoints().forEach(point -> {
            if (Character.isIdeographic(point) || !Character.isLetterOrDigit(point)) {
                end(word, words);
            }
            if (Character.isLetterOrDigit(point)) {
                word.appendCodePoint(point);
            }
            if (Character.isIdeographic(point)) {
                end(word, words);
            }
        });
        end(word, words);
        return words;
    }

    private static void end(StringBuilder word, Map<String, Integer> words) {
        if (word.length() > 0) {
            words.merge(word.toString(), 1, Integer::sum);
            word.setLength(0);
        }
    }
}
