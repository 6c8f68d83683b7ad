"""The ACL rules that ``info --acl`` prints: enough for every command, and none too many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from vsexplorer.cli.main import run

A = "[1, 0.5, 0.25, 0.125]"
ROWS = [(f"p{n}", (1.0, n, 0.5, 0.1), json.dumps({"n": n})) for n in range(60)]

READING = (
    ("info",),
    ("sets",),
    ("show", "points", "p1"),
    ("query", "points", A, "--filter", ".n > 1"),
    ("query", "pp:*", "--like", "p1"),
    ("browse", "points"),
    ("fields", "points"),
    ("neighbours", "points", "p1"),
    ("recall", "points", "--number", "5"),
    ("why", "points", A, "p9"),
    ("record", "points"),
    ("export", "points"),
    ("doctor", "points"),
    ("map", "points"),
    ("scores", "points", A),
    ("compare", "points", A, "@p1"),
    ("size", "points"),
    ("filter", "explain", ".n > 1", "points", "p1"),
)
CHANGING = (
    ("add", "points", "x", "--vector", A, "--yes"),
    ("set-attributes", "points", "x", '{"a": 1}', "--yes"),
    ("rename", "points", "x", "y", "--yes"),
    ("delete", "points", "y", "--yes"),
    ("copy", "points", "copied"),
    ("load", "parts", "{rows}", "--id", "name", "--vector", "v", "--partitions", "3"),
    ("delete", "parts:*", "--whole-set", "--yes"),
    ("record", "points", "--set", "model=sentence-transformers/all-MiniLM-L6-v2"),
    ("record", "points", "--clear"),
)
NOT_TRIED = {"select", "vrandmember"}
"""Used by another database, and by sets that are too large for this test."""


def test_the_printed_rules_are_enough_and_none_is_too_many(
    server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    admin = server.client()
    fill(admin, "points", ROWS)
    fill(admin, "pp:{0}", ROWS[:30])
    fill(admin, "pp:{1}", ROWS[30:])
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"name": f"r{n}", "v": [n, 1, 2, 3]}) + "\n" for n in range(9)))
    printed = json.loads(vsexplorer("info", "--acl", "--json", *server.options).stdout)
    monkeypatch.setenv("REDISCLI_AUTH", "pw")
    for kind, commands in (("reading", READING), ("changing", (*READING, *CHANGING))):
        rule = printed[kind].replace("NAME", "ann").replace(">PASSWORD", ">pw").split()
        admin.execute_command("ACL", "DELUSER", "ann")
        admin.execute_command(*rule)
        admin.execute_command("ACL", "LOG", "RESET")
        admin.config_resetstat()
        for command in commands:
            words = [word.format(rows=rows) if word == "{rows}" else word for word in command]
            assert run([*words, *server.options, "--user", "ann"]) in (0, 1), (command, capsys.readouterr())
        assert [entry[7] for entry in admin.execute_command("ACL", "LOG")] == [], kind
        used = {name.removeprefix("cmdstat_").lower() for name in admin.info("commandstats")}
        granted = {word[1:] for word in rule if word.startswith("+")}
        assert granted - used - NOT_TRIED == set(), kind


def test_the_rules_are_those_of_the_server(server: RedisServer) -> None:
    said = vsexplorer("info", "--acl", *server.options, "--format", "plain").stdout
    old = server.client().info()["redis_version"] == "8.0.2"
    assert ("+vrange" in said) != old
    assert "+cluster|slots" not in said
    table = vsexplorer("info", "--acl", *server.options, "--format", "table").stdout
    assert "A user who reads:\nACL SETUSER NAME on" in table
    assert "deleting a set" in table
