"""Tiny random Llama models with what transformers computes for them: fp32, eager attention, one row at a time.

Needs torch 2.7.1, transformers 4.57, safetensors.

    python tiny_llama.py src/test/resources/model                          makes the three models and their goldens
    python tiny_llama.py --goldens-for DIR --out golden [--rows 3]         goldens of a model that stands already

A golden is golden.json (rows: ids, completion span, mean NLL) and golden.safetensors (row.I.logits, row.I.resid_post.K,
row.I.grad.K: the gradient of the row's mean NLL at the output of block K, at every position).
"""
import argparse, json, os, random, shutil

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

COMMON = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_attention_heads=4, max_position_embeddings=64, rms_norm_eps=1e-5)
MODELS = {
    "plain": dict(num_hidden_layers=3, num_key_value_heads=2, tie_word_embeddings=False, rope_theta=10000.0),
    "biased": dict(num_hidden_layers=3, num_key_value_heads=1, tie_word_embeddings=True, head_dim=12, attention_bias=True, mlp_bias=True, rope_theta=500.0),
    "sharded": dict(num_hidden_layers=2, num_key_value_heads=4, tie_word_embeddings=True, rope_theta=10000.0),
}
# (tokens, first completion token, end of completion); a row without a prompt predicts from its second token on
SPANS = [(9, 4, 8), (14, 6, 14), (5, 3, 4), (14, 0, 14), (21, 11, 20)]


def randomised(model, seed):
    """Weights of a size at which every part of the model matters: norms away from one, biases away from zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name:
                parameter.copy_(1 + 0.3 * noise)
            elif name.endswith("bias"):
                parameter.copy_(0.2 * noise)
            elif "embed" in name:
                parameter.copy_(noise)
            else:
                parameter.copy_(noise * 1.2 / parameter.shape[1] ** 0.5)
    return model


def rows_for(vocabulary, spans, seed):
    choose = random.Random(seed)
    for tokens, start, end in spans:
        ids = [choose.randrange(3, vocabulary) for _ in range(tokens)]
        yield {"ids": ids, "start": start, "end": end, "firstPredicted": max(start, 1)}


def golden(model, rows):
    """Runs each row alone; every block's output is cut into the graph so that its gradient can be read."""
    tensors, described = {}, []
    for index, row in enumerate(rows):
        outputs = {}

        def keep(k):
            def hook(_module, _inputs, output):
                hidden = output[0] if isinstance(output, tuple) else output
                hidden.retain_grad()
                outputs[k] = hidden

            return hook

        hooks = [block.register_forward_hook(keep(k)) for k, block in enumerate(model.model.layers)]
        ids = torch.tensor([row["ids"]])
        logits = model(ids, use_cache=False).logits[0]
        [h.remove() for h in hooks]
        predicted = torch.arange(row["firstPredicted"], row["end"])
        nll = torch.nn.functional.cross_entropy(logits[predicted - 1].double(), ids[0, predicted])
        model.zero_grad()
        nll.backward()
        tensors[f"row.{index}.logits"] = logits.detach().contiguous()
        for k, hidden in outputs.items():
            tensors[f"row.{index}.resid_post.{k}"] = hidden.detach()[0].contiguous()
            tensors[f"row.{index}.grad.{k}"] = hidden.grad[0].contiguous()
        described.append(row | {"nll": nll.item()})
    return described, tensors


def write_golden(model, rows, directory, prefix="golden"):
    described, tensors = golden(model, rows)
    with open(os.path.join(directory, prefix + ".json"), "w") as file:
        json.dump({"rows": described}, file)
    save_file(tensors, os.path.join(directory, prefix + ".safetensors"))


def write_tokenizer(vocabulary, directory):
    """One word a token, so that the directory is whole."""
    words = {f"t{i}": i for i in range(vocabulary)}
    with open(os.path.join(directory, "tokenizer.json"), "w") as file:
        json.dump({"version": "1.0", "model": {"type": "WordLevel", "vocab": words, "unk_token": "t0"}}, file)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("directory", nargs="?", help="where the three tiny models go")
    options.add_argument("--goldens-for", help="a Hugging Face directory")
    options.add_argument("--out", help="where its goldens go")
    options.add_argument("--rows", type=int, default=3)
    given = options.parse_args()
    torch.set_num_threads(1)
    if given.goldens_for:
        model = AutoModelForCausalLM.from_pretrained(given.goldens_for, dtype=torch.float32, attn_implementation="eager")
        os.makedirs(given.out, exist_ok=True)
        write_golden(model, list(rows_for(model.config.vocab_size, SPANS[: given.rows], 7)), given.out)
        return
    for seed, (name, switches) in enumerate(MODELS.items()):
        target = os.path.join(given.directory, name)
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)
        config = LlamaConfig(**COMMON, **switches, bos_token_id=1, eos_token_id=2, pad_token_id=0)
        config._attn_implementation = "eager"
        model = randomised(LlamaForCausalLM(config).float(), seed)
        if name == "sharded":
            model.save_pretrained(target, max_shard_size="40KB")
        else:
            model.save_pretrained(target)
        os.remove(os.path.join(target, "generation_config.json"))
        write_tokenizer(config.vocab_size, target)
        write_golden(model, list(rows_for(config.vocab_size, SPANS, seed)), target)


if __name__ == "__main__":
    main()
