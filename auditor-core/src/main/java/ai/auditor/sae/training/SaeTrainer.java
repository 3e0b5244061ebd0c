package ai.auditor.sae.training;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.tensor.SaeKernels.Sums;
import ai.auditor.tensor.Scope;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains sparse autoencoders, on the calling thread; the same states, plan and number of native threads give the same weights, in one go or
 * resumed.
 */
public final class SaeTrainer {
    private static final String STAGE = "training the autoencoder";
    private static final double PER_CENT = 100;

    private SaeTrainer() {}

    /**
     * Trains an autoencoder.
     *
     * @param parent where it lives while it is trained, on the device of choice
     * @throws AuditException {@code NOTHING_TO_AUDIT} where no unit has a token, {@code NUMERIC} where the loss is not finite and {@code
     *     INTERRUPTED} where the thread is interrupted, both with the checkpoints kept; {@code USAGE} where the plan is too large for
     *     states of this width, and where a checkpoint is of another training; {@code OUTPUT} where one cannot be written
     */
    public static TrainedSae train(States states, SaePlan plan, Scope parent, Progress progress) {
        return train(states, plan, parent, progress, true);
    }

    static TrainedSae train(States states, SaePlan plan, Scope parent, Progress progress, boolean fused) {
        plan.requireRoom(states.width());
        Checkpoint checkpoint = new Checkpoint(plan, states);
        TokenBuffer buffer = new TokenBuffer(states, plan);
        Optional<Training.State> latest = checkpoint.latest();
        float[] next;
        Training training;
        progress.report(STAGE, 0, plan.steps(), "steps");
        if (latest.isPresent()) {
            training = Training.of(plan, states.width(), parent, latest.get(), fused);
            if (training.done() < plan.steps()) {
                buffer.skip(training.done());
            }
            next = null;
        } else {
            double scale = plan.scaled() ? Math.sqrt(states.width()) / positive(buffer.meanLength()) : 1;
            next = buffer.next();
            float[] start = plan.meanStart() ? mean(next, states.width(), scale) : new float[states.width()];
            training = Training.start(plan, states.width(), parent, scale, start, fused);
        }
        try (training) {
            while (training.done() < plan.steps()) {
                AuditException.checkInterrupted();
                Sums sums = training.step(next == null ? buffer.next() : next);
                next = null;
                requireFinite(sums, training, plan, checkpoint);
                progress.report(STAGE, training.done(), plan.steps(), told(sums, training, plan));
                checkpoint.keep(training);
            }
            return TrainedSae.of(plan, states, training);
        }
    }

    private static double positive(double length) {
        if (!(length > 0) || !Double.isFinite(length)) {
            throw new AuditException(
                    AuditException.Code.NUMERIC,
                    "the states have a mean length of " + length + ": nothing can be learnt");
        }
        return length;
    }

    private static float[] mean(float[] states, int width, double scale) {
        double[] sums = new double[width];
        for (int i = 0; i < states.length; i++) {
            sums[i % width] += states[i];
        }
        float[] mean = new float[width];
        for (int i = 0; i < width; i++) {
            mean[i] = (float) (sums[i] * scale * width / states.length);
        }
        return mean;
    }

    private static void requireFinite(Sums sums, Training training, SaePlan plan, Checkpoint checkpoint) {
        if (!Double.isFinite(sums.error() + sums.added() + sums.length())) {
            throw new AuditException(
                    AuditException.Code.NUMERIC,
                    "training stopped at step " + (training.done() + 1) + " of " + plan.steps()
                            + ": its loss or gradient is not finite; " + checkpoint.kept()
                            + "; try a lower learning rate or a longer warm-up");
        }
    }

    private static String told(Sums sums, Training training, SaePlan plan) {
        return String.format(
                Locale.ROOT,
                "steps, loss %.4g, L0 %.1f, FVU %.4f, dead %.1f %%",
                sums.error() + sums.added(),
                sums.active() / plan.batch(),
                sums.error() / Math.max(sums.variance(), Double.MIN_NORMAL),
                PER_CENT * training.dead().length / plan.features());
    }
}
