#!/usr/bin/env python3
"""Loads a directory of ours with SAELens and holds its encode and decode against the formulas, worked out in double precision from the file's tensors.

usage: load_sae.py DIR        needs torch, safetensors and sae_lens 6; ends with 1 where they differ by 1e-5 of the largest value or more, or the hook's name is lost
"""
import json, sys
import torch
from safetensors.torch import load_file
from sae_lens import SAE

directory = sys.argv[1]
config = json.load(open(f"{directory}/cfg.json"))
raw = {name: tensor.double() for name, tensor in load_file(f"{directory}/sae_weights.safetensors").items()}
sae = SAE.load_from_disk(directory)
torch.manual_seed(1)
# Near the data: the decoder's bias and a few directions.
picks = torch.randint(0, config["d_sae"], (256, 12))
scale = raw["b_dec"].norm() / 12**0.5
states = raw["b_dec"] + scale * torch.rand(256, 12, 1).double().mul(raw["W_dec"][picks]).sum(1)
pre = (states - raw["b_dec"]) @ raw["W_enc"] + raw["b_enc"]
if config["architecture"] == "topk":
    top = pre.topk(config["k"])
    features = torch.zeros_like(pre).scatter(1, top.indices, top.values.relu())
else:
    features = pre.relu() * (pre > raw["threshold"])
again = features @ raw["W_dec"] + raw["b_dec"]
with torch.no_grad():
    encoded = sae.encode(states.float()).double()
    decoded = sae.decode(features.float()).double()
# At a threshold the last bit decides.
sure = (encoded > 0) == (features > 0)
errors = {
    "encode": ((encoded - features) * sure).abs().max().item() / features.max().item(),
    "decode": (decoded - again).abs().max().item() / again.abs().max().item(),
    "features on one side only": (~sure).sum().item(),
    "hook": sae.cfg.metadata.hook_name,
}
print(json.dumps(errors))
sys.exit(errors["encode"] >= 1e-5 or errors["decode"] >= 1e-5 or errors["features on one side only"] > 2 or errors["hook"] != config["metadata"]["hook_name"])
