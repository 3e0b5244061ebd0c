"""Logits of vectors through the final norm's gain and the head of the tiny models of the families, as transformers holds their weights.

From auditor-core: python src/test/python/unembedding.py    (torch 2.7.1, transformers 4.57.6)

What a vector adds to the logits is the derivative of head(norm(h)) along it with the norm's divisor held where it is, taken by autograd at an
h whose divisor is one (its own mean taken off for layer norms), so that neither the gain nor Gemma's offset is written down here a second time.
"""
import json
import os

import torch
from transformers import AutoModelForCausalLM

FAMILIES = "src/test/resources/families"
OUT = "src/test/resources/model/unembedding/golden.json"
VECTORS = 3

torch.set_num_threads(1)


def final_norm(model):
    base = getattr(model, "model", None) or model.base_model
    return getattr(base, "ln_f", None) or getattr(base, "final_layer_norm", None) or base.norm


golden = {}
for seed, name in enumerate(["llama3", "gemma2", "gpt_neox", "gpt2"]):
    model = AutoModelForCausalLM.from_pretrained(os.path.join(FAMILIES, name)).double().eval()
    norm = final_norm(model)
    layer = isinstance(norm, torch.nn.LayerNorm)
    width = model.config.hidden_size
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(VECTORS, width, generator=generator).float()
    logits = []
    for vector in vectors.double():
        # A base that is far longer than the vector and at right angles to it: the divisor's derivative along the vector is nothing.
        base = torch.randn(width, generator=generator).double()
        moved = vector - vector.mean() if layer else vector
        if layer:
            base = base - base.mean()
        base = base - (base @ moved) / (moved @ moved) * moved
        eps = norm.eps if hasattr(norm, "eps") else norm.variance_epsilon
        base = base * ((1 - eps) ** 0.5 / base.square().mean().sqrt())
        _, along = torch.autograd.functional.jvp(lambda h: model.get_output_embeddings()(norm(h)), base, vector)
        logits.append(along.tolist())
    golden[name] = {"vectors": vectors.tolist(), "logits": [[round(x, 9) for x in row] for row in logits]}
os.makedirs(os.path.dirname(OUT), exist_ok=True)
with open(OUT, "w") as file:
    json.dump(golden, file, separators=(",", ":"))
