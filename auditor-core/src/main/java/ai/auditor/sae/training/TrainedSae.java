package ai.auditor.sae.training;

import ai.auditor.sae.Activation;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.InputNorm;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeWeights;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A trained autoencoder: of states as the model has them, decoder rows of length one.
 *
 * @param statesDigest what it was trained on
 * @param scale that states were multiplied with while it was trained
 * @param logSparsity log10 of the share of tokens in which each feature fires, over the last 2,000 steps at most
 * @param dead features that were dead at the end
 */
public record TrainedSae(
        SaeWeights weights, SaePlan plan, String statesDigest, double scale, float[] logSparsity, int dead) {
    /** Folds the scale and the lengths of decoder rows into the weights, so that what is chosen stays the same. */
    static TrainedSae of(SaePlan plan, States states, Training training) {
        List<float[]> values = training.state().parameters();
        int width = states.width();
        int features = plan.features();
        double scale = training.scale();
        FloatBuffer encoder = FloatBuffer.allocate(features * width);
        float[] encoderBias = values.get(1).clone();
        float[] decoder = values.get(2).clone();
        float[] decoderBias = values.get(3).clone();
        float[] thresholds = new float[features];
        for (int j = 0; j < features; j++) {
            double square = 0;
            for (int i = j * width; i < (j + 1) * width; i++) {
                square += (double) decoder[i] * decoder[i];
            }
            double length = Math.sqrt(Math.max(square, Double.MIN_NORMAL));
            for (int i = 0; i < width; i++) {
                decoder[j * width + i] = (float) (decoder[j * width + i] / length);
                encoder.put(i * features + j, (float) (values.get(0)[j * width + i] * length));
            }
            encoderBias[j] = (float) (encoderBias[j] * length / scale);
            thresholds[j] = (float)
                    (values.size() == 4
                            ? training.threshold() / scale
                            : Math.max(0, values.get(4)[j]) * length / scale);
        }
        for (int i = 0; i < width; i++) {
            decoderBias[i] = (float) (decoderBias[i] / scale);
        }
        Activation activation = plan.recipe() instanceof SaeRecipe.TopK top
                ? new Activation.TopK(top.k(), new float[0])
                : new Activation.JumpRelu(thresholds);
        SaeWeights weights = new SaeWeights(
                SaeWeights.copied(encoder.array()),
                encoderBias,
                SaeWeights.copied(decoder),
                decoderBias,
                decoderBias.clone(),
                activation,
                InputNorm.NONE);
        return new TrainedSae(weights, plan, states.digest(), scale, training.logSparsity(), training.dead().length);
    }

    /** As its files will call it. */
    public String architecture() {
        return plan.recipe() instanceof SaeRecipe.TopK ? "topk" : "jumprelu";
    }

    /** What is known of it before it has files. */
    public SaeFacts facts(String name, Hook hook) {
        return new SaeFacts(
                name,
                "SAELens",
                architecture(),
                weights.decoderBias().length,
                weights.encoderBias().length,
                hook,
                Declared.nothing(),
                "");
    }
}
