"""Indexes of the query engine beside vector sets, on a real server with its module."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import CACHE
from tests.support.command import vsexplorer
from tests.support.debian import Unavailable
from tests.support.query_engine import engine_server
from tests.support.servers import RedisServer, fill
from tests.support.topology import wait
from tests.tui.driving import GOLDEN, running
from vsexplorer.core.errors import CommandRefused, FilterRefused, NotFound
from vsexplorer.core.values import ByElement, ByText, ByVector, Query, SearchOptions, Span
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.language.check import check
from vsexplorer.language.dialect import ENGINE
from vsexplorer.queryengine.encoding import encode, similarity
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.tui.main.map import MapScreen

_DIMENSION, _NUMBER = 12, 200


@pytest.fixture(scope="module")
def running_engine(newest_binary: Path) -> Iterator[RedisServer]:
    try:
        with engine_server(newest_binary, CACHE) as server:
            yield server
    except Unavailable as error:
        pytest.skip(f"the query engine cannot be had here: {error}")


@pytest.fixture
def engine(running_engine: RedisServer) -> RedisServer:
    """An empty server with the query engine."""
    client = running_engine.client()
    for name in client.execute_command("FT._LIST"):
        client.execute_command("FT.DROPINDEX", name)
    client.flushall()
    return running_engine


def create(client: Any, name: str, on: str, metric: str = "COSINE", kind: str = "FLOAT32", dim: int = 384,
           algorithm: str = "HNSW", schema: tuple[str, ...] = ()) -> None:  # fmt: skip
    """Make an index over the documents whose keys begin with its name."""
    path = ("$.vec", "AS", "vec") if on == "JSON" else ("vec",)
    vector = (*path, "VECTOR", algorithm, 6, "TYPE", kind, "DIM", dim, "DISTANCE_METRIC", metric)
    client.execute_command("FT.CREATE", name, "ON", on, "PREFIX", 1, f"{name}:", "SCHEMA", *schema, *vector)


def indexed(client: Any, name: str, number: int) -> None:
    """Wait until an index has all documents."""

    def count() -> bool:
        reply = client.execute_command("FT.INFO", name)
        table = dict(zip(reply[::2], reply[1::2], strict=False))
        return int(table[b"num_docs"]) == number and not int(table[b"indexing"])

    wait("indexed", count)


def fill_people(server: RedisServer, embedder: Embedder) -> None:
    """The people of the published example as hashes and as JSON documents."""
    client = server.client()
    people = GOLDEN["people"]
    hash_schema = ("born", "NUMERIC", "died", "NUMERIC", "description", "TEXT")
    json_schema = ("$.born", "AS", "born", "NUMERIC", "$.died", "AS", "died", "NUMERIC")
    create(client, "hashes", "HASH", schema=hash_schema)
    create(client, "documents", "JSON", schema=json_schema)
    vectors = embedder.run_documents([one["description"] for one in people])
    for one, vector in zip(people, vectors, strict=True):
        fields = {name: one[name] for name in ("born", "died", "description")}
        client.hset(f"hashes:{one['name']}", mapping={**fields, "vec": vector})
        document = {**fields, "vec": np.frombuffer(vector, "<f4").tolist()}
        client.execute_command("JSON.SET", f"documents:{one['name']}", "$", json.dumps(document))
    for name in ("hashes", "documents"):
        indexed(client, name, len(people))


async def explorer_of(server: RedisServer, embedder: Embedder) -> Explorer:
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    return explorer


_FILTERS = {".died < 2000": "@died:[-inf (2000]", ".born > 1900": "@born:[(1900 +inf]"}


async def test_the_published_example_in_hashes_and_documents(engine: RedisServer, embedder: Embedder) -> None:
    fill_people(engine, embedder)
    explorer = await explorer_of(engine, embedder)
    for name in ("hashes", "documents"):
        for query in GOLDEN["queries"]:
            filter_ = query["args"].get("FILTER", "")
            if filter_ and filter_ not in _FILTERS:
                continue
            options = SearchOptions(int(query["args"].get("COUNT", 10)))
            asked = Query(f"ft:{name}".encode(), ByText(query["text"]), _FILTERS.get(filter_, ""), options)
            page = await explorer.search.answer(asked)
            assert [hit.element.decode().partition(":")[2] for hit in page.hits] == query["expect"]
            assert page.command.startswith(f"FT.SEARCH {name} ")
    await explorer.close()


def fill_vectors(client: Any, metric: str, kind: str, on: str, algorithm: str) -> np.ndarray[Any, Any]:
    schema = ("n", "NUMERIC") if on == "HASH" else ("$.n", "AS", "n", "NUMERIC")
    create(client, "i", on, metric, kind, _DIMENSION, algorithm, schema)
    vectors: np.ndarray[Any, Any] = np.random.default_rng(1).normal(size=(_NUMBER, _DIMENSION)).astype("<f4")
    for number, vector in enumerate(vectors):
        if on == "HASH":
            client.hset(f"i:{number:03}", mapping={"n": number, "vec": encode(vector.tobytes(), kind)})
        else:
            document = json.dumps({"n": number, "vec": vector.astype(float).tolist()})
            client.execute_command("JSON.SET", f"i:{number:03}", "$", document)
    indexed(client, "i", _NUMBER)
    return vectors


@pytest.mark.parametrize("metric", ["COSINE", "L2", "IP"])
@pytest.mark.parametrize(
    ("kind", "on", "algorithm"),
    [("FLOAT32", "HASH", "HNSW"), ("FLOAT64", "HASH", "FLAT"), ("FLOAT16", "HASH", "FLAT"),
     ("BFLOAT16", "HASH", "HNSW"), ("FLOAT32", "JSON", "FLAT")],
)  # fmt: skip
async def test_rankings_equal_those_of_numpy(
    engine: RedisServer, embedder: Embedder, metric: str, kind: str, on: str, algorithm: str
) -> None:
    vectors = fill_vectors(engine.client(), metric, kind, on, algorithm)
    explorer = await explorer_of(engine, embedder)
    wanted = np.random.default_rng(2).normal(size=_DIMENSION).astype("<f4")
    options = SearchOptions(_NUMBER, exact=True)
    page = await explorer.search.answer(Query(b"ft:i", ByVector(wanted.tobytes()), "", options))
    if metric == "COSINE":
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(wanted)
        distances = 1 - vectors @ wanted / lengths
    else:
        distances = ((vectors - wanted) ** 2).sum(axis=1) if metric == "L2" else 1 - vectors @ wanted
    expected = [similarity(one, metric) for one in np.sort(distances)]
    rough = {"FLOAT16": 5e-3, "BFLOAT16": 5e-2}.get(kind, 1e-5)
    assert [hit.score for hit in page.hits] == pytest.approx(expected, abs=rough)
    if kind in ("FLOAT32", "FLOAT64"):
        order = [f"i:{place:03}" for place in np.argsort(distances)]
        assert [hit.element.decode() for hit in page.hits] == order
    details = await explorer.elements.details(b"ft:i", b"i:007")
    assert list(details.numbers) == pytest.approx(vectors[7].tolist(), abs=5e-2 if "16" in kind else 1e-5)
    assert details.attributes == b'{"n": 7}'
    await explorer.close()


async def test_browsing_counting_and_sampling(engine: RedisServer, embedder: Embedder) -> None:
    fill_vectors(engine.client(), "COSINE", "FLOAT32", "HASH", "HNSW")
    explorer = await explorer_of(engine, embedder)
    info = await explorer.sets.info(b"ft:i")
    assert (info.size, info.dimension, info.metric, info.is_index) == (_NUMBER, _DIMENSION, "COSINE", True)
    facts = await explorer.samples.facts(b"ft:i")
    assert (facts.sampled, [one.name for one in facts.fields]) == (_NUMBER, ["n"])
    matches = await explorer.samples.matching(info, "@n:[0 49]")
    assert matches is not None
    assert (matches.number, matches.exact) == (50, True)
    page = await explorer.elements.page(b"ft:i", Span(), 5)
    assert [hit.element for hit in page.hits] == [b"i:%03d" % number for number in range(5)]
    near = await explorer.elements.neighbours(b"ft:i", b"i:003")
    page = await explorer.search.answer(Query(b"ft:i", ByElement(b"i:003"), "", SearchOptions(5)))
    assert [one.element for one in near[0]][:4] == [hit.element for hit in page.hits][1:]
    # A document that is changed is seen.
    engine.client().delete("i:000")
    indexed(engine.client(), "i", _NUMBER - 1)
    assert (await explorer.sets.info(b"ft:i")).size == _NUMBER - 1
    page = await explorer.elements.page(b"ft:i", Span(), 1)
    assert page.hits[0].element == b"i:001"
    with pytest.raises(NotFound):
        await explorer.search.answer(Query(b"ft:i", ByElement(b"i:000")))
    with pytest.raises(NotFound):
        await explorer.sets.info(b"ft:missing")
    with pytest.raises(FilterRefused, match="query engine refuses"):
        await explorer.search.answer(Query(b"ft:i", ByElement(b"i:003"), "@n:{a} @n:[x y]"))
    with pytest.raises(CommandRefused, match="not changed by vsexplorer"):
        await explorer.editor.apply(await explorer.editor.delete(b"ft:i", [b"i:003"]))
    await explorer.close()


async def test_the_engine_agrees_on_what_is_accepted(engine: RedisServer) -> None:
    client = engine.client()
    create(client, "i", "HASH", dim=4, schema=("n", "NUMERIC", "t", "TAG", "x", "TEXT"))
    random = np.random.default_rng(3)
    pieces = ["@n:[1 5]", "@n:[(1 +inf]", "@t:{a}", "@t:{a|b}", "-@t:{c}", "(", ")", "|", "@x:word", "word", "*"]
    pieces += ['"a b"', "@n:[1", "@t:{", "]", "}", "~@x:y"]
    wrong = []
    for _ in range(3_000):
        chosen = " ".join(random.choice(pieces, size=int(random.integers(1, 5))))
        ours = check(chosen, ENGINE)
        try:
            client.execute_command("FT.EXPLAIN", "i", chosen, "DIALECT", 2)
            theirs = True
        except Exception:
            theirs = False
        # What is refused here must be refused there; the engine has the last word on the rest.
        if not ours.ok and theirs:
            wrong.append(chosen)
    assert not wrong


def test_the_commands(engine: RedisServer, embedder: Embedder, tmp_path: Path) -> None:
    fill_people(engine, embedder)

    def run(*arguments: str) -> str:
        done = vsexplorer(*arguments, *engine.options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "ft:hashes" in run("sets", "--format", "plain")
    found = json.loads(run("query", "ft:hashes", "science", "--filter", "@born:[1800 1900]", "--json"))
    assert {one["attributes"]["born"] for one in found["results"]} <= set(range(1800, 1901))
    run("export", "ft:documents", str(tmp_path / "all.jsonl"))
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 8
    run("export", "ft:documents", str(tmp_path / "some.jsonl"), "--where", "@born:[1900 +inf]")
    assert 0 < len((tmp_path / "some.jsonl").read_text().splitlines()) < 8
    run("copy", "ft:hashes", "copied")
    original = json.loads(run("query", "ft:hashes", "science", "--json"))["results"]
    copied = json.loads(run("query", "copied", "science", "--json"))["results"]
    assert [one["element"] for one in original] == [one["element"] for one in copied]
    assert [one["score"] for one in original] == pytest.approx([one["score"] for one in copied], abs=1e-4)
    assert json.loads(run("map", "ft:hashes", "--json"))["shown"] == 8
    done = vsexplorer("why", "ft:hashes", "science", "hashes:Marie Curie", *engine.options)
    assert "result 1" in done.stdout


def test_a_vector_of_the_wrong_length_is_told(engine: RedisServer, embedder: Embedder) -> None:
    fill_people(engine, embedder)
    engine.client().hset("hashes:short", mapping={"born": 1, "vec": b"1234"})
    done = vsexplorer("doctor", "ft:hashes", "--format", "plain", *engine.options)
    assert "1 documents could not be indexed" in done.stdout
    done = vsexplorer("query", "ft:hashes", "science", "--format", "plain", *engine.options)
    assert "could not be indexed" in done.stderr


async def test_the_screen_searches_both_kinds(engine: RedisServer, embedder: Embedder) -> None:
    fill_people(engine, embedder)
    await asyncio.to_thread(vsexplorer, "copy", "ft:hashes", "aset", *engine.options)
    async with running(engine, embedder) as driver:
        await driver.until(lambda: "ft:hashes" in driver.screen_text())
        await driver.type("ft:hash")
        await driver.press("enter")
        await driver.until(lambda: "8 elements · 384 dims · f32 · HNSW FLOAT32 · COSINE" in driver.screen_text())
        await driver.press("slash")
        await driver.type("science")
        await driver.until(lambda: driver.names()[:1] == ["hashes:Marie Curie"])
        await driver.press("enter", "f")
        await driver.type("@died:[1900 2000]")
        await driver.until(lambda: "match" in driver.screen_text())
        assert "FT.SEARCH hashes" in driver.status()
        await driver.press("enter", "v")
        screen = driver.app.screen
        assert isinstance(screen, MapScreen)
        await driver.until(lambda: "on the map" in driver.screen_text())
        await driver.press("escape", "escape")
        await driver.press("enter")
        await driver.until(lambda: "level 0" in driver.screen_text())
        await driver.press("escape", "o")
        await driver.until(lambda: "aset" in driver.screen_text())
        await driver.type("aset")
        await driver.press("enter")
        await driver.until(lambda: "aset   8 elements" in driver.screen_text())
        await driver.press("f")
        await driver.type(".died < 1950")
        await driver.until(lambda: "VSIM aset" in driver.status() or "VRANGE" in driver.status())


def test_without_the_engine_a_set_may_be_called_like_an_index(newest: RedisServer) -> None:
    fill(newest.client(), "ft:people", [("a", (1.0, 0.0), None), ("b", (0.0, 1.0), None)])
    done = vsexplorer("query", "ft:people", "@a", "--format", "plain", *newest.options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1")
    missing = vsexplorer("query", "ft:other", "@a", *newest.options)
    assert missing.returncode == 1
    assert "There is no vector set 'ft:other'" in missing.stderr
