package ai.auditor.model;

import ai.auditor.model.WeightMap.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * One weight of a decoder: what it is, and in which block.
 *
 * <p>The kernels read projections as {@code [in, out]} with the halves of each query and key head interleaved; files hold
 * {@code [out, in]} with the halves below each other.
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

    /** The name that transformers gives it in a causal language model. */
    public String name() {
        return WeightMap.standardName(role, block);
    }

    /** Shape in a file, row-major. */
    public long[] storedShape(ModelFacts facts) {
        return role.shape(facts);
    }

    /** Shape in the kernels' layout. */
    public long[] shape(ModelFacts facts) {
        long[] stored = role.shape(facts);
        return isProjection() ? new long[] {stored[1], stored[0]} : stored;
    }

    /** Whether it is the matrix of a linear map inside a block. */
    public boolean isProjection() {
        return switch (role) {
            case QUERY, KEY, VALUE, ATTENTION_OUTPUT, GATE, UP, DOWN -> true;
            case EMBEDDING,
                    OUTPUT_HEAD,
                    INPUT_NORM,
                    POST_ATTENTION_NORM,
                    FINAL_NORM,
                    QUERY_BIAS,
                    KEY_BIAS,
                    VALUE_BIAS,
                    ATTENTION_OUTPUT_BIAS,
                    GATE_BIAS,
                    UP_BIAS,
                    DOWN_BIAS -> false;
        };
    }

    /**
     * From the kernels' layout to that of files.
     *
     * @param values of the weight, or any {@code [rows, out]} of a projection, such as the second factor of an adapter
     * @return for a projection {@code [out, rows]}
     */
    public float[] stored(ModelFacts facts, float[] values) {
        boolean turned = switch (role) {
            case QUERY, KEY, QUERY_BIAS, KEY_BIAS -> true;
            default -> false;
        };
        if (!turned && !isProjection()) {
            return values;
        }
        int out = Math.toIntExact(role.shape(facts)[0]);
        int rows = values.length / out;
        float[] stored = new float[values.length];
        for (int column = 0; column < out; column++) {
            int target = turned ? apart(column, facts.headDimension()) : column;
            for (int row = 0; row < rows; row++) {
                stored[target * rows + row] = values[row * out + column];
            }
        }
        return stored;
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

    /** Where an interleaved entry of a head stands when the halves are below each other. */
    private static int apart(int index, int headWidth) {
        int within = Math.floorMod(index, headWidth);
        return index - within + within / 2 + (within % 2) * (headWidth / 2);
    }
}
