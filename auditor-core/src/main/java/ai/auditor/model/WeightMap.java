package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.model.internal.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;

/** Which tensor plays which role in the decoder; where one stands, every tensor that the decoder needs was found with its exact shape. */
public final class WeightMap {
    private static final String PREFIX = "model.";
    /** A buffer of the Java runtime has no more bytes. */
    private static final long MOST_BYTES = Integer.MAX_VALUE;

    /** What a tensor is to the decoder, with its place below the prefix in family llama. */
    public enum Role {
        /** {@code [vocabulary, d_model]}. */
        EMBEDDING("embed_tokens.weight"),
        /** {@code [d_model]}. */
        INPUT_NORM("input_layernorm.weight"),
        /** {@code [heads * head_dimension, d_model]}. */
        QUERY("self_attn.q_proj.weight"),
        /** {@code [heads * head_dimension]}. */
        QUERY_BIAS("self_attn.q_proj.bias"),
        /** {@code [key_value_heads * head_dimension, d_model]}. */
        KEY("self_attn.k_proj.weight"),
        /** {@code [key_value_heads * head_dimension]}. */
        KEY_BIAS("self_attn.k_proj.bias"),
        /** {@code [key_value_heads * head_dimension, d_model]}. */
        VALUE("self_attn.v_proj.weight"),
        /** {@code [key_value_heads * head_dimension]}. */
        VALUE_BIAS("self_attn.v_proj.bias"),
        /** {@code [d_model, heads * head_dimension]}. */
        ATTENTION_OUTPUT("self_attn.o_proj.weight"),
        /** {@code [d_model]}. */
        ATTENTION_OUTPUT_BIAS("self_attn.o_proj.bias"),
        /** {@code [d_model]}; stands before the MLP. */
        POST_ATTENTION_NORM("post_attention_layernorm.weight"),
        /** {@code [d_intermediate, d_model]}. */
        GATE("mlp.gate_proj.weight"),
        /** {@code [d_intermediate]}. */
        GATE_BIAS("mlp.gate_proj.bias"),
        /** {@code [d_intermediate, d_model]}. */
        UP("mlp.up_proj.weight"),
        /** {@code [d_intermediate]}. */
        UP_BIAS("mlp.up_proj.bias"),
        /** {@code [d_model, d_intermediate]}. */
        DOWN("mlp.down_proj.weight"),
        /** {@code [d_model]}. */
        DOWN_BIAS("mlp.down_proj.bias"),
        /** {@code [d_model]}. */
        FINAL_NORM("norm.weight"),
        /** {@code [vocabulary, d_model]}; only where embeddings are not tied. */
        OUTPUT_HEAD("lm_head.weight");

        private final String place;

        Role(String place) {
            this.place = place;
        }

        /** Name below the block, or below the model, such as {@code mlp.down_proj.bias}. */
        public String place() {
            return place;
        }

        /** Whether every block has its own. */
        public boolean inBlock() {
            return switch (this) {
                case EMBEDDING, FINAL_NORM, OUTPUT_HEAD -> false;
                case INPUT_NORM,
                        QUERY,
                        QUERY_BIAS,
                        KEY,
                        KEY_BIAS,
                        VALUE,
                        VALUE_BIAS,
                        ATTENTION_OUTPUT,
                        ATTENTION_OUTPUT_BIAS,
                        POST_ATTENTION_NORM,
                        GATE,
                        GATE_BIAS,
                        UP,
                        UP_BIAS,
                        DOWN,
                        DOWN_BIAS -> true;
            };
        }

        boolean neededBy(ModelFacts facts) {
            return switch (this) {
                case QUERY_BIAS, KEY_BIAS, VALUE_BIAS, ATTENTION_OUTPUT_BIAS -> facts.attentionBias();
                case GATE_BIAS, UP_BIAS, DOWN_BIAS -> facts.mlpBias();
                case OUTPUT_HEAD -> !facts.tiedEmbeddings();
                case EMBEDDING,
                        INPUT_NORM,
                        QUERY,
                        KEY,
                        VALUE,
                        ATTENTION_OUTPUT,
                        POST_ATTENTION_NORM,
                        GATE,
                        UP,
                        DOWN,
                        FINAL_NORM -> true;
            };
        }

        long[] shape(ModelFacts facts) {
            long hidden = facts.hiddenSize();
            long inner = facts.intermediateSize();
            long queries = (long) facts.heads() * facts.headDimension();
            long keys = (long) facts.keyValueHeads() * facts.headDimension();
            return switch (this) {
                case EMBEDDING, OUTPUT_HEAD -> new long[] {facts.vocabularySize(), hidden};
                case INPUT_NORM, POST_ATTENTION_NORM, FINAL_NORM, ATTENTION_OUTPUT_BIAS, DOWN_BIAS ->
                    new long[] {hidden};
                case QUERY -> new long[] {queries, hidden};
                case QUERY_BIAS -> new long[] {queries};
                case KEY, VALUE -> new long[] {keys, hidden};
                case KEY_BIAS, VALUE_BIAS -> new long[] {keys};
                case ATTENTION_OUTPUT -> new long[] {hidden, queries};
                case GATE, UP -> new long[] {inner, hidden};
                case GATE_BIAS, UP_BIAS -> new long[] {inner};
                case DOWN -> new long[] {hidden, inner};
            };
        }
    }

    /**
     * A tensor that the decoder needs.
     *
     * @param block 0-based, or -1 where the role is not one of a block
     * @param name under which the source has it
     * @param shape row-major
     */
    public record Tensor(Role role, int block, String name, long[] shape) {}

    private final ModelFacts facts;
    private final String prefix;
    private final List<Tensor> tensors;

    private WeightMap(ModelFacts facts, String prefix) {
        this.facts = facts;
        this.prefix = prefix;
        List<Tensor> needed = new ArrayList<>();
        for (Role role : Role.values()) {
            if (!role.neededBy(facts)) {
                continue;
            }
            for (int block = role.inBlock() ? 0 : -1; block < (role.inBlock() ? facts.layers() : 0); block++) {
                needed.add(new Tensor(role, block, spelled(role, block), role.shape(facts)));
            }
        }
        this.tensors = List.copyOf(needed);
    }

    /**
     * Finds every tensor that a model needs; one that it does not need is refused unless it is known to be harmless. The base model saved alone, without the prefix {@code model.}, is understood.
     *
     * @throws AuditException {@code MODEL}, naming file, tensor, expected and found shape, or the limit that a tensor exceeds, before
     *     anything is read
     */
    public static WeightMap of(ModelFacts facts, WeightSource source) {
        SortedSet<String> names = source.names();
        boolean bare = !names.contains(PREFIX + Role.EMBEDDING.place) && names.contains(Role.EMBEDDING.place);
        WeightMap map = new WeightMap(facts, bare ? "" : PREFIX);
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
        long[] shape = tensor.shape();
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

    private String spelled(Role role, int block) {
        return spelled(prefix, role, block);
    }

    /** As transformers names it in a causal language model. */
    static String standardName(Role role, int block) {
        return spelled(PREFIX, role, block);
    }

    private static String spelled(String prefix, Role role, int block) {
        if (role == Role.OUTPUT_HEAD) {
            return role.place;
        }
        return prefix + (role.inBlock() ? "layers." + block + "." : "") + role.place;
    }
}
