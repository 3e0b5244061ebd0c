package ai.auditor.train;

import ai.auditor.model.Decoder;
import ai.auditor.model.DecoderWeights;
import ai.auditor.model.ForwardPass;
import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import ai.auditor.tensor.Updates;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Forward, backward and update of one model on one thread. */
final class Learner implements AutoCloseable {
    /** What PyTorch adds to the norm before it divides by it. */
    private static final double CLIP_GUARD = 1e-6;

    private final Decoder base;
    private final TrainingPlan plan;
    private final Parameters parameters;
    private final OptimizerState optimizer;
    private final Scope moments;

    private Learner(Decoder base, TrainingPlan plan, Parameters parameters, OptimizerState optimizer, Scope moments) {
        this.base = base;
        this.plan = plan;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.moments = moments;
    }

    /** Before the first step. */
    static Learner start(Decoder base, TrainingPlan plan) {
        Parameters parameters = Parameters.start(base, plan.trainable(), plan.seed());
        return of(base, plan, parameters, scope -> new OptimizerState(plan.optimizer(), scope, parameters));
    }

    /** With given values of the parameters and of the optimiser, as they were copied out of another learner. */
    static Learner of(Decoder base, TrainingPlan plan, float[] values, List<float[]> moments) {
        Parameters parameters = Parameters.of(base, plan.trainable(), values);
        return of(base, plan, parameters, scope -> new OptimizerState(plan.optimizer(), scope, moments));
    }

    private static Learner of(
            Decoder base, TrainingPlan plan, Parameters parameters, Function<Scope, OptimizerState> optimizer) {
        Scope moments = base.scope();
        try {
            return new Learner(base, plan, parameters, optimizer.apply(moments), moments);
        } catch (RuntimeException failed) {
            moments.close();
            parameters.close();
            throw failed;
        }
    }

    Parameters parameters() {
        return parameters;
    }

    OptimizerState optimizer() {
        return optimizer;
    }

    /** Native arrays held between steps. */
    int arrays() {
        return parameters.scope().arrays() + moments.arrays() + base.arrays();
    }

    /**
     * One step on a batch.
     *
     * @param step 0-based
     * @return mean NLL of the batch's tokens before the step; where it or the gradient is not finite, nothing was changed
     */
    double step(List<TokenizedRow> rows, int step, int steps) {
        long predicted = predicted(rows);
        double sum = 0;
        Gradients.clear(parameters.vector());
        for (List<TokenizedRow> part : parts(rows)) {
            sum += run(part, true, predicted);
        }
        double loss = sum / predicted;
        try (Tensor gradient = Gradients.accumulated(parameters.vector())) {
            double norm = Updates.norm(gradient);
            if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
                return Double.isFinite(loss) ? norm : loss;
            }
            if (plan.clipNorm() > 0 && norm > plan.clipNorm()) {
                Updates.scale(gradient, plan.clipNorm() / (norm + CLIP_GUARD), gradient.size());
            }
            optimizer.step(
                    parameters, gradient, plan.learningRate() * plan.schedule().at(step, steps), step + 1);
        }
        return loss;
    }

    /** Mean NLL of the rows' tokens under the present parameters. */
    double loss(List<TokenizedRow> rows) {
        double sum = 0;
        for (int from = 0; from < rows.size(); from += plan.batchRows()) {
            List<TokenizedRow> batch = rows.subList(from, Math.min(rows.size(), from + plan.batchRows()));
            for (List<TokenizedRow> part : parts(batch)) {
                sum += run(part, false, 1);
            }
        }
        return sum / predicted(rows);
    }

    private long predicted(List<TokenizedRow> rows) {
        return rows.stream()
                .mapToLong(row -> plan.lossTokens().to(row) - plan.lossTokens().from(row))
                .sum();
    }

    private List<List<TokenizedRow>> parts(List<TokenizedRow> rows) {
        int size = Math.min(plan.microRows(), rows.size());
        return java.util.stream.IntStream.iterate(0, from -> from < rows.size(), from -> from + size)
                .mapToObj(from -> rows.subList(from, Math.min(rows.size(), from + size)))
                .toList();
    }

    /** The sum of the NLL over a part of a batch; its gradient, over the tokens of the whole batch, is added up. */
    private double run(List<TokenizedRow> rows, boolean recorded, long predicted) {
        TrainingBatch batch = TrainingBatch.of(rows, plan.lossTokens());
        try (Scope step = base.scope()) {
            DecoderWeights weights =
                    recorded ? Gradients.record(() -> parameters.weights(step)) : parameters.weights(step);
            try (ForwardPass pass = base.with(weights, step).open(batch.tokens())) {
                Tensor losses = recorded ? Gradients.record(() -> losses(pass, batch)) : losses(pass, batch);
                if (recorded) {
                    float[] share = new float[batch.predicted()];
                    Arrays.fill(share, (float) (1.0 / predicted));
                    Gradients.accumulate(losses, step.floats(share, share.length));
                }
                double sum = 0;
                for (float loss : losses.toFloats()) {
                    sum += loss;
                }
                return sum;
            }
        }
    }

    private Tensor losses(ForwardPass pass, TrainingBatch batch) {
        int last = base.facts().layers() - 1;
        Tensor hidden = pass.embeddings();
        if (parameters.trainable() instanceof Trainable.ResidualVector added) {
            int block = added.point().block();
            Tensor moved = pass.run(hidden, 0, block, List.of()).plus(parameters.vector());
            hidden = pass.run(moved, block + 1, last, List.of());
        } else {
            hidden = pass.run(hidden, 0, last, List.of());
        }
        return pass.losses(pass.normed(hidden, batch.positions(), false), batch.targets());
    }

    @Override
    public void close() {
        moments.close();
        parameters.close();
    }
}
