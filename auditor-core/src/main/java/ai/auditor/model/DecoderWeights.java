package ai.auditor.model;

import ai.auditor.model.WeightMap.Role;
import ai.auditor.tensor.BlockShape;
import ai.auditor.tensor.BlockWeights;
import ai.auditor.tensor.BlockWeights.Part;
import ai.auditor.tensor.Kernels;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a decoder in the layout of the kernels, each held once.
 *
 * @param embedding {@code [vocabulary, width]}
 * @param positions {@code [positions, width]}; null where positions are not learned
 * @param finalNorm {@code [width]}
 * @param finalNormBias {@code [width]}; null for an RMS norm
 * @param head the same tensor as the embedding where it is tied
 */
public record DecoderWeights(
        Tensor embedding,
        @Nullable Tensor positions,
        List<BlockWeights> blocks,
        Tensor finalNorm,
        @Nullable Tensor finalNormBias,
        Tensor head) {
    static final List<Role> QKV = List.of(Role.QUERY, Role.KEY, Role.VALUE);
    static final List<Role> QKV_BIASES = List.of(Role.QUERY_BIAS, Role.KEY_BIAS, Role.VALUE_BIAS);

    public DecoderWeights {
        blocks = List.copyOf(blocks);
    }

    /**
     * A weight in the kernels' layout: the tensor itself, or a view of the columns that it has in a fused one.
     *
     * @param scope takes the view, where it is one
     */
    public Tensor at(Scope scope, ModelFacts facts, WeightPlace place) {
        Tensor tensor = at(facts, place);
        return fused(place.role()) ? scope.keep(tensor) : tensor;
    }

    private Tensor at(ModelFacts facts, WeightPlace place) {
        if (place.block() < 0) {
            return switch (place.role()) {
                case EMBEDDING -> embedding;
                case POSITION_EMBEDDING -> present(positions, place);
                case OUTPUT_HEAD -> head;
                case FINAL_NORM -> finalNorm;
                case FINAL_NORM_BIAS -> present(finalNormBias, place);
                default -> throw new IllegalArgumentException(place + " is outside of every block");
            };
        }
        Tensor tensor = blocks.get(place.block()).at(part(place.role()));
        if (!fused(place.role())) {
            return tensor;
        }
        int queries = facts.heads() * facts.headDimension();
        int keys = queries + facts.keyValueHeads() * facts.headDimension();
        int values = keys + facts.keyValueHeads() * facts.headDimension();
        boolean query = place.role() == Role.QUERY || place.role() == Role.QUERY_BIAS;
        boolean key = place.role() == Role.KEY || place.role() == Role.KEY_BIAS;
        return query ? tensor.columns(0, queries) : key ? tensor.columns(queries, keys) : tensor.columns(keys, values);
    }

    /** The part of a block that a role is, or is in. */
    private static Part part(Role role) {
        return switch (role) {
            case INPUT_NORM -> Part.ATTENTION_NORM;
            case INPUT_NORM_BIAS -> Part.ATTENTION_NORM_BIAS;
            case QUERY, KEY, VALUE -> Part.QKV;
            case QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> Part.QKV_BIAS;
            case QUERY_NORM -> Part.QUERY_NORM;
            case KEY_NORM -> Part.KEY_NORM;
            case ATTENTION_OUTPUT -> Part.OUTPUT;
            case ATTENTION_OUTPUT_BIAS -> Part.OUTPUT_BIAS;
            case ATTENTION_POST_NORM -> Part.ATTENTION_POST_NORM;
            case MLP_NORM -> Part.MLP_NORM;
            case MLP_NORM_BIAS -> Part.MLP_NORM_BIAS;
            case GATE -> Part.GATE;
            case GATE_BIAS -> Part.GATE_BIAS;
            case UP -> Part.UP;
            case UP_BIAS -> Part.UP_BIAS;
            case DOWN -> Part.DOWN;
            case DOWN_BIAS -> Part.DOWN_BIAS;
            case MLP_POST_NORM -> Part.MLP_POST_NORM;
            case EMBEDDING, POSITION_EMBEDDING, FINAL_NORM, FINAL_NORM_BIAS, OUTPUT_HEAD ->
                throw new IllegalArgumentException(role + " is not in a block");
        };
    }

    /** The roles that make a part. */
    private static List<Role> roles(Part part) {
        return Arrays.stream(Role.values())
                .filter(role -> role.inBlock() && part(role) == part)
                .toList();
    }

    private static Tensor present(@Nullable Tensor tensor, WeightPlace place) {
        if (tensor == null) {
            throw new IllegalArgumentException("the model has no " + place);
        }
        return tensor;
    }

    /** Copies a weight out, in the kernels' layout. */
    float[] values(ModelFacts facts, WeightPlace place) {
        Tensor tensor = at(facts, place);
        float[] values = tensor.toFloats();
        if (fused(place.role())) {
            tensor.close();
        }
        return values;
    }

    private static boolean fused(Role role) {
        return QKV.contains(role) || QKV_BIASES.contains(role);
    }

    /**
     * These weights with some of them replaced; recorded under {@link ai.auditor.tensor.Gradients#record}.
     *
     * @param scope takes what is computed
     * @param others weights in the kernels' layout
     */
    public DecoderWeights with(Scope scope, ModelFacts facts, Map<WeightPlace, Tensor> others) {
        Replacement replacement = new Replacement(this, scope, facts, others);
        Tensor table = replacement.of(Role.EMBEDDING, -1);
        List<BlockWeights> replaced = new ArrayList<>();
        for (int block = 0; block < blocks.size(); block++) {
            replaced.add(replacement.block(block));
        }
        return new DecoderWeights(
                table,
                positions == null ? null : replacement.of(Role.POSITION_EMBEDDING, -1),
                replaced,
                replacement.of(Role.FINAL_NORM, -1),
                finalNormBias == null ? null : replacement.of(Role.FINAL_NORM_BIAS, -1),
                facts.tiedEmbeddings() ? table : replacement.of(Role.OUTPUT_HEAD, -1));
    }

    private record Replacement(DecoderWeights base, Scope scope, ModelFacts facts, Map<WeightPlace, Tensor> others) {
        BlockWeights block(int block) {
            BlockShape shape = facts.blockShape();
            Map<Part, Tensor> parts = new EnumMap<>(Part.class);
            for (Part part : shape.parts()) {
                List<Role> roles = roles(part);
                parts.put(
                        part,
                        roles.size() == 1
                                ? of(roles.get(0), block)
                                : joined(base.blocks.get(block).at(part), block, roles));
            }
            return BlockWeights.of(shape, parts);
        }

        Tensor of(Role role, int block) {
            WeightPlace place = new WeightPlace(role, block);
            Tensor other = others.get(place);
            return other == null ? base.at(facts, place) : other;
        }

        private Tensor joined(Tensor old, int block, List<Role> roles) {
            boolean same = true;
            for (Role role : roles) {
                same &= !others.containsKey(new WeightPlace(role, block));
            }
            if (same) {
                return old;
            }
            List<Tensor> parts = new ArrayList<>();
            for (Role role : roles) {
                WeightPlace place = new WeightPlace(role, block);
                Tensor other = others.get(place);
                parts.add(other == null ? base.at(scope, facts, place) : other);
            }
            return scope.keep(Tensor.joined(parts));
        }
    }

    /**
     * Reads weights.
     *
     * @param kernels decide how matrices are held
     * @param blocks how many blocks, from the first on; where it is not all, the head is left out too
     */
    static DecoderWeights load(Scope scope, Kernels kernels, ModelFacts facts, WeightSource source, int blocks) {
        return new Loader(scope, kernels, facts, WeightMap.of(facts, source), source, blocks).load();
    }

    /** Reads tensor by tensor through one staging buffer. */
    private static final class Loader {
        private final Scope scope;
        private final Kernels kernels;
        private final ModelFacts facts;
        private final WeightMap map;
        private final WeightSource source;
        private final int blocks;
        private ByteBuffer staging = direct(0);

        Loader(Scope scope, Kernels kernels, ModelFacts facts, WeightMap map, WeightSource source, int blocks) {
            this.scope = scope;
            this.kernels = kernels;
            this.blocks = blocks;
            this.facts = facts;
            this.map = map;
            this.source = source;
        }

        DecoderWeights load() {
            Tensor embedding = table(Role.EMBEDDING);
            boolean whole = blocks == facts.layers();
            Tensor head = whole && map.has(Role.OUTPUT_HEAD) ? table(Role.OUTPUT_HEAD) : embedding;
            List<BlockWeights> read = new ArrayList<>();
            for (int block = 0; block < blocks; block++) {
                read.add(block(block));
            }
            return new DecoderWeights(
                    embedding,
                    map.has(Role.POSITION_EMBEDDING) ? table(Role.POSITION_EMBEDDING) : null,
                    read,
                    vector(Role.FINAL_NORM, -1),
                    map.has(Role.FINAL_NORM_BIAS) ? vector(Role.FINAL_NORM_BIAS, -1) : null,
                    head);
        }

        private BlockWeights block(int block) {
            BlockShape shape = facts.blockShape();
            Map<Part, Tensor> parts = new EnumMap<>(Part.class);
            for (Part part : shape.parts()) {
                List<Role> roles = roles(part);
                if (part.matrix()) {
                    parts.put(part, projection(roles, block));
                } else if (roles.size() == 1) {
                    parts.put(part, vector(roles.get(0), block));
                } else {
                    ByteBuffer bytes = rows(roles, block);
                    float[] values = new float[bytes.remaining() / Float.BYTES];
                    bytes.asFloatBuffer().get(values);
                    parts.put(part, scope.floats(values, values.length));
                }
            }
            return BlockWeights.of(shape, parts);
        }

        /** Weights below each other, each {@code [out, in]}, the halves of the rotated part of each head interleaved. */
        private ByteBuffer rows(List<Role> roles, int block) {
            long floats = 0;
            for (Role role : roles) {
                floats += Math.multiplyExact(
                        (long) StoredLayout.of(facts, role).rows(),
                        StoredLayout.of(facts, role).columns());
            }
            ByteBuffer bytes = stage(floats);
            FloatBuffer all = bytes.asFloatBuffer();
            for (Role role : roles) {
                StoredLayout layout = StoredLayout.of(facts, role);
                FloatBuffer own = all.slice(all.position(), layout.rows() * layout.columns());
                read(role, block, layout, all);
                if (role.turned()) {
                    interleave(own, layout);
                }
            }
            return bytes;
        }

        private void read(Role role, int block, StoredLayout layout, FloatBuffer target) {
            String name = map.name(role, block);
            if (layout.plain()) {
                source.read(name, target);
                return;
            }
            FloatBuffer whole = FloatBuffer.allocate(Math.toIntExact(layout.size()));
            source.read(name, whole);
            for (int row = 0; row < layout.rows(); row++) {
                for (int column = 0; column < layout.columns(); column++) {
                    target.put(whole.get(layout.place(row, column)));
                }
            }
        }

        private void interleave(FloatBuffer rows, StoredLayout layout) {
            int half = facts.attention().rope().dimensions() / 2;
            int width = layout.columns();
            float[] head = new float[facts.headDimension() * width];
            for (int start = 0; start < rows.capacity(); start += head.length) {
                rows.get(start, head);
                for (int pair = 0; pair < half; pair++) {
                    rows.put(start + 2 * pair * width, head, pair * width, width);
                    rows.put(start + (2 * pair + 1) * width, head, (half + pair) * width, width);
                }
            }
        }

        private Tensor projection(List<Role> roles, int block) {
            ByteBuffer bytes = rows(roles, block);
            int in = StoredLayout.of(facts, roles.get(0)).columns();
            return turned(bytes, bytes.remaining() / Float.BYTES / in, in);
        }

        /** A copy of {@code [out, in]} as {@code [in, out]}. */
        private Tensor turned(ByteBuffer bytes, int out, int in) {
            try (Tensor rows = scope.over(bytes, out, in)) {
                return kernels.held(scope, rows.transposed());
            }
        }

        /** {@code [entries, d_model]}, the largest tensors: the buffer read into is the tensor. */
        private Tensor table(Role role) {
            long[] shape = role.shape(facts);
            ByteBuffer bytes = direct(Math.multiplyExact(shape[0], shape[1]));
            source.read(map.name(role), bytes.asFloatBuffer());
            return kernels.held(scope, scope.over(bytes, shape));
        }

        private Tensor vector(Role role, int block) {
            StoredLayout layout = StoredLayout.of(facts, role);
            FloatBuffer values = FloatBuffer.allocate(layout.rows());
            read(role, block, layout, values);
            if (role.turned()) {
                interleave(values, layout);
            }
            float[] numbers = values.array();
            if (facts.family().offsetNorms() && role.isNorm()) {
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] += 1;
                }
            }
            return scope.floats(numbers, numbers.length);
        }

        private ByteBuffer stage(long floats) {
            if (staging.capacity() < floats * Float.BYTES) {
                staging = direct(floats);
            }
            return staging.duplicate().order(ByteOrder.nativeOrder()).limit(Math.toIntExact(floats * Float.BYTES));
        }

        private static ByteBuffer direct(long floats) {
            return ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
                    .order(ByteOrder.nativeOrder());
        }
    }
}
