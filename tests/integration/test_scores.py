"""The distribution of scores on real servers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import load_people
from vsexplorer.core.values import ByElement, ByVector, Query, SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer

_NUMBER, _DIMENSION = 400, 48


def fill(server: RedisServer, *options: str, reduce: int = 0) -> None:
    vectors = np.random.default_rng(3).normal(size=(_NUMBER, _DIMENSION)).astype("<f4")
    pipe = server.client().pipeline(transaction=False)
    for place, vector in enumerate(vectors):
        reduced = ("REDUCE", reduce) if reduce else ()
        pipe.execute_command("VADD", "k", *reduced, "FP32", vector.tobytes(), f"e{place}", *options)
    pipe.execute()


@pytest.mark.parametrize(
    ("options", "reduce"), [(("Q8",), 0), (("NOQUANT",), 0), (("BIN",), 0), (("Q8",), 16), (("NOQUANT",), 16)]
)
async def test_scores_equal_those_of_the_server(
    server: RedisServer, embedder: Embedder, options: tuple[str, ...], reduce: int
) -> None:
    fill(server, *options, reduce=reduce)
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    vector = np.random.default_rng(4).normal(size=_DIMENSION).astype("<f4").tobytes()
    exact = SearchOptions(_NUMBER, exact=True)
    for source in (ByVector(vector), ByElement(b"e7")):
        found = await explorer.distribution.measure(Query(b"k", source, options=exact))
        assert found.whole
        assert found.uniform
        assert found.scores[::-1] == pytest.approx(found.results, abs=2e-6)
    await explorer.close()


async def test_the_command(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    done = vsexplorer("scores", "people", "science", "--count", "3", "--json", *newest.options)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["size"], found["sampled"], found["uniform"]) == (8, 8, True)
    assert sum(one["elements"] for one in found["ranges"]) == 8
    assert sum(one["results"] for one in found["ranges"]) == 3
    assert found["share_at_least_last"] == 3 / 8
    asked = json.loads(vsexplorer("query", "people", "science", "--count", "3", "--json", *newest.options).stdout)[
        "results"
    ]
    assert found["best"] == asked[0]["score"]
    done = vsexplorer("scores", "people", "science", "--format", "table", *newest.options)
    assert "The median score is" in done.stdout
    done = vsexplorer("scores", "missing", "science", *newest.options)
    assert (done.returncode, "no vector set" in done.stderr) == (1, True)
