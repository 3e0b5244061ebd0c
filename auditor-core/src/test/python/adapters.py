"""LoRA adapters of the tiny models as PEFT writes them, with the logits that PEFT computes when it has read them again, fp32 and unmerged.

Needs torch 2.7.1, transformers 4.57, peft 0.17, safetensors; the tiny models of tiny_llama.py and tiny_families.py.

    python adapters.py src/test/resources/model src/test/resources/adapters

Each adapter has golden.json (base, ids) and golden.safetensors (logits, and the merged weights of the modules that it names) beside it.
"""
import json, os, random, shutil, sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

# name: (base, what LoraConfig is given, modules whose merged weight is kept, dtype of the file)
ADAPTERS = {
    "plain": ("plain", dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"]), ["model.layers.1.self_attn.v_proj"], torch.float32),
    "patterns": (
        "plain",
        dict(
            r=3,
            lora_alpha=5,
            use_rslora=True,
            target_modules="all-linear",
            exclude_modules=["o_proj"],
            rank_pattern={"^model.layers.1.mlp.up_proj": 6, "k_proj": 2, "layers.1.*proj": 4},
            alpha_pattern={r"layers\.2\..*_proj": 9, "gate_proj": 2},
        ),
        ["model.layers.1.mlp.up_proj", "model.layers.2.self_attn.k_proj"],
        torch.float32,
    ),
    "regex": ("plain", dict(r=2, lora_alpha=16, target_modules=r"model\.layers\.[02]\.mlp\.(up|gate)_proj", init_lora_weights="gaussian"), [], torch.bfloat16),
    "saved": ("plain", dict(r=2, target_modules=["v_proj"], layers_to_transform=[0, 2], layers_pattern="layers", modules_to_save=["lm_head", "norm"]), ["lm_head"], torch.float32),
    "embedding": ("biased", dict(r=3, lora_alpha=6, target_modules=["embed_tokens", "o_proj"]), ["model.embed_tokens"], torch.float32),
    "head": ("biased", dict(r=2, target_modules=["k_proj", "lm_head"], bias="all"), [], torch.float32),
    "tied": ("biased", dict(r=2, target_modules=["k_proj"], modules_to_save=["lm_head"]), [], torch.float32),
    "fused": ("../families/gpt2", dict(r=2, lora_alpha=6, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True), ["transformer.h.0.attn.c_proj"], torch.float32),
    "interleaved": ("../families/gpt_neox", dict(r=2, lora_alpha=6, target_modules=["query_key_value", "dense"]), [], torch.float32),
    "sandwich": ("../families/gemma2", dict(r=2, lora_alpha=6, target_modules="all-linear", modules_to_save=["post_feedforward_layernorm"]), [], torch.float32),
    "shifts": ("biased", dict(r=2, target_modules=["q_proj", "up_proj"], layers_to_transform=1, lora_bias=True, bias="all"), [], torch.float32),
}


def base_model(bases, name):
    return AutoModelForCausalLM.from_pretrained(os.path.join(bases, name), dtype=torch.float32, attn_implementation="eager")


def trained(model, seed):
    """Every number that the adapter has moves, so that each matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return model


def write(bases, target, seed, base, switches, merged, dtype):
    model = trained(get_peft_model(base_model(bases, base), LoraConfig(task_type="CAUSAL_LM", **switches)), seed)
    model.save_pretrained(target)
    os.remove(os.path.join(target, "README.md"))
    config_file, weights_file = (os.path.join(target, name) for name in ("adapter_config.json", "adapter_model.safetensors"))
    with open(config_file) as file:
        config = json.load(file) | {"base_model_name_or_path": "tiny/" + base}
    # A set in PEFT, whose order changes from run to run.
    for field in ("target_modules", "exclude_modules"):
        if isinstance(config[field], list):
            config[field].sort()
    with open(config_file, "w") as file:
        json.dump(config, file, indent=1, sort_keys=True)
    save_file({name: tensor.to(dtype) for name, tensor in load_file(weights_file).items()}, weights_file, metadata={"format": "pt"})

    model = PeftModel.from_pretrained(base_model(bases, base), target).eval()
    choose = random.Random(seed)
    ids = [choose.randrange(3, model.config.vocab_size) for _ in range(11)]
    with torch.no_grad():
        tensors = {"logits": model(torch.tensor([ids]), use_cache=False).logits[0].contiguous()}
    weights = dict(PeftModel.from_pretrained(base_model(bases, base), target).merge_and_unload().named_parameters())
    tensors |= {"merged." + name: weights[name + ".weight"].detach().clone().contiguous() for name in merged}
    save_file(tensors, os.path.join(target, "golden.safetensors"))
    with open(os.path.join(target, "golden.json"), "w") as file:
        json.dump({"base": base, "ids": ids}, file)


def main():
    bases, targets = sys.argv[1:]
    torch.set_num_threads(1)
    for seed, (name, adapter) in enumerate(ADAPTERS.items()):
        target = os.path.join(targets, name)
        shutil.rmtree(target, ignore_errors=True)
        torch.manual_seed(seed)
        write(bases, target, seed, *adapter)


if __name__ == "__main__":
    main()
