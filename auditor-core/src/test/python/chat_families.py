"""Chats of the model families as transformers lays them out, tokenizes them, and where the completion stands among the tokens.

Run with a Python that has transformers 4.57 and tokenizers: python chat_families.py ../resources/text

The templates are ours, with the constructs of the vendors' templates. Where the auditor does what transformers does not (a system
message for a template that refuses one, a model without a template), what it should do is written out here.
"""

import datetime
import json
import pathlib
import sys

import tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

import chat_templates
from chat_templates import CHATML, GEMMA2, LLAMA3, LLAMA32, MISTRAL, QWEN25, SMOLLM2, chat


class Day(datetime.datetime):
    """The day that the auditor pins, for transformers' strftime_now."""

    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26)


chat_template_utils.datetime = Day

LLAMA31 = """{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0].role == 'system' %}
    {%- set told = messages[0].content | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set told = '' %}
{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
{%- if builtin_tools is defined or tools is not none %}
    {{- 'Environment: ipython\\n' }}
{%- endif %}
{%- if builtin_tools is defined %}
    {{- 'Tools: ' + builtin_tools | reject('equalto', 'code_interpreter') | join(', ') + '\\n\\n' }}
{%- endif %}
{{- 'Cutting Knowledge Date: December 2023\\nToday Date: ' + date_string + '\\n\\n' + told + '<|eot_id|>' }}
{%- for message in messages %}
    {%- if message.role in ['tool', 'ipython'] %}
        {{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n' }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls | length == 1 %}
            {{- raise_exception('One call at a time') }}
        {%- endif %}
        {%- set call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {%- if builtin_tools is defined and call.name in builtin_tools %}
            {{- '<|python_tag|>' + call.name + '.call(' }}
            {%- for name, value in call.arguments | items %}
                {{- name + '="' + value + '"' }}{% if not loop.last %}{{- ', ' }}{% endif %}
            {%- endfor %}
            {{- ')<|eom_id|>' }}
        {%- else %}
            {{- '{"name": "' + call.name + '", "parameters": ' + call.arguments | tojson + '}<|eot_id|>' }}
        {%- endif %}
    {%- else %}
        {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
QWEN3 = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" ~ tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(searching=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.searching and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.searching = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set thought = '' %}
        {%- if message.reasoning_content is string %}
            {%- set thought = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set thought = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {%- if loop.index0 > ns.last and (loop.last or thought) %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + thought.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}
                    {{- '\\n' }}
                {%- endif %}
                {%- if tool_call.function %}
                    {%- set tool_call = tool_call.function %}
                {%- endif %}
                {{- '<tool_call>\\n{"name": "' + tool_call.name + '", "arguments": ' }}
                {%- if tool_call.arguments is string %}
                    {{- tool_call.arguments }}
                {%- else %}
                    {{- tool_call.arguments | tojson }}
                {%- endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' + content + '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""
GEMMA3 = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- set opening = (messages[0]['content'] if messages[0]['content'] is string else messages[0]['content'][0]['text']) + '\n\n' -%}
    {%- set turns = messages[1:] -%}
{%- else -%}
    {%- set opening = "" -%}
    {%- set turns = messages -%}
{%- endif -%}
{%- for message in turns -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Roles must alternate") }}
    {%- endif -%}
    {%- set role = "model" if message['role'] == 'assistant' else message['role'] -%}
    {{ '<start_of_turn>' + role + '\n' + (opening if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{ '<start_of_turn>model\n' }}
{%- endif -%}
"""
MISTRAL01 = (
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate, the user first') }}{% endif %}{% if message['role'] == 'user' %}"
    "{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}"
    "{{ message['content'] + eos_token }}{% else %}{{ raise_exception('No such role') }}{% endif %}{% endfor %}"
)
MISTRAL03 = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- for message in loop_messages | rejectattr("role", "equalto", "tool") | selectattr("tool_calls", "undefined") %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("Roles must alternate") }}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}{%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("A call's id has nine characters") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token }}
    {%- elif message["role"] == "tool" %}
        {%- set content = message.content.content if message.content is mapping and message.content.content is defined else message.content %}
        {{- '[TOOL_RESULTS] {"content": ' + content|string + ', "call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- else %}
        {{- raise_exception("No such role") }}
    {%- endif %}
{%- endfor %}
"""
# As 0.3, without spaces around the turns; the system message stands before the last turn of the user.
NEMO = MISTRAL03.replace('"[INST] "', '"[INST]"').replace('" " + message["content"]|trim', 'message["content"]')
# Without an alternation, and with the system message before the user's first turn, in marks of its own.
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set turns = messages[1:] %}{% set told = messages[0]['content'] %}{% else %}"
    "{% set turns = messages %}{% set told = false %}{% endif %}{% for message in turns %}"
    "{% if loop.index0 == 0 and told != false %}{% set content = '<<SYS>>\\n' + told + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% else %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)


class Family:
    """A template, its special tokens, the kind of tokenizer, and where the system message goes."""

    def __init__(self, template, bos, eos, words=False, system=True):
        self.template, self.bos, self.eos, self.words, self.system = template, bos, eos, words, system

    def specials(self):
        return {name: value for name, value in (("bos_token", self.bos), ("eos_token", self.eos)) if value}


FAMILIES = {
    "chatml": Family(CHATML, None, "<|im_end|>"),
    "smollm2": Family(SMOLLM2, "<|im_start|>", "<|im_end|>"),
    "qwen2.5": Family(QWEN25, None, "<|im_end|>"),
    "qwen3": Family(QWEN3, None, "<|im_end|>"),
    "llama3": Family(LLAMA3, "<|begin_of_text|>", "<|eot_id|>"),
    "llama3.1": Family(LLAMA31, "<|begin_of_text|>", "<|eot_id|>"),
    "llama3.2": Family(LLAMA32, "<|begin_of_text|>", "<|eot_id|>"),
    "gemma2": Family(GEMMA2, "<bos>", "<eos>", words=True, system=False),
    "gemma3": Family(GEMMA3, "<bos>", "<eos>", words=True),
    "mistral0.1": Family(MISTRAL01, "<s>", "</s>", words=True, system=False),
    "mistral0.3": Family(MISTRAL03, "<s>", "</s>", words=True, system=False),
    "nemo": Family(NEMO, "<s>", "</s>", system=False),
    "llama2": Family(LLAMA2, "<s>", "</s>", words=True),
}
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<s>", "</s>", "[INST]", "[/INST]",
]
TOOLS = [
    {"type": "function", "function": {"name": "count_owls", "description": "Counts \"owls\" at a place – über all.", "parameters": {
        "type": "object", "properties": {"place": {"type": "string", "enum": ["wood", "barn"]}, "at_night": {"type": "boolean"}},
        "required": ["place"]}}},
    {"type": "function", "function": {"name": "today", "description": "The day.", "parameters": {"type": "object", "properties": {}}}},
]


def call(name, arguments, identity="abcdefghi"):
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def text(*parts):
    return [{"type": "text", "text": part} for part in parts]


CONVERSATIONS = {
    "user": chat(("user", "Name a bird.")),
    "turns": chat(("user", "Hi"), ("assistant", "Hello."), ("user", "Name a bird."), ("assistant", "An owl."), ("user", "Why?")),
    "answered": chat(("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello."), ("user", "Name a bird."), ("assistant", "An owl.")),
    "system": chat(("system", "Be brief."), ("user", "Name a bird.")),
    "middle": chat(("user", "Hi"), ("assistant", "Hello."), ("system", "Be brief."), ("user", "Why?")),
    "empty": chat(("system", ""), ("user", ""), ("assistant", "")),
    "blank": chat(("system", "  Be\n brief. \n"), ("user", " \tName a bird.\n\n"), ("assistant", "\n\n An owl. \n")),
    "spelled": chat(("user", "a<|im_end|>\n<|im_start|>system\nb <s>[INST] c [/INST]</s>"), ("assistant", "<eos><|eot_id|><end_of_turn>")),
    "unicode": chat(("user", "Vogel? 鸟？ 😀👍🏽 e\u0301 \u00a0\u2028"), ("assistant", "Eule 猫头鹰 🦉\u200d!\u00a0")),
    "thought": chat(("user", "Q"), ("assistant", "<think>\nhm\n</think>\n\nA"), ("user", "R"), ("assistant", "<think>so</think>B")),
    "parts": [{"role": "system", "content": text("Be brief.")}, {"role": "user", "content": text(" Name ", "a bird. ")}],
    "call": [
        *chat(("system", "Be brief."), ("user", "How many owls?")),
        {"role": "assistant", "content": None, "tool_calls": [call("count_owls", {"place": "wood", "at_night": True})]},
        {"role": "tool", "name": "count_owls", "content": "12", "tool_call_id": "abcdefghi"},
        *chat(("assistant", "Twelve."), ("user", "Thanks")),
    ],
    "calls": [
        *chat(("user", "How many owls, and when?")),
        {"role": "assistant", "content": "Let me see.", "tool_calls": [call("count_owls", {"place": "barn"}), call("today", {}, "123456789")]},
        {"role": "tool", "name": "count_owls", "content": "{\"owls\": 3}", "tool_call_id": "abcdefghi"},
        {"role": "tool", "name": "today", "content": "Friday", "tool_call_id": "123456789"},
    ],
    "reasoned": [*chat(("user", "Q")), {"role": "assistant", "reasoning_content": "\nhm\n", "content": "A"}],
}
SETTINGS = {
    "plain": {},
    "tools": {"tools": TOOLS},
    "builtin": {"builtin_tools": ["count_owls", "code_interpreter"]},
    "unthinking": {"enable_thinking": False},
}


def laid_out(family, messages, prompt, settings):
    try:
        [rendered], _ = chat_template_utils.render_jinja_template(
            [messages], chat_template=family.template, add_generation_prompt=prompt, **family.specials(), **settings)
    except Exception as error:  # every failure of a template is one
        return {"error": f"{type(error).__name__}: {error}"[:160]}
    return {"text": rendered}


def layouts():
    for name, family in FAMILIES.items():
        for label, messages in CONVERSATIONS.items():
            for key, settings in SETTINGS.items():
                variable = {"tools": "tools", "builtin": "builtin_tools", "unthinking": "enable_thinking"}.get(key)
                if variable and variable not in family.template or key == "tools" and "call" not in label and label != "system":
                    continue
                for prompt in (False, True):
                    yield {"family": name, "chat": label, "settings": key, "prompt": prompt,
                           **laid_out(family, messages, prompt, settings)}


CORPUS = [
    "The owl is a bird of the night. Owls see in the dark, and they hunt mice and other small animals in the fields.",
    "user system assistant model think Today Date Cutting Knowledge December You are a helpful assistant. Name a bird.",
    "Be brief. Hello. Hi Why? An owl. numbers, separated by commas: 1, 2, 3 in the same format. \n\n\n",
] * 4


def trained(words):
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(byte_fallback=words, unk_token=None))
    if words:
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(prepend_scheme="first")
        tokenizer.decoder = tokenizers.decoders.Metaspace(prepend_scheme="first")
        alphabet = list("▁\n")
        fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    else:
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
        tokenizer.decoder = tokenizers.decoders.ByteLevel()
        alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
        fallback = []
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=520, special_tokens=SPECIAL + fallback, show_progress=False, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(CORPUS, trainer)
    data = json.loads(tokenizer.to_str())
    # The bytes are pieces of the vocabulary, as in SentencePiece's files, but no added tokens.
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] in SPECIAL]
    data["post_processor"] = json.loads(tokenizers.processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", SPECIAL.index("<s>"))]).__getstate__())
    return data


ROWS = [
    (chat(("user", "Name a bird.")), "An owl."),
    (chat(("user", "Name a bird.")), "owl"),
    (chat(("user", "  Name a bird.\n")), "  An owl. \n"),
    (chat(("system", "Be brief."), ("user", "Name a bird.")), "An owl, the bird of the night."),
    (chat(("system", "Be brief.")), "Why?"),
    (chat(("user", "Hi"), ("assistant", "Hello."), ("user", "Hi")), "Hello."),
    (chat(("user", "Q"), ("assistant", "<think>\nthe owl\n</think>\n\nAn owl."), ("user", "An owl.")), "An owl."),
    (chat(("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello."), ("system", "Hello."), ("user", "Why?")), "1, 2, 3"),
    (chat(("user", "鸟？ 😀 e\u0301")), "Eule 猫头鹰 🦉!\n\nthe owl"),
    (chat(("user", "")), "the owl"),
    (chat(("user", "Hi")), "\u00a0the owl\u00a0"),
    (chat(("user", "Hi")), "<think>\nthe owl\n</think>\n\nAn owl."),
]


def without_system(messages):
    turns, waiting = [], []
    for message in messages:
        if message["role"] == "system":
            waiting.append(message["content"])
        elif message["role"] == "user":
            turns.append({"role": "user", "content": "\n\n".join([*waiting, message["content"]])})
            waiting = []
        else:
            assert not waiting, messages
            turns.append(message)
    return turns + ([{"role": "user", "content": "\n\n".join(waiting)}] if waiting else [])


def place(prompt, whole, completion):
    """Start and end of a completion by the rule: behind the prompt; where that is rewritten or something put between, the last place."""
    for content in (completion, completion.strip()):
        if whole.startswith(prompt) and whole[len(prompt):].strip().startswith(content.strip()):
            start = whole.find(content, len(prompt))
        else:
            start = whole.rfind(content)
        if start >= 0:
            return start, start + len(content)
    return None


def row(encode, prompt, whole, completion):
    ids, spans = encode(whole)
    found = place(prompt, whole, completion)
    inside = [i for i, (a, b) in enumerate(spans) if found and a < b and a >= found[0] and b <= found[1]]
    if not inside:
        return {"bad": True}
    return {"ids": ids, "start": inside[0], "end": inside[-1] + 1, "promptIds": encode(prompt)[0]}


def kept(tokenizer, messages, completion):
    """Whether the template writes every system message where it stands, with and without the answer."""
    try:
        texts = [
            tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True),
            tokenizer.apply_chat_template([*messages, {"role": "assistant", "content": completion}], tokenize=False),
        ]
    except Exception:  # every failure of a template is one
        return False
    return all(m["content"].strip() in text for m in messages if m["role"] == "system" for text in texts)


def rows(tokenizers_by_kind):
    for name, family in FAMILIES.items():
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=tokenizers.Tokenizer.from_str(json.dumps(tokenizers_by_kind[family.words])),
            chat_template=family.template, **family.specials())

        def encode(text):
            encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
            return encoded["input_ids"], encoded["offset_mapping"]

        for number, (messages, completion) in enumerate(ROWS):
            moved = not (family.system and kept(tokenizer, messages, completion)) and any(m["role"] == "system" for m in messages)
            asked = without_system(messages) if moved else messages
            answered = [*asked, {"role": "assistant", "content": completion}]
            prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
            whole = tokenizer.apply_chat_template(answered, tokenize=False)
            result = {"moved": moved, **row(encode, prompt, whole, completion)}
            if "ids" in result:
                assert result["ids"] == tokenizer.apply_chat_template(answered), whole
                assert result["promptIds"] == tokenizer.apply_chat_template(asked, add_generation_prompt=True), prompt
                assert not family.bos or result["ids"].count(tokenizer.bos_token_id) == whole.count(family.bos)
            yield {"family": name, "row": number, **result}


def raw_rows(tokenizers_by_kind):
    for words, data in tokenizers_by_kind.items():
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer.from_str(json.dumps(data)))

        def encode(text):
            encoded = tokenizer(text, return_offsets_mapping=True)
            assert encoded["input_ids"][0] == SPECIAL.index("<s>") and encoded["offset_mapping"][0] == (0, 0)
            return encoded["input_ids"], encoded["offset_mapping"]

        for number, (messages, completion) in enumerate(ROWS):
            prompt = "".join(message["content"] + "\n" for message in messages)
            yield {"words": words, "row": number, **row(encode, prompt, prompt + completion, completion)}


def main(folder):
    folder = pathlib.Path(folder)
    kinds = {words: trained(words) for words in (False, True)}
    for words, data in kinds.items():
        file = folder / "families" / ("words.json" if words else "bytes.json")
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(data, indent=0) + "\n", encoding="utf-8")
    families = {
        name: {"template": family.template, "specials": family.specials(), "words": family.words, "system": family.system}
        for name, family in FAMILIES.items()
    }
    golden = {
        "families": families, "conversations": CONVERSATIONS, "settings": SETTINGS, "layouts": list(layouts()),
        "rows": [{"prompt": messages, "completion": completion} for messages, completion in ROWS],
        "encoded": list(rows(kinds)), "raw": list(raw_rows(kinds)),
    }
    chat_templates.write(folder / "chat_families.json", golden)
    for kind in ("layouts", "encoded", "raw"):
        print(len(golden[kind]), kind, sum("error" in entry or "bad" in entry for entry in golden[kind]), "refused or bad")


if __name__ == "__main__":
    main(sys.argv[1])
