package ai.auditor.sae;

import ai.auditor.tensor.Scope;
import java.util.Random;

/** Small autoencoders with weights drawn from a seed. */
final class TinyAutoencoder {
    private TinyAutoencoder() {}

    static SaeFacts facts(int width, int features) {
        return new SaeFacts("tiny", "test", "test", width, features, Hook.unknown(), Declared.nothing(), "digest");
    }

    static SparseAutoencoder of(
            Scope scope, int width, int features, Activation activation, InputNorm norm, long seed) {
        return SparseAutoencoder.of(scope, facts(width, features), weights(width, features, activation, norm, seed));
    }

    static SaeWeights weights(int width, int features, Activation activation, InputNorm norm, long seed) {
        Random random = new Random(seed);
        float[] encoder = drawn(random, width * features);
        float[] decoder = new float[encoder.length];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < features; j++) {
                decoder[j * width + i] = encoder[i * features + j] / width;
            }
        }
        float[] bias = drawn(random, width);
        return new SaeWeights(
                SaeWeights.copied(encoder),
                drawn(random, features),
                SaeWeights.copied(decoder),
                bias,
                bias.clone(),
                activation,
                norm);
    }

    static float[] drawn(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
