package ai.auditor.tensor;

import org.jspecify.annotations.Nullable;

/** The operations of a decoder, fused where the engine allows it. Thread-safe; results belong to the scope of the first argument. */
public interface Kernels extends AutoCloseable {
    /** Compiles the kernels for a block's shape: our own TorchScript, fused. */
    static Kernels fused(Scope scope, BlockShape shape) {
        return new ScriptKernels(scope, shape);
    }

    /** The same in plain array operations: slow, for where no fused kernels exist, and to check them by. */
    static Kernels plain(BlockShape shape) {
        return new PlainKernels(shape);
    }

    /** Rows of the embedding table: {@code [batch, length]} to {@code [batch, length, width]}. */
    Tensor embed(Tensor ids, Tensor table);

    /**
     * One block on the residual stream, {@code [batch, length, width]}; recorded for gradients under {@link Gradients#record}.
     *
     * @param rotation cosine and sine of each pair, {@code [batch or 1, length, 1, headWidth / 2, 2]}
     * @param mask added to the attention scores, {@code [batch, 1, length, length]}; null for causal
     */
    Tensor block(Tensor hidden, Tensor rotation, @Nullable Tensor mask, BlockWeights weights);

    /**
     * One block on the tokens that follow those in a cache, whose keys and values are written behind theirs; never recorded.
     *
     * @param hidden {@code [batch, length, width]}
     * @param rotation of the new tokens, {@code [batch or 1, length, 1, headWidth / 2, 2]}
     * @param mask added to the attention scores, {@code [batch, 1, length, seen]}, where the new tokens are the last of those seen;
     *     null where the cache is empty, for causal
     */
    Tensor block(Tensor hidden, Tensor rotation, @Nullable Tensor mask, AttentionCache cache, BlockWeights weights);

    /** RMS norm of chosen positions of the flattened residual stream: {@code [positions, width]}. */
    Tensor normAt(Tensor hidden, Tensor positions, Tensor weight);

    /** Weighted sums over positions: weights {@code [batch, sums, length]} give {@code [batch, sums, width]}. */
    Tensor pool(Tensor hidden, Tensor weights);

    /** Logits {@code [positions, vocabulary]} of normed positions, with the head {@code [vocabulary, width]}. */
    Tensor logits(Tensor normed, Tensor head);

    /** NLL in nats of each target token, {@code [positions]}; recorded for gradients under {@link Gradients#record}. */
    Tensor nll(Tensor normed, Tensor head, Tensor targets);

    /** NLL of each target, and the gradient of the weighted sum of them at the normed positions, {@code [positions, width]}. */
    NllGradient nllGradient(Tensor normed, Tensor head, Tensor targets, Tensor weights);

    /** Likelihoods with their gradient. */
    record NllGradient(Tensor nll, Tensor gradient) {}

    @Override
    void close();
}
