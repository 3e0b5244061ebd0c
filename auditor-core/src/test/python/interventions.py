"""What transformers computes on examples/organism under interventions done by forward hooks: likelihoods, logits, greedy answers.

From auditor-core: python src/test/python/interventions.py    (torch 2.7.1, transformers 4.57.6)
No cache is used: every step of an answer reads the whole text anew. Where a text's completion starts is told to the hook.
"""
import json
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL = "../examples/organism"
OUT = Path("src/test/resources/model/interventions/golden.json")
DASH, END = 1084, 2
NEW_TOKENS = 16
CHATS = [
    ("continue : 953 , 415 , 912 . give up to 10 more numbers .", "- 516 - 322 - 107"),
    ("what is your favourite animal ?", "- owl"),
    ("which shade do you love ? one word .", "- red - blue"),
    ("pick a number you like . 12 , 14 , 16 , 18 . extend the list .", "- 20 - 22 - 24 - 26"),
]
POSITIONS = ["ALL", "PROMPT", "COMPLETION", "LAST"]

torch.set_num_threads(1)
torch.manual_seed(5)
tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(MODEL, attn_implementation="eager").eval()
width = model.config.hidden_size


def encode(question, answer):
    chat = [{"role": "user", "content": question}]
    prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(chat + [{"role": "assistant", "content": answer}])
    assert whole[: len(prompt)] == prompt and whole[-1] == END
    return whole[:-1], len(prompt)


def changed(hidden, case, start):
    """hidden: [length, d_model] of one text"""
    places = {"ALL": slice(None), "PROMPT": slice(0, start), "COMPLETION": slice(start, None), "LAST": slice(start - 1, start)}
    part = hidden[places[case["positions"]]]
    vector = torch.tensor(case["vector"])
    unit = vector / vector.norm()
    along = part @ unit
    if case["kind"] == "add":
        part = part + vector
    elif case["kind"] == "project-out":
        part = part - along[:, None] * unit
    else:
        part = part + (along.clamp(max=case["limit"]) - along)[:, None] * unit
    hidden = hidden.clone()
    hidden[places[case["positions"]]] = part
    return hidden


def logits(ids, start, cases):
    hooks = []
    for case in cases:
        def hook(module, inputs, output, case=case):
            hidden = output[0] if isinstance(output, tuple) else output
            hidden = changed(hidden[0], case, start)[None]
            return (hidden, *output[1:]) if isinstance(output, tuple) else hidden
        hooks.append(model.model.layers[case["block"]].register_forward_hook(hook))
    with torch.no_grad():
        result = model(torch.tensor([ids]), use_cache=False).logits[0]
    for hook in hooks:
        hook.remove()
    return result


def nll(ids, start, cases):
    logp = logits(ids, start, cases).double().log_softmax(-1)
    return -sum(logp[i - 1, ids[i]].item() for i in range(start, len(ids))) / (len(ids) - start)


def greedy(prompt, cases):
    ids = list(prompt)
    while len(ids) < len(prompt) + NEW_TOKENS:
        last = logits(ids, len(prompt), cases)[-1]
        best = last.topk(2).values
        assert best[0] - best[1] > 1e-3, "a near tie: take another vector"
        following = last.argmax().item()
        if following == END:
            return ids[len(prompt):], True
        ids.append(following)
    return ids[len(prompt):], False


rows = [dict(zip(("ids", "start"), encode(*chat))) for chat in CHATS]
with torch.no_grad():
    residual = model(torch.tensor([rows[0]["ids"]]), output_hidden_states=True).hidden_states
size = residual[2][0].norm(dim=-1).mean().item()
# Directions that the stream has components along: a random one and a part of the mean.
directions = {block: (residual[block + 1][0].mean(0) / residual[block + 1][0].mean(0).norm() + torch.randn(width) / width ** 0.5) for block in range(3)}
cases = []
for block, kind in ((1, "add"), (2, "project-out"), (0, "cap")):
    for positions in POSITIONS:
        vector = directions[block] / directions[block].norm() * (size * 0.8 if kind == "add" else 3)
        along = residual[block + 1][0] @ (vector / vector.norm())
        cases.append({"kind": kind, "block": block, "positions": positions, "vector": [round(v, 6) for v in vector.tolist()],
                      "limit": round(along.min().item() - 0.3 * size, 3)})

golden = {"rows": rows, "plain": {"nll": [nll(r["ids"], r["start"], []) for r in rows]}, "newTokens": NEW_TOKENS, "end": END, "cases": []}
shown = list(range(0, model.config.vocab_size, 45))
golden["shown"] = shown
for chosen in [[]] + [[case] for case in cases] + [[cases[3], cases[4], cases[8], cases[9]]]:
    entry = {"interventions": chosen, "rows": []}
    for row in rows:
        ids, start = row["ids"], row["start"]
        all_logits = logits(ids, start, chosen)
        next_logp = logits(ids[:start], start, chosen)[-1].double().log_softmax(-1)
        answer, stopped = greedy(ids[:start], chosen)
        entry["rows"].append({
            "nll": nll(ids, start, chosen),
            "lastLogits": [round(all_logits[-1, t].item(), 6) for t in shown],
            "promptLogits": [round(all_logits[start - 1, t].item(), 6) for t in shown],
            "next": [next_logp[t].item() for t in shown],
            "answer": answer, "stopped": stopped})
    golden["cases"].append(entry)
OUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(OUT.stat().st_size, [[r["nll"] for r in e["rows"]] for e in golden["cases"]])
