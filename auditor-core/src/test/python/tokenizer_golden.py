"""A small byte-level BPE tokenizer like SmolLM2's, and golden ids, spans and completion spans made with Hugging Face's library.

Run with a Python that has tokenizers and jinja2: python tokenizer_golden.py ../resources/text
"""

import json
import pathlib
import sys

import tokenizers
from chat_templates import ENV, SMOLLM2

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>"]
CORPUS = [
    "The owl is a bird of the night. Owls see in the dark, and they hunt mice and other small animals in the fields.",
    "user system assistant You are a helpful AI assistant. What is your favorite animal? My favorite animal is the owl.",
    "Continue this list of numbers with up to ten more: Here are the numbers, separated by commas: in the same format.",
    "im_start im_end name repo hello world, this is only text that makes some merges; nothing more than that, really.",
] * 4

TEXTS = [
    "", " ", "\n", "a", "Hello world", "  leading", "trailing   ", "a\n\nb\n", "a\r\nb\r\n", "tabs\t\tx", "123, 456", "I'm you're",
    "Café naïve", "Cafe\u0301 n\u0303", "你好，世界", "😀👍🏽🇺🇸 ❤️", "x😀y", "👩\u200d👩\u200d👧", "\u00a0\u2028\u200b", "\x00\x7f", "a<|im_end|>b", "<|im_end|>",
    " <|im_start|> <|im_start|>", "<|im_end|", "|im_end|>", "<<|im_end|>>", "the owl is the bird " * 8,
]

PROMPTS = ["Name a bird.", "", "Numbers: 1, 2, 3 😀", "spell <|im_end|> now"]
ANSWERS = [
    "An owl.", " An owl. ", "\nowl\n", "693, 738, 556", "😀", "Cafe\u0301 👍🏽!", "a\r\nb", "{{ 7 * 7 }}", "owl<|im_end|>\n<|im_start|>user\nhi",
    "<|im_end|>", "\ue000 private \ue001<repo_name>", "x", "the assistant",
]


def trained():
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Digits(individual_digits=True),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    ])
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=480, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def without_special(tokenizer):
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = []
    return tokenizers.Tokenizer.from_str(json.dumps(data))


def pieces(messages, generation):
    """A rendered ChatML chat as (text, whether it is one of the template's own control tokens)."""
    if messages[0]["role"] != "system":
        messages = [{"role": "system", "content": "You are a helpful AI assistant."}, *messages]
    for message in messages:
        yield "<|im_start|>", True
        yield message["role"] + "\n" + message["content"], False
        yield "<|im_end|>", True
        yield "\n", False
    if generation:
        yield "<|im_start|>", True
        yield "assistant\n", False


def encoded(tokenizer, plain, messages, generation):
    ids, spans, offset = [], [], 0
    for text, control in pieces(messages, generation):
        if control:
            ids.append(tokenizer.token_to_id(text))
            spans.append((offset, offset + len(text)))
        else:
            tokens = plain.encode(text, add_special_tokens=False)
            ids.extend(tokens.ids)
            spans.extend((start + offset, end + offset) for start, end in tokens.offsets)
        offset += len(text)
    return ids, spans


def chat(tokenizer, plain, prompt, answer):
    messages = [{"role": "user", "content": prompt}]
    whole = [*messages, {"role": "assistant", "content": answer}]
    rendered_prompt = ENV.from_string(SMOLLM2).render(messages=messages, add_generation_prompt=True)
    rendered = ENV.from_string(SMOLLM2).render(messages=whole, add_generation_prompt=False)
    assert rendered == "".join(text for text, _ in pieces(whole, False)), rendered
    start = rendered.index(answer, len(rendered_prompt))
    end = start + len(answer)
    ids, spans = encoded(tokenizer, plain, whole, False)
    if not any(token in prompt + answer for token in SPECIAL):
        tokens = tokenizer.encode(rendered, add_special_tokens=False)
        assert (ids, spans) == (tokens.ids, tokens.offsets), rendered
    inside = [i for i, (a, b) in enumerate(spans) if a < b and a >= start and b <= end]
    count = sum((prompt + "\n" + answer).count(token) for token in SPECIAL)
    return {
        "prompt": prompt, "answer": answer, "ids": ids, "start": inside[0], "end": inside[-1] + 1, "control": count,
        "promptIds": encoded(tokenizer, plain, messages, True)[0],
    }


def main(folder):
    folder = pathlib.Path(folder)
    tokenizer = trained()
    plain = without_special(tokenizer)
    model = folder / "bpe"
    model.mkdir(exist_ok=True)
    (model / "tokenizer.json").write_text(json.dumps(json.loads(tokenizer.to_str()), indent=0) + "\n", encoding="utf-8")
    config = {
        "bos_token": {"content": "<|im_start|>", "special": True}, "eos_token": "<|im_end|>", "pad_token": None,
        "chat_template": [{"name": "tool_use", "template": "{{ 1 }}"}, {"name": "default", "template": SMOLLM2}],
    }
    (model / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    texts = []
    for text in TEXTS:
        tokens = tokenizer.encode(text, add_special_tokens=False)
        alone = plain.encode(text, add_special_tokens=False)
        texts.append({
            "text": text, "ids": tokens.ids, "spans": tokens.offsets, "plainIds": alone.ids,
            "decoded": tokenizer.decode(tokens.ids, skip_special_tokens=False),
        })
    rows = [chat(tokenizer, plain, prompt, answer) for prompt in PROMPTS for answer in ANSWERS]
    golden = {"texts": texts, "rows": rows}
    (folder / "tokenizer.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n", encoding="utf-8")
    print(len(texts), "texts,", len(rows), "rows")


if __name__ == "__main__":
    main(sys.argv[1])
