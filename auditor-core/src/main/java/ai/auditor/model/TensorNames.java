package ai.auditor.model;

import ai.auditor.model.WeightMap.Role;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How files of the family name and lay out tensors.
 *
 * @param prefixes before every name but the head's; the first is the one that transformers writes
 * @param blocks before the number of a block
 * @param heads names of the output head; the first is the one that transformers writes
 * @param fusion how queries, keys and values share a tensor
 * @param transposed whether projections of blocks are stored {@code [in, out]}
 * @param places the rest of each role's name
 */
record TensorNames(
        List<String> prefixes,
        String blocks,
        List<String> heads,
        Fusion fusion,
        boolean transposed,
        Map<Role, String> places) {
    /** How queries, keys and values share a tensor. */
    enum Fusion {
        /** Each has its own. */
        NONE,
        /** Below each other. */
        THIRDS,
        /** Of each head below each other, head by head. */
        HEADS
    }

    static final TensorNames LLAMA = new TensorNames(
            List.of("model.", ""),
            "layers.",
            List.of("lm_head.weight"),
            Fusion.NONE,
            false,
            llama("post_attention_layernorm.weight"));
    static final TensorNames GEMMA = new TensorNames(
            // The last two are those of the models that see pictures too, in versions 4 and 5 of transformers.
            List.of("model.", "", "language_model.model.", "model.language_model."),
            "layers.",
            List.of("lm_head.weight", "language_model.lm_head.weight"),
            Fusion.NONE,
            false,
            llama("pre_feedforward_layernorm.weight"));
    static final TensorNames GPT_NEOX = new TensorNames(
            List.of("gpt_neox.", ""),
            "layers.",
            List.of("embed_out.weight"),
            Fusion.HEADS,
            false,
            layerNormed(
                    "embed_in.weight",
                    "input_layernorm",
                    "attention.query_key_value",
                    "attention.dense",
                    "post_attention_layernorm",
                    "mlp.dense_h_to_4h",
                    "mlp.dense_4h_to_h",
                    "final_layer_norm"));
    static final TensorNames GPT2 = new TensorNames(
            List.of("transformer.", ""),
            "h.",
            List.of("lm_head.weight"),
            Fusion.THIRDS,
            true,
            layerNormed("wte.weight", "ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj", "ln_f"));

    private static Map<Role, String> llama(String mlpNorm) {
        Map<Role, String> places = new EnumMap<>(Role.class);
        places.put(Role.EMBEDDING, "embed_tokens.weight");
        places.put(Role.INPUT_NORM, "input_layernorm.weight");
        places.put(Role.QUERY, "self_attn.q_proj.weight");
        places.put(Role.QUERY_BIAS, "self_attn.q_proj.bias");
        places.put(Role.KEY, "self_attn.k_proj.weight");
        places.put(Role.KEY_BIAS, "self_attn.k_proj.bias");
        places.put(Role.VALUE, "self_attn.v_proj.weight");
        places.put(Role.VALUE_BIAS, "self_attn.v_proj.bias");
        places.put(Role.QUERY_NORM, "self_attn.q_norm.weight");
        places.put(Role.KEY_NORM, "self_attn.k_norm.weight");
        places.put(Role.ATTENTION_OUTPUT, "self_attn.o_proj.weight");
        places.put(Role.ATTENTION_OUTPUT_BIAS, "self_attn.o_proj.bias");
        places.put(Role.ATTENTION_POST_NORM, "post_attention_layernorm.weight");
        places.put(Role.MLP_NORM, mlpNorm);
        places.put(Role.GATE, "mlp.gate_proj.weight");
        places.put(Role.GATE_BIAS, "mlp.gate_proj.bias");
        places.put(Role.UP, "mlp.up_proj.weight");
        places.put(Role.UP_BIAS, "mlp.up_proj.bias");
        places.put(Role.DOWN, "mlp.down_proj.weight");
        places.put(Role.DOWN_BIAS, "mlp.down_proj.bias");
        places.put(Role.MLP_POST_NORM, "post_feedforward_layernorm.weight");
        places.put(Role.FINAL_NORM, "norm.weight");
        return Map.copyOf(places);
    }

    private static Map<Role, String> layerNormed(
            String embedding,
            String inputNorm,
            String fused,
            String output,
            String mlpNorm,
            String up,
            String down,
            String finalNorm) {
        Map<Role, String> places = new EnumMap<>(Role.class);
        places.put(Role.EMBEDDING, embedding);
        places.put(Role.POSITION_EMBEDDING, "wpe.weight");
        for (Role role : List.of(Role.QUERY, Role.KEY, Role.VALUE)) {
            places.put(role, fused + ".weight");
        }
        for (Role role : List.of(Role.QUERY_BIAS, Role.KEY_BIAS, Role.VALUE_BIAS)) {
            places.put(role, fused + ".bias");
        }
        both(places, Role.INPUT_NORM, Role.INPUT_NORM_BIAS, inputNorm);
        both(places, Role.ATTENTION_OUTPUT, Role.ATTENTION_OUTPUT_BIAS, output);
        both(places, Role.MLP_NORM, Role.MLP_NORM_BIAS, mlpNorm);
        both(places, Role.UP, Role.UP_BIAS, up);
        both(places, Role.DOWN, Role.DOWN_BIAS, down);
        both(places, Role.FINAL_NORM, Role.FINAL_NORM_BIAS, finalNorm);
        return Map.copyOf(places);
    }

    private static void both(Map<Role, String> places, Role weight, Role bias, String module) {
        places.put(weight, module + ".weight");
        places.put(bias, module + ".bias");
    }

    /** Name below the block, or below the model, such as {@code mlp.down_proj.bias}; of the head the whole. */
    String place(Role role) {
        if (role == Role.OUTPUT_HEAD) {
            return heads.get(0);
        }
        String place = places.get(role);
        if (place == null) {
            throw new IllegalArgumentException("the family has no " + role);
        }
        return place;
    }

    /** The whole name of a tensor. */
    String name(String prefix, Role role, int block) {
        return role == Role.OUTPUT_HEAD
                ? place(role)
                : prefix + (role.inBlock() ? blocks + block + "." : "") + place(role);
    }
}
