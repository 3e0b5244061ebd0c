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
import org.jspecify.annotations.Nullable;

/**
 * The weights of a decoder in the layout of the kernels, each held once.
 *
 * @param embedding {@code [vocabulary, width]}
 * @param head the same tensor where it is tied
 * @param finalNorm {@code [width]}
 */
record DecoderWeights(Tensor embedding, List<BlockWeights> blocks, Tensor finalNorm, Tensor head) {

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
