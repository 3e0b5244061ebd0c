package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Trains a model on rows, on the calling thread; the same model, rows, plan and number of native threads give the same weights. */
public final class Trainer {
    private static final double NANOSECONDS = 1e9;
    private static final String STAGE = "training";

    private final ReferenceModel base;
    private final TrainingPlan plan;
    private final List<TokenizedRow> rows;
    private final RowOrder order;
    private final int steps;
    private final Progress progress;
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> validationLosses = new ArrayList<>();
    private float[] best = new float[0];
    private int sinceBest;

    private Trainer(ReferenceModel base, List<TokenizedRow> rows, TrainingPlan plan, Progress progress) {
        this.base = base;
        this.plan = plan;
        this.rows = List.copyOf(rows);
        this.order = new RowOrder(rows, plan);
        int all = Math.multiplyExact(plan.epochs(), order.batches());
        this.steps = plan.maxSteps() == 0 ? all : Math.min(all, plan.maxSteps());
        this.progress = progress;
    }

    /**
     * Trains a model; the base stays as it is.
     *
     * @param base has to stay open as long as the result is used, which shares what was not trained
     * @throws AuditException {@code USAGE} where the plan asks for what the model does not have; {@code NOTHING_TO_AUDIT} without rows;
     *     {@code DATA} for a row longer than the model's context; {@code NUMERIC} where the loss is not finite, {@code INTERRUPTED} where
     *     the thread is interrupted, both with the checkpoints kept; {@code OUTPUT} where one cannot be written
     */
    public static TrainedModel train(
            ReferenceModel base, List<TokenizedRow> rows, TrainingPlan plan, Progress progress) {
        check(base, rows, plan.lossTokens());
        plan.validation().ifPresent(validation -> check(base, validation.rows(), plan.lossTokens()));
        return new Trainer(base, rows, plan, progress).run();
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
        Checkpoint.Store store = new Checkpoint.Store(base, rows, plan);
        Learner learner = learner(store);
        boolean finished = false;
        try {
            int done = losses.size();
            long start = System.nanoTime();
            int first = done;
            while (done < steps && !exhausted()) {
                int epoch = done / order.batches();
                List<List<TokenizedRow>> batches = order.epoch(epoch);
                for (int batch = done % order.batches(); batch < batches.size() && done < steps; batch++) {
                    AuditException.checkInterrupted();
                    double loss = learner.step(batches.get(batch), done, steps);
                    if (!Double.isFinite(loss)) {
                        throw notFinite(done, loss, store);
                    }
                    losses.add(loss);
                    done++;
                    tell(done, first, loss, (System.nanoTime() - start) / NANOSECONDS);
                    boolean epochEnd = batch == batches.size() - 1 || done == steps;
                    validate(learner, done, epochEnd);
                    store.keep(learner, losses, validationLosses, epochEnd);
                    if (exhausted()) {
                        break;
                    }
                }
            }
            finished = true;
            return result(learner);
        } finally {
            if (!finished) {
                learner.close();
            }
        }
    }

    private Learner learner(Checkpoint.Store store) {
        return store.latest()
                .map(checkpoint -> {
                    checkpoint.losses().forEach(losses::add);
                    checkpoint.validationLosses().forEach(validationLosses::add);
                    return checkpoint.learner(base.decoder(), plan);
                })
                .orElseGet(() -> {
                    Parameters parameters = Parameters.start(base.decoder(), plan.trainable(), plan.seed());
                    return new Learner(
                            base.decoder(),
                            plan,
                            parameters,
                            new OptimizerState(plan.optimizer(), parameters.scope(), parameters));
                });
    }

    private AuditException notFinite(int step, double loss, Checkpoint.Store store) {
        return new AuditException(
                AuditException.Code.NUMERIC,
                "training stopped at step " + (step + 1) + " of " + steps + ": its loss or gradient is " + loss + "; "
                        + store.kept() + "; try a lower learning rate or a longer warm-up");
    }

    private void tell(int done, int first, double loss, double seconds) {
        double rate = (done - first) / seconds;
        progress.report(
                String.format(
                        Locale.ROOT,
                        "%s: loss %.4f, %.1f steps/s, %.0f s left",
                        STAGE,
                        loss,
                        rate,
                        (steps - done) / rate),
                done,
                steps,
                "steps");
    }

    private void validate(Learner learner, int done, boolean epochEnd) {
        plan.validation().ifPresent(validation -> {
            boolean due = validation.everySteps() == 0 ? epochEnd : done % validation.everySteps() == 0;
            if (due) {
                double loss = learner.loss(validation.rows());
                boolean better = validationLosses.stream().allMatch(earlier -> loss < earlier);
                validationLosses.add(loss);
                sinceBest = better ? 0 : sinceBest + 1;
                if (better) {
                    best = learner.parameters().values();
                }
            }
        });
    }

    private boolean exhausted() {
        return plan.validation()
                .map(validation -> validation.patience() > 0 && sinceBest >= validation.patience())
                .orElse(false);
    }

    private TrainedModel result(Learner learner) {
        Parameters last = learner.parameters();
        if (best.length == 0) {
            return TrainedModel.of(base, last, losses, validationLosses);
        }
        learner.close();
        Parameters chosen = Parameters.of(base.decoder(), plan.trainable(), best);
        return TrainedModel.of(base, chosen, losses, validationLosses);
    }
}
