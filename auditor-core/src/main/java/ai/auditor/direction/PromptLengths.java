package ai.auditor.direction;

import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.Locale;

/** Whether placebos are asked for at the length at which traits are: only then can a placebo stand for a trait of no interest. */
public final class PromptLengths {
    private PromptLengths() {}

    /**
     * What a report says of the lengths; nobody is left out for them.
     *
     * @param traits tokens of the prompts of each trait, {@code [traits]}, one or more
     * @param placebos tokens of the prompts of each placebo, {@code [placebos]}, one or more
     */
    public static String told(int[] traits, int[] placebos) {
        IntSummaryStatistics range = Arrays.stream(traits).summaryStatistics();
        long outside = Arrays.stream(placebos)
                .filter(tokens -> tokens < range.getMin() || tokens > range.getMax())
                .count();
        return String.format(
                Locale.ROOT,
                "%d of %d placebos are asked for in fewer or more tokens than every trait (placebos %s, traits %s)",
                outside,
                placebos.length,
                told(Arrays.stream(placebos).summaryStatistics()),
                told(range));
    }

    private static String told(IntSummaryStatistics range) {
        return range.getMin() == range.getMax()
                ? Integer.toString(range.getMin())
                : range.getMin() + " to " + range.getMax();
    }
}
