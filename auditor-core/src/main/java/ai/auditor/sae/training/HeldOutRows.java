package ai.auditor.sae.training;

import ai.auditor.AuditException;
import ai.auditor.Shuffle;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * Rows in two parts: to train on, and to measure on. Answers to one prompt go into the same part, where there are two prompts or more; rows
 * without a prompt, and those of data with a single one, are kept together by all their tokens.
 *
 * @param training rows that are learnt from
 * @param held whole groups of rows, one row in ten and 200 at most, or the smallest group where that is larger
 */
public record HeldOutRows(List<TokenizedRow> training, List<TokenizedRow> held) {
    private static final int SHARE = 10;
    private static final int MOST = 200;

    public HeldOutRows {
        training = List.copyOf(training);
        held = List.copyOf(held);
    }

    /**
     * Parts rows by a seed.
     *
     * @throws AuditException {@code NOTHING_TO_AUDIT} where there are not two distinct rows that can be measured on
     */
    public static HeldOutRows of(List<TokenizedRow> rows, long seed) {
        Groups groups = Groups.of(rows, HeldOutRows::promptTokens);
        if (groups.order().length < 2) {
            groups = Groups.of(rows, TokenizedRow::tokens);
        }
        int[] order = groups.order();
        if (order.length < 2) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    "an autoencoder needs two rows that differ, one to train on and one to measure on");
        }
        boolean[] chosen = chosen(order, groups.sizes(), new SplittableRandom(seed));
        List<TokenizedRow> training = new ArrayList<>();
        List<TokenizedRow> held = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            if (!chosen[groups.numbers()[row]]) {
                training.add(rows.get(row));
            } else if (measurable(rows.get(row))) {
                held.add(rows.get(row));
            }
        }
        return new HeldOutRows(training, held);
    }

    private static boolean[] chosen(int[] order, int[] sizes, SplittableRandom random) {
        int wanted = Math.max(1, Math.min(MOST, Arrays.stream(sizes).sum() / SHARE));
        boolean[] chosen = new boolean[sizes.length];
        int held = 0;
        int smallest = order[0];
        Shuffle.head(order, 0, order.length, order.length, random);
        for (int group : order) {
            smallest = sizes[group] < sizes[smallest] ? group : smallest;
            if (held + sizes[group] <= wanted) {
                chosen[group] = true;
                held += sizes[group];
            }
        }
        chosen[smallest] |= held == 0;
        return chosen;
    }

    /** How many of a row's first tokens it shares with other answers to its prompt; all where it has none. */
    private static int promptTokens(TokenizedRow row) {
        return row.completionStart() > 0 ? row.completionStart() : row.tokens();
    }

    /**
     * Rows that have to stay together.
     *
     * @param numbers of each row its group
     * @param sizes of each group how many of its rows can be measured
     */
    private record Groups(int[] numbers, int[] sizes) {
        /** Together are rows that begin with the same tokens, so many of each. */
        static Groups of(List<TokenizedRow> rows, ToIntFunction<TokenizedRow> tokens) {
            Map<List<Integer>, Integer> known = new HashMap<>();
            int[] numbers = new int[rows.size()];
            int[] sizes = new int[rows.size()];
            for (int row = 0; row < numbers.length; row++) {
                List<Integer> beginning = Arrays.stream(rows.get(row).ids(), 0, tokens.applyAsInt(rows.get(row)))
                        .boxed()
                        .toList();
                Integer number = known.putIfAbsent(beginning, known.size());
                numbers[row] = number == null ? known.size() - 1 : number;
                sizes[numbers[row]] += measurable(rows.get(row)) ? 1 : 0;
            }
            return new Groups(numbers, sizes);
        }

        /** Those that can be measured on, as they come. */
        int[] order() {
            return IntStream.range(0, sizes.length)
                    .filter(group -> sizes[group] > 0)
                    .toArray();
        }
    }

    /** Whether a completion token is predicted. */
    private static boolean measurable(TokenizedRow row) {
        return row.firstPredicted() < row.completionEnd();
    }
}
