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

    /** Room for more tokens behind a copy of those of one sequence, or of as many as are asked for. */
    public static AttentionCache behind(AttentionCache before, Scope scope, int batch, int slots) {
        return new AttentionCache(
                extended(before.keys, scope, batch, slots), extended(before.values, scope, batch, slots));
    }

    private static Tensor extended(Tensor before, Scope scope, int batch, int slots) {
        long[] axes = before.shape();
        try (Tensor room = scope.zeros(batch, slots, axes[2], axes[3])) {
            return scope.keep(before.repeatedBefore(room));
        }
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
