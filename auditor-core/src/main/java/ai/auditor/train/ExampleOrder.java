package ai.auditor.train;

import ai.auditor.Shuffle;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Examples in batches, epoch by epoch. */
final class ExampleOrder {
    private final List<Example> examples;
    private final TrainingPlan plan;

    ExampleOrder(List<Example> examples, TrainingPlan plan) {
        this.examples = examples;
        this.plan = plan;
    }

    int batches() {
        return Math.toIntExact((examples.size() + plan.batchRows() - 1L) / plan.batchRows());
    }

    /** The batches of an epoch; any epoch can be asked for, which is what a resumed run does. */
    List<List<Example>> epoch(int epoch) {
        SplittableRandom random = new SplittableRandom(plan.seed()).split();
        for (int skipped = 0; skipped < epoch; skipped++) {
            random = random.split();
        }
        List<Example> order = new ArrayList<>(examples);
        if (plan.order().shuffled()) {
            Shuffle.whole(order, random);
        }
        List<List<Example>> batches = new ArrayList<>();
        for (List<Example> near : cut(order, (long) plan.order().window() * plan.batchRows())) {
            if (plan.order().window() > 1) {
                near.sort(Comparator.comparingInt(ExampleOrder::length));
            }
            List<List<Example>> cut = cut(near, plan.batchRows());
            if (plan.order().window() > 1) {
                Shuffle.whole(cut, random);
            }
            batches.addAll(cut);
        }
        return batches;
    }

    private static int length(Example example) {
        return example.rows().stream().mapToInt(TokenizedRow::tokens).max().orElseThrow();
    }

    /** Consecutive views of so many entries each, the last of those that are left. */
    private static <T> List<List<T>> cut(List<T> list, long size) {
        List<List<T>> parts = new ArrayList<>();
        for (long from = 0; from < list.size(); from += size) {
            parts.add(list.subList((int) from, (int) Math.min(list.size(), from + size)));
        }
        return parts;
    }
}
