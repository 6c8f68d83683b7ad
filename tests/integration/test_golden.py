"""The published example, exactly: loaded and asked through the command line, on all versions."""

import json
from pathlib import Path

import pytest

from tests.conftest import VERSIONS
from tests.support.command import vsexplorer
from tests.support.servers import RedisServer

PAGE = Path(__file__).parents[1] / "golden" / "famous_people.json"
GOLDEN = json.loads(PAGE.read_text())


@pytest.fixture
def loaded(every_server: RedisServer) -> RedisServer:
    server = every_server
    done = vsexplorer(
        *("load", GOLDEN["key"], str(PAGE), "--records", "people", "--id", "name", "--text", "description"),
        *("--attributes", "born,died", *server.options),
    )
    assert done.returncode == 0, done.stderr
    assert "8 elements added" in done.stderr
    return server


@VERSIONS
def test_the_five_queries_rank_as_published(loaded: RedisServer) -> None:
    for query in GOLDEN["queries"]:
        arguments = ["--count", str(query["args"].get("COUNT", 10))]
        if "FILTER" in query["args"]:
            arguments += ["--filter", query["args"]["FILTER"]]
        done = vsexplorer("query", GOLDEN["key"], query["text"], "--json", *arguments, *loaded.options)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert [result["element"] for result in answer["results"]] == query["expect"]


@VERSIONS
def test_the_answer_is_one_object_with_everything_to_trust_it(loaded: RedisServer) -> None:
    done = vsexplorer(
        "query", GOLDEN["key"], "science", "--filter", ".died < 2000", "--count", "2", "--json", *loaded.options
    )
    answer = json.loads(done.stdout)
    assert list(answer) == ["key", "query", "filter", "command", "results", "timings_ms"]
    assert (answer["key"], answer["query"], answer["filter"]) == ("famousPeople", "science", ".died < 2000")
    command = "VSIM famousPeople FP32 ‹384 floats› COUNT 2 FILTER '.died < 2000' WITHSCORES"
    assert answer["command"].startswith(command)
    assert list(answer["timings_ms"]) == ["embed", "redis", "total"]
    first = answer["results"][0]
    assert list(first) == ["rank", "element", "score", "attributes"]
    assert (first["rank"], first["element"]) == (1, "Marie Curie")
    assert first["attributes"] == {"born": 1867, "died": 1934}
    assert 0.6 < first["score"] < 0.7


@VERSIONS
def test_loading_again_replaces_and_the_ranking_stays(loaded: RedisServer) -> None:
    arguments = ["--records", "people", "--id", "name", "--text", "description", "--attributes", "none"]
    done = vsexplorer("load", GOLDEN["key"], str(PAGE), *arguments, *loaded.options)
    assert "0 elements added, 8 replaced" in done.stderr
    shown = vsexplorer("show", GOLDEN["key"], "Marie Curie", "--json", *loaded.options)
    assert json.loads(shown.stdout)["attributes"] is None
    done = vsexplorer("query", GOLDEN["key"], "entertainer", "--json", *loaded.options)
    assert [result["element"] for result in json.loads(done.stdout)["results"]] == GOLDEN["queries"][2]["expect"]
