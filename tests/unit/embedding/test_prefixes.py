"""Prefixes of models, and which of them apply."""

from __future__ import annotations

from pathlib import Path

from vsexplorer.embedding.factory import make_embedder
from vsexplorer.embedding.http_embedder import HttpEmbedder
from vsexplorer.embedding.prefixes import _TABLE, Prefixes, usual_prefixes
from vsexplorer.embedding.registry import supported_models
from vsexplorer.embedding.text_embedder import EmbeddingOptions

E5 = "intfloat/multilingual-e5-large"


def test_every_model_of_the_table_is_known_to_fastembed() -> None:
    known = {model.name.casefold() for model in supported_models()}
    assert set(_TABLE) <= known


def test_prefixes_are_those_given_else_recorded_else_usual(tmp_path: Path) -> None:
    given = EmbeddingOptions(Prefixes("q ", "d "))
    assert make_embedder(E5, tmp_path).prefixes == Prefixes("query: ", "passage: ")
    assert make_embedder(E5, tmp_path, recorded=Prefixes()).prefixes == Prefixes()
    assert make_embedder(E5, tmp_path, given, Prefixes()).prefixes == Prefixes("q ", "d ")
    assert usual_prefixes("sentence-transformers/all-MiniLM-L6-v2") == Prefixes()


def test_an_address_makes_an_embedder_of_a_server(tmp_path: Path) -> None:
    found = make_embedder(f"http://h:1/v1/#{E5}", tmp_path)
    assert isinstance(found, HttpEmbedder)
    assert (found.name, found.origin, found.provider) == (E5, "http://h:1/v1", "http")
    assert found.prefixes == Prefixes("query: ", "passage: ")
    assert found.batches(["x" * 50_000, "y" * 20_000, "z"]).batches == [[0], [1, 2]]
