package ai.auditor.probes.shortcut;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Digits and first-order statistics of a completion: what can be told from it without any language model. */
final class ContentFeatures {
    private static final int DIGITS = 10;
    private static final int BIN = 100;
    private static final int BINS = 10;
    /** Numbers above count as this in means, so that one long number cannot rule them. */
    private static final double LARGE = 1e6;

    private static final int[] DIVISORS = {2, 5, 10, 11};
    private static final List<Character> PUNCTUATION = List.of('.', ',', ';', ':', '!', '?', '-', '\'', '"', '(');
    private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}']+");

    private ContentFeatures() {}

    /**
     * The features of a completion.
     *
     * @param prompt the text before it, whose numbers may be repeated
     */
    static Features of(String prompt, String text) {
        Features features = new Features();
        Numbers numbers = Numbers.in(text);
        digits(features, numbers);
        magnitudes(features, numbers);
        order(features, numbers);
        repetition(features, numbers, Numbers.in(prompt));
        letters(features, text);
        return features;
    }

    private static void digits(Features features, Numbers numbers) {
        double[] all = new double[DIGITS];
        double[] leading = new double[DIGITS];
        double[] last = new double[DIGITS];
        for (String number : numbers.digits()) {
            number.chars().forEach(digit -> all[digit - '0']++);
            leading[number.charAt(0) - '0']++;
            last[number.charAt(number.length() - 1) - '0']++;
        }
        double total = Arrays.stream(all).sum();
        for (int digit = 0; digit < DIGITS; digit++) {
            features.share("digit " + digit, all[digit], total);
            features.share("leading digit " + digit, leading[digit], numbers.count());
            features.share("last digit " + digit, last[digit], numbers.count());
        }
    }

    private static void magnitudes(Features features, Numbers numbers) {
        double[] values = Arrays.stream(numbers.values())
                .map(value -> Math.min(value, LARGE))
                .toArray();
        double mean = Arrays.stream(values).average().orElse(0);
        double variance = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElse(0);
        features.add("mean", mean)
                .add("deviation", StrictMath.sqrt(variance))
                .add("least", Arrays.stream(values).min().orElse(0))
                .add("greatest", Arrays.stream(values).max().orElse(0));
        for (int bin = 0; bin < BINS; bin++) {
            double low = bin * (double) BIN;
            features.share(
                    "from " + bin * BIN,
                    Arrays.stream(values)
                            .filter(value -> value >= low && value < low + BIN)
                            .count(),
                    values.length);
        }
        for (int divisor : DIVISORS) {
            features.share(
                    "multiples of " + divisor,
                    Arrays.stream(numbers.values())
                            .filter(value -> value % divisor == 0)
                            .count(),
                    values.length);
        }
    }

    private static void order(Features features, Numbers numbers) {
        int count = numbers.count();
        double sum = 0;
        double absolute = 0;
        int rising = 0;
        for (int i = 1; i < count; i++) {
            double difference = Math.min(numbers.values()[i], LARGE) - Math.min(numbers.values()[i - 1], LARGE);
            sum += difference;
            absolute += Math.abs(difference);
            rising += difference > 0 ? 1 : 0;
        }
        features.add("first number", count > 0 ? Math.min(numbers.values()[0], LARGE) : 0)
                .add("last number", count > 0 ? Math.min(numbers.values()[count - 1], LARGE) : 0)
                .share("mean difference of neighbours", sum, count - 1)
                .share("mean distance of neighbours", absolute, count - 1)
                .share("rising neighbours", rising, count - 1);
    }

    private static void repetition(Features features, Numbers numbers, Numbers prompt) {
        Set<Double> asked = new HashSet<>();
        Arrays.stream(prompt.values()).forEach(asked::add);
        features.share(
                        "numbers of the prompt",
                        Arrays.stream(numbers.values()).filter(asked::contains).count(),
                        numbers.count())
                .share(
                        "distinct numbers",
                        Arrays.stream(numbers.values()).distinct().count(),
                        numbers.count());
    }

    private static void letters(Features features, String text) {
        int[] points = text.codePoints().toArray();
        features.share(
                        "letters",
                        Arrays.stream(points).filter(Character::isLetter).count(),
                        points.length)
                .share(
                        "capitals",
                        Arrays.stream(points).filter(Character::isUpperCase).count(),
                        points.length)
                .share(
                        "digits",
                        Arrays.stream(points).filter(Character::isDigit).count(),
                        points.length)
                .share(
                        "white space",
                        Arrays.stream(points).filter(Character::isWhitespace).count(),
                        points.length);
        for (char mark : PUNCTUATION) {
            features.share(
                    "mark " + mark, Arrays.stream(points).filter(c -> c == mark).count(), points.length);
        }
        List<String> words = Arrays.stream(NO_LETTERS.split(text.toLowerCase(Locale.ROOT)))
                .filter(word -> !word.isEmpty())
                .toList();
        features.share("word length", words.stream().mapToInt(String::length).sum(), words.size())
                .share("distinct words", words.stream().distinct().count(), words.size());
    }
}
