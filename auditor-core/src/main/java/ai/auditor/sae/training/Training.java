package ai.auditor.sae.training;

import ai.auditor.tensor.SaeKernels;
import ai.auditor.tensor.SaeKernels.Adam;
import ai.auditor.tensor.SaeKernels.Parameters;
import ai.auditor.tensor.SaeKernels.Step;
import ai.auditor.tensor.SaeKernels.Sums;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** An autoencoder in the making: all that the next step needs. */
final class Training implements AutoCloseable {
    /** As SAELens starts decoder rows. */
    private static final double FIRST_LENGTH = 0.1;

    /** PyTorch's, added to a gradient's length before it is clipped. */
    private static final double CLIP_EPSILON = 1e-6;

    /** How far below the last batch's smallest chosen value this batch's are looked for. */
    private static final double LEVEL_MARGIN = 0.85;

    /** Steps over which it is told how often features fire. */
    private static final int SPARSITY_WINDOW = 2000;

    private final SaePlan plan;
    private final int width;
    private final Scope scope;
    private final SaeKernels kernels;
    private final Parameters parameters;
    private final List<Tensor> first = new ArrayList<>();
    private final List<Tensor> second = new ArrayList<>();
    private final float[] sinceFired;
    private final float[] firings;
    private double scale;
    private int counted;
    private int done;
    private double threshold;
    private double smallest;

    private Training(SaePlan plan, int width, Scope parent, List<float[]> values, boolean fused) {
        this.plan = plan;
        this.width = width;
        this.scope = parent.child();
        SaeRecipe recipe = plan.recipe();
        int features = plan.features();
        this.kernels = fused
                ? SaeKernels.fused(scope, recipe.rule(), width, features)
                : SaeKernels.plain(recipe.rule(), width, features);
        this.parameters = new Parameters(
                scope.floats(values.get(0), features, width),
                scope.floats(values.get(1), features),
                scope.floats(values.get(2), features, width),
                scope.floats(values.get(3), width),
                values.size() == 4 ? null : scope.floats(values.get(4), features));
        this.sinceFired = new float[features];
        this.firings = new float[features];
    }

    /** From nothing: decoder rows in random directions, the encoder their transpose. */
    static Training start(SaePlan plan, int width, Scope parent, double scale, float[] mean, boolean fused) {
        SplittableRandom random = new SplittableRandom(plan.seed()).split();
        float[] decoder = new float[Math.multiplyExact(plan.features(), width)];
        for (int row = 0; row < plan.features(); row++) {
            double square = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                decoder[i] = (float) (2 * random.nextDouble() - 1);
                square += (double) decoder[i] * decoder[i];
            }
            double factor = FIRST_LENGTH / Math.sqrt(Math.max(square, Double.MIN_NORMAL));
            for (int i = row * width; i < (row + 1) * width; i++) {
                decoder[i] = (float) (decoder[i] * factor);
            }
        }
        List<float[]> values = new ArrayList<>(List.of(decoder, new float[plan.features()], decoder, mean));
        if (plan.recipe() instanceof SaeRecipe.JumpRelu jump) {
            float[] thresholds = new float[plan.features()];
            Arrays.fill(thresholds, (float) jump.threshold());
            values.add(thresholds);
        }
        Training training = new Training(plan, width, parent, values, fused);
        training.scale = scale;
        for (Tensor parameter : training.parameters.all()) {
            training.first.add(training.scope.zeros(parameter.shape()));
            training.second.add(training.scope.zeros(parameter.shape()));
        }
        return training;
    }

    /**
     * Everything that a step changes.
     *
     * @param numbers scale, counted steps, steps done, threshold, smallest value
     */
    record State(
            List<float[]> parameters,
            List<float[]> first,
            List<float[]> second,
            float[] sinceFired,
            float[] firings,
            double[] numbers) {}

    State state() {
        return new State(
                values(parameters.all()),
                values(first),
                values(second),
                sinceFired.clone(),
                firings.clone(),
                new double[] {scale, counted, done, threshold, smallest});
    }

    private static List<float[]> values(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::toFloats).toList();
    }

    /** Goes on from a state. */
    static Training of(SaePlan plan, int width, Scope parent, State state, boolean fused) {
        Training training = new Training(plan, width, parent, state.parameters(), fused);
        for (int i = 0; i < state.parameters().size(); i++) {
            long[] shape = training.parameters.all().get(i).shape();
            training.first.add(training.scope.floats(state.first().get(i), shape));
            training.second.add(training.scope.floats(state.second().get(i), shape));
        }
        System.arraycopy(state.sinceFired(), 0, training.sinceFired, 0, training.sinceFired.length);
        System.arraycopy(state.firings(), 0, training.firings, 0, training.firings.length);
        training.scale = state.numbers()[0];
        training.counted = (int) state.numbers()[1];
        training.done = (int) state.numbers()[2];
        training.threshold = state.numbers()[3];
        training.smallest = state.numbers()[4];
        return training;
    }

    int done() {
        return done;
    }

    double scale() {
        return scale;
    }

    /**
     * Above which features are active in use, of BatchTopK. The moving average starts at zero; what is still missing of it after few steps
     * is made up for, as Adam does for its moments. SAELens leaves it, and lets more features through after a short training.
     */
    double threshold() {
        return plan.recipe() instanceof SaeRecipe.BatchTopK batch && done > 0
                ? threshold / (1 - StrictMath.pow(1 - batch.thresholdRate(), done))
                : threshold;
    }

    /** Arrays in native memory; for tests of leaks. */
    int arrays() {
        return scope.arrays();
    }

    /** Features that were silent for longer than the window. */
    int[] dead() {
        return IntStream.range(0, sinceFired.length)
                .filter(feature -> sinceFired[feature] > plan.deadWindow())
                .toArray();
    }

    /** Log10 of the share of tokens in which each feature fires, over the last steps. */
    float[] logSparsity() {
        float[] logs = new float[firings.length];
        double tokens = Math.max(1.0, (double) counted * plan.batch());
        for (int i = 0; i < logs.length; i++) {
            // A feature of every token would else lie above 0, which is no logarithm of a share.
            logs[i] = (float) Math.min(0, Math.log10(firings[i] / tokens + 1e-10));
        }
        return logs;
    }

    /** One step on states as they come, which are changed. */
    Sums step(float[] states) {
        if (counted == SPARSITY_WINDOW) {
            Arrays.fill(firings, 0);
            counted = 0;
        }
        if (scale != 1) {
            for (int i = 0; i < states.length; i++) {
                states[i] = (float) (states[i] * scale);
            }
        }
        try (Scope own = scope.child()) {
            Tensor batch = own.floats(states, states.length / width, width);
            Step step = kernels.step(batch, parameters, dead(), level());
            Sums sums = step.sums();
            if (Double.isFinite(sums.error() + sums.added() + sums.length())) {
                update(step);
                count(step.fired().toFloats(), sums);
                done++;
            }
            return sums;
        }
    }

    private double level() {
        if (plan.recipe() instanceof SaeRecipe.JumpRelu jump) {
            double rise = jump.warmUp() * plan.steps();
            return jump.coefficient() * (rise == 0 ? 1 : Math.min(1, done / rise));
        }
        return LEVEL_MARGIN * smallest;
    }

    private void update(Step step) {
        double factor = Math.min(1, plan.clip() / (step.sums().length() + CLIP_EPSILON));
        Adam adam = new Adam(done + 1, plan.rateAt(done), factor);
        List<Tensor> all = parameters.all();
        List<Tensor> gradients = step.gradient().all();
        for (int i = 0; i < all.size(); i++) {
            kernels.adam(all.get(i), gradients.get(i), first.get(i), second.get(i), adam);
        }
    }

    private void count(float[] fired, Sums sums) {
        for (int i = 0; i < fired.length; i++) {
            sinceFired[i] = fired[i] > 0 ? 0 : sinceFired[i] + 1;
            firings[i] += fired[i];
        }
        counted++;
        smallest = sums.smallest();
        if (plan.recipe() instanceof SaeRecipe.BatchTopK batch && smallest > 0) {
            threshold += batch.thresholdRate() * (smallest - threshold);
        }
    }

    @Override
    public void close() {
        try {
            kernels.close();
        } finally {
            scope.close();
        }
    }
}
