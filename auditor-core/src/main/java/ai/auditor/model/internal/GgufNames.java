package ai.auditor.model.internal;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GGUF tensor names of architecture {@code llama} against those of Hugging Face ({@code gguf-py/gguf/tensor_mapping.py}). */
final class GgufNames {
    private static final Map<String, String> ROOT = Map.of(
            "token_embd", "model.embed_tokens",
            "output_norm", "model.norm",
            "output", "lm_head");
    private static final Map<String, String> BLOCK = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_norm", "post_attention_layernorm",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");
    private static final Pattern NAME = Pattern.compile("(?:blk\\.(\\d{1,9})\\.)?([a-z_]+)\\.(weight|bias)");

    private GgufNames() {}

    /** The Hugging Face name; a name that is not known stays as it is. */
    static String huggingFace(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return name;
        }
        String block = matcher.group(1);
        String part = (block == null ? ROOT : BLOCK).get(matcher.group(2));
        if (part == null) {
            return name;
        }
        return (block == null ? "" : "model.layers." + block + ".") + part + "." + matcher.group(3);
    }

    /** Whether the rows of a tensor are those of queries. */
    static boolean isQuery(String huggingFaceName) {
        return huggingFaceName.contains(".self_attn.q_proj.");
    }

    /** Whether the rows of a tensor are those of keys. */
    static boolean isKey(String huggingFaceName) {
        return huggingFaceName.contains(".self_attn.k_proj.");
    }
}
