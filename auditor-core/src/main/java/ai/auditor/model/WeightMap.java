package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.model.internal.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Which tensor plays which role in the decoder; where one stands, every tensor that the decoder needs was found with its exact shape. */
public final class WeightMap {
    /** A buffer of the Java runtime has no more bytes. */
    private static final long MOST_BYTES = Integer.MAX_VALUE;

    /** What a weight is to the decoder. */
    public enum Role {
        /** {@code [vocabulary, d_model]}. */
        EMBEDDING,
        /** {@code [positions, d_model]}; only where positions are learned. */
        POSITION_EMBEDDING,
        /** {@code [d_model]}; stands before the attention. */
        INPUT_NORM,
        /** {@code [d_model]}. */
        INPUT_NORM_BIAS,
        /** {@code [heads * head_dimension, d_model]}. */
        QUERY,
        /** {@code [heads * head_dimension]}. */
        QUERY_BIAS,
        /** {@code [key_value_heads * head_dimension, d_model]}. */
        KEY,
        /** {@code [key_value_heads * head_dimension]}. */
        KEY_BIAS,
        /** {@code [key_value_heads * head_dimension, d_model]}. */
        VALUE,
        /** {@code [key_value_heads * head_dimension]}. */
        VALUE_BIAS,
        /** {@code [head_dimension]}; the same for every head. */
        QUERY_NORM,
        /** {@code [head_dimension]}; the same for every head. */
        KEY_NORM,
        /** {@code [d_model, heads * head_dimension]}. */
        ATTENTION_OUTPUT,
        /** {@code [d_model]}. */
        ATTENTION_OUTPUT_BIAS,
        /** {@code [d_model]}; stands between the attention and the residual stream. */
        ATTENTION_POST_NORM,
        /** {@code [d_model]}; stands before the MLP. */
        MLP_NORM,
        /** {@code [d_model]}. */
        MLP_NORM_BIAS,
        /** {@code [d_intermediate, d_model]}; only where the MLP is gated. */
        GATE,
        /** {@code [d_intermediate]}. */
        GATE_BIAS,
        /** {@code [d_intermediate, d_model]}. */
        UP,
        /** {@code [d_intermediate]}. */
        UP_BIAS,
        /** {@code [d_model, d_intermediate]}. */
        DOWN,
        /** {@code [d_model]}. */
        DOWN_BIAS,
        /** {@code [d_model]}; stands between the MLP and the residual stream. */
        MLP_POST_NORM,
        /** {@code [d_model]}. */
        FINAL_NORM,
        /** {@code [d_model]}. */
        FINAL_NORM_BIAS,
        /** {@code [vocabulary, d_model]}; only where embeddings are not tied. */
        OUTPUT_HEAD;

        /** What a role is in the layout of a decoder. */
        enum Kind {
            /** Outside of every block. */
            MODEL,
            /** The matrix of a linear map in a block. */
            PROJECTION,
            /** A vector in a block that is added. */
            BIAS,
            /** A vector in a block that is multiplied with. */
            NORM
        }

        Kind kind() {
            return switch (this) {
                case EMBEDDING, POSITION_EMBEDDING, FINAL_NORM, FINAL_NORM_BIAS, OUTPUT_HEAD -> Kind.MODEL;
                case QUERY, KEY, VALUE, ATTENTION_OUTPUT, GATE, UP, DOWN -> Kind.PROJECTION;
                case INPUT_NORM_BIAS,
                        QUERY_BIAS,
                        KEY_BIAS,
                        VALUE_BIAS,
                        ATTENTION_OUTPUT_BIAS,
                        MLP_NORM_BIAS,
                        GATE_BIAS,
                        UP_BIAS,
                        DOWN_BIAS -> Kind.BIAS;
                case INPUT_NORM, QUERY_NORM, KEY_NORM, ATTENTION_POST_NORM, MLP_NORM, MLP_POST_NORM -> Kind.NORM;
            };
        }

        /** Whether every block has its own. */
        public boolean inBlock() {
            return kind() != Kind.MODEL;
        }

        /** Whether it multiplies what is normed. */
        boolean isNorm() {
            return kind() == Kind.NORM || this == FINAL_NORM;
        }

        /** Whether it is a part of what makes queries and keys, whose heads are rotated. */
        boolean turned() {
            return switch (this) {
                case QUERY, QUERY_BIAS, KEY, KEY_BIAS, QUERY_NORM, KEY_NORM -> true;
                case EMBEDDING,
                        POSITION_EMBEDDING,
                        INPUT_NORM,
                        INPUT_NORM_BIAS,
                        VALUE,
                        VALUE_BIAS,
                        ATTENTION_OUTPUT,
                        ATTENTION_OUTPUT_BIAS,
                        ATTENTION_POST_NORM,
                        MLP_NORM,
                        MLP_NORM_BIAS,
                        GATE,
                        GATE_BIAS,
                        UP,
                        UP_BIAS,
                        DOWN,
                        DOWN_BIAS,
                        MLP_POST_NORM,
                        FINAL_NORM,
                        FINAL_NORM_BIAS,
                        OUTPUT_HEAD -> false;
            };
        }

        /** Name below the block, or below the model, as files of the model have it, such as {@code mlp.down_proj.bias}. */
        public String place(ModelFacts facts) {
            return facts.family().names().place(this);
        }

        boolean neededBy(ModelFacts facts) {
            Family family = facts.family();
            ModelFacts.Biases biases = facts.biases();
            return switch (this) {
                case EMBEDDING, INPUT_NORM, QUERY, KEY, VALUE, ATTENTION_OUTPUT, MLP_NORM, UP, DOWN, FINAL_NORM -> true;
                case POSITION_EMBEDDING -> family.learnedPositions();
                case INPUT_NORM_BIAS, MLP_NORM_BIAS, FINAL_NORM_BIAS -> family.layerNorms();
                case QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> biases.queryKeyValue();
                case QUERY_NORM, KEY_NORM -> family.headNorms();
                case ATTENTION_OUTPUT_BIAS -> biases.attentionOutput();
                case ATTENTION_POST_NORM, MLP_POST_NORM -> family.postNorms();
                case GATE -> family.gated();
                case GATE_BIAS -> family.gated() && biases.mlp();
                case UP_BIAS, DOWN_BIAS -> biases.mlp();
                case OUTPUT_HEAD -> !facts.tiedEmbeddings();
            };
        }

        /** Row-major, projections {@code [out, in]}. */
        long[] shape(ModelFacts facts) {
            long hidden = facts.hiddenSize();
            long inner = facts.intermediateSize();
            long queries = (long) facts.heads() * facts.headDimension();
            long keys = (long) facts.keyValueHeads() * facts.headDimension();
            return switch (this) {
                case EMBEDDING, OUTPUT_HEAD -> new long[] {facts.vocabularySize(), hidden};
                case POSITION_EMBEDDING -> new long[] {facts.maxPositions(), hidden};
                case INPUT_NORM,
                        INPUT_NORM_BIAS,
                        MLP_NORM,
                        MLP_NORM_BIAS,
                        ATTENTION_POST_NORM,
                        MLP_POST_NORM,
                        FINAL_NORM,
                        FINAL_NORM_BIAS,
                        ATTENTION_OUTPUT_BIAS,
                        DOWN_BIAS -> new long[] {hidden};
                case QUERY -> new long[] {queries, hidden};
                case QUERY_BIAS -> new long[] {queries};
                case KEY, VALUE -> new long[] {keys, hidden};
                case KEY_BIAS, VALUE_BIAS -> new long[] {keys};
                case QUERY_NORM, KEY_NORM -> new long[] {facts.headDimension()};
                case ATTENTION_OUTPUT -> new long[] {hidden, queries};
                case GATE, UP -> new long[] {inner, hidden};
                case GATE_BIAS, UP_BIAS -> new long[] {inner};
                case DOWN -> new long[] {hidden, inner};
            };
        }
    }

    /**
     * A weight that the decoder needs, and the tensor that it is, or is a part of.
     *
     * @param block 0-based, or -1 where the role is not one of a block
     * @param name of the tensor in the source
     * @param shape of the tensor in the source, row-major
     */
    public record Tensor(Role role, int block, String name, long[] shape) {}

    private final ModelFacts facts;
    private final String prefix;
    private final String head;
    private final List<Tensor> tensors;

    private WeightMap(ModelFacts facts, String prefix, String head) {
        this.facts = facts;
        this.prefix = prefix;
        this.head = head;
        List<Tensor> needed = new ArrayList<>();
        for (WeightPlace place : WeightPlace.all(facts)) {
            needed.add(new Tensor(
                    place.role(),
                    place.block(),
                    spelled(place.role(), place.block()),
                    StoredLayout.of(facts, place.role()).shape()));
        }
        this.tensors = List.copyOf(needed);
    }

    /**
     * Finds every tensor that a model needs; one that it does not need is refused unless it is known to be harmless. The base model saved
     * alone, without the prefix of its family, is understood.
     *
     * @throws AuditException {@code MODEL}, naming file, tensor, expected and found shape, or the limit that a tensor exceeds, before
     *     anything is read
     */
    public static WeightMap of(ModelFacts facts, WeightSource source) {
        Set<String> names = source.names();
        TensorNames spelling = facts.family().names();
        String prefix = spelling.prefixes().stream()
                .filter(one -> names.contains(spelling.name(one, Role.EMBEDDING, -1)))
                .findFirst()
                .orElse(spelling.prefixes().get(0));
        String head = spelling.heads().stream()
                .filter(names::contains)
                .findFirst()
                .orElse(spelling.heads().get(0));
        WeightMap map = new WeightMap(facts, prefix, head);
        for (Tensor tensor : map.tensors) {
            Path file = Path.of(source.location(tensor.name()));
            String expected = Arrays.toString(tensor.shape());
            if (!names.contains(tensor.name())) {
                throw Refusal.of(file, tensor.name(), "is missing; by config.json its shape is " + expected);
            }
            long[] found = source.shape(tensor.name());
            if (!Arrays.equals(found, tensor.shape())) {
                throw Refusal.of(
                        file,
                        tensor.name(),
                        "its shape is " + Arrays.toString(found) + ", but by config.json it is " + expected);
            }
            if (!fits(tensor, facts)) {
                throw Refusal.of(
                        file,
                        tensor.name(),
                        "its shape " + expected + " takes more than the " + MOST_BYTES
                                + " bytes as 32-bit numbers (query, key and value together) that one tensor may have here;"
                                + " use a smaller model of the family");
            }
        }
        Leftovers.require(map, source);
        return map;
    }

    ModelFacts facts() {
        return facts;
    }

    /** Whether a tensor can be held in one buffer; queries, keys and values of a block lie in one. */
    private static boolean fits(Tensor tensor, ModelFacts facts) {
        long[] shape = tensor.role().shape(facts);
        long rows = tensor.role() == Role.QUERY
                ? (facts.heads() + 2L * facts.keyValueHeads()) * facts.headDimension()
                : shape[0];
        long columns = shape.length > 1 ? shape[1] : 1;
        return rows <= MOST_BYTES / Float.BYTES / columns;
    }

    /** All tensors that the decoder needs, by role, then by block. */
    public List<Tensor> tensors() {
        return tensors;
    }

    /** Whether the model has tensors of a role: some biases, and the output head, may be absent. */
    public boolean has(Role role) {
        return role.neededBy(facts);
    }

    /** Name of the one tensor of a role outside the blocks. */
    public String name(Role role) {
        return name(role, -1);
    }

    /** Name of a block's tensor. */
    public String name(Role role, int block) {
        boolean known = role.inBlock() ? block >= 0 && block < facts.layers() : block == -1;
        if (!known || !has(role)) {
            throw new IllegalArgumentException("no tensor " + role + " in block " + block);
        }
        return spelled(role, block);
    }

    /** Before every name but the head's. */
    String prefix() {
        return prefix;
    }

    private String spelled(Role role, int block) {
        return role == Role.OUTPUT_HEAD ? head : facts.family().names().name(prefix, role, block);
    }
}
