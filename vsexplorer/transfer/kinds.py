"""The kinds of files that can be read, by suffix; imports nothing, so that ``--help`` is fast."""

from __future__ import annotations

KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".parquet": "parquet",
}
KIND_NAMES = tuple(dict.fromkeys(KINDS.values()))
