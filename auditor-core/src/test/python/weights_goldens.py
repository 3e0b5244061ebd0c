"""Makes the files under src/test/resources/weights: small weights of every stored type, and what torch and gguf make of them.

Run with torch, safetensors, numpy and gguf: python weights_goldens.py ../resources/weights
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file

OUT = Path(sys.argv[1])
SEED = 20261121
ROWS, COLUMNS = 3, 256


def raw(path, tensors):
    """All tensors in the order of their names, as little-endian floats: read in the tests without any reader of ours."""
    with open(path, "wb") as file:
        for name in sorted(tensors):
            file.write(np.ascontiguousarray(tensors[name], dtype="<f4").tobytes())


def k_blocks(kind, random):
    """Random bytes with finite scales: gguf's Python dequantises these types but does not quantise to them."""
    width = gguf.GGML_QUANT_SIZES[kind][1]
    blocks = random.integers(0, 256, (ROWS, width), dtype=np.uint8)
    halves = (0, 2) if kind == gguf.GGMLQuantizationType.Q4_K else (width - 2,)
    for at in halves:
        scale = random.normal(0, 0.02, (ROWS, 1)).astype(np.float16)
        blocks[:, at : at + 2] = scale.view(np.uint8)
    return blocks


def types(random):
    kinds = gguf.GGMLQuantizationType
    writer = gguf.GGUFWriter(OUT / "types.gguf", "llama")
    writer.add_head_count(1)
    golden = {}
    for kind in (kinds.F32, kinds.F16, kinds.BF16, kinds.Q4_0, kinds.Q4_1, kinds.Q5_0, kinds.Q5_1, kinds.Q8_0, kinds.Q4_K, kinds.Q6_K):
        weights = random.normal(0, 1, (ROWS, COLUMNS)).astype(np.float32)
        if kind in (kinds.Q4_K, kinds.Q6_K):
            stored = k_blocks(kind, random)
        else:
            stored = gguf.quants.quantize(weights, kind)
        golden[kind.name] = gguf.quants.dequantize(stored, kind)
        if kind in (kinds.F32, kinds.F16):
            writer.add_tensor(kind.name, stored)
        else:
            writer.add_tensor(kind.name, stored, raw_dtype=kind)
    write(writer)
    raw(OUT / "types.floats", golden)


def write(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def safetensors(random):
    special = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, -6e-5, float("inf"), float("-inf"), float("nan"), 1 / 3]
    tensors = {}
    for name, dtype in (("single", torch.float32), ("half", torch.float16), ("brain", torch.bfloat16), ("double", torch.float64)):
        values = torch.tensor(np.concatenate([special, random.normal(0, 1, 31)]), dtype=torch.float64)
        tensors[name] = values.to(dtype).reshape(3, 14)
    tensors["scalar"] = torch.tensor(7.5)
    tensors["empty"] = torch.zeros(0, 4)
    golden = {name: tensor.to(torch.float32).numpy() for name, tensor in tensors.items()}
    save_file(tensors, OUT / "types.safetensors", metadata={"format": "pt"})
    raw(OUT / "types.safetensors.floats", golden)
    shards = OUT / "sharded"
    shards.mkdir(exist_ok=True)
    parts = (("single", "brain"), ("half", "scalar"))
    weight_map = {}
    for number, names in enumerate(parts, 1):
        file = f"model-{number:05d}-of-{len(parts):05d}.safetensors"
        save_file({name: tensors[name] for name in names}, shards / file, metadata={"format": "pt"})
        weight_map.update({name: file for name in names})
    index = {"metadata": {"total_size": 1}, "weight_map": weight_map}
    (shards / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    raw(shards / "golden.floats", {name: golden[name] for name in weight_map})


def permute(weights, heads):
    """LlamaModel.permute of llama.cpp's convert_hf_to_gguf.py."""
    return (
        weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
        .swapaxes(1, 2)
        .reshape(weights.shape)
    )


CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": 8,
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "rope_scaling": None,
    "hidden_act": "silu",
    "attention_bias": True,
    "mlp_bias": False,
    "tie_word_embeddings": False,
    "bos_token_id": 1,
    "eos_token_id": [2, 3],
    "pad_token_id": 0,
    "torch_dtype": "float32",
}

SHAPES = {
    "token_embd.weight": ("model.embed_tokens.weight", (8, 32)),
    "output_norm.weight": ("model.norm.weight", (32,)),
    "output.weight": ("lm_head.weight", (8, 32)),
    "blk.0.attn_norm.weight": ("model.layers.0.input_layernorm.weight", (32,)),
    "blk.0.ffn_norm.weight": ("model.layers.0.post_attention_layernorm.weight", (32,)),
    "blk.0.attn_q.weight": ("model.layers.0.self_attn.q_proj.weight", (32, 32)),
    "blk.0.attn_k.weight": ("model.layers.0.self_attn.k_proj.weight", (16, 32)),
    "blk.0.attn_v.weight": ("model.layers.0.self_attn.v_proj.weight", (16, 32)),
    "blk.0.attn_output.weight": ("model.layers.0.self_attn.o_proj.weight", (32, 32)),
    "blk.0.attn_q.bias": ("model.layers.0.self_attn.q_proj.bias", (32,)),
    "blk.0.attn_k.bias": ("model.layers.0.self_attn.k_proj.bias", (16,)),
    "blk.0.attn_v.bias": ("model.layers.0.self_attn.v_proj.bias", (16,)),
    "blk.0.attn_output.bias": ("model.layers.0.self_attn.o_proj.bias", (32,)),
    "blk.0.ffn_gate.weight": ("model.layers.0.mlp.gate_proj.weight", (32, 32)),
    "blk.0.ffn_up.weight": ("model.layers.0.mlp.up_proj.weight", (32, 32)),
    "blk.0.ffn_down.weight": ("model.layers.0.mlp.down_proj.weight", (32, 32)),
}


def llama(random):
    """One model twice: as Hugging Face has it, and as the converter of llama.cpp writes it."""
    for folder in ("llama", "llama-gguf"):
        (OUT / folder).mkdir(exist_ok=True)
        (OUT / folder / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")
    writer = gguf.GGUFWriter(OUT / "llama-gguf" / "model.gguf", "llama")
    writer.add_block_count(1)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(32)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(8)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_token_list(["a"] * 8)
    kind = gguf.GGMLQuantizationType.Q8_0
    plain = {}
    for name, (there, shape) in SHAPES.items():
        weights = random.normal(0, 1, shape).astype(np.float32)
        quantised = len(shape) == 2 and "blk" in name
        if quantised:
            weights = gguf.quants.dequantize(gguf.quants.quantize(weights, kind), kind)
        plain[there] = torch.from_numpy(weights)
        stored = weights
        if ".attn_q." in name:
            stored = permute(weights, 4)
        if ".attn_k." in name:
            stored = permute(weights, 2)
        if quantised:
            writer.add_tensor(name, gguf.quants.quantize(stored, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, stored)
    write(writer)
    save_file(plain, OUT / "llama" / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    generator = np.random.default_rng(SEED)
    types(generator)
    safetensors(generator)
    llama(generator)
