package ai.auditor.model;

import ai.auditor.model.WeightMap.Role;
import ai.auditor.tensor.BlockWeights;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a decoder in the layout of the kernels, each held once.
 *
 * @param embedding {@code [vocabulary, width]}
 * @param head the same tensor where it is tied
 * @param finalNorm {@code [width]}
 */
public record DecoderWeights(Tensor embedding, List<BlockWeights> blocks, Tensor finalNorm, Tensor head) {
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
                case OUTPUT_HEAD -> head;
                case FINAL_NORM -> finalNorm;
                default -> throw new IllegalArgumentException(place + " is outside of every block");
            };
        }
        BlockWeights block = blocks.get(place.block());
        BlockWeights.Biases biases = block.biases();
        int queries = facts.heads() * facts.headDimension();
        int keys = queries + facts.keyValueHeads() * facts.headDimension();
        int values = keys + facts.keyValueHeads() * facts.headDimension();
        return switch (place.role()) {
            case INPUT_NORM -> block.attentionNorm();
            case POST_ATTENTION_NORM -> block.mlpNorm();
            case QUERY -> block.qkv().columns(0, queries);
            case KEY -> block.qkv().columns(queries, keys);
            case VALUE -> block.qkv().columns(keys, values);
            case ATTENTION_OUTPUT -> block.output();
            case GATE -> block.gate();
            case UP -> block.up();
            case DOWN -> block.down();
            case QUERY_BIAS -> present(biases.qkv(), place).columns(0, queries);
            case KEY_BIAS -> present(biases.qkv(), place).columns(queries, keys);
            case VALUE_BIAS -> present(biases.qkv(), place).columns(keys, values);
            case ATTENTION_OUTPUT_BIAS -> present(biases.output(), place);
            case GATE_BIAS -> present(biases.gate(), place);
            case UP_BIAS -> present(biases.up(), place);
            case DOWN_BIAS -> present(biases.down(), place);
            case EMBEDDING, FINAL_NORM, OUTPUT_HEAD -> throw new IllegalArgumentException(place + " is not in a block");
        };
    }

    private static Tensor present(@Nullable Tensor bias, WeightPlace place) {
        if (bias == null) {
            throw new IllegalArgumentException("the model has no " + place);
        }
        return bias;
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
        return switch (role) {
            case QUERY, KEY, VALUE, QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> true;
            default -> false;
        };
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
                replaced,
                replacement.of(Role.FINAL_NORM, -1),
                facts.tiedEmbeddings() ? table : replacement.of(Role.OUTPUT_HEAD, -1));
    }

    private record Replacement(DecoderWeights base, Scope scope, ModelFacts facts, Map<WeightPlace, Tensor> others) {
        BlockWeights block(int block) {
            BlockWeights old = base.blocks.get(block);
            BlockWeights.Biases biases = old.biases();
            return BlockWeights.of(
                    of(Role.INPUT_NORM, block),
                    of(Role.POST_ATTENTION_NORM, block),
                    joined(old.qkv(), block, Role.QUERY, Role.KEY, Role.VALUE),
                    of(Role.ATTENTION_OUTPUT, block),
                    of(Role.GATE, block),
                    of(Role.UP, block),
                    of(Role.DOWN, block),
                    new BlockWeights.Biases(
                            biases.qkv() == null
                                    ? null
                                    : joined(biases.qkv(), block, Role.QUERY_BIAS, Role.KEY_BIAS, Role.VALUE_BIAS),
                            biases.output() == null ? null : of(Role.ATTENTION_OUTPUT_BIAS, block),
                            biases.gate() == null ? null : of(Role.GATE_BIAS, block),
                            biases.up() == null ? null : of(Role.UP_BIAS, block),
                            biases.down() == null ? null : of(Role.DOWN_BIAS, block)));
        }

        Tensor of(Role role, int block) {
            WeightPlace place = new WeightPlace(role, block);
            Tensor other = others.get(place);
            return other == null ? base.at(facts, place) : other;
        }

        private Tensor joined(Tensor old, int block, Role... roles) {
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

    static DecoderWeights load(Scope scope, ModelFacts facts, WeightSource source) {
        return new Loader(scope, facts, WeightMap.of(facts, source), source).load();
    }

    /** Reads tensor by tensor through one staging buffer. */
    private static final class Loader {
        private final Scope scope;
        private final ModelFacts facts;
        private final WeightMap map;
        private final WeightSource source;
        private ByteBuffer staging = direct(0);

        Loader(Scope scope, ModelFacts facts, WeightMap map, WeightSource source) {
            this.scope = scope;
            this.facts = facts;
            this.map = map;
            this.source = source;
        }

        DecoderWeights load() {
            Tensor embedding = table(Role.EMBEDDING);
            Tensor head = map.has(Role.OUTPUT_HEAD) ? table(Role.OUTPUT_HEAD) : embedding;
            List<BlockWeights> blocks = new ArrayList<>();
            for (int block = 0; block < facts.layers(); block++) {
                blocks.add(block(block));
            }
            return new DecoderWeights(embedding, List.copyOf(blocks), vector(map.name(Role.FINAL_NORM)), head);
        }

        private BlockWeights block(int block) {
            int width = facts.hiddenSize();
            int inner = facts.intermediateSize();
            return BlockWeights.of(
                    vector(map.name(Role.INPUT_NORM, block)),
                    vector(map.name(Role.POST_ATTENTION_NORM, block)),
                    turned(stacked(width, block, Role.QUERY, Role.KEY, Role.VALUE), stackedRows(), width),
                    projection(Role.ATTENTION_OUTPUT, block, width, facts.heads() * facts.headDimension()),
                    projection(Role.GATE, block, inner, width),
                    projection(Role.UP, block, inner, width),
                    projection(Role.DOWN, block, width, inner),
                    new BlockWeights.Biases(
                            map.has(Role.QUERY_BIAS) ? stackedBias(block) : null,
                            bias(Role.ATTENTION_OUTPUT_BIAS, block),
                            bias(Role.GATE_BIAS, block),
                            bias(Role.UP_BIAS, block),
                            bias(Role.DOWN_BIAS, block)));
        }

        private int stackedRows() {
            return (facts.heads() + 2 * facts.keyValueHeads()) * facts.headDimension();
        }

        private Tensor stackedBias(int block) {
            FloatBuffer rows = stacked(1, block, Role.QUERY_BIAS, Role.KEY_BIAS, Role.VALUE_BIAS)
                    .asFloatBuffer();
            float[] values = new float[stackedRows()];
            rows.get(values);
            return scope.floats(values, values.length);
        }

        /** Queries, keys and values below each other, the halves of each query and key head interleaved. */
        private ByteBuffer stacked(int rowLength, int block, Role... roles) {
            ByteBuffer bytes = stage((long) stackedRows() * rowLength);
            FloatBuffer all = bytes.asFloatBuffer();
            for (Role role : roles) {
                source.read(map.name(role, block), all);
            }
            int half = facts.headDimension() / 2;
            float[] head = new float[facts.headDimension() * rowLength];
            for (int index = 0; index < facts.heads() + facts.keyValueHeads(); index++) {
                int start = index * head.length;
                all.get(start, head);
                for (int pair = 0; pair < half; pair++) {
                    all.put(start + 2 * pair * rowLength, head, pair * rowLength, rowLength);
                    all.put(start + (2 * pair + 1) * rowLength, head, (half + pair) * rowLength, rowLength);
                }
            }
            return bytes;
        }

        private Tensor projection(Role role, int block, int out, int in) {
            ByteBuffer bytes = stage((long) out * in);
            source.read(map.name(role, block), bytes.asFloatBuffer());
            return turned(bytes, out, in);
        }

        /** A copy of {@code [out, in]} as {@code [in, out]}. */
        private Tensor turned(ByteBuffer bytes, int out, int in) {
            try (Tensor rows = scope.over(bytes, out, in)) {
                return rows.transposed();
            }
        }

        /** {@code [vocabulary, d_model]}, the largest tensors: the buffer read into is the tensor. */
        private Tensor table(Role role) {
            ByteBuffer bytes = direct((long) facts.vocabularySize() * facts.hiddenSize());
            source.read(map.name(role), bytes.asFloatBuffer());
            return scope.over(bytes, facts.vocabularySize(), facts.hiddenSize());
        }

        private Tensor vector(String name) {
            int length = Math.toIntExact(source.shape(name)[0]);
            FloatBuffer values = FloatBuffer.allocate(length);
            source.read(name, values);
            return scope.floats(values.array(), length);
        }

        private @Nullable Tensor bias(Role role, int block) {
            return map.has(role) ? vector(map.name(role, block)) : null;
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
