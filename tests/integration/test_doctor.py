"""A set with each fault, built on a real server: found and named. A sound one: nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import load_people
from vsexplorer.core.values import Capabilities
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.insight.health.server import version_findings

_NUMBER, _DIMENSION = 1_200, 16
_ARGUMENTS = ("--json", "--budget", "100", "--seed", "1")


@pytest.fixture
def sound(newest: RedisServer) -> Iterator[RedisServer]:
    """A server that keeps its data, with a set that has nothing wrong."""
    client = newest.client()
    client.config_set("save", "3600 1")
    random = np.random.default_rng(2)
    pipe = client.pipeline(transaction=False)
    for place, vector in enumerate(random.normal(size=(_NUMBER, _DIMENSION)).astype("<f4")):
        attributes = json.dumps({"n": place, "word": "été"}, ensure_ascii=False)
        pipe.execute_command("VADD", "k", "FP32", vector.tobytes(), f"e{place}", "SETATTR", attributes)
    pipe.execute()
    info = dict(zip(*[iter(client.execute_command("VINFO", "k"))] * 2, strict=True))
    run, uid = client.info("server")["run_id"], info[b"vset-uid"]
    record = {"model": "m", "text": "", "dimension": _DIMENSION, "run": run, "uid": uid}
    client.hset("vsexplorer:sets", "k", json.dumps(record))
    yield newest
    client.config_set("save", "")
    client.config_set("maxmemory", "0")
    client.config_set("maxmemory-policy", "noeviction")


def examine(server: RedisServer, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Findings by check; those about the server's version and the unknown model are left out."""
    done = vsexplorer("doctor", "k", *_ARGUMENTS, *arguments, *server.options)
    assert done.stderr == "", done.stderr
    document = json.loads(done.stdout)
    left_out = ("server version", "model record")
    return done.returncode, {one["check"]: one for one in document["findings"] if one["check"] not in left_out}


def add(
    server: RedisServer, name: str, vector: np.ndarray[Any, Any], attributes: str = '{"n": 1, "word": "x"}'
) -> None:
    server.client().execute_command(
        "VADD", "k", "FP32", vector.astype("<f4").tobytes(), name, "SETATTR", attributes
    )


def vector(seed: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).normal(size=_DIMENSION)


def test_a_sound_set_has_no_findings(sound: RedisServer) -> None:
    code, found = examine(sound)
    assert (code, found) == (0, {})
    code, found = examine(sound, "--full")
    assert (code, found) == (0, {})


def test_duplicates(sound: RedisServer) -> None:
    for name in ("one", "two", "three"):
        add(sound, name, vector(8))
    _, found = examine(sound)
    assert (found["duplicates"]["count"], found["duplicates"]["of"]) == (3, _NUMBER + 3)
    assert set(found["duplicates"]["examples"]) <= {"one", "two", "three"}


def test_near_duplicates(server: RedisServer) -> None:
    base = vector(3)
    for place in range(40):
        add(server, f"n{place}", base + 0.005 * vector(place))
    _, found = examine(server)
    assert found["near duplicates"]["count"] >= 35


def test_zero_vectors(sound: RedisServer) -> None:
    add(sound, "zero", np.zeros(_DIMENSION))
    code, found = examine(sound)
    assert (code, found["zero vectors"]["examples"], found["zero vectors"]["severity"]) == (1, ["zero"], "serious")


def test_constant_dimensions_and_few_in_use(server: RedisServer) -> None:
    random = np.random.default_rng(1)
    for place in range(200):
        along = np.zeros(64)
        along[:2] = random.normal(size=2)
        add(server, f"e{place}", along)
    _, found = examine(server)
    assert found["constant dimensions"]["sentence"].startswith("62 of 64 dimensions")
    assert "about 2 of 64 dimensions" in found["few dimensions in use"]["sentence"]


def test_invalid_and_escaped_attributes(sound: RedisServer) -> None:
    add(sound, "broken", vector(4), '{"n": 1,')
    add(sound, "list", vector(5), "[1]")
    add(sound, "escaped", vector(6), json.dumps({"n": 2, "word": "é"}))
    code, found = examine(sound)
    assert code == 1
    assert (found["invalid attributes"]["count"], set(found["invalid attributes"]["examples"])) == (
        2,
        {"broken", "list"},
    )
    assert (found["escaped characters"]["count"], found["escaped characters"]["examples"]) == (1, ["escaped"])


def test_mixed_types_missing_fields_and_no_attributes(sound: RedisServer) -> None:
    add(sound, "text", vector(4), '{"n": "12", "word": "x"}')
    add(sound, "rare", vector(5), '{"n": 1, "word": "x", "extra": true}')
    add(sound, "none", vector(6), "")
    _, found = examine(sound)
    assert "n (1,201 number, 1 text)" in found["mixed types"]["sentence"]
    assert found["mixed types"]["examples"] == ["text"]
    assert "extra (1)" in found["missing fields"]["sentence"]
    assert (found["no attributes"]["count"], found["no attributes"]["severity"]) == (1, "note")


def test_similar_names(sound: RedisServer) -> None:
    for place, name in enumerate(("Marie Curie", "marie  curie", "MARIE CURIE ")):
        add(sound, name, vector(40 + place))
    _, found = examine(sound)
    assert found["similar names"]["count"] == 3


def test_elements_that_the_graph_loses(server: RedisServer) -> None:
    random = np.random.default_rng(3)
    vectors = random.normal(size=(15, 8))[random.integers(0, 15, 1_500)] + 0.02 * random.normal(size=(1_500, 8))
    pipe = server.client().pipeline(transaction=False)
    for place, one in enumerate(vectors.astype("<f4")):
        pipe.execute_command("VADD", "k", "FP32", one.tobytes(), f"e{place}", "NOQUANT", "M", 4, "EF", 4)
    pipe.execute()
    code, found = examine(server)
    assert (code, found["not found by a search for themselves"]["of"]) == (1, 300)
    lost = found["not found by a search for themselves"]["examples"][0]
    reply = server.client().execute_command("VSIM", "k", "ELE", lost, "COUNT", 10)
    assert lost.encode() not in reply


def test_settings_that_lose_data(sound: RedisServer) -> None:
    client = sound.client()
    client.config_set("save", "")
    code, found = examine(sound)
    assert (code, found["persistence"]["severity"]) == (1, "serious")
    client.config_set("maxmemory", "1gb")
    client.config_set("maxmemory-policy", "allkeys-lru")
    _, found = examine(sound)
    assert "allkeys-lru" in found["eviction"]["sentence"]
    client.config_set("maxmemory-policy", "volatile-lru")
    assert "eviction" not in examine(sound)[1]


def test_a_user_who_may_not_read_the_settings_is_told(sound: RedisServer) -> None:
    client = sound.client()
    client.execute_command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@all", "-config")
    done = vsexplorer("doctor", "k", *_ARGUMENTS, *sound.options, "--user", "reader", REDISCLI_AUTH="secret")
    client.execute_command("ACL", "DELUSER", "reader")
    checks = [one["check"] for one in json.loads(done.stdout)["findings"]]
    assert "persistence" in checks


@pytest.mark.parametrize(
    ("version", "faults"),
    [
        ("8.0.2", 3),
        ("8.0.4", 2),
        ("8.2.1", 3),
        ("8.2.9", 1),
        ("8.8.1", 2),
        ("8.10.0", 1),
        ("8.10.2", 0),
        ("9.0.0", 0),
    ],
)
def test_known_faults_of_a_version(version: str, faults: int) -> None:
    found = version_findings(Capabilities("Redis", version, True, True, True))
    assert len(found) == faults
    assert not version_findings(Capabilities("Dragonfly", version, True, True, True))


async def test_a_record_that_names_another_model(newest: RedisServer, embedder: Embedder) -> None:
    await embedder.open()
    random = np.random.default_rng(1)
    pipe = newest.client().pipeline(transaction=False)
    for place in range(30):
        one = random.normal(size=384).astype("<f4").tobytes()
        pipe.execute_command(
            "VADD", "k", "FP32", one, f"e{place}", "SETATTR", json.dumps({"about": f"a text {place}"})
        )
    pipe.execute()
    record = {"model": embedder.name, "text": "about", "dimension": 384}
    newest.client().hset("vsexplorer:sets", "k", json.dumps(record))
    document = json.loads(vsexplorer("doctor", "k", *_ARGUMENTS, *newest.options).stdout)
    found = next(one for one in document["findings"] if one["check"] == "model record")
    assert (found["severity"], "not of that model" in found["sentence"]) == ("serious", True)
    assert found["advice"] == "Run vsexplorer fit k to find out which model fits."


async def test_the_table_explains_each_finding(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    done = vsexplorer("doctor", "people", "--format", "table", *newest.options)
    assert done.returncode == 1
    assert "serious: persistence" in done.stdout
    assert "8 of 8 elements looked at" in done.stderr
