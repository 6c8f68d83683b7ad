"""Records of how sets were made: shown, changed, removed, and read by older versions."""

from __future__ import annotations

import json

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from tests.tui.driving import load_people
from vsexplorer.core.config import DEFAULT_MODEL
from vsexplorer.embedding.embedder import Embedder


async def test_a_record_is_shown_changed_and_removed(server: RedisServer, embedder: Embedder) -> None:
    await load_people(server, embedder)
    shown = json.loads(vsexplorer("record", "people", "--json", *server.options).stdout)
    assert (shown["model"], shown["text"], shown["provider"], shown["limit"]) == (
        DEFAULT_MODEL,
        "description",
        "fastembed",
        256,
    )
    changes = ["--set", "query_prefix=query: ", "--set", "limit=128", "--set", "text={name}"]
    changed = json.loads(vsexplorer("record", "people", *changes, "--json", *server.options).stdout)
    assert (changed["query_prefix"], changed["limit"], changed["text"]) == ("query: ", 128, "{name}")
    assert changed["model"] == DEFAULT_MODEL
    folder = vsexplorer("record", "people", "--set", "provider=folder", "--json", *server.options)
    assert json.loads(folder.stdout)["provider"] == "folder"
    assert vsexplorer("record", "people", "--clear", *server.options).returncode == 0
    assert not server.client().exists("vsexplorer:sets")
    missing = vsexplorer("record", "people", *server.options)
    assert (missing.returncode, "nothing is recorded" in missing.stderr) == (1, True)
    assert "vsexplorer fit people" in missing.stderr
    again = vsexplorer("record", "people", "--clear", *server.options)
    assert (again.returncode, again.stderr) == (1, "nothing is recorded\n")
    for wrong in ("provider=me", "colour=red", "limit=many", "model"):
        assert vsexplorer("record", "people", "--set", wrong, *server.options).returncode == 2


async def test_recorded_prefixes_are_put_before_queries(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    plain = vsexplorer("query", "people", "science", "--json", *newest.options).stdout
    typed = vsexplorer("query", "people", "music: science", "--json", *newest.options).stdout
    vsexplorer("record", "people", "--set", "query_prefix=music: ", *newest.options)
    recorded = vsexplorer("query", "people", "science", "--json", *newest.options).stdout
    scores = [[one["score"] for one in json.loads(text)["results"]] for text in (plain, typed, recorded)]
    assert scores[2] == scores[1] != scores[0]
    given = vsexplorer("query", "people", "science", "--query-prefix", "", "--json", *newest.options).stdout
    assert [one["score"] for one in json.loads(given)["results"]] == scores[0], "what is typed goes first"


def test_a_record_of_version_1_means_no_prefixes(newest: RedisServer) -> None:
    client = newest.client()
    fill(client, "k", [("a", (1.0, 0.0), None)])
    client.hset("vsexplorer:sets", "k", json.dumps({"model": "m", "text": "t", "dimension": 2}))
    shown = json.loads(vsexplorer("record", "k", "--json", *newest.options).stdout)
    assert (shown["model"], shown["query_prefix"], shown["document_prefix"]) == ("m", "", "")


def test_a_record_that_may_not_be_removed_is_said(newest: RedisServer) -> None:
    client = newest.client()
    fill(client, "k", [("a", (1.0, 0.0), None)])
    client.hset("vsexplorer:sets", "k", json.dumps({"model": "m", "text": "t", "dimension": 2}))
    client.execute_command("ACL", "SETUSER", "default", "-hdel")
    done = vsexplorer("record", "k", "--clear", *newest.options)
    client.execute_command("ACL", "SETUSER", "default", "+@all")
    assert (done.returncode > 1, "removed" in done.stderr) == (True, False)
    assert client.hexists("vsexplorer:sets", "k")
