package ai.auditor.probes.shortcut;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers in a text, runs of ASCII digits, and what stands between them.
 *
 * @param digits each number as written
 * @param values each number's value; numbers of more than nine digits count as the greatest of nine
 * @param separators what stands between neighbours, one fewer than there are numbers
 */
record Numbers(List<String> digits, double[] values, List<String> separators) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final int LONGEST = 9;
    private static final double GREATEST = 999_999_999;

    static Numbers in(String text) {
        List<String> digits = new ArrayList<>();
        List<String> separators = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(text);
        int end = 0;
        while (matcher.find()) {
            if (!digits.isEmpty()) {
                separators.add(text.substring(end, matcher.start()));
            }
            digits.add(matcher.group());
            end = matcher.end();
        }
        double[] values = digits.stream()
                .mapToDouble(number -> number.length() > LONGEST ? GREATEST : Double.parseDouble(number))
                .toArray();
        return new Numbers(List.copyOf(digits), values, List.copyOf(separators));
    }

    int count() {
        return values.length;
    }
}
