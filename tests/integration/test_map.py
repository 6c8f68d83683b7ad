"""Maps of sets on real servers, through the service and the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from tests.tui.driving import load_people
from vsexplorer.core.errors import NotFound
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.insight import set_map
from vsexplorer.insight.set_map import SetMap
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer

_EACH = 40


def fill_groups(server: RedisServer, first: int = 0, each: int = _EACH) -> None:
    """Five groups of elements that are far apart."""
    random = np.random.default_rng(first)
    pipe = server.client().pipeline(transaction=False)
    for group in range(5):
        center = np.random.default_rng(100 + group).normal(size=24) * 5
        for place in range(first, first + each):
            vector = (center + random.normal(size=24)).astype("<f4")
            attributes = json.dumps({"group": f"g{group}", "n": place})
            pipe.execute_command("VADD", "k", "FP32", vector.tobytes(), f"{group}:{place}", "SETATTR", attributes)
    pipe.execute()


async def explorer_of(server: RedisServer, embedder: Embedder) -> Explorer:
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    return explorer


async def whole(explorer: Explorer, sample: int = 1_000, again: bool = False) -> SetMap:
    return [shown async for shown in explorer.maps.whole(b"k", sample, again=again)][-1]


def nearest_group(shown: SetMap) -> float:
    """The share of neighbours on the map that belong to the same group."""
    own = np.array([name[:1] for name in shown.names])
    near = np.argsort(((shown.points[:, None] - shown.points[None]) ** 2).sum(axis=2), axis=1)[:, 1:6]
    return float((own[near] == own[:, None]).mean())


async def test_a_map_has_every_element_beside_its_like(server: RedisServer, embedder: Embedder) -> None:
    fill_groups(server)
    explorer = await explorer_of(server, embedder)
    shown = await whole(explorer)
    assert sorted(shown.names) == sorted(
        f"{group}:{place}".encode() for group in range(5) for place in range(_EACH)
    )
    assert (shown.whole, shown.uniform, shown.settled, shown.laid_out) == (True, True, True, 200)
    assert nearest_group(shown) > 0.98
    assert json.loads(shown.attributes[0] or b"")["group"] == f"g{shown.names[0][:1].decode()}"
    again = await whole(explorer)
    assert again is shown
    other = await explorer_of(server, embedder)
    assert (await whole(other)).points == pytest.approx(shown.points, abs=1e-5)
    await explorer.close()
    await other.close()


async def test_new_elements_are_placed_and_the_others_stay(newest: RedisServer, embedder: Embedder) -> None:
    fill_groups(newest)
    explorer = await explorer_of(newest, embedder)
    before = await whole(explorer)
    fill_groups(newest, first=_EACH, each=5)
    newest.client().execute_command("VREM", "k", "0:0")
    after = await whole(explorer)
    assert len(after.names) == 200 + 25 - 1
    places = dict(zip(before.names, before.points.tolist(), strict=True))
    for name, point in zip(after.names, after.points.tolist(), strict=True):
        if int(name[2:]) < _EACH:
            assert point == places[name]
    assert nearest_group(after) > 0.98
    by_name = {name: place for place, name in enumerate(after.names)}
    near = after.neighbours.places[by_name[b"3:42"]]
    assert {after.names[place][:1] for place in near[:5]} == {b"3"}
    assert b"0:0" not in by_name
    kept = after.neighbours.cosines > -2
    assert (after.neighbours.places[kept] < len(after.names)).all()
    anew = await whole(explorer, again=True)
    assert anew.laid_out == 224
    await explorer.close()


async def test_elements_beyond_the_layout_are_placed_at_their_neighbours(
    newest: RedisServer, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_map, "LAID_OUT", 100)
    fill_groups(newest)
    explorer = await explorer_of(newest, embedder)
    shown = await whole(explorer)
    assert (len(shown.names), shown.laid_out) == (200, 100)
    assert nearest_group(shown) > 0.95
    assert (shown.neighbours.places < 100).all()
    await explorer.close()


async def test_a_large_set_is_sampled(newest: RedisServer, embedder: Embedder) -> None:
    fill_groups(newest)
    explorer = await explorer_of(newest, embedder)
    shown = await whole(explorer, sample=50)
    assert (len(shown.names), shown.whole) == (50, False)
    await explorer.close()


async def test_parts_and_missing_sets(newest: RedisServer, embedder: Embedder) -> None:
    fill_groups(newest)
    explorer = await explorer_of(newest, embedder)
    names = await explorer.maps.passing(b"k", '.group == "g2"')
    part = [shown async for shown in explorer.maps.part(b"k", names)][-1]
    assert {name[:1] for name in part.names} == {b"2"}
    with pytest.raises(NotFound, match="No element"):
        [shown async for shown in explorer.maps.part(b"k", [])]
    with pytest.raises(NotFound):
        [shown async for shown in explorer.maps.whole(b"missing")]
    await explorer.close()


def run(server: RedisServer, *arguments: str) -> tuple[int, str, str]:
    done = vsexplorer("map", "k", *arguments, *server.options)
    return done.returncode, done.stdout, done.stderr


def test_the_command_writes_each_format(newest: RedisServer, tmp_path: Path) -> None:
    fill_groups(newest)
    code, out, err = run(newest, "--json", "--color", "group")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["size"], found["shown"], found["uniform"], len(found["elements"])) == (200, 200, True, 200)
    assert found["quality"]["trustworthiness"] > 0.9
    assert {one["group"] for one in found["elements"]} == {f"g{group}" for group in range(5)}
    for suffix in ("svg", "png", "csv", "json", "parquet"):
        path = tmp_path / f"map.{suffix}"
        code, out, err = run(newest, "--color", "group", "-o", str(path))
        assert (code, out) == (0, "")
        assert "200 elements · keeps" in err
        assert path.stat().st_size > 1_000
    # The same seed, the same map.
    table = pyarrow.parquet.read_table(tmp_path / "map.parquet").to_pylist()
    assert [row["projection_x"] for row in table] == pytest.approx(
        [one["x"] for one in found["elements"]], abs=1e-3
    )
    before = (tmp_path / "map.svg").read_bytes()
    code, _, err = run(newest, "-o", str(tmp_path / "map.svg"))
    assert (code, "exists already" in err) == (2, True)
    assert (tmp_path / "map.svg").read_bytes() == before


def test_the_command_draws(newest: RedisServer) -> None:
    fill_groups(newest)
    code, out, _ = run(newest, "--format", "table", "--color", "group")
    assert code == 0
    assert any("\u2800" < character < "\u28ff" for character in out)
    assert "■ g0 40" in out
    assert "200 elements · keeps" in out
    code, out, _ = run(newest, "--filter", '.group == "g1"', "--format", "plain")
    assert (code, len(out.splitlines())) == (0, 40)


def test_wrong_input_is_named(newest: RedisServer) -> None:
    fill_groups(newest)
    code, _, err = run(newest, "--color", "missing")
    assert (code, "No element has a field 'missing'." in err, "group, n" in err) == (2, True, True)
    code, _, err = run(newest, "-o", "map.gif")
    assert (code, "must end in .svg" in err) == (2, True)
    code, _, err = run(newest, "--filter", ".n >")
    assert (code, "a value is missing" in err.lower() or ".n >" in err) == (1, True)
    code, _, err = run(newest, "--filter", ".n < 0")
    assert (code, err) == (1, "vsexplorer: No element of k is left to map.\n")


async def test_the_results_of_a_query_are_mapped(newest: RedisServer, embedder: Embedder) -> None:
    await load_people(newest, embedder)
    done = vsexplorer("map", "people", "science", "--count", "5", "--json", *newest.options)
    asked = vsexplorer("query", "people", "science", "--count", "5", "--json", *newest.options)
    results = {one["element"] for one in json.loads(asked.stdout)["results"]}
    assert {one["element"] for one in json.loads(done.stdout)["elements"]} == results
