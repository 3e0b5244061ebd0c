package ai.auditor.train;

import ai.auditor.data.Sha256;
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
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

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
     * @return loss of the batch before the step, the mean over tokens or pairs; where it or the gradient is not finite, nothing was changed
     */
    double step(List<Example> batch, int step, int steps) {
        long share = share(batch);
        double sum = 0;
        Gradients.clear(parameters.vector());
        SplittableRandom passes = new SplittableRandom(
                new Sha256().text("dropout " + plan.seed() + " " + step).seed());
        for (List<Example> part : parts(batch)) {
            sum += run(part, OptionalLong.of(passes.nextLong()), share);
        }
        double loss = sum / share;
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

    /** Loss of examples under the present parameters. */
    double loss(List<Example> examples) {
        double sum = 0;
        for (int from = 0; from < examples.size(); from += plan.batchRows()) {
            List<Example> batch = examples.subList(from, Math.min(examples.size(), from + plan.batchRows()));
            for (List<Example> part : parts(batch)) {
                sum += run(part, OptionalLong.empty(), 1);
            }
        }
        return sum / share(examples);
    }

    private long share(List<Example> examples) {
        return examples.stream()
                .mapToLong(example -> example.share(plan.lossTokens()))
                .sum();
    }

    private List<List<Example>> parts(List<Example> batch) {
        int size = Math.min(plan.microRows(), batch.size());
        return IntStream.iterate(0, from -> from < batch.size(), from -> from + size)
                .mapToObj(from -> batch.subList(from, Math.min(batch.size(), from + size)))
                .toList();
    }

    /**
     * The sum of the losses of a part of a batch.
     *
     * @param training seed of a pass whose gradient, over the share of the whole batch, is added up; empty to read the loss alone
     */
    private double run(List<Example> examples, OptionalLong training, long share) {
        boolean recorded = training.isPresent();
        List<TokenizedRow> rows =
                examples.stream().flatMap(example -> example.rows().stream()).toList();
        TrainingBatch batch = TrainingBatch.of(rows, plan);
        try (Scope step = base.scope()) {
            DecoderWeights weights = recorded
                    ? Gradients.record(() -> parameters.weights(step, training.getAsLong()))
                    : parameters.weights(step);
            try (ForwardPass pass = base.with(weights, step).open(batch.tokens())) {
                Tensor losses = recorded ? Gradients.record(() -> losses(pass, batch)) : losses(pass, batch);
                double[] nll = batch.byRow(losses.toFloats());
                double[] slopes = new double[nll.length];
                double sum = 0;
                int next = 0;
                for (Example example : examples) {
                    int count = example.rows().size();
                    Example.Loss loss = example.loss(Arrays.copyOfRange(nll, next, next + count));
                    sum += loss.value();
                    for (double slope : loss.slopes()) {
                        slopes[next++] = slope / share;
                    }
                }
                if (recorded) {
                    float[] seed = batch.byToken(slopes);
                    Gradients.accumulate(losses, step.floats(seed, seed.length));
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
        try {
            moments.close();
        } finally {
            parameters.close();
        }
    }
}
