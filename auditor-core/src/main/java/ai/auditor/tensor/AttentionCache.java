package ai.auditor.tensor;

/**
 * Keys and values of the tokens that one block has seen, so that the next ones need not read them again.
 *
 * @param keys rotated, in the layout of the kernels, {@code [batch, slots, groups, headWidth]}
 * @param values of the same shape
 */
public record AttentionCache(Tensor keys, Tensor values) implements AutoCloseable {
    /** Room for tokens that are still to come. */
    public static AttentionCache empty(Scope scope, BlockShape shape, int batch, int slots) {
        return new AttentionCache(
                scope.zeros(batch, slots, shape.groups(), shape.headWidth()),
                scope.zeros(batch, slots, shape.groups(), shape.headWidth()));
    }

    /** A copy with chosen sequences, in the order of the indices, which may repeat. */
    public AttentionCache rows(Tensor indices) {
        return new AttentionCache(keys.rows(indices), values.rows(indices));
    }

    @Override
    public void close() {
        keys.close();
        values.close();
    }
}
