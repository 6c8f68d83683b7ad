"""Users with few rights: what they may do works, what they may not is named, and nothing is done by halves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill

PEOPLE = [("a", (1.0, 0.0), '{"n": 1}'), ("b", (0.0, 1.0), '{"n": 2}')]


@pytest.fixture
def server(newest_binary: Path) -> Iterator[RedisServer]:
    with RedisServer(newest_binary) as server:
        fill(server.client(), "people", PEOPLE)
        fill(server.client(), "secret", PEOPLE)
        yield server


def user(server: RedisServer, *rules: str) -> list[str]:
    """Options to connect as a user with some rules."""
    server.client().execute_command("ACL", "SETUSER", "ann", "reset", "on", ">pw", *rules)
    return [*server.options, "--user", "ann"]


def ran(options: list[str], *arguments: str) -> tuple[int, str]:
    done = vsexplorer(*arguments, *options, REDISCLI_AUTH="pw")
    return done.returncode, done.stdout + done.stderr


def test_a_key_pattern_is_enough(server: RedisServer) -> None:
    options = user(server, "~people*", "+@all")
    assert ran(options, "query", "people", "@a", "--format", "plain")[0] == 0
    code, said = ran(options, "sets", "--format", "plain")
    assert code == 0
    assert "people" in said
    assert "secret" not in said
    assert ran(options, "set-attributes", "people", "a", '{"n": 3}', "--yes")[0] == 0
    assert ran(options, "delete", "people", "--whole-set", "--yes")[0] == 0
    assert not server.client().exists("people")


def test_a_key_one_may_not_read_is_not_said_to_be_missing(server: RedisServer) -> None:
    code, said = ran(user(server, "~people*", "+@all"), "show", "secret")
    assert code == 3
    assert "has no permission for this key" in said
    assert "~KEY" in said
    code, said = ran(user(server, "~other*", "+@all"), "sets")
    assert code == 3
    assert "has no permission for this key" in said
    code, said = ran(user(server, "~*", "+@all", "-vinfo"), "sets")
    assert code == 3
    assert "may not run VINFO" in said
    assert "+vinfo" in said


@pytest.mark.parametrize("command", ["add", "delete", "rename"])
def test_without_multi_nothing_is_changed(server: RedisServer, command: str) -> None:
    arguments = {
        "add": ["people", "c", "--vector", "[1, 2]"],
        "delete": ["people", "a"],
        "rename": ["people", "a", "z"],
    }[command]
    options = user(server, "~*", "+@all", "-multi")
    before = server.client().execute_command("VRANGE", "people", "-", "+")
    code, said = ran(options, command, *arguments, "--yes")
    assert code == 3
    assert "may not run MULTI" in said
    assert server.client().execute_command("VRANGE", "people", "-", "+") == before


def test_a_refusal_is_said_in_the_servers_words_alone(server: RedisServer) -> None:
    code, said = ran(user(server, "~*", "+@all", "-vrem"), "delete", "people", "a", "--yes")
    assert code == 3
    assert "may not run VREM" in said
    assert "pipeline" not in said


def test_a_replica_refuses_changes_in_plain_words(server: RedisServer, newest_binary: Path) -> None:
    with RedisServer(newest_binary) as replica:
        fill(replica.client(), "people", PEOPLE)
        replica.client().replicaof("127.0.0.1", 1)
        done = vsexplorer("delete", "people", "a", "--yes", *replica.options)
        assert done.returncode == 1
        assert "is a read-only replica" in done.stderr


def test_a_cluster_node_serves_its_own_sets(newest_binary: Path) -> None:
    with RedisServer(newest_binary, "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no") as node:
        client = node.client()
        client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 8191)
        deadline = time.monotonic() + 20
        while client.cluster("info")["cluster_state"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        fill(client, "b", PEOPLE)
        done = vsexplorer("query", "b", "@a", "--format", "plain", *node.options)
        assert done.returncode == 0
        assert "Cluster" in vsexplorer("info", *node.options).stdout
        done = vsexplorer("show", "a", *node.options)
        assert done.returncode == 3
        assert "of this node" in done.stderr or "cluster" in done.stderr


def test_without_vrange_elements_are_drawn_at_random(server: RedisServer) -> None:
    code, said = ran(user(server, "~*", "+@all", "-vrange"), "export", "people", "--vectors", "none")
    assert code == 0
    assert said.count('"element"') == 2
