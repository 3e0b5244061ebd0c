package ai.auditor.train;

import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Rows in batches, epoch by epoch. */
final class RowOrder {
    private final List<TokenizedRow> rows;
    private final TrainingPlan plan;

    RowOrder(List<TokenizedRow> rows, TrainingPlan plan) {
        this.rows = rows;
        this.plan = plan;
    }

    int batches() {
        return (rows.size() + plan.batchRows() - 1) / plan.batchRows();
    }

    /** The batches of an epoch; any epoch can be asked for, which is what a resumed run does. */
    List<List<TokenizedRow>> epoch(int epoch) {
        SplittableRandom random = new SplittableRandom(plan.seed()).split();
        for (int skipped = 0; skipped < epoch; skipped++) {
            random = random.split();
        }
        List<TokenizedRow> order = new ArrayList<>(rows);
        if (plan.order().shuffled()) {
            shuffle(order, random);
        }
        List<List<TokenizedRow>> batches = new ArrayList<>();
        int window = Math.multiplyExact(plan.order().window(), plan.batchRows());
        for (int from = 0; from < order.size(); from += window) {
            List<TokenizedRow> near = order.subList(from, Math.min(order.size(), from + window));
            if (plan.order().window() > 1) {
                near.sort(Comparator.comparingInt(TokenizedRow::tokens));
            }
            List<List<TokenizedRow>> cut = new ArrayList<>();
            for (int start = 0; start < near.size(); start += plan.batchRows()) {
                cut.add(List.copyOf(near.subList(start, Math.min(near.size(), start + plan.batchRows()))));
            }
            if (plan.order().window() > 1) {
                shuffle(cut, random);
            }
            batches.addAll(cut);
        }
        return batches;
    }

    /** Fisher and Yates. */
    private static <T> void shuffle(List<T> list, SplittableRandom random) {
        for (int last = list.size() - 1; last > 0; last--) {
            Collections.swap(list, last, random.nextInt(last + 1));
        }
    }
}
