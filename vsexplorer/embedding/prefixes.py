"""Prefixes that models want before queries and documents; fastembed adds none of them.

Each is from the card of the model on the hub. Models that need none are left out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What is put before a query and before a document."""

    query: str = ""
    document: str = ""


_PASSAGES = "Represent this sentence for searching relevant passages: "
_STELLA = "Instruct: Given a web search query, retrieve relevant passages that answer the query.\nQuery: "
_QWEN = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
_TABLE = {
    "baai/bge-base-en": Prefixes(_PASSAGES),
    "baai/bge-small-en": Prefixes(_PASSAGES),
    "mixedbread-ai/mxbai-embed-large-v1": Prefixes(_PASSAGES),
    "snowflake/snowflake-arctic-embed-xs": Prefixes(_PASSAGES),
    "snowflake/snowflake-arctic-embed-s": Prefixes(_PASSAGES),
    "snowflake/snowflake-arctic-embed-m": Prefixes(_PASSAGES),
    "snowflake/snowflake-arctic-embed-m-long": Prefixes(_PASSAGES),
    "snowflake/snowflake-arctic-embed-l": Prefixes(_PASSAGES),
    "nomic-ai/nomic-embed-text-v1": Prefixes("search_query: ", "search_document: "),
    "nomic-ai/nomic-embed-text-v1.5": Prefixes("search_query: ", "search_document: "),
    "nomic-ai/nomic-embed-text-v1.5-q": Prefixes("search_query: ", "search_document: "),
    "intfloat/multilingual-e5-large": Prefixes("query: ", "passage: "),
    "google/embeddinggemma-300m": Prefixes("task: search result | query: ", "title: none | text: "),
    "qwen/qwen3-embedding-0.6b": Prefixes(_QWEN),
    "qwen/qwen3-embedding-0.6b-q": Prefixes(_QWEN),
    "qdrant/stella-en-400m-v5-doc-onnx": Prefixes(_STELLA),
}


def usual_prefixes(model: str) -> Prefixes:
    """Return the prefixes that a model of fastembed wants; none for a model that is not known to need any."""
    return _TABLE.get(model.casefold(), Prefixes())
