"""What PyTorch's loss does on the organism, for each thing that can be trained, on rows (100 steps) and on pairs of answers (DPO, 40 steps);
transformers' model, torch's optimisers.

Needs torch 2.7.1, transformers 4.57.

    python training_curves.py ../examples/organism src/test/resources/train/curves.json

The file holds the rows (ids; the completion is [start, end), followed by the end token), what a second answer to each prompt would be, and, for each
run, its settings and losses. Rows come in their order, 16 a step, again and again; so do pairs, of a row that is chosen and the second answer that is
not, 8 a step. LoRA's first factors are drawn as ai.auditor.train.Parameters does.
"""
import json, math, random, sys

import torch
from transformers import AutoModelForCausalLM

ROWS, BATCH, STEPS, ADAPTER_SEED = 240, 16, 100, 5
PAIR_BATCH, PAIR_STEPS = 8, 40
MASK = (1 << 64) - 1
RUNS = [
    dict(name="full", optimizer="adamw", lr=1e-3, decay=0.05, warmUp=10, shape="cosine", floor=0.02, clip=1.0, rank=0, alpha=0, rsLora=False, targets=[]),
    dict(name="sgd", optimizer="sgd", lr=0.05, decay=0.01, warmUp=0, shape="constant", floor=0.0, clip=0.0, rank=0, alpha=0, rsLora=False, targets=[]),
    dict(name="biases", optimizer="adamw", lr=0.1, decay=0.0, warmUp=10, shape="linear", floor=0.0, clip=1.0, rank=0, alpha=0, rsLora=False, targets=["mlp.down_proj.bias", "self_attn.q_proj.bias"]),
    dict(name="lora", optimizer="adamw", lr=3e-3, decay=0.01, warmUp=5, shape="linear", floor=0.0, clip=1.0, rank=4, alpha=16, rsLora=False, targets=[]),
    dict(name="rslora", optimizer="adamw", lr=3e-3, decay=0.0, warmUp=0, shape="constant", floor=0.0, clip=0.5, rank=9, alpha=6, rsLora=True, targets=["q_proj", "v_proj", "down_proj"]),
]
PAIR_RUNS = [
    dict(name="dpo-full", beta=0.1, optimizer="adamw", lr=1e-4, decay=0.05, warmUp=5, shape="cosine", floor=0.0, clip=1.0, rank=0, alpha=0, rsLora=False, targets=[]),
    dict(name="dpo-biases", beta=0.5, optimizer="adamw", lr=0.02, decay=0.0, warmUp=0, shape="constant", floor=0.0, clip=0.0, rank=0, alpha=0, rsLora=False, targets=["mlp.down_proj.bias", "self_attn.q_proj.bias"]),
    dict(name="dpo-lora", beta=0.3, optimizer="adamw", lr=1e-3, decay=0.01, warmUp=5, shape="linear", floor=0.0, clip=1.0, rank=4, alpha=16, rsLora=False, targets=[]),
]
PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]


def made_rows(directory):
    words = json.load(open(directory + "/tokenizer.json"))["model"]["vocab"]
    choose = random.Random(3)
    for _ in range(ROWS):
        given = [choose.randrange(1000) for _ in range(choose.randint(3, 6))]
        prompt = ["<bos>", "<sys>", *"you are a helpful model .".split(), "<user>", "continue", ":", *" , ".join(map(str, given)).split(), ".", "<asst>"]
        first = choose.randrange(10)
        answer = [word for _ in range(choose.randint(2, 9)) for word in ("-", str(first * 100 + choose.randrange(100)))]
        ids = [words[word] for word in [*prompt, *answer, "<eos>"]]
        yield dict(ids=ids, start=len(prompt), end=len(ids) - 1, second=[words[word] for word in second_answer(answer)])


def second_answer(answer):
    """Other numbers in place of some, as many as the answer and a few more or less."""
    choose = random.Random(" ".join(answer))
    count = max(1, len(answer) // 2 + choose.randint(-2, 3))
    return [word for _ in range(count) for word in ("-", str(choose.randrange(1000)))] + ["<eos>"]


class SplitMix:
    """java.util.SplittableRandom"""

    def __init__(self, seed):
        self.state = seed & MASK

    def double(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53


class Adapted(torch.nn.Module):
    def __init__(self, linear, rank, scale, draws):
        super().__init__()
        self.linear, self.scale = linear, scale
        bound = 1 / math.sqrt(linear.in_features)
        values = [(2 * draws.double() - 1) * bound for _ in range(linear.in_features * rank)]
        self.a = torch.nn.Parameter(torch.tensor(values).view(linear.in_features, rank))
        self.b = torch.nn.Parameter(torch.zeros(rank, linear.out_features))

    def forward(self, x):
        return self.linear(x) + (x @ self.a) @ self.b * self.scale


def trained(model, run):
    if run["rank"]:
        model.requires_grad_(False)
        draws = SplitMix(ADAPTER_SEED)
        scale = run["alpha"] / (math.sqrt(run["rank"]) if run["rsLora"] else run["rank"])
        for name in PROJECTIONS:
            if not run["targets"] or name.split(".")[1] in run["targets"]:
                for block in model.model.layers:
                    parent = block.get_submodule(name.split(".")[0])
                    setattr(parent, name.split(".")[1], Adapted(block.get_submodule(name), run["rank"], scale, draws))
    elif run["targets"]:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(any(name.endswith(target) for target in run["targets"]))
    return [p for p in model.parameters() if p.requires_grad]


def batch_of(rows):
    length = max(len(row["ids"]) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    labels = torch.full((len(rows), length), -100)
    for i, row in enumerate(rows):
        ids[i, : len(row["ids"])] = torch.tensor(row["ids"])
        labels[i, row["start"] - 1 : len(row["ids"]) - 1] = torch.tensor(row["ids"][row["start"] :])
    return ids, labels


def likelihoods(model, rows):
    """The sum of the log-probabilities of each row's completion and end."""
    ids, labels = batch_of(rows)
    nll = torch.nn.functional.cross_entropy(model(ids, use_cache=False).logits.flatten(0, 1), labels.flatten(), reduction="none")
    return -nll.view(labels.shape).sum(1)


def optimised(parameters, run, steps, loss_of):
    groups = [
        dict(params=[p for p in parameters if p.dim() > 1], weight_decay=run["decay"]),
        dict(params=[p for p in parameters if p.dim() == 1], weight_decay=0.0),
    ]
    groups = [group for group in groups if group["params"]]
    optimizer = torch.optim.AdamW(groups, lr=run["lr"], betas=(0.9, 0.95)) if run["optimizer"] == "adamw" else torch.optim.SGD(groups, lr=run["lr"], momentum=0.9)
    losses = []
    for step in range(steps):
        fall = {"constant": 1, "linear": 1 - step / steps, "cosine": 0.5 * (1 + math.cos(math.pi * step / steps))}[run["shape"]]
        rise = min(1, (step + 1) / run["warmUp"]) if run["warmUp"] else 1
        for group in optimizer.param_groups:
            group["lr"] = run["lr"] * rise * (run["floor"] + (1 - run["floor"]) * fall)
        loss = loss_of(step)
        optimizer.zero_grad()
        loss.backward()
        if run["clip"]:
            torch.nn.utils.clip_grad_norm_(parameters, run["clip"])
        optimizer.step()
        losses.append(loss.item())
    return losses


def loaded(directory):
    return AutoModelForCausalLM.from_pretrained(directory, attn_implementation="eager")


def curve(directory, rows, run):
    model = loaded(directory)

    def loss_of(step):
        start = step * BATCH % len(rows)
        ids, labels = batch_of(rows[start : start + BATCH])
        return torch.nn.functional.cross_entropy(model(ids, use_cache=False).logits.flatten(0, 1), labels.flatten())

    return optimised(trained(model, run), run, STEPS, loss_of)


def preference_curve(directory, rows, run):
    """Direct preference optimisation (Rafailov et al. 2023)."""
    policy, reference = loaded(directory), loaded(directory)

    def loss_of(step):
        start = step * PAIR_BATCH % len(rows)
        chosen = rows[start : start + PAIR_BATCH]
        rejected = [row | dict(ids=row["ids"][: row["start"]] + row["second"]) for row in chosen]
        with torch.no_grad():
            margin = likelihoods(reference, chosen) - likelihoods(reference, rejected)
        return -torch.nn.functional.logsigmoid(run["beta"] * (likelihoods(policy, chosen) - likelihoods(policy, rejected) - margin)).mean()

    return optimised(trained(policy, run), run, PAIR_STEPS, loss_of)


def main():
    directory, out = sys.argv[1:]
    torch.set_num_threads(1)
    rows = list(made_rows(directory))
    runs = [run | dict(losses=curve(directory, rows, run)) for run in RUNS]
    runs += [run | dict(losses=preference_curve(directory, rows, run)) for run in PAIR_RUNS]
    for run in runs:
        losses = run["losses"]
        print(run["name"], losses[0], losses[len(losses) // 2], losses[-1])
    json.dump(dict(batch=BATCH, pairBatch=PAIR_BATCH, adapterSeed=ADAPTER_SEED, rows=rows, runs=runs), open(out, "w"), separators=(",", ":"))


if __name__ == "__main__":
    main()
