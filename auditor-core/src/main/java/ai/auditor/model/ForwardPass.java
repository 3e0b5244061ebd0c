package ai.auditor.model;

import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Kernels.NllGradient;
import ai.auditor.tensor.Kernels.Sight;
import ai.auditor.tensor.Kernels.Surprise;
import ai.auditor.tensor.Past;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * One batch on its way through the decoder: the caller moves the residual stream from block to block and reads what it needs.
 * Belongs to the thread that opened it.
 */
public final class ForwardPass implements AutoCloseable {
    /** Far below any logit: its probability is zero in 32-bit floats, and its square is finite. */
    private static final float BARRED = -1e9f;

    private final Decoder decoder;
    private final TokenBatch batch;
    private final View view;
    private final Scope scope;
    private final List<Sight> sights;
    private final Steering steering;

    ForwardPass(Decoder decoder, TokenBatch batch, View view, List<? extends Past> pasts, Scope scope) {
        this(
                decoder,
                batch,
                view,
                scope,
                decoder.sights(scope, view, pasts),
                new Steering(scope, batch.length(), batch.completionStarts()));
    }

    private ForwardPass(
            Decoder decoder, TokenBatch batch, View view, Scope scope, List<Sight> sights, Steering steering) {
        this.decoder = decoder;
        this.batch = batch;
        this.view = view;
        this.scope = scope;
        this.sights = sights;
        this.steering = steering;
    }

    /**
     * The same batch behind the same tokens, read under other interventions; ends with this pass.
     *
     * @param other as long as the prefix of this pass
     */
    public ForwardPass behind(Prefix other) {
        List<Past> pasts = other.pasts();
        List<Sight> others = new ArrayList<>();
        for (int block = 0; block < sights.size(); block++) {
            Sight sight = sights.get(block);
            others.add(new Sight(sight.rotation(), sight.mask(), pasts.get(block)));
        }
        return new ForwardPass(decoder, batch, view, scope, others, steering);
    }

    /** The residual stream before block 0, {@code [rows, length, d_model]}. */
    public Tensor embeddings() {
        return embeddings(List.of(), embedded -> {});
    }

    /**
     * The residual stream before block 0, after any intervention there.
     *
     * @param read sees what stands at the point {@code embeddings}, {@code [rows, length, d_model]}
     */
    public Tensor embeddings(List<Intervention> interventions, Consumer<Tensor> read) {
        Tensor stream = decoder.embeddings(scope, batch.ids(), view, embedded -> {
            Tensor changed = steering.at(new Point(Point.Kind.EMBEDDINGS, 0), embedded, interventions);
            read.accept(changed);
            return changed;
        });
        return steering.at(new Point(Point.Kind.RESID_PRE, 0), stream, interventions);
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
            Tensor next = decoder.block(current, block, sights.get(block), steering, interventions);
            if (current != hidden) {
                current.close();
            }
            current = next;
        }
        return current;
    }

    /** What the attention of a block adds to the stream that it reads, after any intervention there. */
    public Tensor attention(Tensor hidden, int block, List<Intervention> interventions) {
        return decoder.attention(hidden, block, sights.get(block), steering, interventions);
    }

    /** What the MLP of a block adds to the stream that it reads, after any intervention there. */
    public Tensor mlp(Tensor hidden, int block, List<Intervention> interventions) {
        return decoder.mlp(hidden, block, steering, interventions);
    }

    /** The sum of a stream and what is added to it, after any intervention at the point that this makes. */
    public Tensor sum(Tensor stream, Tensor added, Point point, List<Intervention> interventions) {
        return steering.at(point, stream.plus(added), interventions);
    }

    /** Does an intervention on the residual stream, whatever its point: a new tensor, the given one stays open. */
    public Tensor apply(Tensor hidden, Intervention intervention) {
        return steering.apply(hidden, intervention);
    }

    /** Positions of the last block's output under the final norm, {@code [positions, d_model]}; recorded if asked for. */
    public Tensor normed(Tensor last, long[] positions, boolean recorded) {
        Tensor at = scope.longs(positions, positions.length);
        return recorded ? Gradients.record(() -> decoder.normed(last, at)) : decoder.normed(last, at);
    }

    /** All positions of the last block's output under the final norm, {@code [rows, length, d_model]}. */
    public Tensor normedAll(Tensor last) {
        try (Tensor flat = normed(last, LongStream.range(0, batch.slots()).toArray(), false)) {
            return flat.reshaped(last.shape());
        }
    }

    /** Puts vectors of chosen positions into the batch, nothing elsewhere: {@code [rows, length, d_model]}. */
    public Tensor spread(Tensor vectors, long[] positions) {
        int width = decoder.facts().hiddenSize();
        float[] chosen = vectors.toFloats();
        float[] all = new float[Math.multiplyExact(batch.slots(), width)];
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(chosen, i * width, all, Math.toIntExact(positions[i]) * width, width);
        }
        return scope.floats(all, batch.rows(), batch.length(), width);
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

    /**
     * NLL of a target token at each normed position, beside what the model expects of a token that it draws there.
     *
     * @param bars by {@link #bars}
     * @param classes by {@link #classes}
     */
    public Surprise surprise(Tensor normed, long[] targets, Tensor bars, Tensor classes) {
        try (Tensor wanted = scope.longs(targets, targets.length)) {
            return decoder.kernels().surprise(normed, decoder.weights().head(), wanted, bars, classes);
        }
    }

    /** What is added to logits so that some tokens are left out of what may follow, {@code [vocabulary]}. */
    public Tensor bars(Collection<Integer> barred) {
        float[] bars = new float[vocabulary()];
        barred.forEach(token -> bars[token] = BARRED);
        return scope.floats(bars, bars.length);
    }

    /**
     * Which token is of which class, {@code [vocabulary, classes]}.
     *
     * @param classes the class of each token, from 0; below it for tokens of none
     * @param count how many classes there are
     */
    public Tensor classes(int[] classes, int count) {
        float[] members = new float[Math.multiplyExact(vocabulary(), count)];
        for (int token = 0; token < classes.length; token++) {
            if (classes[token] >= 0) {
                members[token * count + classes[token]] = 1;
            }
        }
        return scope.floats(members, vocabulary(), count);
    }

    /** Weighted sums over positions, weights {@code [rows, sums, length]}: {@code [rows, sums, d_model]}. */
    public Tensor pool(Tensor hidden, Tensor weights) {
        return decoder.kernels().pool(hidden, weights);
    }

    /** How many tokens the model knows. */
    public int vocabulary() {
        return decoder.facts().vocabularySize();
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
