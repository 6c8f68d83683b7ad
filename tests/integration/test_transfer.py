"""Out of a set and in again, on both versions and in every format: the same names, attributes and ranking."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.command import vsexplorer
from tests.support.servers import RedisServer, fill
from vsexplorer.core.errors import CommandRefused, UsageError
from vsexplorer.core.values import ByElement, Query, SearchOptions
from vsexplorer.embedding.embedder import Embedder
from vsexplorer.server.node_connection import NodeConnection
from vsexplorer.server.target import Where
from vsexplorer.services.explorer import Explorer
from vsexplorer.transfer import exporter
from vsexplorer.transfer.copying import CopyPlan
from vsexplorer.transfer.exporter import ExportPlan
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.plan import LoadPlan, OnExisting
from vsexplorer.transfer.readers import ReadOptions, RowFile
from vsexplorer.vectorset.store import VectorSetStore
from vsexplorer.vectorset.stored_vector import StoredVector
from vsexplorer.vectorset.writer import SetOptions

_KINDS = [("jsonl", "numbers"), ("jsonl", "base64"), ("jsonl", "npy"), ("csv", "numbers"), ("parquet", "numbers")]
_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_names = st.one_of(_text.map(str.encode), st.binary(max_size=6))
_numbers = st.lists(st.floats(-2, 2, width=32), min_size=3, max_size=3).filter(
    lambda row: any(abs(number) > 0.1 for number in row)
)
_ODD = [b"not json", b"5", b"true", b"1e5", b'{"a": 1.0}', b'{"a":1}', b"\xff\xfe", b'a\nb,"c"', b" "]
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-3, 3) | st.text(max_size=4),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=5,
)
_attributes = st.one_of(
    st.none(),
    st.dictionaries(st.text(max_size=3), _json, max_size=3).map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.text(max_size=3), _json, max_size=3).map(lambda v: json.dumps(v, indent=1).encode()),
    st.sampled_from(_ODD),
)
_sets = st.lists(st.tuples(_names, _numbers, _attributes), min_size=1, max_size=12, unique_by=lambda one: one[0])


@pytest.fixture
async def explorer(server: RedisServer, embedder: Embedder) -> AsyncIterator[Explorer]:
    opened = Explorer(Where(server.target), embedder)
    await opened.connect()
    yield opened
    await opened.close()


type Stored = dict[bytes, tuple[bytes | None, StoredVector]]


async def stored(explorer: Explorer, key: bytes) -> Stored:
    store = await VectorSetStore.open(NodeConnection(explorer.target))
    info = await store.info(key)
    names = [name async for page in store.names(info, 100) for name in page]
    found = await store.described(info, names, vectors=True)
    await store.close()
    assert len(names) == info.size
    pairs = zip(names, found, strict=True)
    return {name: (attributes, vector) for name, (attributes, vector) in pairs if vector is not None}


def same(first: Stored, second: Stored) -> bool:
    """Names and attributes byte for byte; vectors as they were quantized, float32 within its own rounding."""
    if first.keys() != second.keys():
        return False
    for name, (attributes, vector) in first.items():
        other_attributes, other = second[name]
        if attributes != other_attributes or vector.quantization != other.quantization:
            return False
        exact = vector.quantization != "f32"
        if exact and vector.blob != other.blob:
            return False
        if list(vector.numbers()) != pytest.approx(list(other.numbers()), rel=1e-3 if exact else 1e-6, abs=1e-6):
            return False
    return True


async def out_and_in(explorer: Explorer, folder: Path, kind: str, vectors: str, options: SetOptions) -> None:
    info = await explorer.sets.info(b"from")
    path = folder / f"out.{kind}"
    report = await explorer.transfers.export(info, ExportPlan(b"from", path, kind, vectors))
    assert report.written == info.size
    mapping = Mapping(vector=str(folder / "out.npy") if vectors == "npy" else "")
    loaded = await explorer.transfers.load([RowFile(str(path))], LoadPlan(b"to", mapping, options))
    assert (loaded.added, loaded.rejections) == (info.size, [])


@pytest.mark.parametrize(("kind", "vectors"), _KINDS)
@pytest.mark.parametrize("quantization", ["int8", "f32", "bin"])
def test_exported_and_loaded_again_it_is_the_same_set(
    server: RedisServer, embedder: Embedder, tmp_path: Path, kind: str, vectors: str, quantization: str
) -> None:
    flag = {"int8": "Q8", "f32": "NOQUANT", "bin": "BIN"}[quantization]
    client = server.client()

    @given(_sets)
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    def round_trip(elements: list[tuple[bytes, list[float], bytes | None]]) -> None:
        client.flushall()
        for name, numbers, attributes in elements:
            argv: list[Any] = ["VADD", "from", "VALUES", 3, *numbers, name, flag]
            client.execute_command(*argv, *(["SETATTR", attributes] if attributes else []))

        async def run() -> None:
            opened = Explorer(Where(server.target), embedder)
            await opened.connect()
            await out_and_in(opened, tmp_path, kind, vectors, SetOptions(quantization))
            assert same(await stored(opened, b"to"), await stored(opened, b"from"))
            await opened.close()

        asyncio.run(run())

    round_trip()


_scalars = st.integers(-9, 9) | st.text("xyz", min_size=1)
_fields = st.dictionaries(st.sampled_from(["a", "b c", "é"]), _scalars, max_size=3)
_row = st.tuples(_text.filter(bool), _numbers, _fields)
_rows = st.lists(_row, min_size=1, max_size=8, unique_by=lambda one: one[0])


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as a program that knows nothing of vsexplorer would."""
    import pyarrow
    import pyarrow.parquet

    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["id", "v", "about"])
            writer.writeheader()
            writer.writerows({**row, "v": json.dumps(row["v"])} for row in rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_rows_to_a_set_to_a_file_to_a_set(
    newest: RedisServer, embedder: Embedder, tmp_path: Path, kind: str
) -> None:
    @given(_rows)
    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    def round_trip(found: list[tuple[str, list[float], dict[str, Any]]]) -> None:
        newest.client().flushall()
        path = tmp_path / f"rows.{kind}"
        write_rows(path, [{"id": f"i{name}", "v": vector, "about": json.dumps(x)} for name, vector, x in found])

        async def run() -> None:
            opened = Explorer(Where(newest.target), embedder)
            await opened.connect()
            options = ReadOptions(encoding="utf-8", separator=",") if kind == "csv" else ReadOptions()
            plan = LoadPlan(b"from", Mapping("id", vector="v"))
            report = await opened.transfers.load([RowFile(str(path), options)], plan)
            assert report.rejections == []
            await out_and_in(opened, tmp_path, kind, "numbers", SetOptions())
            assert same(await stored(opened, b"to"), await stored(opened, b"from"))
            assert {f"i{name}".encode() for name, _, _ in found} == set(await stored(opened, b"to"))
            await opened.close()

        asyncio.run(run())

    round_trip()


@pytest.mark.parametrize(("flag", "quantization", "error"), [("NOQUANT", "f32", 1e-6), ("Q8", "int8", 2e-3)])
async def test_the_ranking_survives(
    explorer: Explorer, server: RedisServer, tmp_path: Path, flag: str, quantization: str, error: float
) -> None:
    chance = random.Random(3)
    vectors = [tuple(chance.gauss(0, 1) for _ in range(32)) for _ in range(200)]
    rows = [(f"e{place}", vector, f'{{"n": {place}}}') for place, vector in enumerate(vectors)]
    fill(server.client(), "from", rows, flag)
    await out_and_in(explorer, tmp_path, "jsonl", "numbers", SetOptions(quantization))

    async def ranking(key: bytes) -> list[tuple[bytes, float]]:
        page = await explorer.search.answer(Query(key, ByElement(b"e7"), ".n > 10", SearchOptions(20, exact=True)))
        return [(hit.element, hit.score or 0.0) for hit in page.hits]

    before, after = await ranking(b"from"), await ranking(b"to")
    assert [score for _, score in after] == pytest.approx([score for _, score in before], abs=error)
    # Only those that were nearly equal before may have changed their places.
    known = dict(before)
    moved = [known.get(name, before[-1][1]) - score for (name, _), (_, score) in zip(after, before, strict=True)]
    assert max(map(abs, moved)) <= 2 * error


@pytest.mark.parametrize("flag", ["Q8", "NOQUANT", "BIN"])
async def test_decoded_vectors_are_those_that_vemb_gives(
    explorer: Explorer, server: RedisServer, flag: str
) -> None:
    client = server.client()
    client.execute_command("VADD", "k", "VALUES", 5, 3, -0.25, 1.5, 0.001, -2, "a", flag)
    wanted = [float(number) for number in client.execute_command("VEMB", "k", "a")]
    raw = client.execute_command("VEMB", "k", "a", "RAW")
    assert list(StoredVector.of(raw, 5).numbers()) == pytest.approx(wanted, rel=1e-5, abs=1e-6)


async def test_an_interrupted_export_goes_on(
    explorer: Explorer, server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not explorer.capabilities.vrange:
        pytest.skip("without VRANGE an export begins anew")
    fill(server.client(), "k", [(f"e{place:04}", (1.0, place), f'{{"n": {place}}}') for place in range(1_300)])
    info = await explorer.sets.info(b"k")
    write = exporter._Output.write
    pages: list[int] = []

    def failing(self: Any, *arguments: Any) -> None:
        pages.append(1)
        if len(pages) == 3:
            self._file.write(b"half a li")
            self._file.flush()
            raise OSError(28, "No space left on device")
        write(self, *arguments)

    for kind, vectors in (("jsonl", "npy"), ("csv", "numbers")):
        path = tmp_path / f"k.{kind}"
        plan = ExportPlan(b"k", path, kind, vectors)
        whole = await explorer.transfers.export(info, ExportPlan(b"k", tmp_path / f"whole.{kind}", kind, vectors))
        pages.clear()
        monkeypatch.setattr(exporter._Output, "write", failing)
        with pytest.raises(UsageError, match="No space left"):
            await explorer.transfers.export(info, plan)
        assert not path.exists(), "a file that is not whole has another name"
        monkeypatch.setattr(exporter._Output, "write", write)
        report = await explorer.transfers.export(info, plan)
        assert (report.resumed_at, report.written) == (1_000, whole.written)
        assert path.read_bytes() == (tmp_path / f"whole.{kind}").read_bytes()
        if vectors == "npy":
            assert (tmp_path / "k.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
        assert [name for name in os.listdir(tmp_path) if "part" in name] == []


async def test_a_part_of_a_set(explorer: Explorer, server: RedisServer, tmp_path: Path) -> None:
    fill(server.client(), "k", [(f"e{place}", (1.0, place), f'{{"n": {place}}}') for place in range(20)])
    info = await explorer.sets.info(b"k")
    path = tmp_path / "k.jsonl"
    report = await explorer.transfers.export(info, ExportPlan(b"k", path, vectors="", where=".n > 15"))
    assert report.written == 4
    assert sorted(json.loads(line)["element"] for line in path.read_text().splitlines()) == [
        "e16",
        "e17",
        "e18",
        "e19",
    ]
    await explorer.transfers.export(info, ExportPlan(b"k", path, vectors="", names=(b"e3", b"e1")))
    assert [json.loads(line)["element"] for line in path.read_text().splitlines()] == ["e3", "e1"]


async def test_a_copy_is_the_same_and_may_be_quantized_otherwise(
    explorer: Explorer, server: RedisServer, newest_binary: Path
) -> None:
    fill(
        server.client(),
        "k",
        [(f"e{place}", (1.0, place, 3), f'{{"n": {place}}}') for place in range(700)],
        "NOQUANT",
    )
    info = await explorer.sets.info(b"k")
    report = await explorer.transfers.copy(info, CopyPlan(b"same"))
    assert report.copied == 700
    assert same(await stored(explorer, b"same"), await stored(explorer, b"k"))
    await explorer.transfers.copy(info, CopyPlan(b"small", SetOptions("bin", links=8)))
    small = await explorer.sets.info(b"small")
    assert (small.quantization, small.links, small.size) == ("bin", 8, 700)
    with pytest.raises(CommandRefused, match="already has 700 elements"):
        await explorer.transfers.copy(info, CopyPlan(b"same"))
    server.client().execute_command("VREM", "same", "e5")
    again = await explorer.transfers.copy(info, CopyPlan(b"same", existing=OnExisting.SKIP))
    assert (again.copied, again.skipped) == (1, 699)
    with pytest.raises(CommandRefused, match="onto itself"):
        await explorer.transfers.copy(info, CopyPlan(b"k"))
    with RedisServer(newest_binary) as other:
        await explorer.transfers.copy(info, CopyPlan(b"k"), Where(other.target))
        assert other.client().execute_command("VCARD", "k") == 700


async def test_texts_in_the_attributes_are_embedded_anew(explorer: Explorer, server: RedisServer) -> None:
    texts = {"dog": "a dog barks", "car": "a car drives", "none": None}
    rows = [(name, (1.0, 2.0), json.dumps({"text": text} if text else {"x": 1})) for name, text in texts.items()]
    fill(server.client(), "k", rows)
    report = await explorer.transfers.copy(await explorer.sets.info(b"k"), CopyPlan(b"new", text="{text}!"))
    assert (report.copied, report.left_out, report.without_text) == (2, 1, [b"none"])
    assert (await explorer.sets.info(b"new")).dimension == 384
    record = json.loads(server.client().hget("vsexplorer:sets", "new"))
    assert (record["model"], record["text"]) == ("sentence-transformers/all-MiniLM-L6-v2", "{text}!")


@pytest.mark.parametrize(
    ("existing", "counted"),
    [("replace", (1, 1, 1, 0, 0)), ("skip", (1, 0, 0, 2, 0)), ("refuse", (1, 0, 0, 0, 2))],
)
async def test_elements_that_are_there(
    explorer: Explorer, server: RedisServer, tmp_path: Path, existing: str, counted: tuple[int, ...]
) -> None:
    fill(server.client(), "k", [("same", (1.0, 2.0), '{"n": 1}'), ("changed", (1.0, 2.0), '{"n": 1}')])
    path = tmp_path / "rows.jsonl"
    rows = [("same", [1, 2], 1), ("changed", [2, 1], 1), ("new", [1, 2], 1)]
    path.write_text("".join(json.dumps({"id": name, "v": vector, "n": n}) + "\n" for name, vector, n in rows))
    plan = LoadPlan(b"k", Mapping(id="id", vector="v"), existing=OnExisting(existing))
    report = await explorer.transfers.load([RowFile(str(path))], plan)
    assert (report.added, report.replaced, report.unchanged, report.skipped, report.rejected) == counted
    found = server.client().execute_command("VEMB", "k", "changed")
    assert (float(found[0]) > float(found[1])) == (existing == "replace")


async def test_another_shape_than_the_sets_is_refused(
    explorer: Explorer, server: RedisServer, tmp_path: Path
) -> None:
    fill(server.client(), "k", [("a", (1.0, 2.0), None)], "BIN")
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "b", "v": [1, 2]}\n{"id": "c", "v": [1, 2, 3]}\n')
    plan = LoadPlan(b"k", Mapping(id="id", vector="v"), SetOptions("f32"))
    with pytest.raises(CommandRefused, match="created with quantization bin, not f32"):
        await explorer.transfers.load([RowFile(str(path))], plan)
    report = await explorer.transfers.load([RowFile(str(path))], LoadPlan(b"k", Mapping(id="id", vector="v")))
    assert report.added == 1
    assert report.rejections[0][1].reason == "a vector of 3 dimensions instead of 2"


@pytest.mark.parametrize("options", [["--quantization", "bin", "--m", "8", "--ef", "50"], ["--reduce", "64"]])
def test_a_new_set_is_built_as_asked(server: RedisServer, tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("title,year\nA dog barks,1990\nA car drives,2001\n")
    done = vsexplorer("load", "k", str(path), *options, *server.options)
    assert done.returncode == 0, done.stderr
    info = dict(zip(*[iter(server.client().execute_command("VINFO", "k"))] * 2, strict=True))
    if "--reduce" in options:
        assert (info[b"vector-dim"], info[b"projection-input-dim"], info[b"attributes-count"]) == (64, 384, 2)
    else:
        assert (info[b"quant-type"], info[b"hnsw-m"]) == (b"bin", 8)
    assert json.loads(server.client().execute_command("VGETATTR", "k", "A dog barks"))["year"] == 1990


def test_a_dry_run_shows_and_writes_nothing(server: RedisServer, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("title;plot;year\nUp;An old man flies;2009\nAlien;A monster;1979\nshort\n")
    done = vsexplorer("load", "films", str(path), "--dry-run", *server.options)
    assert done.returncode == 0, done.stderr
    for words in (
        "separated by semicolons",
        "id: title · text: plot",
        "year (number)",
        "embedded: An old man flies",
    ):
        assert words in done.stdout
    assert "1 fields where the header has 3" in done.stdout
    assert "nothing was written" in done.stdout
    assert server.client().keys() == []


def test_rejected_rows_are_loaded_once_mended(
    newest: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text('{"id": "a", "text": "a dog"}\n{"id": "b", "text": }\n{"id": "c"}\n')
    done = vsexplorer("load", "k", "rows.jsonl", *newest.options)
    assert done.returncode == 1
    reasons = Path("rows.rejected.jsonl.reasons").read_text().splitlines()
    assert reasons[0].startswith("rows.jsonl:2: not valid JSON at character 21")
    assert reasons[1] == "rows.jsonl:3: has no text"
    mended = (
        Path("rows.rejected.jsonl")
        .read_text()
        .replace('"text": }', '"text": "a cat"}')
        .replace('"c"', '"c", "text": "x"')
    )
    Path("mended.jsonl").write_text(mended)
    assert vsexplorer("load", "k", "mended.jsonl", *newest.options).returncode == 0
    assert newest.client().execute_command("VCARD", "k") == 3
    strict = vsexplorer("load", "k2", "rows.jsonl", "--strict", *newest.options)
    assert strict.returncode == 1
    assert "rows.jsonl:2: not valid JSON" in strict.stderr
    assert newest.client().exists("k2") == 0


def test_the_commands_for_scripts(server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = '{"id": "a", "text": "a dog", "n": 1}\n{"id": "b", "text": "a car", "n": 2}\n'
    assert vsexplorer("load", "k", "-", "--where", ".n > 0", *server.options, stdin=rows).returncode == 0
    lines = vsexplorer("export", "k", *server.options).stdout.splitlines()
    assert sorted(json.loads(line)["element"] for line in lines) == ["a", "b"]
    assert len(json.loads(lines[0])["vector"]) == 384
    found = vsexplorer("export", "k", "--query", "puppy", "--count", "1", "--vectors", "none", *server.options)
    assert json.loads(found.stdout) == {"element": "a", "attributes": {"text": "a dog", "n": 1}}
    assert vsexplorer("export", "k", "k.parquet", *server.options).returncode == 0
    assert vsexplorer("load", "k2", "k.parquet", *server.options).returncode == 0
    assert vsexplorer("copy", "k", "k3", "--quantization", "f32", *server.options).returncode == 0
    assert vsexplorer("reembed", "k", "k4", "--text", "text", *server.options).returncode == 0
    assert server.client().execute_command("VCARD", "k4") == 2
    for wrong, words in (
        (["export", "k", "out.xyz"], "--format"),
        (["export", "k", "--format", "parquet"], "need a FILE"),
        (["export", "k", "--where", ".n ="], "not valid"),
        (["export", "k", "/nowhere/x.jsonl"], "Cannot write"),
        (["copy", "k", "k"], "onto itself"),
        (["load", "k", "none.jsonl"], "There is no file"),
        (["load", "k", "k.parquet", "--separator", "ab"], "one character"),
    ):
        done = vsexplorer(*wrong, *server.options)
        assert done.returncode in (1, 2)
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("quantization", ["int8", "f32", "bin"])
async def test_a_copy_of_a_reduced_set_keeps_its_projection(
    explorer: Explorer, server: RedisServer, quantization: str
) -> None:
    client = server.client()
    option = {"int8": "Q8", "f32": "NOQUANT", "bin": "BIN"}[quantization]
    source = random.Random(5)
    for place in range(30):
        numbers = [source.uniform(-1, 1) for _ in range(24)]
        client.execute_command("VADD", "from", "REDUCE", 7, "VALUES", 24, *numbers, f"e{place}", option)
    info = await explorer.sets.info(b"from")
    await explorer.transfers.copy(info, CopyPlan(b"to"))
    made = await explorer.sets.info(b"to")
    assert (made.dimension, made.input_dimension, made.quantization) == (7, 24, quantization)
    names = [b"e%d" % place for place in range(30)]
    store = explorer.transfers._store
    for one, other in zip(await store.vectors(info, names), await store.vectors(made, names), strict=True):
        assert one is not None
        assert other is not None
        assert one.norm == pytest.approx(other.norm, rel=1e-5)
        step = 1.01 * one.range / 127 if quantization == "int8" else 1e-5
        assert one.normalized() == pytest.approx(other.normalized(), abs=step)
    with pytest.raises(CommandRefused, match="already reduced to 7 dimensions"):
        await explorer.transfers.copy(info, CopyPlan(b"third", SetOptions(reduce=5)))


async def test_an_export_of_a_reduced_set_says_what_is_lost(
    explorer: Explorer, server: RedisServer, tmp_path: Path
) -> None:
    server.client().execute_command("VADD", "k", "REDUCE", 2, "VALUES", 4, 1, 2, 3, 4, "a")
    report = await explorer.transfers.export(await explorer.sets.info(b"k"), ExportPlan(b"k", tmp_path / "k.jsonl"))
    assert any("cannot be searched by text" in note for note in report.notes)


@pytest.mark.parametrize("quantization", ["int8", "f32", "bin"])
async def test_an_export_loaded_into_its_own_set_changes_nothing(
    explorer: Explorer, server: RedisServer, tmp_path: Path, quantization: str
) -> None:
    chance = random.Random(7)
    flag = {"int8": "Q8", "f32": "NOQUANT", "bin": "BIN"}[quantization]
    for number in range(60):
        vector = [chance.gauss(0, 3) for _ in range(48)]
        server.client().execute_command(
            *("VADD", "from", "VALUES", 48, *vector, f"e{number}", flag, "SETATTR", '{"a": 1}')
        )
    info = await explorer.sets.info(b"from")
    await explorer.transfers.export(info, ExportPlan(b"from", tmp_path / "out.jsonl", "jsonl", "numbers"))
    report = await explorer.transfers.load([RowFile(str(tmp_path / "out.jsonl"))], LoadPlan(b"from", Mapping()))
    assert (report.unchanged, report.replaced, report.added) == (60, 0, 0)
