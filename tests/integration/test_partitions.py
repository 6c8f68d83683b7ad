"""Partitioned sets on real servers: several vector sets that are one collection."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.support.topology import Cluster
from tests.tui.driving import PAGE, running
from vsexplorer.core.errors import CommandRefused, NotFound
from vsexplorer.core.values import ByElement, ByVector, Query, SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Target, Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.vectorset import partitioned_connection

_NUMBER, _DIMENSION, _PARTS = 300, 16, 5
_NAME = b"k:{0..4}"


def vectors() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    found: np.ndarray[tuple[int, int], np.dtype[np.float32]] = (
        np.random.default_rng(2).normal(size=(_NUMBER, _DIMENSION)).astype("<f4")
    )
    return found


def fill_parts(server: RedisServer, hashed: bool = True, *options: str) -> None:
    """Fill five parts by the hash, or in turns; and one set with the same elements."""
    pipe = server.client().pipeline(transaction=False)
    for number, vector in enumerate(vectors()):
        name = f"e{number:03}"
        part = zlib.crc32(name.encode()) % _PARTS if hashed else number % _PARTS
        attributes = json.dumps({"n": number})
        for key in (f"k:{{{part}}}", "undivided"):
            pipe.execute_command("VADD", key, "FP32", vector.tobytes(), name, *options, "SETATTR", attributes)
    pipe.execute()


@pytest.fixture(params=[True, False], ids=["by hash", "otherwise"])
def parts(server: RedisServer, request: pytest.FixtureRequest) -> RedisServer:
    fill_parts(server, request.param)
    return server


@pytest.fixture
async def explorer(parts: RedisServer, embedder: Embedder) -> AsyncIterator[Explorer]:
    found = Explorer(Where(parts.target), embedder)
    await found.connect()
    yield found
    await found.close()


async def test_an_exact_search_is_that_of_one_set(explorer: Explorer) -> None:
    query = np.random.default_rng(3).normal(size=_DIMENSION).astype("<f4").tobytes()
    for source in (ByVector(query), ByElement(b"e017")):
        for filter_ in ("", ".n < 50"):
            options = SearchOptions(20, exact=True)
            pages = [
                await explorer.search.answer(Query(key, source, filter_, options)) for key in (_NAME, b"undivided")
            ]
            names = [[hit.element for hit in page.hits] for page in pages]
            scores = [[hit.score for hit in page.hits] for page in pages]
            assert names[0] == names[1]
            assert scores[0] == pytest.approx(scores[1], abs=1e-6)
            assert [hit.attributes for hit in pages[0].hits] == [hit.attributes for hit in pages[1].hits]


async def test_a_search_is_the_best_of_what_the_parts_return(parts: RedisServer, explorer: Explorer) -> None:
    random = np.random.default_rng(4)
    for _ in range(20):
        query = random.normal(size=_DIMENSION).astype("<f4").tobytes()
        options = SearchOptions(count=7, ef=10)
        page = await explorer.search.answer(Query(_NAME, ByVector(query), "", options))
        returned: dict[bytes, float] = {}
        for part in range(_PARTS):
            reply = parts.client().execute_command(
                "VSIM", f"k:{{{part}}}", "FP32", query, "COUNT", 7, "EF", 10, "WITHSCORES"
            )
            flat = reply.items() if isinstance(reply, dict) else zip(reply[::2], reply[1::2], strict=True)
            returned.update({name: float(score) for name, score in flat})
        best = sorted(returned.values(), reverse=True)[:7]
        assert [hit.score for hit in page.hits] == pytest.approx(best, abs=1e-9)


async def test_elements_are_found_wherever_they_are(explorer: Explorer) -> None:
    details = await explorer.elements.details(_NAME, b"e042")
    assert details.attributes == b'{"n": 42}'
    assert details.numbers == (await explorer.elements.details(b"undivided", b"e042")).numbers
    with pytest.raises(NotFound):
        await explorer.elements.details(_NAME, b"missing")
    with pytest.raises(NotFound):
        await explorer.search.answer(Query(_NAME, ByElement(b"missing")))


async def test_an_element_nobody_asked_for_yet_is_searched_with(explorer: Explorer) -> None:
    page = await explorer.search.answer(Query(_NAME, ByElement(b"e042"), "", SearchOptions(3)))
    assert page.hits[0].element == b"e042"


async def test_neighbours_are_those_within_the_part(explorer: Explorer) -> None:
    links = await explorer.elements.neighbours(_NAME, b"e042")
    assert links[0]


async def test_changes_find_the_part(parts: RedisServer, explorer: Explorer) -> None:
    def all_names() -> list[bytes]:
        client = parts.client()
        return sorted(name for part in range(_PARTS) for name in _names(client, f"k:{{{part}}}"))

    editor = explorer.editor
    before = all_names()
    change = await editor.rename(_NAME, b"e007", b"renamed")
    await editor.apply(change)
    assert all_names() == sorted({*before, b"renamed"} - {b"e007"})
    assert (await explorer.elements.details(_NAME, b"renamed")).attributes == b'{"n": 7}'
    await editor.apply(await editor.delete(_NAME, [b"e001", b"e002", b"e003"]))
    assert len(all_names()) == _NUMBER - 3
    await editor.apply(await editor.set_attributes(_NAME, b"e004", b'{"n": 5000}'))
    assert (await explorer.elements.details(_NAME, b"e004")).attributes == b'{"n": 5000}'
    info = await explorer.sets.info(_NAME)
    assert (info.size, info.parts) == (_NUMBER - 3, _PARTS)
    added = await editor.add(_NAME, b"fresh", ByVector(np.ones(_DIMENSION, "<f4").tobytes()), None)
    await editor.apply(added)
    assert b"fresh" in all_names()


def _names(client: Any, key: str) -> list[bytes]:
    zeros = [0] * _DIMENSION
    found: list[bytes] = client.execute_command("VSIM", key, "VALUES", _DIMENSION, *zeros, "COUNT", 999, "TRUTH")
    return found


def output(server: RedisServer, command: str, key: str, *arguments: str) -> str:
    done = vsexplorer(command, key, *arguments, *server.options)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace(key, "KEY")


def test_commands_say_the_same_as_for_one_set(newest: RedisServer, tmp_path: Path) -> None:
    fill_parts(newest)
    name = _NAME.decode()
    browsed = [
        json.loads(output(newest, "browse", key, "--count", "500", "--json"))["results"]
        for key in (name, "undivided")
    ]
    assert browsed[0] == browsed[1]
    for command, arguments in (("fields", ("--json",)), ("show", ("e011", "--json"))):
        assert output(newest, command, name, *arguments) == output(newest, command, "undivided", *arguments)
    for key in (name, "undivided"):
        path = tmp_path / f"{len(key)}.jsonl"
        output(newest, "export", key, str(path))
    one, other = (path.read_text() for path in sorted(tmp_path.glob("*.jsonl")))
    assert one == other
    listed = json.loads(vsexplorer("sets", "--json", *newest.options).stdout)
    sets = {one["key"]: one for one in (listed["sets"] if isinstance(listed, dict) else listed)}
    assert sets[name]["elements"] == _NUMBER
    done = vsexplorer("map", name, "--json", *newest.options)
    assert json.loads(done.stdout)["shown"] == _NUMBER
    assert vsexplorer("doctor", name, "--json", *newest.options).returncode in (0, 1)


def test_a_load_spreads_by_the_hash_and_a_copy_by_another_number(newest: RedisServer, tmp_path: Path) -> None:
    done = vsexplorer(
        *("load", "people", str(PAGE), "--records", "people", "--id", "name", "--text", "description"),
        *("--partitions", "3", *newest.options),
    )
    assert done.returncode == 0, done.stderr
    client = newest.client()
    placed = {
        name: part for part in range(3) for name in client.execute_command("VRANGE", f"people:{{{part}}}", "-", "+")
    }
    assert len(placed) == 8
    assert all(zlib.crc32(name) % 3 == part for name, part in placed.items())
    again = vsexplorer(
        *("load", "people", str(PAGE), "--records", "people", "--id", "name", "--text", "description"),
        *("--partitions", "3", *newest.options),
    )
    assert "8 elements unchanged" in again.stderr or "unchanged" in again.stderr, again.stderr
    done = vsexplorer("copy", "people:{0..2}", "more:{0..6}", *newest.options)
    assert done.returncode == 0, done.stderr
    exports: list[list[dict[str, Any]]] = []
    for key in ("people:{0..2}", "more:{0..6}"):
        path = tmp_path / f"{len(exports)}.jsonl"
        assert vsexplorer("export", key, str(path), *newest.options).returncode == 0
        exports.append([json.loads(line) for line in path.read_text().splitlines()])
    for one, other in zip(*exports, strict=True):
        # The range of int8 is that of the stored numbers, which changes their last digits.
        assert one.pop("vector") == pytest.approx(other.pop("vector"), abs=1e-6)
        assert one == other
    record = json.loads(vsexplorer("record", "more:{0..6}", "--json", *newest.options).stdout)
    assert record["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    refused = vsexplorer("load", "x:{0..3}", str(PAGE), "--partitions", "3", *newest.options)
    assert (refused.returncode, "leave out --partitions" in refused.stderr) == (2, True)


def test_a_pattern_and_a_name_of_the_configuration(newest: RedisServer, own_folders: Path) -> None:
    fill_parts(newest)
    folder = own_folders / "c" / "vsexplorer"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text('[collections]\nthings = "k:{0..4}"\n')
    by_name = output(newest, "query", "things", "@e005", "--count", "4", "--json")
    by_glob = output(newest, "query", "k:*", "@e005", "--count", "4", "--json")
    by_range = output(newest, "query", _NAME.decode(), "@e005", "--count", "4", "--json")
    results = [json.loads(text)["results"] for text in (by_name, by_glob, by_range)]
    assert results[0] == results[1] == results[2]
    assert '"things"' in vsexplorer("sets", "--json", *newest.options).stdout
    wrong = vsexplorer("query", "nothing:*", "@e005", *newest.options)
    assert (wrong.returncode, "no vector set" in wrong.stderr) == (1, True)


async def test_a_set_called_like_a_pattern_is_one_set(
    newest: RedisServer, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = newest.client()
    client.execute_command("VADD", "k*", "VALUES", 2, 1, 0, "a")
    client.execute_command("VADD", "kk", "VALUES", 2, 1, 0, "b")
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    assert (await explorer.sets.info(b"k*")).size == 1
    client.config_resetstat()
    await explorer.search.answer(Query(b"k*", ByElement(b"a")))
    assert "cmdstat_exists" not in client.info("commandstats")
    client.delete("k*")
    monkeypatch.setattr(partitioned_connection, "_REST", 0.0)
    with pytest.raises(NotFound):
        await explorer.sets.info(b"nothing*")
    assert (await explorer.sets.info(b"k*")).size == 1
    page = await explorer.search.answer(Query(b"k*", ByElement(b"b")))
    assert [hit.element for hit in page.hits] == [b"b"]
    await explorer.close()


async def test_parts_that_cannot_belong_together_are_refused(newest: RedisServer, embedder: Embedder) -> None:
    client = newest.client()
    client.execute_command("VADD", "k:{0}", "VALUES", 2, 1, 0, "a")
    client.execute_command("VADD", "k:{1}", "VALUES", 3, 1, 0, 0, "b")
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    with pytest.raises(CommandRefused, match=r"k:\{0\} has vector-dim 2, k:\{1\} has 3"):
        await explorer.sets.info(b"k:{0..1}")
    client.delete("k:{1}")
    client.execute_command("VADD", "k:{1}", "VALUES", 2, 1, 0, "b")
    for part, model in ((0, "one"), (1, "two")):
        client.hset("vsexplorer:sets", f"k:{{{part}}}", json.dumps({"model": model, "dimension": 2}))
    with pytest.raises(CommandRefused, match="made with different models"):
        await explorer.sets.described(b"k:{0..1}")
    await explorer.close()


async def test_the_screen_shows_a_partitioned_set(newest: RedisServer, embedder: Embedder) -> None:
    fill_parts(newest)
    async with running(newest, embedder) as driver:
        await driver.until(lambda: "k:{0..4}" in driver.screen_text())
        await driver.type("k:{0..")
        await driver.press("enter")
        await driver.until(lambda: "300 elements · 5 parts" in driver.screen_text())
        await driver.press("slash")
        await driver.type("@e010")
        await driver.press("enter")
        await driver.until(lambda: driver.names()[:1] == ["e010"])
        await driver.press("enter")
        await driver.until(lambda: "in k:{0..4}" in driver.screen_text())
        assert "level 0 (all elements)" in driver.screen_text()


@pytest.fixture(scope="module")
def running_cluster(newest_binary: Path) -> Iterator[Cluster]:
    with Cluster(newest_binary) as found:
        yield found


async def test_a_silent_shard_is_named_and_the_rest_shown(running_cluster: Cluster, embedder: Embedder) -> None:
    running_cluster.settle()
    client = running_cluster.routed()
    for number, vector in enumerate(vectors()[:120]):
        name = f"e{number:03}"
        part = zlib.crc32(name.encode()) % 8
        client.execute_command("VADD", f"k:{{{part}}}", "FP32", vector.tobytes(), name)
    explorer = Explorer(Where(Target(port=running_cluster.ports[0]), timeout=3.0), embedder)
    await explorer.connect()
    query = Query(b"k:{0..7}", ByVector(vectors()[0].tobytes()), "", SearchOptions(120, exact=True))
    page = await explorer.search.answer(query)
    assert (len(page.hits), page.notes) == (120, ())
    owner = client.get_node_from_key("k:{3}")
    silent = [
        owner.port,
        *(port for port in running_cluster.ports if _replicates(running_cluster, port, owner.port)),
    ]
    for port in silent:
        running_cluster.stop(port)
    page = await explorer.search.answer(query)
    left = {hit.element for hit in page.hits}
    assert 0 < len(left) < 120
    assert any("of 8 parts" in note and "did not answer" in note for note in page.notes), page.notes
    await explorer.close()


def _replicates(cluster: Cluster, port: int, primary: int) -> bool:
    info = cluster.client(port).info("replication")
    return bool(info["role"] == "slave" and info.get("master_port") == primary)
