"""Tiny random models of the eight families with what transformers computes for them: fp32, eager attention, one row at a time.

Needs torch 2.7.1, transformers 4.57.6, safetensors.

    python tiny_families.py src/test/resources/families      makes models and goldens (under 4 MB)
    python tiny_families.py --rope src/test/resources/families/rope.json      frequencies of the rope kinds

golden.json: rows (ids, completion span, mean NLL), and answers: greedy tokens after a prompt, plain and under interventions.
golden.safetensors: row.I.logits, row.I.POINT at every position, and of row 1 row.1.grad.POINT: the gradient of its mean NLL there.
Windows are of 8 tokens, so that rows are longer.
"""
import argparse, json, os, random, shutil

import torch
import transformers
from safetensors.torch import save_file
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from tiny_llama import rows_for, write_tokenizer

COMMON = dict(vocab_size=96, bos_token_id=1, eos_token_id=2, pad_token_id=0)
SIZES = dict(COMMON, hidden_size=32, intermediate_size=48, num_attention_heads=4, num_hidden_layers=2, max_position_embeddings=64)
GEMMA = dict(SIZES, num_key_value_heads=2, head_dim=12, sliding_window=8, tie_word_embeddings=True, query_pre_attn_scalar=24)
FAMILIES = {
    "llama3": ("Llama", dict(SIZES, num_key_value_heads=2, rope_theta=500000.0, tie_word_embeddings=True, rms_norm_eps=1e-5,
        rope_scaling=dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16))),
    "mistral": ("Mistral", dict(SIZES, num_key_value_heads=2, head_dim=12, sliding_window=8, rope_theta=1000.0)),
    "qwen2": ("Qwen2", dict(SIZES, num_key_value_heads=1, use_sliding_window=True, max_window_layers=1, sliding_window=8,
        rope_theta=10000.0, rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16))),
    "qwen3": ("Qwen3", dict(SIZES, num_key_value_heads=2, head_dim=16, rope_theta=1e6, tie_word_embeddings=True)),
    "gemma2": ("Gemma2", dict(GEMMA, attn_logit_softcapping=5.0, final_logit_softcapping=3.0)),
    "gemma3": ("Gemma3", dict(GEMMA, num_hidden_layers=3, layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_theta=1e6, rope_local_base_freq=100.0, rope_scaling=dict(rope_type="linear", factor=8.0))),
    "gpt_neox": ("GPTNeoX", dict(SIZES, hidden_size=64, rotary_pct=0.25, rotary_emb_base=1000)),
    "gpt_neox_sequential": ("GPTNeoX", dict(SIZES, rotary_pct=1.0, use_parallel_residual=False)),
    "gpt2": ("GPT2", dict(COMMON, n_embd=32, n_head=4, n_layer=2, n_positions=64)),
}
SPANS = [(9, 4, 8), (21, 11, 20), (30, 0, 30)]
NEW_TOKENS = 12


def randomised(model, seed, offset_norms):
    """Weights of a size at which every part matters: norms away from one, biases away from zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if name.endswith("bias"):
                parameter.copy_(0.2 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(0.3 * noise + (0 if offset_norms else 1))
            elif "emb" in name or "wte" in name or "wpe" in name:
                parameter.copy_(noise * (0.2 if offset_norms else 1))
            else:
                fan_in = parameter.shape[0] if "c_" in name else parameter.shape[1]
                parameter.copy_(noise * 1.2 / fan_in ** 0.5)
    return model


class Parts:
    """Where a family's modules stand."""

    def __init__(self, model):
        self.model = model
        base = getattr(model, "model", None) or model.base_model
        self.layers = base.h if hasattr(base, "h") else base.layers
        self.norm = getattr(base, "ln_f", None) or getattr(base, "final_layer_norm", None) or base.norm
        self.tokens = base.wte if hasattr(base, "wte") else None
        self.gemma = hasattr(self.layers[0], "post_feedforward_layernorm")
        self.parallel = getattr(model.config, "use_parallel_residual", False)

    def attention(self, layer):
        if self.gemma:
            return layer.post_attention_layernorm
        return getattr(layer, "self_attn", None) or getattr(layer, "attn", None) or layer.attention

    def mlp(self, layer):
        return layer.post_feedforward_layernorm if self.gemma else layer.mlp

    def mlp_norm(self, layer):
        if self.gemma:
            return layer.pre_feedforward_layernorm
        return layer.ln_2 if hasattr(layer, "ln_2") else layer.post_attention_layernorm


def first(output):
    return output[0] if isinstance(output, tuple) else output


def watched(parts, ids, changes=()):
    """Runs ids and gives every point; changes are (point, function) done where it stands."""
    points, hooks = {}, []

    def change(point, hidden):
        for where, function in changes:
            if where == point:
                hidden = function(hidden)
        return hidden

    def output(point):
        def hook(_module, _inputs, result):
            hidden = change(point, first(result))
            if hidden.requires_grad:
                hidden.retain_grad()
            points[point] = hidden
            return (hidden,) + result[1:] if isinstance(result, tuple) else hidden
        return hook

    def entering(point):
        def hook(_module, inputs, keywords):
            hidden = inputs[0] if inputs else keywords["hidden_states"]
            if hidden.requires_grad:
                hidden.retain_grad()
            points[point] = hidden
        return hook

    if parts.tokens is not None:
        hooks.append(parts.tokens.register_forward_hook(output("embeddings")))
    else:
        hooks.append(parts.layers[0].register_forward_pre_hook(entering("embeddings"), with_kwargs=True))
    for k, layer in enumerate(parts.layers):
        hooks.append(layer.register_forward_pre_hook(entering(f"resid_pre.{k}"), with_kwargs=True))
        hooks.append(parts.attention(layer).register_forward_hook(output(f"attn_out.{k}")))
        if not parts.parallel:
            hooks.append(parts.mlp_norm(layer).register_forward_pre_hook(entering(f"resid_mid.{k}"), with_kwargs=True))
        hooks.append(parts.mlp(layer).register_forward_hook(output(f"mlp_out.{k}")))
        hooks.append(layer.register_forward_hook(output(f"resid_post.{k}")))
    hooks.append(parts.norm.register_forward_hook(output("final_norm")))
    logits = parts.model(torch.tensor([ids]), use_cache=False).logits[0]
    for hook in hooks:
        hook.remove()
    return logits, points


def answers(parts, width):
    """Greedy tokens after two prompts, plain and with a vector added, one projected out, and noise in the weights left out."""
    generator = torch.Generator().manual_seed(5)
    vector, direction = torch.randn(width, generator=generator), torch.randn(width, generator=generator)
    unit = direction / direction.norm()
    steered = [
        ("resid_post.0", lambda hidden: hidden + vector),
        ("attn_out.1", lambda hidden: hidden - (hidden @ unit)[..., None] * unit),
        ("mlp_out.1", lambda hidden: hidden + 0.5 * vector),
    ]
    choose = random.Random(11)
    result = {"add": vector.tolist(), "out": direction.tolist(), "written": []}
    for length in (5, 13):
        prompt = [choose.randrange(3, 96) for _ in range(length)]
        for name, changes in (("plain", ()), ("steered", steered)):
            ids = list(prompt)
            with torch.no_grad():
                for _ in range(NEW_TOKENS):
                    logits, _ = watched(parts, ids, changes)
                    ids.append(int(logits[-1].argmax()))
            result["written"].append({"prompt": prompt, "kind": name, "tokens": ids[length:]})
    return result


def make(name, directory, seed):
    kind, switches = FAMILIES[name]
    target = os.path.join(directory, name)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    config_class = transformers.Gemma3TextConfig if kind == "Gemma3" else getattr(transformers, kind + "Config")
    model_class = {"GPT2": "GPT2LMHeadModel"}.get(kind, kind + "ForCausalLM")
    config = config_class(**switches)
    config._attn_implementation = "eager"
    model = getattr(transformers, model_class)(config).float().eval()
    randomised(model, seed, kind.startswith("Gemma"))
    model.save_pretrained(target)
    os.remove(os.path.join(target, "generation_config.json"))
    write_tokenizer(config.vocab_size, target)
    parts = Parts(model)
    tensors, described = {}, []
    for index, row in enumerate(rows_for(config.vocab_size, SPANS, seed)):
        logits, points = watched(parts, row["ids"])
        predicted = torch.arange(row["firstPredicted"], row["end"])
        nll = torch.nn.functional.cross_entropy(logits[predicted - 1].double(), torch.tensor(row["ids"])[predicted])
        nll.backward()
        tensors[f"row.{index}.logits"] = logits.detach().contiguous()
        for point, hidden in points.items():
            if not point.startswith("resid_pre") or point == "resid_pre.0":
                tensors[f"row.{index}.{point}"] = hidden.detach()[0].contiguous().clone()
                if index == 1:
                    tensors[f"row.{index}.grad.{point}"] = hidden.grad[0].contiguous().clone()
        described.append(row | {"nll": nll.item()})
    with open(os.path.join(target, "golden.json"), "w") as file:
        json.dump({"rows": described, "answers": answers(parts, logits_width(model))}, file)
    save_file(tensors, os.path.join(target, "golden.safetensors"))


def logits_width(model):
    return model.get_input_embeddings().weight.shape[1]


def rope(path):
    """Frequencies and attention factor of real configurations."""
    cases = []
    for name, width, theta, positions, scaling in [
        ("default", 64, 100000.0, 8192, None),
        ("linear", 256, 1e6, 131072, dict(rope_type="linear", factor=8.0)),
        ("llama3.1", 128, 500000.0, 131072, dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192)),
        ("llama3.2", 64, 500000.0, 131072, dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192)),
        ("yarn", 128, 1e6, 131072, dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32768)),
        ("yarn mscale", 64, 10000.0, 163840, dict(rope_type="yarn", factor=40.0, original_max_position_embeddings=4096, beta_fast=32, beta_slow=1, mscale=1.0, mscale_all_dim=0.707)),
        ("yarn whole", 64, 150000.0, 131072, dict(rope_type="yarn", factor=32.0, original_max_position_embeddings=4096, truncate=False)),
    ]:
        config = transformers.LlamaConfig(hidden_size=width * 2, num_attention_heads=2, rope_theta=theta, max_position_embeddings=positions, rope_scaling=scaling)
        if scaling is None:
            frequencies, factor = 1.0 / (theta ** (torch.arange(0, width, 2).float() / width)), 1.0
        else:
            frequencies, factor = ROPE_INIT_FUNCTIONS[scaling["rope_type"]](config, "cpu")
        cases.append(dict(name=name, width=width, theta=theta, positions=positions, scaling=scaling, frequencies=frequencies.tolist(), factor=factor))
    with open(path, "w") as file:
        json.dump(cases, file)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("directory", nargs="?")
    options.add_argument("--rope")
    given = options.parse_args()
    torch.set_num_threads(1)
    if given.rope:
        rope(given.rope)
    if given.directory:
        for seed, name in enumerate(FAMILIES):
            make(name, given.directory, 20 + seed)


if __name__ == "__main__":
    main()
