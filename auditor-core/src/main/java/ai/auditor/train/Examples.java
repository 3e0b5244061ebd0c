package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.ReferenceModel;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.List;

/** Makes a training set into examples; the base says its part of preferences here, once. */
final class Examples {
    private static final String STAGE = "likelihoods under the base";
    private static final String UNIT = "pairs";

    private Examples() {}

    static List<Example> of(ReferenceModel base, TrainingSet set, TrainingPlan plan, Progress progress) {
        if (set instanceof TrainingSet.Preferences preferences) {
            return preferences(base, preferences, plan, progress);
        }
        return set.rows().stream().<Example>map(Example.Single::new).toList();
    }

    private static List<Example> preferences(
            ReferenceModel base, TrainingSet.Preferences set, TrainingPlan plan, Progress progress) {
        List<TrainingSet.Pair> pairs = set.pairs();
        List<TokenizedRow> rows = set.rows();
        int atOnce = Math.min(plan.batchRows(), plan.microRows());
        List<Example> examples = new ArrayList<>();
        while (examples.size() < pairs.size()) {
            AuditException.checkInterrupted();
            int from = examples.size();
            progress.report(STAGE, from, pairs.size(), UNIT);
            int to = (int) Math.min(pairs.size(), (long) from + atOnce);
            double[] nll = nll(base, TrainingBatch.of(rows.subList(2 * from, 2 * to), plan));
            for (int pair = from; pair < to; pair++) {
                int first = 2 * (pair - from);
                double margin = Example.Preference.margin(new double[] {nll[first], nll[first + 1]});
                examples.add(new Example.Preference(pairs.get(pair), set.beta(), margin));
            }
        }
        progress.report(STAGE, pairs.size(), pairs.size(), UNIT);
        return examples;
    }

    private static double[] nll(ReferenceModel base, TrainingBatch batch) {
        try (ForwardPass pass = base.decoder().open(batch.tokens())) {
            Tensor last = pass.run(pass.embeddings(), 0, base.facts().layers() - 1, List.of());
            return batch.byRow(pass.nll(pass.normed(last, batch.positions(), false), batch.targets()));
        }
    }
}
