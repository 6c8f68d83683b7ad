"""Which model a set was made with, on a real server with the real model."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import GOLDEN
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding.embedder import Embedder

TEXTS = [one["description"] for one in GOLDEN["people"]] * 4
"""The same texts with different beginnings make 32 of them."""


async def load(server: RedisServer, embedder: Embedder, change: Callable[[str], str], *options: str) -> None:
    """Texts, embedded after a change, with the unchanged text among the attributes."""
    await embedder.open()
    texts = [f"{number} {text}" for number, text in enumerate(TEXTS)]
    pipe = server.client().pipeline(transaction=False)
    for text, vector in zip(texts, embedder.run_documents([change(text) for text in texts]), strict=True):
        attributes = json.dumps({"about": text, "kind": "person"})
        pipe.execute_command("VADD", "k", *options, "FP32", vector, text[:9], "SETATTR", attributes)
    pipe.execute()


@pytest.mark.parametrize(
    ("quantization", "options"),
    [("Q8", ()), ("NOQUANT", ("REDUCE", "64")), ("BIN", ())],
    ids=["q8", "reduced", "bin"],
)
async def test_the_model_is_recognized(
    server: RedisServer, embedder: Embedder, quantization: str, options: tuple[str, ...]
) -> None:
    await embedder.open()
    pipe = server.client().pipeline(transaction=False)
    for number, text in enumerate(TEXTS):
        vector = embedder.run_documents([f"{number} {text}"])[0]
        attributes = json.dumps({"about": f"{number} {text}"})
        pipe.execute_command(
            "VADD", "k", *options, "FP32", vector, f"e{number}", quantization, "SETATTR", attributes
        )
    pipe.execute()
    done = vsexplorer("fit", "k", "--json", *server.options)
    assert done.returncode == 0, done.stdout
    best = json.loads(done.stdout)["models"][0]
    assert (best["model"], best["field"], best["verdict"], best["texts"]) == (DEFAULT_MODEL, "about", "same", 32)


async def test_a_prefix_is_told_from_the_same_text(newest: RedisServer, embedder: Embedder) -> None:
    await load(newest, embedder, lambda text: f"represent this for searching: {text}")
    done = vsexplorer("fit", "k", "--json", *newest.options)
    assert (done.returncode, json.loads(done.stdout)["models"][0]["verdict"]) == (1, "related")
    prefixed = vsexplorer("fit", "k", "--field", "represent this for searching: {about}", *newest.options)
    assert prefixed.returncode == 0


async def test_vectors_of_another_model_are_told(newest: RedisServer) -> None:
    random = np.random.default_rng(1)
    pipe = newest.client().pipeline(transaction=False)
    for number, text in enumerate(TEXTS):
        vector = random.normal(size=384).astype("<f4").tobytes()
        pipe.execute_command("VADD", "k", "FP32", vector, f"e{number}", "SETATTR", json.dumps({"about": text}))
    pipe.execute()
    done = vsexplorer("fit", "k", "--format", "table", *newest.options)
    assert done.returncode == 1
    assert "another model of that dimension, or another text" in done.stderr


async def test_the_model_is_recorded_only_on_request(newest: RedisServer, embedder: Embedder) -> None:
    await load(newest, embedder, lambda text: text)
    assert vsexplorer("fit", "k", *newest.options).returncode == 0
    assert not newest.client().exists("vsexplorer:sets")
    assert "recorded in" in vsexplorer("fit", "k", "--write", *newest.options).stderr
    record = json.loads(newest.client().hget("vsexplorer:sets", "k"))
    assert (record["model"], record["text"]) == (DEFAULT_MODEL, "about")


def test_a_set_without_texts_is_said(newest: RedisServer) -> None:
    for place in range(30):
        newest.client().execute_command("VADD", "k", "VALUES", 2, place, 1, f"e{place}")
    done = vsexplorer("fit", "k", *newest.options)
    assert (done.returncode, "No element of k has a text" in done.stderr) == (1, True)
    named = vsexplorer("fit", "k", "--field", "element", *newest.options)
    assert "No model on this machine has 2 dimensions" in named.stderr
