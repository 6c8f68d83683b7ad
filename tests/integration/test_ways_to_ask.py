"""Every way to ask, on both versions: texts, elements, vectors, files, and sums of them."""

import json
import math
import random
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from vsexplorer.core import errors
from vsexplorer.core.values import ByElement, ByVector, Query, ResultPage, SearchOptions
from vsexplorer.core.vectors import packed, similarity, unpacked
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.language.query_source import asked, line_of
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.vectorset.projection import lift, project

POINTS = [
    ("east", (1.0, 0.0), None),
    ("north", (0.0, 1.0), None),
    ("west", (-1.0, 0.0), None),
    ("x - y", (0.0, -1.0), None),
]


@pytest.fixture
async def explorer(server: RedisServer, embedder: Embedder) -> AsyncIterator[Explorer]:
    fill(server.client(), "pt", POINTS, "NOQUANT")
    opened = Explorer(Where(server.target), embedder)
    await opened.connect()
    yield opened
    await opened.close()


async def ask(explorer: Explorer, line: str, key: bytes = b"pt") -> ResultPage:
    return await explorer.search.answer(Query(key, asked(line), options=SearchOptions(10)))


async def names(explorer: Explorer, line: str) -> list[bytes]:
    return [hit.element for hit in (await ask(explorer, line)).hits]


async def test_elements_vectors_and_sums_are_ranked_by_what_they_mean(explorer: Explorer, tmp_path: Path) -> None:
    assert (await names(explorer, "@east"))[0] == b"east"
    assert (await names(explorer, '@"x - y"'))[0] == b"x - y"
    assert await names(explorer, "[2, 1]") == [b"east", b"north", b"x - y", b"west"]
    assert (await names(explorer, "= @east + 0.1*@north"))[:2] == [b"east", b"north"]
    assert (await names(explorer, "= @north - 0.5*@east"))[:2] == [b"north", b"west"]
    # However long a vector is, in a sum it counts as much as its weight.
    assert (await names(explorer, "= [1000, 0] + 2*@north"))[0] == b"north"
    for name, content in {
        "v.json": json.dumps([2, 1]).encode(),
        "o.json": json.dumps({"vector": [2, 1]}).encode(),
        "v.f32": packed([2, 1]),
    }.items():
        (tmp_path / name).write_bytes(content)
        assert await names(explorer, f"[{tmp_path / name}]") == [b"east", b"north", b"x - y", b"west"]


async def test_numpy_files_of_one_vector_are_read(explorer: Explorer, tmp_path: Path) -> None:
    for kind, shape, code in (("<f4", "(2,)", "f"), ("<f8", "(1, 2)", "d")):
        header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        begin = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
        (tmp_path / "v.npy").write_bytes(begin + struct.pack(f"<2{code}", 2, 1))
        assert (await names(explorer, f"[{tmp_path / 'v.npy'}]"))[0] == b"east"
        (tmp_path / "cut.npy").write_bytes(begin)
        with pytest.raises(errors.UsageError, match=r"one vector of float"):
            await names(explorer, f"[{tmp_path / 'cut.npy'}]")


async def test_what_cannot_be_asked_is_said(explorer: Explorer, tmp_path: Path) -> None:
    with pytest.raises(errors.DimensionMismatch, match="3 dimensions; the vectors of pt have 2"):
        await ask(explorer, "[1, 2, 3]")
    with pytest.raises(errors.NotFound, match="no element 'nobody'"):
        await ask(explorer, "= @nobody + @east")
    with pytest.raises(errors.NotFound, match="has no element 'nobody'"):
        await ask(explorer, "@nobody")
    with pytest.raises(errors.UsageError, match="cancel each other out"):
        await ask(explorer, "= @east + @west")
    with pytest.raises(errors.UsageError, match="Cannot read"):
        await ask(explorer, "[/no/such/file]")
    with pytest.raises(errors.UsageError, match="still missing") as caught:
        asked("= @east -")
    assert "        ^" in caught.value.hint
    (tmp_path / "nan.json").write_text("[1, NaN]")
    (tmp_path / "text.json").write_text('["a"]')
    (tmp_path / "odd").write_bytes(b"abc")
    for name, words in (("nan.json", "finite"), ("text.json", "JSON array"), ("odd", "contains no vector")):
        with pytest.raises(errors.UsageError, match=words):
            await ask(explorer, f"[{tmp_path / name}]")


async def test_the_projection_of_reduce_is_the_servers_own(explorer: Explorer, server: RedisServer) -> None:
    chance = random.Random(20)
    client = server.client()
    for given, reduced in ((12, 5), (100, 37), (384, 64), (3, 3)):
        key = f"red{given}"
        vectors = [[chance.gauss(0, 1) for _ in range(given)] for _ in range(3)]
        for number, vector in enumerate(vectors):
            client.execute_command("VADD", key, "REDUCE", reduced, "FP32", packed(vector), number, "NOQUANT")
        for number, vector in enumerate(vectors):
            _, blob, norm, *_ = client.execute_command("VEMB", key, number, "RAW")
            expected = [one / float(norm) for one in project(vector, reduced)]
            assert list(unpacked(blob)) == pytest.approx(expected, abs=1e-5)
            again = lift(project(vector, reduced), given)
            assert project(again, reduced) == pytest.approx(project(vector, reduced), abs=1e-6)
    info = await explorer.sets.info(b"red12")
    assert (info.dimension, info.input_dimension) == (5, 12)
    line = f"= @0 + {line_of(ByVector(packed([0.0] * 11 + [1.0])))}"
    assert (await ask(explorer, line, b"red12")).hits[0].element == b"0", "both kinds of vector in one sum"
    reduced_alone = await ask(explorer, "= 3*@1 + 0.01*@2", b"red12")
    assert reduced_alone.hits[0].element == b"1"


async def test_epsilon_means_the_same_on_every_version(explorer: Explorer, server: RedisServer) -> None:
    angle = math.acos(2 * 0.854 - 1)
    fill(
        server.client(),
        "eps",
        [("a", (1.0, 0.0), None), ("b", (math.cos(angle), math.sin(angle)), None)],
        "NOQUANT",
    )
    for epsilon, found in ((0.14, 1), (0.15, 2), (1.0, 2)):
        query = Query(b"eps", ByElement(b"a"), options=SearchOptions(10, epsilon=epsilon))
        assert len((await explorer.search.answer(query)).hits) == found


async def test_the_command_line_asks_in_the_same_ways(explorer: Explorer, server: RedisServer) -> None:
    def ask_for(*arguments: str) -> tuple[int, str, str]:
        done = vsexplorer("query", "pt", *arguments, *server.options, "--json")
        return done.returncode, done.stdout, done.stderr

    code, out, _ = ask_for("= @north - 0.5*@east", "--no-thread")
    answer = json.loads(out)
    assert (code, answer["results"][0]["element"]) == (0, "north")
    assert answer["query"] == "= @north - 0.5*@east"
    assert " NOTHREAD " in answer["command"]
    code, _, err = ask_for("= @north - ")
    assert code == 2
    assert "still missing" in err
    code, _, err = ask_for("@nobody")
    assert code == 1


def test_similarity_is_what_vsim_scores(newest: RedisServer) -> None:
    fill(newest.client(), "s", [("a", (1.0, 2.0), None), ("b", (3.0, -1.0), None)], "NOQUANT")
    reply = newest.client().execute_command("VSIM", "s", "ELE", "a", "WITHSCORES")
    assert float(dict(zip(reply[::2], reply[1::2], strict=True))[b"b"]) == pytest.approx(
        similarity((1, 2), (3, -1)), abs=1e-6
    )
    assert similarity((0, 0), (1, 0)) == 0.5
