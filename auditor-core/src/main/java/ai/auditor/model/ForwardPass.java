package ai.auditor.model;

import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Kernels.NllGradient;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way through the decoder: the caller moves the residual stream from block to block and reads what it needs.
 * Belongs to the thread that opened it.
 */
public final class ForwardPass implements AutoCloseable {
    /** Added to the score of a token that is not seen. */
    static final float HIDDEN = Float.NEGATIVE_INFINITY;

    private final Decoder decoder;
    private final TokenBatch batch;
    private final Scope scope;
    private final Tensor rotation;
    private final @Nullable Tensor mask;
    private final Steering steering;

    ForwardPass(Decoder decoder, TokenBatch batch, Scope scope) {
        this.decoder = decoder;
        this.batch = batch;
        this.scope = scope;
        this.rotation = decoder.rotation(scope, batch);
        this.mask = mask(scope, batch);
        this.steering = new Steering(scope, batch.length(), batch.completionStarts());
    }

    private static @Nullable Tensor mask(Scope scope, TokenBatch batch) {
        if (!(batch.layout() instanceof TokenBatch.Blocks blocks)) {
            return null;
        }
        boolean[] visible = blocks.visible();
        float[] added = new float[visible.length];
        for (int i = 0; i < added.length; i++) {
            added[i] = visible[i] ? 0 : HIDDEN;
        }
        return scope.floats(added, batch.rows(), 1, batch.length(), batch.length());
    }

    /** The residual stream before block 0, {@code [rows, length, d_model]}. */
    public Tensor embeddings() {
        Tensor ids = scope.longs(batch.ids(), batch.rows(), batch.length());
        return decoder.kernels().embed(ids, decoder.weights().embedding());
    }

    /**
     * Moves the residual stream through blocks {@code from} to {@code to}, the last included, doing the interventions at their
     * points. The given tensor stays as it is and open.
     *
     * @param from first block to run; above {@code to} for none
     * @return resid_post of block {@code to}, {@code [rows, length, d_model]}, after any intervention there
     */
    public Tensor run(Tensor hidden, int from, int to, List<Intervention> interventions) {
        Tensor current = hidden;
        for (int block = from; block <= to; block++) {
            Tensor next = decoder.kernels()
                    .block(current, rotation, mask, decoder.weights().blocks().get(block));
            next = steering.at(block, next, interventions);
            if (current != hidden) {
                current.close();
            }
            current = next;
        }
        return current;
    }

    /** Does an intervention on the residual stream, whatever its point: a new tensor, the given one stays open. */
    public Tensor apply(Tensor hidden, Intervention intervention) {
        return steering.apply(hidden, intervention);
    }

    /** As {@link #run}, recorded so that a gradient at the result can be pulled back to the given leaf. */
    public Tensor record(Tensor leaf, int from, int to, List<Intervention> interventions) {
        return Gradients.record(() -> run(leaf, from, to, interventions));
    }

    /** Positions of the last block's output under the final norm, {@code [positions, d_model]}; recorded if asked for. */
    public Tensor normed(Tensor last, long[] positions, boolean recorded) {
        Tensor at = scope.longs(positions, positions.length);
        Tensor weight = decoder.weights().finalNorm();
        return recorded
                ? Gradients.record(() -> decoder.kernels().normAt(last, at, weight))
                : decoder.kernels().normAt(last, at, weight);
    }

    /** Logits of normed positions, {@code [positions, vocabulary]}. */
    public Tensor logits(Tensor normed) {
        return decoder.kernels().logits(normed, decoder.weights().head());
    }

    /** NLL in nats of a target token at each normed position. */
    public float[] nll(Tensor normed, long[] targets) {
        try (Tensor wanted = scope.longs(targets, targets.length);
                Tensor nll = decoder.kernels().nll(normed, decoder.weights().head(), wanted)) {
            return nll.toFloats();
        }
    }

    /** NLL in nats of a target token at each normed position, {@code [positions]}, recorded under {@link Gradients#record}. */
    public Tensor losses(Tensor normed, long[] targets) {
        return decoder.kernels().nll(normed, decoder.weights().head(), scope.longs(targets, targets.length));
    }

    /** NLL of each target, and the gradient of their weighted sum at the normed positions. */
    public NllGradient nllGradient(Tensor normed, long[] targets, float[] weights) {
        try (Tensor wanted = scope.longs(targets, targets.length);
                Tensor weight = scope.floats(weights, weights.length)) {
            return decoder.kernels().nllGradient(normed, decoder.weights().head(), wanted, weight);
        }
    }

    /** Weighted sums over positions, weights {@code [rows, sums, length]}: {@code [rows, sums, d_model]}. */
    public Tensor pool(Tensor hidden, Tensor weights) {
        return decoder.kernels().pool(hidden, weights);
    }

    /** The pass's own memory. */
    public Scope scope() {
        return scope;
    }

    @Override
    public void close() {
        scope.close();
    }
}
