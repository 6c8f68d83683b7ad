"""Varied results and the best of each group, through the service, the command and the screen."""

from __future__ import annotations

import json

import numpy as np
import pytest
from textual.widgets import Input

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import running
from vsexplorer.embedding.embedder import Embedder


@pytest.fixture
def grouped(server: RedisServer) -> RedisServer:
    """Ten elements of each of five kinds, those of a kind nearly equal, and three without a kind."""
    random = np.random.default_rng(1)
    pipe = server.client().pipeline(transaction=False)
    for kind in range(5):
        centre = random.normal(size=8) + 3 * (kind == 0)
        for number in range(10):
            vector = (centre + 0.05 * random.normal(size=8)).astype("<f4").tobytes()
            attributes = json.dumps({"kind": f"k{kind}", "number": number})
            pipe.execute_command("VADD", "k", "FP32", vector, f"{kind}-{number}", "SETATTR", attributes)
    for number in range(3):
        pipe.execute_command("VADD", "k", "FP32", random.normal(size=8).astype("<f4").tobytes(), f"x-{number}")
    pipe.execute()
    return server


def names(server: RedisServer, *arguments: str) -> tuple[list[str], str]:
    done = vsexplorer("query", "k", "@0-0", *arguments, "--json", *server.options)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert [one["rank"] for one in results] == list(range(1, len(results) + 1))
    return [one["element"] for one in results], done.stderr


def test_the_best_of_each_group(grouped: RedisServer) -> None:
    found, said = names(grouped, "--count", "10", "--group-by", ".kind", "--per-group", "2")
    assert len(found) == 10
    assert {name[0] for name in found} == set("01234")
    assert "best 2 of each .kind from 53 candidates" in said
    plain, _ = names(grouped, "--count", "53")
    assert found == [name for name in plain if name in found], "in the order of the ranking"
    few, said = names(grouped, "--count", "5", "--group-by", "kind", "--candidates", "10")
    assert len(few) < 5
    assert "more candidates may find more" in said


def test_varied_results_come_from_more_groups(grouped: RedisServer) -> None:
    plain, _ = names(grouped, "--count", "5")
    same, said = names(grouped, "--count", "5", "--diversify", "1")
    assert same == plain
    assert "varied by 0%, from 50 candidates" in said
    varied, _ = names(grouped, "--count", "5", "--diversify", "0.3", "--candidates", "53")
    assert varied[0] == plain[0]
    assert len({name[0] for name in varied}) > len({name[0] for name in plain})
    both, said = names(grouped, "--count", "4", "--diversify", "0.5", "--group-by", "kind", "--candidates", "53")
    assert len({name[0] for name in both}) == 4
    assert "best 1 of each .kind" in said


async def test_groups_and_variety_are_options_of_the_screen(
    newest: RedisServer, grouped: RedisServer, embedder: Embedder
) -> None:
    async with running(grouped, embedder, key=b"k", count=10) as driver:
        await driver.type("@0-0")
        assert {name[0] for name in driver.names()} == {"0"}
        await driver.press("enter", "O")
        driver.app.screen.query_one("#option-group_by", Input).value = "kind"
        await driver.until(lambda: len(driver.names()) == 5)
        assert "note: best 1 of each .kind from 53 candidates" in driver.status()
        driver.app.screen.query_one("#option-group_by", Input).value = ""
        await driver.until(lambda: len(driver.names()) == 10)
        driver.app.screen.query_one("#option-diversify", Input).value = "0.3"
        await driver.until(lambda: len({name[0] for name in driver.names()}) > 2)
        await driver.press("escape")
        assert "DIVERSIFY 0.3" in driver.screen_text()
