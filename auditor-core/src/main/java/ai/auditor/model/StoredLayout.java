package ai.auditor.model;

import ai.auditor.model.TensorNames.Fusion;
import ai.auditor.model.WeightMap.Role;

/**
 * How a weight lies in the tensor of a file that holds it: whole or as a part of a fused one, upright or transposed.
 *
 * @param rows of the weight
 * @param columns of the weight; 1 for a vector
 * @param shape of the tensor
 * @param fusion how the tensor joins queries, keys and values
 * @param part of the fused tensor: 0 queries, 1 keys, 2 values
 * @param headWidth rows of a head
 * @param transposed whether the tensor is {@code [in, out]}
 */
record StoredLayout(int rows, int columns, long[] shape, Fusion fusion, int part, int headWidth, boolean transposed) {
    private static final int PARTS = 3;

    static StoredLayout of(ModelFacts facts, Role role) {
        TensorNames names = facts.family().names();
        long[] own = role.shape(facts);
        int part = Math.max(DecoderWeights.QKV.indexOf(role), DecoderWeights.QKV_BIASES.indexOf(role));
        Fusion fusion = part < 0 ? Fusion.NONE : names.fusion();
        boolean transposed = names.transposed() && role.kind() == Role.Kind.PROJECTION;
        long rows = fusion == Fusion.NONE ? own[0] : PARTS * own[0];
        long[] shape;
        if (own.length == 1) {
            shape = new long[] {rows};
        } else {
            shape = transposed ? new long[] {own[1], rows} : new long[] {rows, own[1]};
        }
        return new StoredLayout(
                Math.toIntExact(own[0]),
                own.length > 1 ? Math.toIntExact(own[1]) : 1,
                shape,
                fusion,
                Math.max(part, 0),
                facts.headDimension(),
                transposed);
    }

    /** Whether the tensor is the weight as it stands. */
    boolean plain() {
        return fusion == Fusion.NONE && !transposed;
    }

    /** Numbers in the tensor. */
    long size() {
        return shape.length > 1 ? Math.multiplyExact(shape[0], shape[1]) : shape[0];
    }

    /** Where the tensor has an entry of the weight. */
    int place(int row, int column) {
        int stored = switch (fusion) {
            case NONE -> row;
            case THIRDS -> part * rows + row;
            case HEADS -> (row / headWidth * PARTS + part) * headWidth + row % headWidth;
        };
        int all = fusion == Fusion.NONE ? rows : PARTS * rows;
        return transposed ? column * all + stored : stored * columns + column;
    }
}
