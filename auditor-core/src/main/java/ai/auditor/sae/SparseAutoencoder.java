package ai.auditor.sae;

import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Consumer;

/** A sparse autoencoder in native memory: states of tokens to features, and back. Safe for several threads, each with states of its own scope. */
public final class SparseAutoencoder implements AutoCloseable {
    /** What the features of one call may take: more tokens at once are no faster. */
    private static final long CHUNK_BYTES = 64L << 20;

    /** SAELens adds it to the standard deviation of a token. */
    private static final float LAYER_EPSILON = 1e-5f;

    private final SaeFacts facts;
    private final InputNorm norm;
    private final Scope scope;
    private final Encoding encoding;
    private final Tensor encoder;
    private final Tensor encoderBias;
    private final Tensor decoder;
    private final Tensor decoderBias;
    private final Tensor shift;
    /** One over d_in, {@code [d_in]}. */
    private final Tensor averaging;

    /** From a mean of squares to a variance. */
    private final Tensor correction;

    private final Tensor epsilon;

    private SparseAutoencoder(SaeFacts facts, SaeWeights weights, Scope scope) {
        int width = facts.inputWidth();
        int features = facts.features();
        this.facts = facts;
        this.norm = weights.norm();
        this.scope = scope;
        this.encoding = Encoding.of(scope, weights.activation(), weights.encoderBias());
        this.encoder = scope.over(weights.encoder(), width, features);
        this.encoderBias = scope.floats(weights.encoderBias(), features);
        this.decoder = scope.over(weights.decoder(), features, width);
        this.decoderBias = scope.floats(weights.decoderBias(), width);
        this.shift = scope.floats(weights.shift(), width);
        float[] average = new float[width];
        Arrays.fill(average, 1f / width);
        this.averaging = scope.floats(average, width);
        this.correction = scope.floats(new float[] {width / Math.max(1f, width - 1f)}, 1);
        this.epsilon = scope.floats(new float[] {LAYER_EPSILON}, 1);
    }

    /**
     * Takes weights into native memory.
     *
     * @param parent where they live: on the device of the model whose states they read; they are freed with it at the latest
     */
    public static SparseAutoencoder of(Scope parent, SaeFacts facts, SaeWeights weights) {
        if (weights.inputWidth() != facts.inputWidth() || weights.features() != facts.features()) {
            throw new IllegalArgumentException("weights of " + weights.inputWidth() + " by " + weights.features()
                    + " for an autoencoder of " + facts.inputWidth() + " by " + facts.features());
        }
        return new SparseAutoencoder(facts, weights, parent.child());
    }

    /** What is known of it. */
    public SaeFacts facts() {
        return facts;
    }

    /**
     * What an autoencoder makes of some tokens.
     *
     * @param first index of the first of them among the states that were given
     * @param states {@code [tokens, d_in]}
     * @param features {@code [tokens, d_sae]}
     * @param reconstruction {@code [tokens, d_in]}
     */
    public record Read(int first, Tensor states, Tensor features, Tensor reconstruction) {}

    /**
     * Encodes and decodes tokens, so many at a time that their features fit into memory.
     *
     * @param states {@code [tokens, d_in]}; stays open
     * @param work sees each piece in turn; its tensors are closed behind it
     */
    public void read(Tensor states, Consumer<Read> work) {
        long tokens = states.shape()[0];
        long step = Math.max(1, CHUNK_BYTES / Float.BYTES / facts.features());
        for (long from = 0; from < tokens; from += step) {
            long to = Math.min(tokens, from + step);
            try (Tensor piece = states.between(from, to);
                    Normed normed = normed(piece);
                    Tensor features = encoded(normed.states());
                    Tensor decoded = decode(features);
                    Tensor reconstruction = normed.undone(decoded)) {
                work.accept(new Read(Math.toIntExact(from), piece, features, reconstruction));
            }
        }
    }

    /** Features {@code [tokens, d_sae]} of states {@code [tokens, d_in]}, all at once. */
    public Tensor encode(Tensor states) {
        try (Normed normed = normed(states)) {
            return encoded(normed.states());
        }
    }

    /** States {@code [tokens, d_in]} from features {@code [tokens, d_sae]}, before any norm of the token is undone. */
    public Tensor decode(Tensor features) {
        try (Tensor product = features.product(decoder)) {
            return product.plus(decoderBias);
        }
    }

    /** Decoder directions of chosen features, {@code [features, d_in]}. */
    public float[][] directions(int[] features) {
        long[] wanted = Arrays.stream(features).asLongStream().toArray();
        try (Scope own = scope.child();
                Tensor places = own.longs(wanted, wanted.length);
                Tensor rows = decoder.rows(places)) {
            float[] all = rows.toFloats();
            float[][] directions = new float[features.length][];
            int width = facts.inputWidth();
            for (int i = 0; i < directions.length; i++) {
                directions[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
            }
            return directions;
        }
    }

    /** Lengths of all decoder directions, {@code [d_sae]}. */
    public float[] lengths() {
        int features = facts.features();
        float[] lengths = new float[features];
        float[] ones = new float[facts.inputWidth()];
        Arrays.fill(ones, 1);
        int step = Math.toIntExact(Math.max(1, CHUNK_BYTES / Float.BYTES / facts.inputWidth()));
        try (Scope own = scope.child();
                Tensor sum = own.floats(ones, ones.length)) {
            for (int from = 0; from < features; from += step) {
                int to = Math.min(features, from + step);
                try (Tensor rows = decoder.between(from, to);
                        Tensor squares = rows.times(rows);
                        Tensor sums = squares.along(sum);
                        Tensor roots = sums.roots()) {
                    System.arraycopy(roots.toFloats(), 0, lengths, from, to - from);
                }
            }
        }
        return lengths;
    }

    /** Products of all decoder directions with each vector, {@code [vectors][d_sae]}; how many vectors a caller gives at once is its own memory. */
    public float[][] products(double[][] vectors) {
        int features = facts.features();
        int width = facts.inputWidth();
        float[] columns = new float[Math.multiplyExact(width, vectors.length)];
        for (int v = 0; v < vectors.length; v++) {
            for (int i = 0; i < width; i++) {
                columns[i * vectors.length + v] = (float) vectors[v][i];
            }
        }
        try (Scope own = scope.child();
                Tensor right = own.floats(columns, width, vectors.length);
                Tensor product = decoder.product(right)) {
            float[] values = product.toFloats();
            float[][] products = new float[vectors.length][features];
            for (int place = 0; place < values.length; place++) {
                products[place % vectors.length][place / vectors.length] = values[place];
            }
            return products;
        }
    }

    private Tensor encoded(Tensor normed) {
        try (Tensor shifted = normed.minus(shift);
                Tensor product = shifted.product(encoder);
                Tensor pre = product.plus(encoderBias)) {
            return encoding.features(pre);
        }
    }

    private Normed normed(Tensor states) {
        return switch (norm) {
            case NONE -> new Normed(states.reshaped(states.shape()), null, null);
            case UNIT_LENGTH -> {
                try (Tensor squares = states.times(states);
                        Tensor means = squares.along(averaging)) {
                    // The length over sqrt(d_in).
                    Tensor lengths = means.roots();
                    yield new Normed(states.over(lengths), lengths, null);
                }
            }
            case LAYER -> {
                Tensor means = states.along(averaging);
                try (Tensor centred = states.minus(means);
                        Tensor squares = centred.times(centred);
                        Tensor averages = squares.along(averaging);
                        Tensor variances = averages.times(correction)) {
                    Tensor deviations = variances.roots();
                    try (Tensor divisors = deviations.plus(epsilon)) {
                        yield new Normed(centred.over(divisors), deviations, means);
                    }
                }
            }
        };
    }

    @Override
    public void close() {
        scope.close();
    }
}
