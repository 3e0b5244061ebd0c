package ai.auditor.model;

import ai.auditor.model.WeightMap.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * One weight of a decoder: what it is, and in which block.
 *
 * <p>The kernels read projections as {@code [in, out]} with the halves of the rotated part of each query and key head interleaved; files
 * hold {@code [out, in]}, or what their family makes of it, with the halves below each other.
 *
 * @param block 0-based, or -1 where the role is not one of a block
 */
public record WeightPlace(Role role, int block) {
    /** All weights of a model, by role, then by block. */
    public static List<WeightPlace> all(ModelFacts facts) {
        List<WeightPlace> places = new ArrayList<>();
        for (Role role : Role.values()) {
            if (role.neededBy(facts) && role.inBlock()) {
                for (int block = 0; block < facts.layers(); block++) {
                    places.add(new WeightPlace(role, block));
                }
            } else if (role.neededBy(facts)) {
                places.add(new WeightPlace(role, -1));
            }
        }
        return places;
    }

    /** The name that transformers gives, in a causal language model, to the tensor that it is or that it is a part of. */
    public String name(ModelFacts facts) {
        TensorNames names = facts.family().names();
        return names.name(names.prefixes().get(0), role, block);
    }

    /** Whether it shares its tensor with other weights. */
    public boolean isPart(ModelFacts facts) {
        return StoredLayout.of(facts, role).fusion() != TensorNames.Fusion.NONE;
    }

    /** Shape of the weight itself, row-major, projections {@code [out, in]}. */
    public long[] uprightShape(ModelFacts facts) {
        return role.shape(facts);
    }

    /** Shape in the kernels' layout. */
    public long[] shape(ModelFacts facts) {
        long[] stored = role.shape(facts);
        return isProjection() ? new long[] {stored[1], stored[0]} : stored;
    }

    /** Whether it is the matrix of a linear map inside a block. */
    public boolean isProjection() {
        return role.kind() == Role.Kind.PROJECTION;
    }

    /**
     * From the kernels' layout to the weight's own.
     *
     * @param values of the weight, or any {@code [rows, out]} of a projection, such as the second factor of an adapter
     * @return for a projection {@code [out, rows]}, the halves of rotated heads below each other
     */
    public float[] upright(ModelFacts facts, float[] values) {
        if (!role.turned() && !isProjection()) {
            return values;
        }
        int out = Math.toIntExact(role.shape(facts)[0]);
        int rows = values.length / out;
        float[] upright = new float[values.length];
        for (int column = 0; column < out; column++) {
            int target = role.turned() ? apart(column, facts) : column;
            for (int row = 0; row < rows; row++) {
                upright[target * rows + row] = values[row * out + column];
            }
        }
        return upright;
    }

    /** Transposes {@code [rows, columns]}. */
    public static float[] transposed(float[] values, int columns) {
        int rows = values.length / columns;
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return turned;
    }

    /** Where an interleaved entry of a head stands when the halves of its rotated part are below each other. */
    private static int apart(int index, ModelFacts facts) {
        int within = Math.floorMod(index, facts.headDimension());
        int rotated = facts.attention().rope().dimensions();
        return within < rotated ? index - within + within / 2 + (within % 2) * (rotated / 2) : index;
    }
}
