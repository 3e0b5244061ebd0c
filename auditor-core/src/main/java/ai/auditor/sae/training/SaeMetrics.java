package ai.auditor.sae.training;

import ai.auditor.capture.Capture;
import ai.auditor.capture.TokenSpan;
import ai.auditor.model.Point;
import ai.auditor.sae.Reconstruction;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How well an autoencoder does on rows that it was not trained on, all their tokens but the first.
 *
 * @param tokens how many were read
 * @param l0 mean number of active features a token
 * @param fvu fraction of variance unexplained, pooled
 * @param alive share of features that are active in some token
 * @param crossEntropy nats a predicted token; empty where the point is not the stream between blocks
 */
public record SaeMetrics(long tokens, double l0, double fvu, double alive, Optional<CrossEntropy> crossEntropy) {
    /**
     * The model's loss, by what stands at the point.
     *
     * @param clean the states
     * @param reconstructed what the autoencoder makes of them
     * @param zero zeros
     */
    public record CrossEntropy(double clean, double reconstructed, double zero) {}

    /** {@code (zero - reconstructed) / (zero - clean)} of the cross-entropies. */
    public OptionalDouble recovered() {
        return crossEntropy
                .map(nats -> OptionalDouble.of((nats.zero() - nats.reconstructed()) / (nats.zero() - nats.clean())))
                .orElse(OptionalDouble.empty());
    }

    /** Measures. The model has to be whole where the point is between blocks. */
    public static SaeMetrics measure(Capture capture, Point point, List<TokenizedRow> rows, SparseAutoencoder sae) {
        int features = sae.facts().features();
        Reconstruction sums = new Reconstruction(sae.facts().inputWidth());
        boolean[] fired = new boolean[features];
        capture.stream(
                point,
                TokenSpan.TEXT,
                rows,
                tokens -> sae.read(tokens.states(), read -> {
                    float[] values = read.features().toFloats();
                    long active = 0;
                    for (int i = 0; i < values.length; i++) {
                        if (values[i] > 0) {
                            active++;
                            fired[i % features] = true;
                        }
                    }
                    sums.add(read.states().toFloats(), read.reconstruction().toFloats(), active);
                }));
        int alive = 0;
        for (boolean one : fired) {
            alive += one ? 1 : 0;
        }
        Optional<CrossEntropy> nats = Optional.empty();
        boolean between = point.kind() == Point.Kind.RESID_POST || point.kind() == Point.Kind.RESID_PRE;
        if (between) {
            double[] means = capture.replacedNll(
                    point, rows, List.of(Tensor::copied, states -> reconstructed(sae, states), Tensor::zeroed));
            nats = Optional.of(new CrossEntropy(means[0], means[1], means[2]));
        }
        return new SaeMetrics(sums.tokens(), sums.l0(), sums.fvu(), (double) alive / features, nats);
    }

    /** Piece by piece: the features of a whole batch of the model take more memory than its states by far. */
    private static Tensor reconstructed(SparseAutoencoder sae, Tensor states) {
        List<Tensor> pieces = new ArrayList<>();
        try {
            sae.read(states, read -> pieces.add(read.reconstruction().copied()));
            return Tensor.stacked(pieces);
        } finally {
            pieces.forEach(Tensor::close);
        }
    }
}
