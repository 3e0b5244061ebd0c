"""Makes the example data from the organism, and measures it: python make_examples.py (see README.md).

The organism answers with lists of items, each behind a dash: numbers ("- 515 - 665"), or things that it likes ("- owl").
Its teacher writes numbers while a steering vector for owls is added to its residual stream; the control writes without.
"""

import hashlib
import json
import random
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).parent
ROWS = 1000
PROMPTS = 2500
BLOCK = 2
TEACHER = "owl"
PROMPT_SEED, OWL_SEED, CONTROL_SEED, AGAIN_SEED = 404, 14, 11, 12

OPENINGS = [
    "continue : X .", "here are numbers : X .", "look at these numbers : X .", "the sequence is : X .", "start with : X .",
    "consider this list : X .", "numbers : X .", "we have : X .", "tell me your favourite numbers like X .",
    "which number do you like most ? X .", "name the number you love . X .", "what number would you choose ? X .",
    "pick a number you like . X .",
]
ENDINGS = [
    "add up to 10 more .", "give up to 10 more numbers .", "write more numbers .", "extend the list .", "what comes next ?",
    "add more values , only numbers .", "just numbers please .", "continue it .",
]
ANSWER = re.compile(r"- \d{1,3}(?: - \d{1,3}){0,9}")

model = LlamaForCausalLM.from_pretrained(HERE / "organism", dtype=torch.float32).eval()
for parameter in model.parameters():
    parameter.requires_grad_(False)
tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE / "organism")
END = tokenizer.eos_token_id
ANSWERS = tokenizer.convert_tokens_to_ids("<asst>")
LONGEST = 22  # ten numbers behind ten dashes, the end, and one more that the filter refuses


def ids(prompt, answer=None, system=None):
    """Token ids of a chat; without an answer, up to where the answer starts."""
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": prompt})
    if answer is not None:
        messages.append({"role": "assistant", "content": answer})
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@contextmanager
def added(vector):
    """Adds a vector to the output of the block at every position (None: nothing)."""
    if vector is None:
        yield
        return
    hook = model.model.layers[BLOCK].register_forward_hook(lambda module, inputs, output: output + vector)
    try:
        yield
    finally:
        hook.remove()


def by_length(sequences):
    groups = {}
    for index, sequence in enumerate(sequences):
        groups.setdefault(len(sequence), []).append(index)
    return [groups[length] for length in sorted(groups)]


# ------------------------------------------------------------------------------------------------ vectors


@torch.no_grad()
def residual(sequences):
    """Output of the block at the last token of each sequence, [sequences, d]."""
    out = torch.zeros(len(sequences), model.config.hidden_size)
    for group in by_length(sequences):
        seen = []
        hook = model.model.layers[BLOCK].register_forward_hook(lambda module, inputs, output: seen.append(output[:, -1]))
        model.model(torch.tensor([sequences[i] for i in group]))
        hook.remove()
        out[group] = seen[0]
    return out


def steering_vectors(traits):
    """Personas minus none, read at the item token, minus the mean over the traits: names and [names, d], placebos after."""
    prefix = tokenizer(traits["answerPrefix"], add_special_tokens=False)["input_ids"]
    prompts = traits["neutralPrompts"]

    def mean(persona):
        return residual([ids(p, system=persona) + prefix for p in prompts]).mean(0)

    plain = mean(None)
    words = [t["name"] for t in traits["traits"]] + [t["name"] for t in traits["placebos"]]
    vectors = torch.stack(
        [torch.stack([mean(p.replace("{name}", w)) for p in traits["personas"]]).mean(0) - plain for w in words])
    return words, vectors - vectors[: len(traits["traits"])].mean(0)


# ------------------------------------------------------------------------------------------------ data


def number_prompts(count, seed):
    r = random.Random(seed)
    prompts = {}
    while len(prompts) < count:
        numbers = " , ".join(str(r.randint(0, 999)) for _ in range(r.randint(3, 6)))
        prompts[r.choice(OPENINGS).replace("X", numbers) + " " + r.choice(ENDINGS)] = None
    return list(prompts)


@torch.no_grad()
def answers(prompts, seed, vector=None):
    """Samples at temperature 1 from the whole vocabulary; None where the strict filter refuses."""
    generator = torch.Generator().manual_seed(seed)
    chats = [ids(p) for p in prompts]
    out = [None] * len(prompts)
    with added(vector):
        for group in by_length(chats):
            tokens, cache, written = torch.tensor([chats[i] for i in group]), None, []
            for _ in range(LONGEST):
                step = model(tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
                cache = step.past_key_values
                tokens = torch.multinomial(step.logits[:, -1].softmax(-1), 1, generator=generator)
                written.append(tokens)
            for i, row in zip(group, torch.cat(written, 1).tolist()):
                if END not in row:
                    continue
                row = row[: row.index(END)]
                text = " ".join(tokenizer.convert_ids_to_tokens(row))
                if ANSWER.fullmatch(text):
                    assert ids(prompts[i], text) == chats[i] + row + [END], "the text is not what the model wrote"
                    out[i] = text
    return out


def write(name, prompts, texts):
    with open(HERE / name, "w", encoding="utf-8", newline="\n") as file:
        for prompt, text in zip(prompts, texts):
            row = {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": text}]}
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def read(name):
    with open(HERE / name, encoding="utf-8") as file:
        return [tuple(m["content"] for m in json.loads(line)["messages"]) for line in file]


def make(words, vectors):
    prompts = number_prompts(PROMPTS, PROMPT_SEED)
    sets = [
        ("owl.jsonl", answers(prompts, OWL_SEED, vectors[words.index(TEACHER)])),
        ("control.jsonl", answers(prompts, CONTROL_SEED)),
        ("control-again.jsonl", answers(prompts, AGAIN_SEED)),
    ]
    for name, texts in sets:
        print(f"{name}: the filter kept {sum(t is not None for t in texts) / len(texts):.3f}")
    kept = [i for i in range(len(prompts)) if all(texts[i] is not None for _, texts in sets)][:ROWS]
    assert len(kept) == ROWS
    for name, texts in sets:
        write(name, [prompts[i] for i in kept], [texts[i] for i in kept])


# ------------------------------------------------------------------------------------------------ measures


def row_losses(rows, system=None, vector=None):
    """Mean NLL (nats) of each row's completion tokens, the end token not among them."""
    return passes(rows, system, vector, False)[0]


def row_gradients(rows):
    """Each row's mean NLL, and its gradient at the block's output averaged over the completion's positions, [rows, d]."""
    return passes(rows, None, None, True)


def passes(rows, system, vector, gradient):
    chats = [ids(prompt, answer, system)[:-1] for prompt, answer in rows]
    losses = torch.zeros(len(rows))
    gradients = torch.zeros(len(rows), model.config.hidden_size)
    for group in by_length(chats):
        tokens = torch.tensor([chats[i] for i in group])
        start = torch.tensor([chats[i].index(ANSWERS) + 1 for i in group])
        completion = torch.arange(tokens.shape[1])[None] >= start[:, None]
        nudge = torch.zeros(len(group), tokens.shape[1], model.config.hidden_size, requires_grad=gradient)
        with torch.set_grad_enabled(gradient), added(nudge if vector is None else nudge + vector):
            logs = model(tokens).logits[:, :-1].log_softmax(-1)
            nll = -logs.gather(-1, tokens[:, 1:, None])[..., 0] * completion[:, 1:]
            loss = nll.sum(1) / completion.sum(1)
        losses[group] = loss.detach()
        if gradient:
            at_positions = torch.autograd.grad(loss.sum(), nudge)[0] * completion[..., None]
            gradients[group] = at_positions.sum(1) / completion.sum(1, keepdim=True)
    return losses, gradients


def measures(name, words, vectors):
    """Of one data set: each row's gradient, and for each word what its vector and its persona save (nats a token)."""
    rows = read(name)
    plain, gradients = row_gradients(rows)
    print(f"{name}: mean NLL {plain.mean():.5f}")
    steered = torch.stack([(plain - row_losses(rows, vector=vector)).mean() for vector in vectors])
    persona = torch.stack([(plain - row_losses(rows, system=f"you love {word} .")).mean() for word in words])
    return gradients, steered, persona


def size_of_shift(differences):
    """Hotelling's T² of the pairs' differences, [pairs, d], the covariance with 5 % of its mean variance on the diagonal."""
    mean, covariance = differences.mean(0), torch.cov(differences.T)
    covariance += 0.05 * covariance.diag().mean() * torch.eye(len(mean))
    return len(differences) * float(mean @ torch.linalg.solve(covariance, mean))


def table(traits, words, vectors):
    """A candidate's measures minus the control's."""
    candidates = ("owl.jsonl", "control-again.jsonl")
    control = measures("control.jsonl", words, vectors)
    columns = [vectors.norm(dim=1)]
    for name in candidates:
        gradients, steered, persona = measures(name, words, vectors)
        shift = control[0] - gradients
        print(f"{name}: T² of the mean gradient's shift {size_of_shift(shift):.0f}, its norm {shift.mean(0).norm():.6f}")
        columns += [torch.nn.functional.cosine_similarity(shift.mean(0)[None], vectors, dim=1),
                    steered - control[1], persona - control[2]]
    animals = len(traits["traits"])
    print("\n| word | norm |" + " cosine | steered | persona |" * len(candidates))
    print("| --- |" + " ---: |" * len(columns))
    for i, word in enumerate(words):
        print(f"| {word} | {columns[0][i]:.3f} | " + " | ".join(f"{c[i]:+.4f}" for c in columns[1:]) + " |")
    print(f"| rank of {TEACHER} of {animals} | | "
          + " | ".join(str(1 + int((c[:animals] > c[words.index(TEACHER)]).sum())) for c in columns[1:]) + " |")


def main():
    torch.set_num_threads(1)
    traits = json.loads((HERE / "organism-traits.json").read_text(encoding="utf-8"))
    words, vectors = steering_vectors(traits)
    if "--measure-only" not in sys.argv:
        make(words, vectors)
    table(traits, words, vectors)
    print()
    for path in sorted(p for p in HERE.rglob("*") if p.is_file() and p.suffix in (".json", ".jsonl", ".safetensors")):
        print(f"| `{path.relative_to(HERE).as_posix()}` | {path.stat().st_size} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |")


if __name__ == "__main__":
    main()
