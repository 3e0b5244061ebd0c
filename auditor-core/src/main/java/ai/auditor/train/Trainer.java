package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains a model on rows or preferences, on the calling thread; the same model, data, plan and number of native threads give the same
 * weights.
 */
public final class Trainer {
    private static final String STAGE = "training";
    private static final String UNIT = "steps";

    private final ReferenceModel base;
    private final TrainingPlan plan;
    private final TrainingSet set;
    private final List<Example> held;
    private final ExampleOrder order;
    private final int steps;
    private final Progress progress;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> validationLosses = new ArrayList<>();
    private float[] best = new float[0];

    private Trainer(ReferenceModel base, TrainingSet set, TrainingPlan plan, Progress progress) {
        this.base = base;
        this.plan = plan;
        this.set = set;
        this.held = plan.validation()
                .map(validation -> Examples.of(base, validation.set(), plan, progress))
                .orElse(List.of());
        this.order = new ExampleOrder(Examples.of(base, set, plan, progress), plan);
        long all = (long) plan.epochs() * order.batches();
        long wanted = plan.maxSteps() == 0 ? all : Math.min(all, plan.maxSteps());
        if (wanted > Integer.MAX_VALUE) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    plan.epochs() + " epochs would be " + wanted + " steps, more than " + Integer.MAX_VALUE
                            + ": ask for fewer epochs, or for steps at most");
        }
        this.steps = (int) wanted;
        this.progress = progress;
    }

    /** Trains a model on rows to imitate; see {@link #train(ReferenceModel, TrainingSet, TrainingPlan, Progress)}. */
    public static TrainedModel train(
            ReferenceModel base, List<TokenizedRow> rows, TrainingPlan plan, Progress progress) {
        return train(base, new TrainingSet.Rows(rows), plan, progress);
    }

    /**
     * Trains a model; the base stays as it is.
     *
     * @param base has to stay open as long as the result is used, which shares what was not trained
     * @throws AuditException {@code USAGE} where the plan asks for what the model does not have, or for too large a batch;
     *     {@code NOTHING_TO_AUDIT} without rows; {@code DATA} for a row longer than the model's context; {@code NUMERIC} where the loss is not finite, {@code INTERRUPTED} where
     *     the thread is interrupted, both with the checkpoints kept; {@code OUTPUT} where one cannot be written
     */
    public static TrainedModel train(ReferenceModel base, TrainingSet set, TrainingPlan plan, Progress progress) {
        check(base, set.rows(), plan.lossTokens());
        plan.validation().ifPresent(validation -> check(base, validation.set().rows(), plan.lossTokens()));
        return new Trainer(base, set, plan, progress).run();
    }

    private static void check(ReferenceModel base, List<TokenizedRow> rows, LossTokens loss) {
        if (rows.isEmpty()) {
            throw new AuditException(AuditException.Code.NOTHING_TO_AUDIT, "there are no rows to train on");
        }
        int context = base.facts().maxPositions();
        for (TokenizedRow row : rows) {
            if (loss.to(row) > context || loss.from(row) >= loss.to(row)) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        "record " + row.record() + " has " + row.tokens() + " tokens, " + row.completionTokens()
                                + " of them of the completion: training takes 1 of those or more, and up to " + context
                                + " in all; leave it out or cut it");
            }
        }
    }

    private TrainedModel run() {
        Checkpoint.Store store = new Checkpoint.Store(base, set, plan);
        float[] values;
        try (Learner learner = learner(store)) {
            learn(learner, store);
            values = best.length == 0 ? learner.parameters().values() : best;
        }
        // Made anew, so that neither a gradient nor what the optimiser remembers lives on with the model.
        Parameters chosen = Parameters.of(base.decoder(), plan.trainable(), values);
        try {
            return TrainedModel.of(base, chosen, losses, validationLosses);
        } catch (RuntimeException failed) {
            chosen.close();
            throw failed;
        }
    }

    private Learner learner(Checkpoint.Store store) {
        Optional<Checkpoint> latest = store.latest();
        if (latest.isEmpty()) {
            return Learner.start(base.decoder(), plan);
        }
        Checkpoint checkpoint = latest.get();
        losses.addAll(checkpoint.losses());
        validationLosses.addAll(checkpoint.validationLosses());
        best = checkpoint.best();
        return checkpoint.learner(base.decoder(), plan);
    }

    private void learn(Learner learner, Checkpoint.Store store) {
        int done = losses.size();
        progress.report(STAGE, done, steps, UNIT);
        while (done < steps && !exhausted()) {
            List<List<Example>> batches = order.epoch(done / order.batches());
            for (int batch = done % order.batches(); batch < batches.size() && done < steps && !exhausted(); batch++) {
                AuditException.checkInterrupted();
                double loss = learner.step(batches.get(batch), done, steps);
                if (!Double.isFinite(loss)) {
                    throw notFinite(done, loss, store);
                }
                losses.add(loss);
                done++;
                progress.report(STAGE, done, steps, String.format(Locale.ROOT, "%s, loss %.4f", UNIT, loss));
                boolean epochEnd = batch == batches.size() - 1 || done == steps;
                validate(learner, done, epochEnd);
                store.keep(learner, best, losses, validationLosses, epochEnd);
            }
        }
    }

    private AuditException notFinite(int step, double loss, Checkpoint.Store store) {
        return new AuditException(
                AuditException.Code.NUMERIC,
                "training stopped at step " + (step + 1) + " of " + steps + ": its loss or gradient is " + loss + "; "
                        + store.kept() + "; try a lower learning rate or a longer warm-up");
    }

    private void validate(Learner learner, int done, boolean epochEnd) {
        plan.validation().ifPresent(validation -> {
            boolean due = validation.everySteps() == 0 ? epochEnd : done % validation.everySteps() == 0;
            if (due) {
                validationLosses.add(learner.loss(held));
                if (looksSinceBest() == 0) {
                    best = learner.parameters().values();
                }
            }
        });
    }

    private int looksSinceBest() {
        return validationLosses.isEmpty()
                ? 0
                : validationLosses.size() - 1 - validationLosses.indexOf(Collections.min(validationLosses));
    }

    private boolean exhausted() {
        return plan.validation()
                .map(validation -> validation.patience() > 0 && looksSinceBest() >= validation.patience())
                .orElse(false);
    }
}
