package ai.auditor.sae;

import ai.auditor.tensor.Scope;
import java.util.Random;

/** Small autoencoders with weights drawn from a seed. */
public final class TinyAutoencoder {
    private TinyAutoencoder() {}

    public static SaeFacts facts(int width, int features) {
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

    /** Reads each direction as strong as the state lies along it, and writes it back as it is given. */
    public static SparseAutoencoder of(Scope parent, float[][] directions) {
        int features = directions.length;
        int width = directions[0].length;
        float[] encoder = new float[width * features];
        float[] decoder = new float[width * features];
        for (int j = 0; j < features; j++) {
            for (int i = 0; i < width; i++) {
                encoder[i * features + j] = directions[j][i];
                decoder[j * width + i] = directions[j][i];
            }
        }
        return SparseAutoencoder.of(
                parent,
                facts(width, features),
                new SaeWeights(
                        SaeWeights.copied(encoder),
                        new float[features],
                        SaeWeights.copied(decoder),
                        new float[width],
                        new float[width],
                        new Activation.Relu(),
                        InputNorm.NONE));
    }
}
