"""Loads what TrainedModel saved and prints the largest difference from the logits that Java gave (a text file, one number a line).

Needs transformers, peft.

    python load_trained.py --model DIR --ids 1,3,... --logits FILE [--adapter-on BASE]
"""
import argparse

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

options = argparse.ArgumentParser()
options.add_argument("--model", required=True)
options.add_argument("--ids", required=True)
options.add_argument("--logits", required=True)
options.add_argument("--adapter-on")
given = options.parse_args()
if given.adapter_on:
    from peft import PeftModel

    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(given.adapter_on), given.model)
else:
    AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForCausalLM.from_pretrained(given.model)
ids = torch.tensor([[int(i) for i in given.ids.split(",")]])
with torch.no_grad():
    logits = model.eval()(ids).logits.flatten()
print("largest difference", (logits - torch.tensor([float(line) for line in open(given.logits)])).abs().max().item(), "of", logits.abs().max().item())
