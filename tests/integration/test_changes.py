"""Changing elements: shown first, never over somebody else's work, taken back, and still there after a crash."""

import json
import math
import random
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill, free_port
from vsexplorer.core import errors
from vsexplorer.core.values import ByText, ByVector
from vsexplorer.core.vectors import packed, unpacked
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.services.edit import PreparedChange, Seen, checked_attributes
from vsexplorer.services.explorer import Explorer
from vsexplorer.vectorset.writer import SetOptions

SHAPES = {"int8": ["Q8"], "f32": ["NOQUANT"], "bin": ["BIN"], "reduced": ["NOQUANT"]}


class Close(list[float]):
    """Numbers that are equal within the rounding of float32, or of int8's range."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Close) and all(
            math.isclose(one, another, rel_tol=1e-2, abs_tol=1e-6) for one, another in zip(self, other, strict=True)
        )


def contents(server: RedisServer, key: str = "set") -> dict[bytes, Any]:
    """Everything that is stored of each element; floats are compared within float32's rounding."""
    client = server.client()
    size = client.execute_command("VCARD", key)
    names = client.execute_command("VRANDMEMBER", key, size) if size else []
    found: dict[bytes, Any] = {}
    for name in names:
        quantization, blob, *numbers = client.execute_command("VEMB", key, name, "RAW")
        floats = [float(one) for one in numbers]
        if quantization == b"f32":
            floats += unpacked(blob)
        stored = quantization if quantization == b"f32" else blob
        found[name] = (client.execute_command("VGETATTR", key, name), stored, Close(floats))
    return found


def make_set(server: RedisServer, shape: str) -> None:
    chance = random.Random(3)
    client = server.client()
    for name in ("a", "b", "c"):
        vector = packed([chance.gauss(0, 2) for _ in range(24)])
        reduce = ["REDUCE", 7] if shape == "reduced" else []
        attributes = ["SETATTR", json.dumps({"name": name, "n": len(name)})] if name != "c" else []
        client.execute_command("VADD", "set", *reduce, "FP32", vector, name, *SHAPES[shape], "M", 8, *attributes)


@pytest.fixture
async def explorer(server: RedisServer, embedder: Embedder) -> AsyncIterator[Explorer]:
    opened = Explorer(Where(server.target), embedder)
    await opened.connect()
    yield opened
    await opened.close()


async def done(explorer: Explorer, prepared: PreparedChange) -> PreparedChange:
    undo = await explorer.editor.apply(prepared)
    assert undo is not None
    return undo


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_change_is_made_and_taken_back_entirely(
    explorer: Explorer, server: RedisServer, shape: str
) -> None:
    make_set(server, shape)
    editor, before = explorer.editor, contents(server)
    vector = ByVector(packed([1.0, *[0.5] * 23]))

    added = await editor.add(b"set", b"new", vector, b'{"x": 1}')
    undo = await done(explorer, added)
    assert contents(server).keys() == {b"a", b"b", b"c", b"new"}
    assert (await editor.apply(undo)) is not None
    assert contents(server) == before

    undo = await done(explorer, await editor.set_attributes(b"set", b"a", b'{"other": true}'))
    assert contents(server)[b"a"][0] == b'{"other": true}'
    await editor.apply(undo)
    assert contents(server) == before

    undo = await done(explorer, await editor.set_attributes(b"set", b"a", None))
    assert contents(server)[b"a"][0] is None
    await editor.apply(undo)
    assert contents(server) == before

    undo = await done(explorer, await editor.rename(b"set", b"b", b"z"))
    renamed = contents(server)
    assert renamed.keys() == {b"a", b"c", b"z"}
    assert renamed[b"z"] == before[b"b"], "vector and attributes go with the name"
    await editor.apply(undo)
    assert contents(server) == before

    undo = await done(explorer, await editor.delete(b"set", [b"a", b"c"]))
    assert contents(server).keys() == {b"b"}
    await editor.apply(undo)
    assert contents(server) == before

    undo = await done(explorer, await editor.add(b"set", b"a", vector, None, replace=True))
    assert contents(server)[b"a"][0] == before[b"a"][0]
    assert contents(server)[b"a"] != before[b"a"]
    await editor.apply(undo)
    assert contents(server) == before


async def test_the_last_element_takes_the_set_with_it_and_both_come_back(
    explorer: Explorer, server: RedisServer
) -> None:
    make_set(server, "reduced")
    before, info = contents(server), await explorer.sets.info(b"set")
    undo = await done(explorer, await explorer.editor.delete(b"set", [b"a", b"b", b"c"]))
    assert not server.client().exists("set")
    await explorer.editor.apply(undo)
    assert contents(server) == before
    again = await explorer.sets.info(b"set")
    assert (again.links, again.dimension, again.input_dimension) == (info.links, 7, 24)


async def test_the_commands_are_known_before_they_are_sent(explorer: Explorer, server: RedisServer) -> None:
    make_set(server, "reduced")
    editor = explorer.editor
    assert (await editor.set_attributes(b"set", b"a", b'{"x": 1}')).lines == ["VSETATTR set a '{\"x\": 1}'"]
    assert (await editor.rename(b"set", b"c", b"d e")).lines == [
        "VADD set REDUCE 7 FP32 ‹24 floats› 'd e' NOQUANT M 8",
        "VREM set c",
    ]
    prepared = await editor.delete_set(b"set")
    assert prepared.lines == ["DEL set"]
    assert prepared.words == "delete set with its 3 elements"
    assert await editor.apply(prepared) is None, "nothing brings a set back"
    assert not server.client().exists("set")


async def test_what_someone_else_changed_is_noticed_and_kept(explorer: Explorer, server: RedisServer) -> None:
    make_set(server, "f32")
    client, editor = server.client(), explorer.editor
    prepared = await editor.set_attributes(b"set", b"a", b'{"mine": 1}')
    removal = await editor.delete(b"set", [b"a", b"b"])
    client.execute_command("VSETATTR", "set", "a", '{"theirs": 1}')
    for change in (prepared, removal):
        with pytest.raises(errors.Conflict, match="a was changed by another client"):
            await editor.apply(change)
    assert contents(server)[b"a"][0] == b'{"theirs": 1}'
    with pytest.raises(errors.Conflict, match="changed by another client"):
        await editor.set_attributes(b"set", b"a", None, Seen(b'{"name": "a", "n": 1}'))
    addition = await editor.add(b"set", b"new", ByVector(packed([1.0] * 24)), None)
    client.execute_command("VADD", "set", "FP32", packed([2.0] * 24), "new", "NOQUANT", "M", 8)
    with pytest.raises(errors.Conflict, match="already has an element new"):
        await editor.apply(addition)
    unrelated = await editor.set_attributes(b"set", b"b", b'{"mine": 1}')
    client.execute_command("VREM", "set", "c")
    await editor.apply(unrelated)
    late = await editor.delete(b"set", [b"b"])
    client.execute_command("DEL", "set")
    with pytest.raises(errors.Conflict, match="was deleted in the meantime"):
        await editor.apply(late)
    fill(client, "other", [("x", [1.0, 0.0], None)])
    make_set(server, "f32")
    with pytest.raises(errors.Conflict, match="was recreated"):
        await editor.apply(late)


async def test_an_undo_does_not_overwrite_what_came_after(explorer: Explorer, server: RedisServer) -> None:
    make_set(server, "int8")
    undo = await done(explorer, await explorer.editor.set_attributes(b"set", b"a", b'{"mine": 1}'))
    server.client().execute_command("VSETATTR", "set", "a", '{"theirs": 1}')
    with pytest.raises(errors.Conflict):
        await explorer.editor.apply(undo)
    assert contents(server)[b"a"][0] == b'{"theirs": 1}'


async def test_texts_are_embedded_and_a_new_set_says_its_model(explorer: Explorer, server: RedisServer) -> None:
    prepared = await explorer.editor.add(b"new", "Björk".encode(), ByText("a singer"), None, SetOptions("f32"))
    undo = await done(explorer, prepared)
    record = json.loads(server.client().hget("vsexplorer:sets", "new"))
    assert record["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    info = await explorer.sets.info(b"new")
    assert (info.size, info.quantization, info.dimension) == (1, "f32", 384)
    with pytest.raises(errors.CommandRefused, match="quantization f32, not bin"):
        await explorer.editor.add(b"new", b"x", ByText("y"), None, SetOptions("bin"))
    with pytest.raises(errors.DimensionMismatch, match="2 dimensions; the vectors of new have 384"):
        await explorer.editor.add(b"new", b"x", ByVector(packed([1, 2])), None)
    with pytest.raises(errors.UsageError, match="zero vector"):
        await explorer.editor.add(b"new", b"x", ByVector(bytes(4 * 384)), None)
    await explorer.editor.apply(undo)
    assert not server.client().exists("new")


def test_attributes_are_checked_and_kept_matchable() -> None:
    assert checked_attributes('{"name": "caf\\u00e9", "big": 123456789012345678901}') == (
        '{"name": "café", "big": 123456789012345678901}'.encode()
    )
    assert checked_attributes(" ") is None
    assert checked_attributes('{"half": "\\ud800"}') == b'{"half": "\\ud800"}'
    for wrong, words in (
        ('{"a": }', "line 1, column 7"),
        ("[1]", "JSON object"),
        ('{"a": NaN}', "NaN is not a valid number"),
        ("[" * 100_000, "Not JSON"),
        ('{"a": 1e999}', "Not JSON"),
    ):
        with pytest.raises(errors.UsageError, match=words):
            checked_attributes(wrong)


CHANGES = (
    ("add", "set", "new", "--vector", str([1.0] * 24), "--attributes", '{"x": "é"}'),
    ("add", "set", "a", "--vector", str([1.0] * 24), "--replace"),
    ("set-attributes", "set", "a", '{"x": 1}'),
    ("set-attributes", "set", "b", "--remove"),
    ("rename", "set", "b", "z"),
    ("delete", "set", "a", "c"),
    ("delete", "set", "--whole-set"),
)


@pytest.fixture(params=["newest", "8.0"])
def durable(request: pytest.FixtureRequest) -> Iterator[tuple[Path, RedisServer]]:
    binary = request.getfixturevalue("newest_binary" if request.param == "newest" else "oldest_binary")
    arguments = ("--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0")
    with RedisServer(binary, *arguments, port=free_port()) as server:
        yield binary, server


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: " ".join(change[:1] + change[-1:])[:24])
def test_every_change_survives_a_killed_server_and_reaches_a_replica(
    durable: tuple[Path, RedisServer], change: tuple[str, ...]
) -> None:
    binary, server = durable
    make_set(server, "f32")
    with RedisServer(binary, "--replicaof", "127.0.0.1", str(server.port), port=free_port()) as replica:
        deadline = time.monotonic() + 30
        while contents(replica) != contents(server):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        before = contents(server)
        ran = vsexplorer(*change, "--yes", *server.options)
        assert (ran.returncode, "done" in ran.stderr) == (0, True), ran.stderr
        after = contents(server)
        assert after != before
        server.client().wait(1, 10_000)
        assert contents(replica) == after
    server.stop(kill=True)
    server.start()
    assert contents(server) == after


def test_a_script_must_say_yes_and_is_shown_the_commands(newest: RedisServer) -> None:
    make_set(newest, "f32")
    refused = vsexplorer("delete", "set", "a", *newest.options)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert contents(newest).keys() == {b"a", b"b", b"c"}
    ran = vsexplorer("set-attributes", "set", "a", "-", "--yes", *newest.options, stdin='{"from": "stdin"}')
    assert 'VSETATTR set a \'{"from": "stdin"}\'' in ran.stderr
    assert contents(newest)[b"a"][0] == b'{"from": "stdin"}'
    for wrong, code in (
        (("set-attributes", "set", "a", "{nonsense}"), 2),
        (("set-attributes", "set", "a"), 2),
        (("delete", "set"), 2),
        (("delete", "set", "nobody"), 1),
        (("rename", "set", "a", "b"), 1),
        (("add", "set", "b", "--vector", str([1.0] * 24)), 1),
        (("add", "set", "q", "--vector", "[1"), 2),
        (("add", "set", "q"), 2),
        (("delete", "gone", "--whole-set"), 1),
    ):
        ran = vsexplorer(*wrong, "--yes", *newest.options)
        assert ran.returncode == code, (wrong, ran.stderr)
        assert "Traceback" not in ran.stderr
