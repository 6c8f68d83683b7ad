"""Files into vector sets: what is kept, what is rejected, what survives a restart."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer
from vsexplorer.core.errors import DimensionMismatch, UsageError
from vsexplorer.core.progress import Progress
from vsexplorer.core.values import ByText, Query
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan, LoadReport
from vsexplorer.transfer.readers import RowFile

ROWS = [
    {"id": "a", "text": "a dog barks", "kind": "animal", "legs": 4},
    {"id": 7, "text": "a car drives", "kind": "véhicule", "wheels": 4},
    {"id": "a", "text": "a cat sleeps", "kind": "animal"},
]


def write(folder: Path, rows: list[Any]) -> RowFile:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row) if isinstance(row, dict) else row}\n" for row in rows))
    return RowFile.at(path)


async def load(server: RedisServer, embedder: Embedder, file: RowFile, **plan: Any) -> LoadReport:
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    try:
        return await explorer.transfers.load([file], LoadPlan(b"k", Mapping("id", "text", **plan)))
    finally:
        await explorer.close()


async def test_rows_become_elements(server: RedisServer, embedder: Embedder, tmp_path: Path) -> None:
    report = await load(server, embedder, write(tmp_path, ROWS))
    assert (report.added, report.replaced, report.rejected) == (2, 0, 1)
    assert report.rejections[0][1].reason.startswith("the same id as ")
    client = server.client()
    assert client.execute_command("VCARD", "k") == 2
    assert json.loads(client.execute_command("VGETATTR", "k", "a")) == {
        "text": "a dog barks",
        "kind": "animal",
        "legs": 4,
    }
    stored = client.execute_command("VGETATTR", "k", "7")
    assert "véhicule".encode() in stored, "the filter language does not decode \\u escapes"


@pytest.mark.parametrize(("attributes", "kept"), [((), None), (("kind", "wheels"), {"kind": "animal"})])
async def test_only_the_attributes_asked_for(
    newest: RedisServer, embedder: Embedder, tmp_path: Path, attributes: tuple[str, ...], kept: object
) -> None:
    await load(newest, embedder, write(tmp_path, ROWS[:2]), attributes=attributes)
    stored = newest.client().execute_command("VGETATTR", "k", "a")
    assert (json.loads(stored) if stored else None) == kept


async def test_bad_rows_are_counted_and_named(newest: RedisServer, embedder: Embedder, tmp_path: Path) -> None:
    rows = [
        "{",
        {"id": "a"},
        {"text": "x"},
        {"id": True, "text": "x"},
        {"id": "b", "text": [3]},
        {"id": "c", "text": " "},
    ]
    report = await load(newest, embedder, write(tmp_path, [*rows, {"id": "\ud800", "text": "x"}, ROWS[0]]))
    assert (report.added, report.rejected) == (1, 7)
    assert [(row.place, row.reason) for _, row in report.rejections] == [
        (1, "not valid JSON at character 2: Expecting property name enclosed in double quotes"),
        (2, "has no text"),
        (3, "has no id"),
        (4, "id is not a name"),
        (5, "text is not a text"),
        (6, "has no text"),
        (7, "contains a lone surrogate, which is not valid text"),
    ]


@pytest.mark.parametrize("wrong", [{"id": "nope"}, {"text": "nope"}, {"attributes": ("kind", "nope")}])
async def test_a_field_that_no_row_has_is_said_before_anything_is_written(
    newest: RedisServer, embedder: Embedder, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    plan = {"id": "id", "text": "text", **wrong}
    with pytest.raises(UsageError, match="has a field 'nope'") as caught:
        await explorer.transfers.load([write(tmp_path, ROWS)], LoadPlan(b"k", Mapping(**plan)))
    assert "id, text, kind, legs, wheels" in caught.value.hint
    assert newest.client().exists("k") == 0
    await explorer.close()


def test_rejected_rows_make_the_exit_code(
    newest: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path, ["{", ROWS[0]])
    done = vsexplorer("load", "k", file.name, "--id", "id", "--text", "text", *newest.options)
    assert done.returncode == 1
    assert f"{file.name}:1: not valid JSON at character 2" in done.stderr
    assert "1 element added, 1 rejected" in done.stderr
    (tmp_path / "rows.rejected.jsonl").write_text("mended by hand")
    vsexplorer("load", "k", file.name, "--id", "id", "--text", "text", *newest.options)
    assert (tmp_path / "rows.rejected.jsonl~").read_text() == "mended by hand"


@pytest.mark.parametrize("options", [["NOQUANT"], ["BIN", "M", "8"], ["M", "32"]])
async def test_a_sets_own_parameters_are_kept(
    server: RedisServer, embedder: Embedder, tmp_path: Path, options: list[object]
) -> None:
    vector = (await embedder.embed("something")).vector
    server.client().execute_command("VADD", "k", "FP32", vector, "first", *options)
    report = await load(server, embedder, write(tmp_path, ROWS))
    assert report.added == 2


async def test_a_reduced_set_grows_by_the_same_projection(
    server: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    vector = (await embedder.embed("something")).vector
    server.client().execute_command("VADD", "k", "REDUCE", 50, "FP32", vector, "first")
    assert (await load(server, embedder, write(tmp_path, ROWS))).added == 2
    explorer = Explorer(Where(server.target), embedder)
    await explorer.connect()
    page = await explorer.search.answer(Query(b"k", ByText("a car drives")))
    assert page.hits[0].element == b"7"
    await explorer.close()


async def test_another_dimension_is_refused_before_anything_is_sent(
    newest: RedisServer, embedder: Embedder, tmp_path: Path
) -> None:
    newest.client().execute_command("VADD", "k", "VALUES", 3, 1, 2, 3, "first")
    with pytest.raises(DimensionMismatch, match=r"3 dimensions.*produces 384"):
        await load(newest, embedder, write(tmp_path, ROWS))
    assert newest.client().execute_command("VCARD", "k") == 1


async def test_replaced_elements_survive_a_killed_server(
    newest_binary: Path, embedder: Embedder, tmp_path: Path
) -> None:
    with RedisServer(newest_binary, "--appendonly", "yes", "--appendfsync", "always") as server:
        await load(server, embedder, write(tmp_path, ROWS[:2]))
        await load(server, embedder, write(tmp_path, [{"id": "a", "text": "a song", "kind": "music"}]))
        before = server.client().execute_command("VEMB", "k", "a", "RAW")[1]
        server.stop(kill=True)
        server.start()
        client = server.client()
        assert client.execute_command("VEMB", "k", "a", "RAW")[1] == before
        assert b"music" in client.execute_command("VGETATTR", "k", "a")
        assert client.execute_command("VCARD", "k") == 2


async def test_progress_counts_every_row(newest: RedisServer, embedder: Embedder, tmp_path: Path) -> None:
    seen: list[Progress] = []
    rows = [{"id": number, "text": f"row {number}"} for number in range(150)]
    explorer = Explorer(Where(newest.target), embedder)
    await explorer.connect()
    await explorer.transfers.load([write(tmp_path, rows)], LoadPlan(b"k", Mapping("id", "text")), seen.append)
    counted = [progress.done for progress in seen if progress.unit == "rows"]
    assert counted == sorted(counted)
    assert (seen[-1].done, seen[-1].total) == (150, 150)
    await explorer.close()
