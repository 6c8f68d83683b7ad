"""Two searches side by side, through the command."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import load_people
from vsexplorer.embedding.embedder import Embedder


@pytest.fixture
async def people(server: RedisServer, embedder: Embedder) -> RedisServer:
    await load_people(server, embedder)
    return server


def compare(server: RedisServer, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = vsexplorer("compare", "people", *arguments, "--count", "4", "--json", *server.options)
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


async def test_two_queries(people: RedisServer) -> None:
    code, found = compare(people, "science", "music")
    assert code == 1
    both = [one for one in found["elements"] if one["first"] and one["second"]]
    assert found["overlap"] == len(both) / 4
    assert all(one["moved"] == one["first"] - one["second"] for one in both)
    seconds = [one["second"] for one in found["elements"] if one["second"]]
    assert seconds == [1, 2, 3, 4]


async def test_the_same_query_with_other_options(people: RedisServer) -> None:
    code, found = compare(people, "science", "--other-exact")
    assert (code, found["overlap"], found["rbo"], found["tau"]) == (0, 1.0, 1.0, 1.0)
    code, found = compare(people, "science", "--other-filter", ".born > 1920")
    assert code == 1
    assert any(one["second"] is None for one in found["elements"])
    same = vsexplorer("compare", "people", "science", *people.options)
    assert (same.returncode, "are the same" in same.stderr) == (2, True)


async def test_the_table_sums_up(people: RedisServer) -> None:
    done = vsexplorer("compare", "people", "science", "@Marie Curie", "--format", "table", *people.options)
    assert "overlap@8 1.00 · rank-biased overlap" in done.stderr
    assert "Kendall's tau" in done.stderr
