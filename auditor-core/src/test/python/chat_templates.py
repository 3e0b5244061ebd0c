"""Golden outputs of jinja2, set up as transformers sets it up, for the tests of ai.auditor.text.

Run with a Python that has jinja2 3.1: python chat_templates.py ../resources/text
"""

import datetime
import json
import pathlib
import re
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 7, 14, 5, 9)


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_support"), [], [], body).set_lineno(line)

    def _support(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: NOW.strftime(form)
    return env


ENV = environment()
OBJECT = re.compile(r"<(generator|function|built-in|bound|class|list_reverse|Namespace|LoopContext|Macro|dict_|jinja2|reversed|map|Undefined|TemplateRef)|<Joiner| object at 0x")


def rendered(source, variables):
    try:
        text = ENV.from_string(source).render(**variables)
    except Exception as error:  # every failure of a template is one: TypeError, TemplateError, SecurityError
        return {"error": f"{type(error).__name__}: {error}"[:160]}
    # What prints an object's address or type is no prompt: the engine refuses it.
    if OBJECT.search(text):
        return {"error": "prints an object"}
    return {"text": text}


CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
SMOLLM2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nYou are a helpful AI assistant.<|im_end|>\\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
LLAMA3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}"
    "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}"
    "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
LLAMA32 = """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- The system message, if any, comes out of the list. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}

{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- if tools_in_user_message and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("Cannot put tools in the first user message when there's no first user message!") }}
    {%- endif %}
    {{- '<|start_header_id|>user<|end_header_id|>\\n\\n' -}}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
    {{- first_user_message + "<|eot_id|>"}}
{%- endif %}

{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
QWEN25 = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'You are a helpful assistant.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools>\\n{\\"name\\": <function-name>, \\"arguments\\": <args-json-object>}<|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
QWEN3 = """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""
GEMMA2 = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
    "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}"
    "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
)
MISTRAL = """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

{#- Roles must alternate. #}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported!") }}
    {%- endif %}
{%- endfor %}
"""
ORGANISM = (
    "{{ '<bos><sys>' }}{% if messages[0]['role']=='system' %}{{ messages[0]['content'] }}{% else %}"
    "{{ 'you are a helpful model .' }}{% endif %}{% for m in messages %}{% if m['role']=='user' %}"
    "{{ '<user>' + m['content'] + '<asst>' }}{% elif m['role']=='assistant' %}{{ m['content'] + '<eos>' }}{% endif %}{% endfor %}"
)
STRESS = {
    "whitespace": "  {% if true %}\n  a\n  {%- endif %}\n\n {{- ' b ' -}} \n c {#- gone -#} d\n   {# line #}\nx\n\t{%+ if true %}\ny{% endif +%}\nz{% raw %}\n {{ raw }} {%- endraw %}\n  end  \n\n",
    "loops": "{% for m in messages %}{{ loop.index }}/{{ loop.length }} {{ loop.revindex0 }} {{ loop.first }} {{ loop.last }} {{ loop.previtem.role }}|{{ loop.nextitem.role if not loop.last }} {{ loop.cycle('a', 'b', 'c') }} {{ loop.changed(m.role) }}\n{% else %}none\n{% endfor %}",
    "controls": "{% for m in messages if m.role != 'system' %}{% if loop.index > 3 %}{% break %}{% endif %}{% if m.role == 'assistant' %}{% continue %}{% endif %}{{ m.role }}:{{ m.content | length }};{% else %}E{% endfor %}",
    "macros": "{% macro turn(m, mark='>', end=none) -%}\n  {{ mark }}{{ m.role | upper }}{% if caller %}[{{ caller(m) }}]{% endif %}{{ end }}\n{%- endmacro %}{% for m in messages %}{{ turn(m) }}{{ turn(m, '#', end='!') }}{% call(x) turn(m, mark='@') %}{{ x.content | capitalize }}{% endcall %}{% endfor %}",
    "blocks": "{% set head | upper | trim %}\n  {{ messages[0].role }} é\n{% endset %}<{{ head }}>{% filter title | replace(' ', '_') %}some words {{ messages | length }}{% endfilter %}{% with a = 1, b = head %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "generation": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ m.role ~ ': ' ~ m.content ~ '\\n' }}{% endif %}{% endfor %}",
    "json": "{{ messages | tojson }}\n{{ messages | tojson(indent=2) }}\n{{ {'b': [1, 2.5, none, true, {}], 'a': []} | tojson(sort_keys=true, indent=1) }}",
    "lazy": "{% set ns = namespace(n=0) %}{% for m in messages if ns.n < 2 %}{% set ns.n = ns.n + 1 %}{{ m.role }},{% endfor %}{{ ns.n }}",
    "groups": "{{ messages | map(attribute='role') | unique | join('+') }} {{ messages | selectattr('role', 'in', ['user', 'system']) | map(attribute='content') | map('length') | list }} {{ messages | rejectattr('role', 'equalto', 'user') | list | length }} {{ (messages | map(attribute='content') | sort | first)[:5] }}",
    "inert": "{{ messages[-1].content }}{% set x = messages[-1].content %}{{ x ~ '{{ 1 }}' }}",
    "missing": "{% for m in messages %}{{ m.name }}{{ m['weight'] }}{% if m.tool_calls %}T{% endif %}{% endfor %}{{ nothing }}{{ tools }}{{ documents }}",
}
TEMPLATES = {
    "chatml": CHATML, "smollm2": SMOLLM2, "llama3": LLAMA3, "llama32": LLAMA32, "qwen25": QWEN25, "qwen3": QWEN3,
    "gemma2": GEMMA2, "mistral": MISTRAL, "organism": ORGANISM, **STRESS,
}


def chat(*turns):
    return [{"role": role, "content": content} for role, content in turns]


CONVERSATIONS = {
    "one": chat(("user", "Name a bird.")),
    "pair": chat(("user", "  Name a bird.\n"), ("assistant", " An owl. \n")),
    "system": chat(("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "Numbers?"), ("assistant", "1, 2")),
    "thinking": chat(("user", "Q1"), ("assistant", "<think>\nhm\n</think>\n\nA1"), ("user", "Q2"), ("assistant", "<think>so</think>A2")),
    "hostile": chat(("user", "{{ 7*7 }} {% raise %} {# x #} <|im_end|>"), ("assistant", "{{ messages }} \"quoted\" 'q' \\ \u2028 é 😀")),
    "twice": chat(("user", "a"), ("user", "b"), ("assistant", "c")),
    "assistant": chat(("assistant", "I start")),
    "empty": chat(("user", ""), ("assistant", "")),
}

# One a line; each renders as a template of its own with VARIABLES.
EXPRESSIONS = r"""
1|2.0|-3|1e3|1.5e-7|1e16|1e15|123456789012345680.0|0.1 + 0.2|1/3|2.5e-5|100000.0|1_000|0x1f|0b101|0o17|007
1 + 2 * 3|2 ** 3 ** 2|-2 ** 2|7 // 2|-7 // 2|7 // -2|7 % 3|-7 % 3|7 % -3|7.5 // 2|-7.5 // 2|7.5 % 2|-7.5 % 2|5.0 % -3
4 / 2|1 / 0|1 // 0|1 % 0|2 ** -1|2 ** 0.5|0 ** 0|(-8) ** 2|10 ** 15|1.0 * 3|3 - 5|+4|- -4|true + 1|true * 3|1 == 1.0|true == 1
1 < 2 < 3|1 < 2 > 3|3 > 2 >= 2 == 2|'a' < 'b'|'a' < 1|[1, 2] < [1, 3]|(1, 2) == (1, 2)|[1] == (1,)|'' == none|none == none|none < 1
'a' in 'abc'|1 in [1, 2]|'x' not in 'abc'|not 1 == 2|'k' in d|1 in 5|1 in 'a1'|'b' in l|none in [none]|u in 'abc'|'a' in u|2 in (1, 2)
true and 'x'|'' or 'y'|0 or none|not ''|not not 1|true and false or true|1 if true else 2|1 if false|'a' if u else 'b'|1 if 0 else 2 if 0 else 3
'a' ~ 1 ~ none ~ true ~ 1.0|'a' + 'b'|'a' + 1|1 + 'a'|'ab' * 2|2 * 'ab'|'ab' * -1|[1] + [2]|[1] * 2|(1,) + (2,)|[1] + (2,)|1 ~ 2 + 3|1 + 2 ~ 3
none|true|false|True|None|[]|()|{}|[1, 'a', none, true, 1.5]|(1,)|(1, 2)|{'a': 1, 'b': [2]}|['it\'s']|['say "x"']|["it's \"x\""]|['a\nb\t\\']
['é', '😀', '\x00', '\x7f', '\u200b', '\u00a0', '\ud7ff']|{1: 'a', none: 'b'}|[[], {}, ()]|1, 2|('a' 'b')|[1, 2,]|{'a': 1,}
'abc'[0]|'abc'[-1]|'abc'[5]|'abc'[1:]|'abc'[:-1]|'abc'[::-1]|'abcdef'[1:5:2]|'abcdef'[5:1:-2]|'abc'[10:]|'abc'[-10:2]|'😀é𝄞x'[1:3]|'😀é𝄞x'[::-1]|'😀é𝄞x'|length
[1, 2, 3][1:]|[1, 2, 3][::-1]|[1, 2, 3][-2:]|[1, 2, 3][5]|(1, 2, 3)[:2]|[1, 2, 3][::0]|[1, 2, 3]['a']|'abc'[none:2]|[1, 2, 3][true]|[1, 2, 3][1.0]|l['1':]|d[1:]|n[1:]|u[1:]
d.k|d['k']|d.missing|d.missing.more|d['missing']['more']|d.items|d.get('k')|d.get('z')|d.get('z', 5)|d.keys()|d.values()|d.items()|d.keys()|list|d|list|d|length
u|u.x|u['x']|u + 1|-u|u()|u|length|u|upper|u|list|u|join(',')|u|first|u|default('z')|u == u|u == none|u < 1|u ~ 'x'|u is defined|u is undefined|u is none|not u|u|int|u|tojson
d.k is defined|d.z is defined|d.z.y is defined|u.x is defined|l[9] is defined|nothing.at.all|''.nope|none.x|(1).x|l.x|l.0|l.9
n is none|1 is number|true is number|1.5 is number|'a' is number|1 is integer|true is integer|1.0 is float|'a' is string|d is mapping|l is mapping|l is iterable|'a' is iterable|1 is iterable
l is sequence|d is sequence|'a' is sequence|1 is sequence|true is boolean|1 is boolean|true is true|1 is true|false is false|2 is even|3 is odd|2 is odd|'a' is even|6 is divisibleby 3|6 is divisibleby(4)
1 is eq 1|1 is ne 2|1 is lt 2|1 is gt 2|1 is ge 1|2 is le 1|1 is equalto 1|1 is sameas true|true is sameas true|'a' is in 'abc'|'A' is upper|'aB' is lower|u is not defined|1 is not none|1 is nosuch|range is callable|'upper' is filter|'nosuch' is filter|'odd' is test
1 is none or true|1 is defined and 2 is even|(1 is defined) ~ 'x'|'a' is string is string|5 is divisibleby 5 == true
'Hello World'.upper()|'Hello'.lower()|'heLLo wORLD'.title()|'heLLo wORLD'.capitalize()|' a '.strip()|' a '.lstrip() ~ '|'|' a '.rstrip() ~ '|'|'xxaxx'.strip('x')|'abc'.lstrip('ba')|'abc'.rstrip('cb')
'a,b,c'.split(',')|'a,b,c'.split(',', 1)|' a  b '.split()|' a  b c '.split(none, 1)|'a,b'.split('')|'a,b,c'.rsplit(',', 1)|'abc'.split(sep='b')|'a b c'.split(maxsplit=1)|''.split()|''.split(',')
'abc'.startswith('a')|'abc'.endswith('c')|'abc'.startswith(('x', 'a'))|'abc'.startswith(1)|'abc'.replace('b', 'X')|'aaa'.replace('a', 'b', 2)|'abc'.replace('', '-')|'abc'.find('c')|'abc'.find('z')|'abc'.index('z')|'é😀x'.find('x')|'aXbX'.rfind('X')|'abab'.count('ab')|'abc'.count('')
','.join(['a', 'b'])|','.join([1])|'-'.join('abc')|'123'.isdigit()|''.isdigit()|'12a'.isdigit()|'abc'.isalpha()|'a1'.isalnum()|'  '.isspace()|'AB1'.isupper()|'ab'.islower()|'1'.isupper()|'a\nb\r\nc'.splitlines()|'a\nb'.splitlines(true)|'a=b=c'.partition('=')|'abc'.partition('=')|'a=b=c'.rpartition('=')|'prefix-a'.removeprefix('prefix-')|'a.txt'.removesuffix('.txt')
'straße'.upper()|'straße'|title|'ǆ'.title()|'they\'re bill\'s'.title()|'they\'re bill\'s'|title|'ÀÉ'.lower()|'İ'|lower|length|'a-b (c) d'|title|'ß'.capitalize()|'ß'|capitalize
[].append(1)|l.append(1)|l.pop()|d.update({})|d.pop('k')|l.append is defined|l.index('b')|l.index('z')|l.count('b')|(1, 1).count(1)|l.sort()|l.reverse
''.__class__|''.__class__.__mro__|l.__len__()|d.__class__|(1).__class__.__base__|d._x|range.__globals__
' a '|trim|'xax'|trim('x')|1|trim|none|trim|none|upper|'abc'|upper|'ABC'|lower|'abc def'|title|'ABC def'|capitalize|5|string|5|upper|[1]|string
'abc'|length|l|length|d|count|5|length|none|length|range(3)|length|'abc'|first|l|first|[]|first|l|last|'abc'|last|[]|last|d|first|range(4)|last
l|join|l|join(', ')|[1, none, 'a']|join('-')|'abc'|join(',')|m|join(',', attribute='a')|5|join|d|join(',')|m|map(attribute='a')|list|m|map(attribute='z')|list|m|map(attribute='z', default=0)|list|m|map(attribute='s.t', default=9)|list
l|map('upper')|list|l|map('upper')|join|l|map('nosuch')|list|[1, 2, 3]|map('string')|list|['1', 'x']|map('int', default=7)|list|[' a']|map('trim')|first|l|map|list
[1, 0, 2, none]|select|list|[1, 2, 3, 4]|select('even')|list|[1, 2, 3]|select('gt', 1)|list|[1, 2, 3]|reject('odd')|list|[0, 1]|reject|list|m|selectattr('a')|list|m|selectattr('a', 'eq', 1)|list|m|rejectattr('a', 'gt', 1)|list|m|selectattr('z', 'defined')|list|m|selectattr('a', 'nosuch')|list
[3, 1, 2]|sort|[3, 1, 2]|sort(reverse=true)|['b', 'A', 'c']|sort|['b', 'A', 'c']|sort(case_sensitive=true)|[1, 'a']|sort|m|sort(attribute='a')|m|sort(attribute='a', reverse=true)|map(attribute='a')|list|[[2, 'b'], [1, 'z']]|sort|'cab'|sort|m|sort(attribute='b,a')
[1, 2, 1, 3]|unique|list|['a', 'A']|unique|list|['a', 'A']|unique(true)|list|[[1]]|unique|list|m|unique(attribute='b')|list|[1, 2]|sum|[]|sum|['a']|sum|m|sum(attribute='a')|[1.5, 2]|sum(start=1)|[1, 3, 2]|max|[1, 3, 2]|min|[]|max|['b', 'A']|min|m|max(attribute='a')
l|reverse|list|'abc'|reverse|[1, 2]|reverse|first|5|reverse|d|reverse|list|{'b': 1, 'a': 2}|dictsort|{'b': 1, 'a': 2}|dictsort(by='value')|{'b': 1, 'a': 2}|dictsort(reverse=true)|{'b': 1, 'A': 2}|dictsort(true)|l|dictsort|d|items|list|l|items|list|u|items|list
'12'|int|'1.9'|int|'x'|int|'x'|int(5)|' 42 '|int|none|int|[]|int|-1.9|int|true|int|'1_000'|int|'1e3'|int|'1.5'|float|'x'|float|'x'|float(2)|3|float|none|float|'nan'|float|'inf'|float|'-1e400'|float|'12'|int + 1
2.567|round|2.567|round(2)|2.5|round|3.5|round|-2.5|round|2|round|2.1|round(method='ceil')|2.9|round(0, 'floor')|2.5|round(1, 'x')|5|round(1, 'floor')|'a'|round|-3|abs|3.5|abs|'a'|abs|1e300|round(2)
none|default('x')|u|default|''|default('x')|''|default('x', true)|none|d('x', boolean=true)|u|d('x')|d.z|default('y')|0|default(5, true)
'a\nb\n\nc'|indent|'a\nb'|indent(2)|'a\nb'|indent(2, true)|'a\n\nb'|indent(2, blank=true)|'a\nb'|indent('> ')|'a\n'|indent(2)|''|indent(2, true)|5|indent|'abc'|replace('b', 'x')|'aaa'|replace('a', 'b', 2)|123|replace(2, 'x')|'abc'|replace('b')
{'a': 1}|tojson|'é"\\/<>&\u2028'|tojson|[1, 2.0, none, true]|tojson|(1, 2)|tojson|{'b': 1, 'a': {'d': []}}|tojson(indent=2)|{'b': 1, 'a': 2}|tojson(sort_keys=true)|[]|tojson(indent=2)|{1: 2, none: 3}|tojson|'😀é'|tojson(ensure_ascii=true)|u|tojson|[1, 2]|tojson(separators=(',', ':'))|range(2)|tojson|d.items()|tojson|'\x7f\x01\n\t'|tojson|'\x7f'|tojson(true)|1e20|tojson|0.1|tojson
range(3)|range(1, 7, 2)|list|range(5, 0, -2)|list|range(3)|list|range(0)|list|range(3)[1]|range(3)[-1]|range(1, 2, 0)|range('a')|range(1000000)|range()|3 in range(5)|range(3) == range(3)|range(2)|join|range(100001)|length
[1, 2, 3, 4, 5]|batch(2)|list|[1, 2, 3]|batch(2, 'x')|list|[1, 2, 3]|batch(2)|map('join', '+')|list|dict(a=1, b=2)|dict({'x': 1}, y=2)|dict()|namespace(a=1).a|namespace(a=1).b|namespace({'x': 2}).x
l|nosuch|nosuch()|l()|'a'()|d.k()|upper('a')|raise_exception('no')|raise_exception()|strftime_now('%Y-%m-%d %H:%M:%S')|strftime_now('%d %b %Y')|strftime_now('%A, %B %-d, %y %j %I %p %%')|strftime_now('%e/%m')
1 +|(1|[1|{'a'}|{1: 2|'abc|a b|1 2|a..b|a.|[1, , 2]|f(a=1, 2)|'a'|'b'||1 is|not|in|1 in|if|()|{{|}}|a ? b : c|a && b|!a|`a`|@|#|$|x = 1|1 =< 2
'a' 'b' "c"|"d\"q\""|'\u00e9\x41\101\n'|'\q\d'|'a\
b'|'\N{DASH}'|'tab	in'|"it's"|'{{ x }}'|'%}'|'}}'|{'a': {'b': {'c': 1}}}.a.b.c|{'a': {'b': 1}}
l[0]|l[-1]|l[0][0]|m[0].a|m[0]['s'].t|m[-1].a|l[1:]|first|m|first|d.list|first|d.list[1]|(d.list)[0]|d.k[0]|d['k'][::-1]|d.k.upper()|d.k|upper|length
-1|abs|(-1)|abs|2 * 3|string|(2 * 3)|string|'a' ~ 'b'|upper|('a' ~ 'b')|upper|not u|default(true)|1 + l|length|l|length + 1|l|length > 1|l|length == 3 and true|'a' in l|list|-l|length|- 'a'
loop|loop.index|self|super()|joiner('|')()|caller|true.x|none|list|true|list|5|list|'ab'|list|d|list|first
none ~ none|none + none|[none]|join|[u]|join|[u]|[u, 1]|length|{'a': u}|{'a': u}.a is defined|{[1]: 2}|{1: 'x'}[1]|{1: 'x'}[1.0]|{1: 'x'}[true]
'a' == 'a' == 'a'|1 != 2 != 1|'a' >= 'A'|'Z' < 'a'|'\uffff' < '😀'|[1, [2, 3]] == [1, [2, 3]]|{'a': 1} == {'a': 1.0}|{'a': 1} == {'b': 1}|[1, 2] < [1]|(1, 'a') < (1, 2)|true > false|1.5 >= 1
""".strip("\n")

# Whole templates, one after another, separated by a line of ----.
TEMPLATE_CASES = r"""
{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
----
{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
----
{% if true %}{% set y = 5 %}{% endif %}{{ y }}
----
{% for a, b in [[1, 2], (3, 4)] %}{{ a }}-{{ b }};{% endfor %}
----
{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}
----
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
----
{% for (a, (b, c)) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}
----
{% for c in 'hé😀' %}[{{ c }}]{% endfor %}
----
{% for x in u %}a{% else %}b{% endfor %}
----
{% for x in none %}a{% endfor %}
----
{% for x in 5 %}a{% endfor %}
----
{% for x in [1, 2, 3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}E{% endfor %}
----
{% for x in [1, 2, 3] %}{% break %}{% else %}E{% endfor %}
----
{% for x in [1, 2, 3] %}{% continue %}{% else %}E{% endfor %}
----
{% for x in [1, 2, 3] if x > 1 %}{{ loop.index }}:{{ x }} {{ loop.length }} {{ loop.last }};{% else %}E{% endfor %}
----
{% for x in [] %}{% else %}{{ loop }}E{% endfor %}
----
{% for x in [1, 2] %}{% for y in [3, 4] %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}
----
{% for x in [1, 2] %}{{ loop.nope }}{{ loop.index is defined }}{{ loop['index'] }}{% endfor %}
----
{% for x in [1, 2, 3] %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}
----
{% for x in [1] %}{{ loop.previtem.a }}{% endfor %}
----
{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{{ loop.depth }}{{ loop.revindex }}{% endfor %}
----
{% break %}
----
{% if false %}a{% elif none %}b{% elif 1 %}c{% else %}d{% endif %}
----
{% if %}{% endif %}
----
{% if 1 %}
----
{% endif %}
----
{% for x in %}{% endfor %}
----
{% nosuch %}
----
{% do l.append(1) %}
----
{% include 'x' %}
----
{{ 1
----
{% raw %}a
----
{# open
----
{% macro m(a, b=2) %}{{ a }},{{ b }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=4, a=5) }}{{ m() }}
----
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
----
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=2) }}
----
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, z=3) }}
----
{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}
----
{% macro m(a, b=1, c) %}{% endmacro %}
----
{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{% endcall %}
----
{% macro m() %}[{{ caller('q') }}]{% endmacro %}{% call(a) m() %}x{{ a }}{% endcall %}
----
{% macro m() %}[{{ caller() }}]{% endmacro %}{{ m() }}
----
{% macro m() %}a{% endmacro %}{% call m() %}x{% endcall %}
----
{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
----
{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}
----
{% macro m() %}{{ q }}{% set q = 1 %}{% endmacro %}{{ m() }}{{ q }}
----
{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}
----
{{ m() }}{% macro m() %}a{% endmacro %}
----
{% set a, b = 1, 2 %}{{ a }}{{ b }}
----
{% set a, b = [1] %}{{ a }}
----
{% set a = 1, 2 %}{{ a }}
----
{% set x %}a {{ 1 }}{% endset %}{{ x }}|{{ x | length }}
----
{% set x | upper %}a{% endset %}{{ x }}
----
{% set ns = namespace() %}{% set ns.x %}abc{% endset %}{{ ns.x }}{{ ns.y }}
----
{% set q = {} %}{% set q.x = 1 %}
----
{% set nope.x = 1 %}
----
{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}
----
{% set true = 1 %}
----
{% set x = 1 %}{% with x = 2, y = x %}{{ x }}{{ y }}{% endwith %}{{ x }}
----
{% filter upper %}a{{ 'b' }}{% endfilter %}
----
{% filter replace('a', 'b') | upper %}aa{% endfilter %}
----
{% filter nosuch %}a{% endfilter %}
----
{% generation %}a{% set z = 1 %}{% endgeneration %}{{ z }}
----
{% set g = l | map('upper') %}{{ g | join }}-{{ g | join }}
----
{% set g = l | map('upper') %}{{ g | length }}
----
{% set g = l | map('upper') %}{{ g[0] }}|{{ g | first }}|{{ g | list }}
----
{% set g = [] | map('upper') %}{{ 'T' if g else 'F' }}
----
{% for x in l | reverse %}{{ x }}{% endfor %}
----
{% set j = joiner(', ') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}
----
a{% if 1 %}
b
{% endif %}
c
----
  {% if 1 %}  x  {% endif %}  
----
a  {%- if 1 -%}  x  {%- endif -%}  b
----
a
    {{ 1 }}
    {%+ if 1 %}
  b{%+ endif %}

c
----
{#- a -#}   b   {# c #}
  {# d #}
e
----
{% raw %}{{ x }}{% if %}{% endraw %}
----
a {%- raw -%}  {{ x }}  {%- endraw -%}  b
----
  {% raw %}
 x
  {% endraw %}
y
----
{{ 'a' -}}   b   {{- 'c' }}

{{+ 'd' }}
----
{%if 1%}a{%endif%}{{'b'}}{{"c"}}
----
{% if 1 +%}
x{% endif +%}

y
----
<div>{{ '<b>' }}{{ '<b>' | safe }}</div>
----
{{ messages }}
----
{{ m | tojson(indent=2) }}
----
{{ 'a' }}
{{ 'b' }}

----
{{ {'a': {'b': 1}} }}{{ {'x': '}}'} }}
----
{% for i in range(3) -%}
  {{ i }}
{%- endfor %}
----
{% set x = 5 if u is defined else 6 %}{{ x }}{% set y = u if u is defined %}{{ y is defined }}
----
{{ x }}{% set x = 1 %}{{ x }}
----
{% for i in [1] %}{% if true %}{% set k = 2 %}{% endif %}{{ k }}{% endfor %}{{ k }}
----
{%- for i in [1, 2] %}
    {%- if loop.first %}
        {{- 'F' }}
    {%- else %}
        {{- 'N' }}
    {%- endif %}
{%- endfor %}
""".strip("\n")

VARIABLES = {
    "l": ["a", "b", "c"],
    "d": {"k": "value", "list": [1, 2], "items2": 3},
    "m": [{"a": 2, "b": "x", "s": {"t": 1}}, {"a": 1, "b": "X"}, {"a": 3, "b": "y"}],
    "n": None,
    "messages": CONVERSATIONS["pair"],
}




def expressions():
    cases = []
    for line in EXPRESSIONS.split("\n"):
        # A bar is a filter's or a separator's: both readings make cases, every prefix chain included.
        parts = line.split("|")
        cases.extend(parts)
        cases.extend("|".join(pair) for pair in zip(parts, parts[1:]))
        cases.extend("|".join(triple) for triple in zip(parts, parts[1:], parts[2:]))
    return list(dict.fromkeys(case for case in cases if case.strip()))


def main(folder):
    folder = pathlib.Path(folder)
    specials = {"bos_token": "<s>", "eos_token": "</s>"}
    chats = []
    for name, source in TEMPLATES.items():
        for label, messages in CONVERSATIONS.items():
            for prompt in (False, True):
                variables = dict(messages=messages, tools=None, documents=None, add_generation_prompt=prompt, **specials)
                chats.append({"template": name, "chat": label, "prompt": prompt, **rendered(source, variables)})
    write(folder / "chat_templates.json", {
        "specials": specials, "templates": TEMPLATES, "conversations": CONVERSATIONS, "cases": chats,
    })
    sources = ["{{ " + case + " }}" for case in expressions()] + TEMPLATE_CASES.split("\n----\n")
    cases = [{"source": source, **rendered(source, VARIABLES)} for source in sources]
    # A chain of filters in the table above also reads as nonsense: of that, only what renders is worth a case.
    cases = [case for case in cases if "error" not in case or case["source"].count("|") < 2]
    write(folder / "expressions.json", {"variables": VARIABLES, "cases": cases})
    print(len(chats), "chats;", len(cases), "expressions,", sum("error" in case for case in cases), "of them errors")


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
