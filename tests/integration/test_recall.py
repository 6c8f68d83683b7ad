"""Recall as measured, against a computation by numpy over the stored vectors."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from vsexplorer.core.values import SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.insight.recall import recall_at
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer

_DIMENSION, _COUNT = 24, 20


def fill_random(server: RedisServer, number: int, *options: str) -> None:
    """A set whose graph is so sparse that searches miss something."""
    chance = random.Random(5)
    pipe = server.client().pipeline(transaction=False)
    for place in range(number):
        vector = [chance.gauss(0, 1) for _ in range(_DIMENSION)]
        attributes = json.dumps({"n": place, "tenth": place % 10})
        pipe.execute_command(
            *(
                "VADD",
                "k",
                "VALUES",
                _DIMENSION,
                *vector,
                f"e{place}",
                *options,
                "EF",
                4,
                "SETATTR",
                attributes,
                "M",
                4,
            )
        )
    pipe.execute()


@pytest.mark.parametrize("quantization", ["Q8", "NOQUANT", "BIN"])
@pytest.mark.parametrize("filter_", ["", ".tenth == 3"])
async def test_recall_is_that_of_a_brute_force_computation(
    server: RedisServer, embedder: Embedder, quantization: str, filter_: str
) -> None:
    fill_random(server, 1_500, quantization)
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    queries, uniform = await explorer.quality.element_queries(b"k", 25, random.Random(1))
    assert uniform
    options = SearchOptions(_COUNT, ef=5, filter_ef=30 if filter_ else None)
    measured = [one async for one in explorer.quality.recall(b"k", queries, filter_, options, 1.0)]
    names = [f"e{place}".encode() for place in range(1_500)]
    info = await explorer.sets.info(b"k")
    stored = await explorer._store.vectors(info, names)
    matrix = np.array([vector.normalized() for vector in stored if vector is not None], np.float64)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    passing = np.array([place % 10 == 3 if filter_ else True for place in range(1_500)])
    for one in measured:
        assert one.query.like is not None
        found = await explorer._store.ranking(info, filter_, options, one.query.like, None)
        scores = matrix @ matrix[int(one.query.like[1:])]
        scores[~passing] = -2
        order = np.argsort(-scores, kind="stable")[:_COUNT]
        exact = [(names[place], (1 + float(scores[place])) / 2) for place in order]
        # Scores by float64 differ from the server's in the sixth place: ties are those within 1e-5.
        least = exact[-1][1] - 1e-5
        known = {name: (1 + float(scores[place])) / 2 for place, name in enumerate(names)}
        expected = min(1.0, sum(known[name] >= least for name, _ in found) / _COUNT)
        assert one.recall[_COUNT] == pytest.approx(expected, abs=0.051), "one tie more or less"
        assert recall_at(_COUNT, found, exact) == pytest.approx(expected, abs=0.051)
    assert min(one.recall[_COUNT] for one in measured) < 1, "the test would not notice a wrong figure otherwise"
    await explorer.close()


def test_the_command_prints_the_figures_and_the_worst_queries(newest: RedisServer) -> None:
    fill_random(newest, 1_500, "Q8")
    arguments = ["recall", "k", "--count", "20", "--ef", "5", "--number", "40", "--budget", "100", "--seed", "4"]
    done = vsexplorer(*arguments, "--json", *newest.options)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [one["k"] for one in found["recall"]] == [10, 20]
    for one in found["recall"]:
        assert one["queries"] == 40
        assert one["minimum"] <= one["low"] <= one["mean"] <= one["high"] <= 1
    assert found["worst"][0]["recall"] <= found["worst"][-1]["recall"] < 1
    again = json.loads(vsexplorer(*arguments, "--json", *newest.options).stdout)
    assert again["worst"] == found["worst"], "the seed draws the same queries"
    better = json.loads(vsexplorer(*arguments, "--ef", "500", "--json", *newest.options).stdout)
    assert better["recall"][-1]["mean"] > found["recall"][-1]["mean"]
    assert vsexplorer(*arguments, "--fail-under", "0.999", *newest.options).returncode == 1


def test_the_curve_grows_and_names_the_value_that_is_enough(newest: RedisServer) -> None:
    fill_random(newest, 1_500, "NOQUANT")
    arguments = ["recall", "k", "--count", "20", "--number", "20", "--budget", "100", "--seed", "4", "--curve"]
    for filter_, option in (("", "ef"), (".tenth == 3", "filter_ef")):
        done = vsexplorer(*arguments, "--filter", filter_, "--json", *newest.options)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        shares = [one["recall@20"] for one in found["curve"]]
        assert shares[0] < shares[-1]
        enough = found["recommended"]["0.95"]
        if enough is None:
            assert shares[-1] < 0.95
            continue
        chosen = [*arguments[:-1], "--filter", filter_, f"--{option.replace('_', '-')}", str(enough), "--json"]
        again = json.loads(vsexplorer(*chosen, *newest.options).stdout)
        assert again["recall"][-1]["mean"] >= 0.95, "the same queries are drawn"
    table = vsexplorer(*arguments, "--format", "table", *newest.options)
    assert "recall 0.95: --ef" in table.stderr


def test_a_filtered_search_says_what_the_filter_loses(newest: RedisServer) -> None:
    fill_random(newest, 1_500, "Q8")
    arguments = ["recall", "k", "--count", "5", "--ef", "400", "--number", "20", "--budget", "100", "--seed", "4"]
    done = vsexplorer(*arguments, "--filter", ".tenth == 3", "--filter-ef", "10", "--json", *newest.options)
    found = json.loads(done.stdout)
    assert found["recall"][-1]["mean"] < found["recall_without_filter"]
    assert found["loss"].startswith("The filter loses most")
    plain = json.loads(vsexplorer(*arguments, "--json", *newest.options).stdout)
    assert plain["recall_without_filter"] is None


def test_mixtures_and_texts_are_measured(newest: RedisServer, tmp_path: Path) -> None:
    chance = random.Random(2)
    for place in range(200):
        vector = [chance.gauss(0, 1) for _ in range(384)]
        newest.client().execute_command("VADD", "texts", "VALUES", 384, *vector, f"e{place}")
    (tmp_path / "queries.txt").write_text("women in science\n\nmusic of the sea\n")
    arguments = ["recall", "texts", "--count", "5", "--budget", "100", "--json", *newest.options]
    mixed = json.loads(vsexplorer(*arguments, "--mix", "3", "--number", "10").stdout)
    assert mixed["recall"][0]["queries"] == 10
    texts = json.loads(vsexplorer(*arguments, "--queries", str(tmp_path / "queries.txt")).stdout)
    assert texts["recall"][0]["queries"] == 2


def test_what_cannot_be_measured_is_said(newest: RedisServer, tmp_path: Path) -> None:
    fill_random(newest, 30, "Q8")
    missing = vsexplorer("recall", "nothing", *newest.options)
    assert (missing.returncode, "There is no vector set" in missing.stderr) == (1, True)
    wrong = vsexplorer("recall", "k", "--filter", ".n = 1", *newest.options)
    assert (wrong.returncode, "use ==" in wrong.stderr) == (1, True)
    empty = vsexplorer("recall", "k", "--filter", ".n > 100", "--number", "3", *newest.options)
    assert empty.returncode == 1
    assert "no element passes the filter, so there is nothing to measure" in empty.stderr
    (tmp_path / "none").write_text("\n")
    nothing = vsexplorer("recall", "k", "--queries", str(tmp_path / "none"), *newest.options)
    assert (nothing.returncode, "no text to search for" in nothing.stderr) == (2, True)
