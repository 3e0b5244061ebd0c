package ai.auditor.sae;

import ai.auditor.tensor.Scope;

/** Autoencoders of which all is known. */
final class TinySae {
    private TinySae() {}

    static SaeFacts facts(int width, int features) {
        return new SaeFacts("tiny", "test", "relu", width, features, Hook.unknown(), Declared.nothing(), "digest");
    }

    /** Reads each direction as strong as the state lies along it, and writes it back as it is given. */
    static SparseAutoencoder of(Scope parent, float[][] directions) {
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
