package ai.auditor.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operations of a decoder, fused where the engine allows it. Thread-safe; results belong to the scope of the first argument. */
public interface Kernels extends AutoCloseable {
    /** Compiles the kernels for a block's shape: our own TorchScript, fused. */
    static Kernels fused(Scope scope, BlockShape shape) {
        return fused(scope, shape, WeightType.FLOAT32);
    }

    /**
     * The same for a block whose matrices are held so.
     *
     * @param weights of the matrices, the embedding and the head
     */
    static Kernels fused(Scope scope, BlockShape shape, WeightType weights) {
        return new ScriptKernels(scope, shape, weights);
    }

    /** The fused kernels as they run on a GPU, without what libtorch has for processors only; they run on both. */
    static Kernels portable(Scope scope, BlockShape shape, WeightType weights) {
        return new ScriptKernels(scope, shape, weights, false);
    }

    /** The same in plain array operations: slow, for where no fused kernels exist, and to check them by. */
    static Kernels plain(BlockShape shape) {
        return new PlainKernels(shape);
    }

    /**
     * Where the tokens of a block stand and what they see.
     *
     * @param rotation cosine and sine of each pair, {@code [batch or 1, length, 1, headWidth / 2, 2]}
     * @param mask added to the attention scores, {@code [batch or 1, 1, length, seen]}, where the block's own tokens are the last of
     *     those seen; null for causal, where nothing came before and scores are not capped
     * @param past tokens that came before
     */
    record Sight(Tensor rotation, @Nullable Tensor mask, Past past) {
        /** Texts that begin here. */
        public Sight(Tensor rotation, @Nullable Tensor mask) {
            this(rotation, mask, new Past.None());
        }
    }

    /**
     * A matrix as these kernels take it: itself, or a copy in fewer bits, in place of which it is closed.
     *
     * @param scope takes the copy
     */
    Tensor held(Scope scope, Tensor matrix);

    /** Rows of the embedding table: {@code [batch, length]} to {@code [batch, length, width]}. */
    Tensor embed(Tensor ids, Tensor table);

    /** One block on the residual stream, {@code [batch, length, width]}; recorded for gradients under {@link Gradients#record}. */
    Tensor block(Tensor hidden, Sight sight, BlockWeights weights);

    /** What the block's attention adds to the residual stream that it reads, {@code [batch, length, width]}; recorded as {@link #block}. */
    Tensor attention(Tensor hidden, Sight sight, BlockWeights weights);

    /** What the block's MLP adds to the residual stream that it reads, {@code [batch, length, width]}; recorded as {@link #block}. */
    Tensor mlp(Tensor hidden, BlockWeights weights);

    /**
     * The norm of chosen positions of the flattened residual stream: {@code [positions, width]}.
     *
     * @param bias of a layer norm; null for an RMS norm
     */
    Tensor normAt(Tensor hidden, Tensor positions, Tensor weight, @Nullable Tensor bias);

    /** Weighted sums over positions: weights {@code [batch, sums, length]} give {@code [batch, sums, width]}. */
    Tensor pool(Tensor hidden, Tensor weights);

    /** Logits {@code [positions, vocabulary]} of normed positions, with the head {@code [vocabulary, width]}. */
    Tensor logits(Tensor normed, Tensor head);

    /** NLL in nats of each target token, {@code [positions]}; recorded for gradients under {@link Gradients#record}. */
    Tensor nll(Tensor normed, Tensor head, Tensor targets);

    /** NLL of each target, and the gradient of the weighted sum of them at the normed positions, {@code [positions, width]}. */
    NllGradient nllGradient(Tensor normed, Tensor head, Tensor targets, Tensor weights);

    /**
     * NLL of each target beside what the model itself expects of it there.
     *
     * @param bars added to the logits, {@code [vocabulary]}: 0, and far below any logit for tokens that cannot follow
     * @param classes 1 where a token is of a class, else 0, {@code [vocabulary, classes]}
     */
    Surprise surprise(Tensor normed, Tensor head, Tensor targets, Tensor bars, Tensor classes);

    /**
     * Surprises in nats.
     *
     * @param nll of the target, {@code [positions]}
     * @param entropy the mean of the NLL of a token that the model draws there, {@code [positions]}
     * @param variance of the same, {@code [positions]}
     * @param classes probability that a token that the model draws there is of a class, {@code [positions, classes]}
     */
    record Surprise(Tensor nll, Tensor entropy, Tensor variance, Tensor classes) implements AutoCloseable {
        @Override
        public void close() {
            List.of(nll, entropy, variance, classes).forEach(Tensor::close);
        }
    }

    /** Likelihoods with their gradient. */
    record NllGradient(Tensor nll, Tensor gradient) {}

    @Override
    void close();
}
