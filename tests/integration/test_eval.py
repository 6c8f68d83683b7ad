"""Evaluation against judgments, and the check of favourites, through the commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import load_people
from vsexplorer.core.values import SearchDraft, SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.state.user_state import UserState

_CASES = """
[[case]]
id = "radioactivity"
query = "she discovered radium"
relevant = { "Marie Curie" = 2, "Linus Pauling" = 1 }

[[case]]
id = "song"
query = "a rock singer"
relevant = ["Freddie Mercury", "Nobody"]

[[case]]
id = "unjudged"
query = "something"
relevant = []
"""


@pytest.fixture
async def people(newest: RedisServer, embedder: Embedder) -> RedisServer:
    await load_people(newest, embedder)
    return newest


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.toml"
    path.write_text(_CASES)
    return path


def evaluate(server: RedisServer, *arguments: str) -> tuple[int, dict[str, Any], str]:
    done = vsexplorer("eval", "people", *arguments, "--json", *server.options)
    return done.returncode, json.loads(done.stdout), done.stderr


async def test_rankings_are_measured_and_what_is_missing_is_named(people: RedisServer, cases: Path) -> None:
    code, found, said = evaluate(people, "--queries", str(cases))
    assert code == 0
    means = {one["measure"]: one["mean"] for one in found["measures"]}
    assert list(means) == ["ndcg@10", "recall@10", "recall@100", "mrr", "map", "success@1"]
    assert [one["query"] for one in found["queries"]] == ["radioactivity", "song"]
    assert (means["mrr"], means["success@1"], means["recall@10"]) == (0.75, 0.5, 0.75)
    assert found["missing"] == ["Nobody"]
    assert found["skipped"] == [{"query": "unjudged", "reason": "no relevant element is judged"}]
    assert "query unjudged skipped" in said
    assert "1 judged element missing in the set: Nobody" in said


async def test_a_mean_that_is_too_low_fails(people: RedisServer, cases: Path) -> None:
    code, _, said = evaluate(people, "--queries", str(cases), "--fail-under", "recall@10=0.8")
    assert (code, "recall@10 is 0.7500, less than 0.8" in said) == (1, True)
    assert evaluate(people, "--queries", str(cases), "--fail-under", "recall@10=0.7")[0] == 0
    wrong = vsexplorer("eval", "people", "--queries", str(cases), "--measure", "ndcg", *people.options)
    assert (wrong.returncode, "There is no measure 'ndcg'" in wrong.stderr) == (2, True)


async def test_two_configurations_are_compared_query_by_query(
    people: RedisServer, cases: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert evaluate(people, "--queries", str(cases), "--filter", ".born > 1920", "--run", str(run))[0] == 0
    assert len(run.read_text().splitlines()) > 2
    _, found, _ = evaluate(people, "--queries", str(cases), "--measure", "mrr", "--baseline", str(run))
    compared = found["measures"][0]
    assert (compared["compared"], compared["better"], compared["worse"]) == (2, 1, 0)
    assert compared["before"] < compared["after"] == 0.75
    assert compared["p"] > 0.3, "two queries prove nothing"


async def test_results_rated_on_the_screen_are_judgments(
    people: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    explorer = Explorer(Where(people.target), embedder)
    await explorer.connect()
    state = UserState(tmp_path / "vsexplorer")
    state.ratings.rate(explorer.place, b"people", "science", ".born > 1800", b"Marie Curie", 2)
    state.ratings.rate(explorer.place, b"people", "science", ".born > 1800", b"Freddie Mercury", 0)
    state.close()
    await explorer.close()
    done = vsexplorer("eval", "people", "--rated", "--json", *people.options, XDG_STATE_HOME=str(tmp_path))
    found = json.loads(done.stdout)
    assert found["queries"][0]["text"] == "science"
    assert found["queries"][0]["mrr"] == 1.0
    none = vsexplorer("eval", "people", "--rated", *people.options, XDG_STATE_HOME=str(tmp_path / "other"))
    assert (none.returncode, "No results of people are rated" in none.stderr) == (1, True)


async def test_favourites_are_checked_against_a_snapshot(
    people: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    explorer = Explorer(Where(people.target), embedder)
    await explorer.connect()
    state = UserState(tmp_path / "vsexplorer")
    state.history.add(explorer.place, b"people", SearchDraft("science", "", SearchOptions(3)), "scientists")
    state.history.add(explorer.place, b"people", SearchDraft("@Marie Curie", ".born > 1850"), "like her")
    await explorer.close()
    snapshot = str(tmp_path / "snapshot.json")

    def check(*arguments: str) -> tuple[int, str, str]:
        done = vsexplorer("check", "people", snapshot, *arguments, *people.options, XDG_STATE_HOME=str(tmp_path))
        return done.returncode, done.stdout, done.stderr

    assert check()[0] == 2, "there is no snapshot yet"
    assert check("--update")[::2] == (0, "saved the results of 2 favourites\n")
    assert check()[0] == 0
    first = people.client().execute_command("VSIM", "people", "ELE", "Marie Curie", "COUNT", 2)[1]
    people.client().execute_command("VREM", "people", first)
    code, out, _ = check("--json")
    found = {one["favourite"]: one for one in json.loads(out)["favourites"]}
    assert code == 1
    assert found["like her"]["lost"] == [first.decode()]
    assert not found["like her"]["ok"]
    assert check("--lost", "2", "--shift", "5")[0] == 0
    state.history.add(explorer.place, b"people", SearchDraft("music"), "another")
    state.close()
    code, _, said = check("--lost", "2", "--shift", "5")
    assert (code, "'another' is not among the snapshot" in said) == (1, True)


async def test_a_query_that_cannot_be_asked_is_skipped_and_named(people: RedisServer, tmp_path: Path) -> None:
    path = tmp_path / "cases.toml"
    path.write_text(
        "[[case]]\nquery = '@Nobody'\nrelevant = ['Marie Curie']\n"
        "[[case]]\nquery = 'she discovered radium'\nrelevant = ['Marie Curie']\n"
    )
    code, found, said = evaluate(people, "--queries", str(path))
    assert code == 0
    assert [one["query"] for one in found["queries"]] == ["she discovered radium"]
    assert "query @Nobody skipped" in said
