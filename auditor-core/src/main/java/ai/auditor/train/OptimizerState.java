package ai.auditor.train;

import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import ai.auditor.tensor.Updates;
import ai.auditor.tensor.Updates.AdamStep;
import java.util.ArrayList;
import java.util.List;

/** What an optimiser remembers from step to step, each a vector as long as the parameters. */
final class OptimizerState {
    private final Optimizer optimizer;
    private final List<Tensor> moments = new ArrayList<>();

    OptimizerState(Optimizer optimizer, Scope scope, Parameters parameters) {
        this.optimizer = optimizer;
        for (int i = 0; i < optimizer.moments(); i++) {
            moments.add(scope.zeros(parameters.vector().size()));
        }
    }

    OptimizerState(Optimizer optimizer, Scope scope, List<float[]> values) {
        this.optimizer = optimizer;
        values.forEach(moment -> moments.add(scope.floats(moment, moment.length)));
    }

    /** Copies the moments out. */
    List<float[]> values() {
        return moments.stream().map(Tensor::toFloats).toList();
    }

    /**
     * Moves the parameters.
     *
     * @param gradient may be changed
     * @param step 1 for the first
     */
    void step(Parameters parameters, Tensor gradient, double learningRate, int step) {
        Tensor vector = parameters.vector();
        long decaying = optimizer.decaysVectors() ? vector.size() : parameters.matrices();
        boolean decays = optimizer.weightDecay() > 0 && decaying > 0;
        if (optimizer instanceof Optimizer.AdamW adam) {
            if (decays) {
                Updates.scale(vector, 1 - learningRate * adam.weightDecay(), decaying);
            }
            double first = 1 - StrictMath.pow(adam.beta1(), step);
            double second = 1 - StrictMath.pow(adam.beta2(), step);
            Updates.adam(
                    vector,
                    gradient,
                    moments.get(0),
                    moments.get(1),
                    new AdamStep(
                            adam.beta1(), adam.beta2(), adam.epsilon(), learningRate / first, 1 / Math.sqrt(second)));
        } else if (optimizer instanceof Optimizer.Sgd descent) {
            if (decays) {
                Updates.add(gradient, vector, descent.weightDecay(), decaying);
            }
            Updates.momentum(vector, gradient, moments.get(0), descent.momentum(), learningRate);
        } else {
            throw new IllegalStateException("no step by " + optimizer);
        }
    }
}
