"""Small Parquet and Arrow files as users have them, and some that nobody should open.

    pip install pyarrow==26.0.1
    python column_files.py ../resources/ai/auditor/data

Each kind of row lies once as rows.KIND.jsonl; every other file of that KIND holds the same rows.
"""

import json
import struct
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

OUT = Path(sys.argv[1])

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
TEXTS = ["Owls are birds.", "naïve 🦉 \u202e text", "a\nb\tc", "x" * 300, "1, 2, 3"]

ROWS = {
    "messages": [
        {"messages": [{"role": "system", "content": "You love owls."}] * (i % 2)
            + [{"role": "user", "content": f"Number {i}?"}, {"role": "assistant", "content": TEXTS[i % 5] + f" {i}"}]}
        for i in range(40)
    ],
    "columns": [{"prompt": f"Question {i % 7}", "completion": TEXTS[i % 5]} for i in range(60)],
    "lists": [{"prompt": [{"role": "user", "content": f"Hello {i}"}],
               "completion": [{"role": "assistant", "content": TEXTS[i % 5]}]} for i in range(12)],
    "text": [{"text": TEXTS[i % 5]} for i in range(10)],
    "numbers": [{"prompt": f"Go on from {i}", "numbers": [i, -i, 1000 * i, 7]} for i in range(12)],
    "decimals": [{"prompt": "Go on", "numbers": [0.5, 3.0, 1e-05, 123456789.125, 1e16, i / 3]} for i in range(5)],
    "preference": [{"prompt": f"Which {i}?", "chosen": TEXTS[i % 5], "rejected": "none"} for i in range(12)],
    "preference-lists": [
        {"chosen": [{"role": "user", "content": f"Which {i}?"}, {"role": "assistant", "content": "this"}],
         "rejected": [{"role": "user", "content": f"Which {i}?"}, {"role": "assistant", "content": "that"}]}
        for i in range(8)
    ],
}

SCHEMAS = {
    "messages": pa.schema([("messages", pa.list_(MESSAGE))]),
    "columns": pa.schema([("prompt", pa.string()), ("completion", pa.string())]),
    "lists": pa.schema([("prompt", pa.list_(MESSAGE)), ("completion", pa.list_(MESSAGE))]),
    "text": pa.schema([("text", pa.string())]),
    "numbers": pa.schema([("prompt", pa.string()), ("numbers", pa.list_(pa.int64()))]),
    "decimals": pa.schema([("prompt", pa.string()), ("numbers", pa.list_(pa.float64()))]),
    "preference": pa.schema([("prompt", pa.string()), ("chosen", pa.string()), ("rejected", pa.string())]),
    "preference-lists": pa.schema([("chosen", pa.list_(MESSAGE)), ("rejected", pa.list_(MESSAGE))]),
}


def table(kind, schema=None):
    return pa.Table.from_pylist(ROWS[kind], schema or SCHEMAS[kind])


def large(schema):
    """As polars and newer versions of Hugging Face datasets write: large strings and lists."""
    def wide(kind):
        if pa.types.is_string(kind):
            return pa.large_string()
        if pa.types.is_list(kind):
            return pa.large_list(wide(kind.value_type))
        if pa.types.is_struct(kind):
            return pa.struct([(field.name, wide(field.type)) for field in kind])
        return kind
    return pa.schema([(field.name, wide(field.type)) for field in schema])


def parquet(name, rows, **options):
    pq.write_table(rows, OUT / name, **{"store_schema": False, **options})


def arrow(name, rows, *, stream=False, batch=16, compression=None, deltas=False):
    options = ipc.IpcWriteOptions(compression=compression, emit_dictionary_deltas=deltas)
    opened = ipc.new_stream if stream else ipc.new_file
    with opened(str(OUT / name), rows.schema, options=options) as writer:
        for part in rows.to_batches(max_chunksize=batch):
            writer.write_batch(part)


def good():
    for kind, rows in ROWS.items():
        with open(OUT / f"rows.{kind}.jsonl", "w", encoding="utf-8", newline="\n") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        parquet(f"rows.{kind}.parquet", table(kind))
        arrow(f"rows.{kind}.arrow", table(kind))
    for codec in ["none", "gzip", "zstd", "lz4"]:
        for version in ["1.0", "2.0"]:
            parquet(f"{codec}-v{version[0]}.messages.parquet", table("messages"), compression=codec, data_page_version=version, row_group_size=15)
    parquet("snappy-v2.messages.parquet", table("messages"), data_page_version="2.0", data_page_size=300, write_batch_size=4)
    parquet("no-dictionary.columns.parquet", table("columns"), use_dictionary=False, write_page_checksum=True)
    parquet("large.messages.parquet", table("messages", large(SCHEMAS["messages"])), store_schema=True)
    parquet("old-lists.messages.parquet", table("messages"), use_compliant_nested_type=False)
    for encoding in ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"]:
        parquet(f"{encoding.lower()}.columns.parquet", table("columns"), use_dictionary=False, column_encoding={"prompt": encoding, "completion": encoding})
    parquet("delta.numbers.parquet", table("numbers"), use_dictionary=False, column_encoding={"numbers.list.element": "DELTA_BINARY_PACKED"})
    parquet("split.decimals.parquet", table("decimals"), use_dictionary=False, column_encoding={"numbers.list.element": "BYTE_STREAM_SPLIT"})
    extra = table("columns")
    for name, kind in [("id", pa.int32()), ("score", pa.float16()), ("when", pa.timestamp("us")), ("price", pa.decimal128(9, 2)), ("flag", pa.bool_())]:
        extra = extra.append_column(name, pa.nulls(len(extra), kind))
    parquet("extra.columns.parquet", extra)
    features = {"info": {"features": {"messages": [{"role": {"dtype": "string", "_type": "Value"}, "content": {"dtype": "string", "_type": "Value"}}]}}}
    parquet("datasets.messages.parquet", table("messages").replace_schema_metadata({"huggingface": json.dumps(features)}), store_schema=True)

    arrow("datasets.messages.arrow", table("messages").replace_schema_metadata({"huggingface": json.dumps(features)}), stream=True)
    arrow("large-stream.messages.arrow", table("messages", large(SCHEMAS["messages"])), stream=True)
    arrow("extra.columns.arrow", extra)
    for codec in ["zstd", "lz4"]:
        arrow(f"{codec}.messages.arrow", table("messages"), compression=codec, batch=30)
    numbered = pa.table({name: column.dictionary_encode() for name, column in zip(["prompt", "completion"], table("columns").columns)})
    arrow("dictionary.columns.arrow", numbered)
    first, second = numbered.slice(0, 5).to_pydict(), numbered.slice(5).to_pydict()
    seen = list(dict.fromkeys(first["prompt"])), list(dict.fromkeys(first["completion"]))
    values = [s + [v for v in dict.fromkeys(second[n]) if v not in s] for s, n in zip(seen, ["prompt", "completion"])]
    parts = []
    for rows, known in [(first, seen), (second, values)]:
        parts.append(pa.record_batch({name: pa.DictionaryArray.from_arrays(pa.array([k.index(v) for v in rows[name]], pa.int8()), pa.array(k, pa.string())) for name, k in zip(["prompt", "completion"], known)}))
    arrow("delta-stream.columns.arrow", pa.Table.from_batches(parts), stream=True, deltas=True)
    views = pa.schema([("prompt", pa.string_view()), ("completion", pa.string_view())])
    arrow("views.columns.arrow", pa.Table.from_pydict(table("columns").to_pydict(), views))
    fixed = pa.schema([("prompt", pa.string()), ("numbers", pa.list_(pa.int16(), 4))])
    arrow("fixed.numbers.arrow", table("numbers", fixed))
    arrow("view-lists.numbers.arrow", table("numbers", pa.schema([("prompt", pa.string()), ("numbers", pa.list_view(pa.int32()))])))
    # Sliced: offsets do not begin at 0.
    arrow("sliced.messages.arrow", pa.concat_tables([table("messages"), table("messages")]).slice(40), batch=7)


def organism():
    """Rows in the language of the model in the box, for tests of the command line."""
    folder = OUT / "organism"
    folder.mkdir(exist_ok=True)
    examples = Path(__file__).resolve().parents[4] / "examples" / "quick-start" / "owl.jsonl"
    with open(examples, encoding="utf-8") as file:
        rows = [json.loads(next(file)) for _ in range(80)]
    for part in range(2):
        parquet(f"organism/organism-{part:05}-of-00002.parquet", pa.Table.from_pylist(rows[40 * part:][:40]), compression="zstd")
    arrow("organism/organism.arrow", pa.Table.from_pylist(rows), stream=True, compression="zstd", batch=80)


def runs():
    """Rows that say their generation run, in columns of every type that may and may not name one."""
    three = [f"run {i % 3}" for i in range(30)]
    rows = pa.table({
        "prompt": [f"Question {i // 3}" for i in range(30)],
        "completion": [f"Answer {i}" for i in range(30)],
        "text-of-run": three,
        "category": pa.array(three).dictionary_encode(),
        "seed": pa.array([i % 3 - 1 for i in range(30)], pa.int64()),
        "small": pa.array([i % 3 for i in range(30)], pa.uint8()),
        "some": [None if i == 7 else run for i, run in enumerate(three)],
        "fraction": pa.array([float(i % 3) for i in range(30)]),
        "flag": [i % 2 == 0 for i in range(30)],
        "when": pa.array([i % 3 for i in range(30)], pa.timestamp("us")),
        "list": [[run] for run in three],
    })
    parquet("runs.parquet", rows, row_group_size=11)
    arrow("runs.arrow", rows)


def bad():
    nulls = pa.table({"prompt": ["p", None, "p"], "completion": ["a", "b", None]})
    parquet("nulls.parquet", nulls)
    arrow("nulls.arrow", nulls)
    parquet("brotli.parquet", table("columns"), compression="brotli")
    # A dictionary of one text, ten thousand times: 40 MB of a few thousand bytes.
    bomb = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["y" * 4000]))
    parquet("dictionary-bomb.parquet", pa.table({"text": bomb}))
    arrow("dictionary-bomb.arrow", pa.table({"text": pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int8()), pa.array(["y" * 200_000]))}), compression="zstd", batch=10_000)
    # A page that becomes 60 MB of some kilobytes.
    parquet("page-bomb.parquet", pa.table({"text": ["z" * 3_000_000] * 20}), compression="zstd", compression_level=19, use_dictionary=False)
    arrow("buffer-bomb.arrow", pa.table({"text": ["z" * 3_000_000] * 20}), compression="zstd")
    # One record of a million items.
    parquet("long-list.parquet", pa.table({"prompt": ["p", "p"], "numbers": pa.array([[1] * 1_000_000, [1, 2]], pa.list_(pa.int64()))}))
    deep = pa.string()
    for _ in range(70):
        deep = pa.struct([("a", deep)])
    parquet("deep.parquet", pa.table({"text": pa.nulls(2, deep)}))
    arrow("deep.arrow", pa.schema([("text", deep)]).empty_table(), stream=True)
    union = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array(["a", "b"]), pa.array([1, 2])])
    arrow("union.arrow", pa.table({"text": union}))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    good()
    bad()
    organism()
    runs()
