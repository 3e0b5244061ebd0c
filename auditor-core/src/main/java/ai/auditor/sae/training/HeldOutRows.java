package ai.auditor.sae.training;

import ai.auditor.AuditException;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Rows in two parts: to train on, and to measure on. Rows of the same tokens go into the same part.
 *
 * @param training rows that are learnt from
 * @param held one in ten of the distinct rows, 200 at most
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
     * @throws AuditException {@code NOTHING_TO_AUDIT} where there are not two distinct rows that have a second token
     */
    public static HeldOutRows of(List<TokenizedRow> rows, long seed) {
        Map<List<Integer>, Integer> numbers = new HashMap<>();
        List<Integer> order = new ArrayList<>();
        int[] text = new int[rows.size()];
        for (int row = 0; row < text.length; row++) {
            int number = numbers.size();
            Integer known = numbers.putIfAbsent(
                    Arrays.stream(rows.get(row).ids()).boxed().toList(), number);
            text[row] = known == null ? number : known;
            if (known == null && rows.get(row).completionEnd() > 1 && measurable(rows.get(row))) {
                order.add(number);
            }
        }
        if (order.size() < 2) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    "an autoencoder needs two rows that differ, one to train on and one to measure on");
        }
        SplittableRandom random = new SplittableRandom(seed);
        boolean[] chosen = new boolean[numbers.size()];
        int wanted = Math.max(1, Math.min(MOST, order.size() / SHARE));
        for (int i = 0; i < wanted; i++) {
            int other = i + random.nextInt(order.size() - i);
            int number = order.get(other);
            order.set(other, order.get(i));
            chosen[number] = true;
        }
        List<TokenizedRow> training = new ArrayList<>();
        List<TokenizedRow> held = new ArrayList<>();
        for (int row = 0; row < text.length; row++) {
            if (!chosen[text[row]]) {
                training.add(rows.get(row));
            } else if (measurable(rows.get(row))) {
                held.add(rows.get(row));
            }
        }
        return new HeldOutRows(training, held);
    }

    /** Whether a completion token is predicted. */
    private static boolean measurable(TokenizedRow row) {
        return row.firstPredicted() < row.completionEnd();
    }
}
