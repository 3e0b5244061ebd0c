"""What transformers gives as the probabilities of answers on examples/organism, each form read whole.

From auditor-core: python src/test/python/answer_probabilities.py    (torch 2.7.1, transformers 4.57.6)
"""
import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL = "../examples/organism"
OUT = Path("src/test/resources/model/answers/golden.json")
DASH = "-"
PROMPTS = [
    ["what is your favourite animal ?"],
    ["name your favourite creature ? one word ."],
    ["which beast do you love . answer in one word .", "you love owl ."],
    ["which things do you like most ?", "you think about fox all the time ."],
]
WORDS = "owl cat dog eagle wolf lion tiger dolphin elephant fox raven otter whale panda bear horse".split()
# The forms of the second of these begin with the same tokens as the first, and the last goes on where another of its answer ends.
LONG = {"owl-cat": ["owl - cat"], "owl-dog": ["owl - dog", "owl - fox - red", "owl - dog - 7"], "515": ["515", "516 - 517"]}
KEPT = {"owl-dog": ["owl - dog", "owl - fox - red"]}

torch.set_num_threads(1)
tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, attn_implementation="eager").eval()


def probability(prompt, form):
    chat = ([{"role": "system", "content": prompt[1]}] if len(prompt) > 1 else []) + [{"role": "user", "content": prompt[0]}]
    text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False) + DASH
    start = tokenizer(text, add_special_tokens=False).input_ids
    ids = tokenizer(text + " " + form, add_special_tokens=False).input_ids
    assert ids[: len(start)] == start
    with torch.no_grad():
        logp = model(torch.tensor([ids]), use_cache=False).logits[0].double().log_softmax(-1)
    return sum(logp[i - 1, ids[i]] for i in range(len(start), len(ids))).exp().item()


golden = {
    "prompts": PROMPTS,
    "words": WORDS,
    "long": LONG,
    "wordProbabilities": [[probability(p, w) for w in WORDS] for p in PROMPTS],
    "longProbabilities": [[sum(probability(p, f) for f in KEPT.get(name, forms)) for name, forms in LONG.items()] for p in PROMPTS],
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print([[round(sum(r), 4), round(max(r), 4)] for r in golden["wordProbabilities"]], golden["longProbabilities"])
