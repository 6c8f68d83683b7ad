"""Which fields name and describe an element where nobody says so, and that nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.mapping import Mapping
from vsexplorer.transfer.readers import ReadOptions, RowFile
from vsexplorer.transfer.rows import Row
from vsexplorer.transfer.windows import Window, WindowReader

PROSE = "a long sentence about something or other"


def loaded(
    folder: Path, name: str, content: str | bytes, mapping: Mapping | None = None, **options: Any
) -> tuple[Mapping, Window]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    reader = WindowReader([RowFile(str(path), ReadOptions(**options))], None)
    return reader.map(mapping or Mapping()), reader.window()


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def kept(window: Window) -> list[dict[str, Any]]:
    return [json.loads(item.attributes or b"{}") for item in window.items]


def test_the_id_is_a_field_that_names_each_row_differently(tmp_path: Path) -> None:
    rows = [{"title": "Dracula", "package": f"p{n}", "year": n, "plot": PROSE} for n in range(3)]
    mapping, window = loaded(tmp_path, "a.jsonl", lines(*rows))
    assert (mapping.id, mapping.text) == ("package", "plot")
    assert mapping.notes == ("title is not unique, so package is the id",)
    assert not window.bad
    mapping, window = loaded(tmp_path, "b.jsonl", lines(*({**row, "package": "same"} for row in rows)))
    assert mapping.id == "hash"
    assert "so a digest of each row is the id" in mapping.notes[0]
    assert not window.bad
    mapping, _ = loaded(tmp_path, "c.jsonl", lines({"movie_id": 1, "plot": PROSE}, {"movie_id": 2, "plot": PROSE}))
    assert (mapping.id, mapping.notes) == ("movie_id", ())


def test_prose_is_embedded_rather_than_what_is_long(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "released": "1999-01-01T00:00:00.000000+00:00 UTC Monday",
        "link": "https://x.org/" + "y" * 200,
    }
    mapping, _ = loaded(tmp_path, "a.jsonl", lines({**row, "about": "a dog runs over the hill"}))
    assert mapping.text == "about"


def test_a_csv_id_is_text(tmp_path: Path) -> None:
    cells = ["1.50", "1e5", "true", "3.10", "-0", "007"]
    content = "code,about\n" + "".join(f"{cell},{PROSE}\n" for cell in cells)
    _, window = loaded(tmp_path, "a.csv", content, Mapping(id="code"))
    assert [item.name.decode() for item in window.items] == cells


def test_types_can_be_given(tmp_path: Path) -> None:
    content = f"id,zip,share,about\na,01234,.097,{PROSE}\nb,99999,-.5,{PROSE}\n"
    _, window = loaded(tmp_path, "a.csv", content, types={"zip": "text"})
    assert [(row["zip"], row["share"]) for row in kept(window)] == [("01234", 0.097), ("99999", -0.5)]
    with pytest.raises(UsageError, match="no column 'zap'"):
        loaded(tmp_path, "b.csv", content, types={"zap": "text"})


def test_no_field_is_lost(tmp_path: Path) -> None:
    _, window = loaded(tmp_path, "a.csv", f",id,about\n0,a,{PROSE}\n1,b,{PROSE}\n")
    assert [row["column_1"] for row in kept(window)] == [0, 1]
    _, window = loaded(
        tmp_path, "b.jsonl", lines({"hash": "x", "about": PROSE}, {"hash": "x", "about": PROSE + "!"})
    )
    assert [row["hash"] for row in kept(window)] == ["x", "x"]
    _, window = loaded(tmp_path, "c.jsonl", lines({"element": "a", "vector": [1, 2], "year": 1999}))
    assert (window.items[0].name, kept(window)) == (b"a", [{"year": 1999}])
    assert window.items[0].vector is not None


def test_half_a_surrogate_pair_leaves_the_other_texts_as_they_are(tmp_path: Path) -> None:
    content = b'{"id": "a", "about": "un \xc3\xa9t\xc3\xa9", "odd": "\\ud800x"}\n'
    _, window = loaded(tmp_path, "a.jsonl", content)
    assert window.items[0].attributes == b'{"about": "un \xc3\xa9t\xc3\xa9", "odd": "\\ud800x"}'


def test_reasons_are_in_plain_words(tmp_path: Path) -> None:
    _, window = loaded(tmp_path, "a.jsonl", f'{{"id": "a", "about": "{PROSE}", "n": 1e999}}\n')
    assert [row.reason for _, row in window.bad] == [
        "contains a number that is not finite, which JSON does not allow"
    ]


def test_fields_that_no_filter_can_name_are_pointed_out_and_renamed(tmp_path: Path) -> None:
    content = lines({"id": "a", "about": PROSE, "IMDB Rating": 7, "US Gross": 1})
    mapping, _ = loaded(tmp_path, "a.jsonl", content)
    assert "filters cannot use the fields IMDB Rating, US Gross" in mapping.notes[0]
    mapping, window = loaded(tmp_path, "a.jsonl", content, Mapping(filterable=True))
    assert mapping.notes == ()
    assert kept(window) == [{"about": PROSE, "IMDB_Rating": 7, "US_Gross": 1}]
    _, window = loaded(
        tmp_path, "a.jsonl", content, Mapping(rename=(("IMDB Rating", "rating"), ("US Gross", "second")))
    )
    assert kept(window) == [{"about": PROSE, "rating": 7, "second": 1}]
    with pytest.raises(UsageError, match="has a field 'nope'"):
        loaded(tmp_path, "a.jsonl", content, Mapping(rename=(("nope", "x"),)))
    rows = lines({"id": "a", "about": PROSE, "x y": 1, "x_y": 2})
    _, window = loaded(tmp_path, "b.jsonl", rows, Mapping(filterable=True))
    assert [row.reason for _, row in window.bad] == ["two of its fields would be renamed to x_y"]


def test_parquet_types_that_python_lacks(tmp_path: Path) -> None:
    table = pyarrow.table(
        {
            "id": ["a", "b"],
            "about": [PROSE, PROSE],
            "at": pyarrow.array([1_600_000_000_123_456_789, None], pyarrow.timestamp("ns")),
            "day": pyarrow.array([datetime(2020, 1, 2), None], pyarrow.timestamp("us")),
            "clock": pyarrow.array([3_600_000_000_001, None], pyarrow.time64("ns")),
            "took": pyarrow.array([timedelta(seconds=90.5), None], pyarrow.duration("us")),
            "tags": pyarrow.array([[("k", 1)], None], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
            "share": pyarrow.array([0.1, float("nan")], pyarrow.float32()),
            "half": pyarrow.array([0.5, None], pyarrow.float32()),
            "kind": pyarrow.array(["x", "y"]).dictionary_encode(),
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    rows = [row for row in RowFile(str(tmp_path / "a.parquet")) if isinstance(row, Row)]
    assert rows[0].values == {
        "id": "a",
        "about": PROSE,
        "at": "2020-09-13T12:26:40.123456789",
        "day": "2020-01-02T00:00:00",
        "clock": "01:00:00.000000001",
        "took": 90.5,
        "tags": {"k": 1},
        "share": 0.1,
        "half": 0.5,
        "kind": "x",
    }
    assert rows[1].values == {"id": "b", "about": PROSE, "kind": "y"}


def test_an_infinite_number_in_parquet_rejects_its_row(tmp_path: Path) -> None:
    table = pyarrow.table({"id": ["a", "b"], "about": [PROSE, PROSE], "n": [1.0, float("inf")]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    reader = WindowReader([RowFile(str(tmp_path / "a.parquet"))], None)
    reader.map(Mapping())
    window = reader.window()
    assert [item.name for item in window.items] == [b"a"]
    assert "not finite" in window.bad[0][1].reason


def test_two_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    column = pyarrow.array(["x"])
    table = pyarrow.Table.from_arrays([column, column], names=["a", "a"])
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(UsageError, match="two columns named 'a'"):
        list(RowFile(str(tmp_path / "a.parquet")))


@pytest.mark.parametrize("number", [2_000, 10_000])
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_rows_are_estimated_and_called_an_estimate(tmp_path: Path, number: int, suffix: str) -> None:
    rows = [{"id": f"e{n}", "about": PROSE + "x" * (n * 7919 % 97)} for n in range(number)]
    csv = "id,about\n" + "".join(f"{row['id']},{row['about']}\n" for row in rows)
    (tmp_path / f"a.{suffix}").write_text(csv if suffix == "csv" else lines(*rows))
    reader = WindowReader([RowFile(str(tmp_path / f"a.{suffix}"))], None)
    reader.map(Mapping())
    reader.window()
    count = reader.expected
    assert count is not None
    assert abs(count.number - number) < number / 10
    assert count.words == f"about {count.number:,} rows, judging by the first 1,024"
    while not reader.window().last:
        pass
    assert reader.expected is not None
    assert reader.expected.words == f"{number:,} rows"


def test_what_would_change_exported_attributes_is_refused(tmp_path: Path) -> None:
    content = lines({"element": "a", "attributes": {"x": 1}, "vector": [1, 2]})
    for mapping in (Mapping(filterable=True), Mapping(rename=(("x", "y"),)), Mapping(attributes=("x",))):
        with pytest.raises(UsageError, match="byte for byte"):
            loaded(tmp_path, "a.jsonl", content, mapping)
    mapping, window = loaded(tmp_path, "a.jsonl", content, Mapping(id="element", rename=(("attributes", "kept"),)))
    assert kept(window) == [{"kept": {"x": 1}}]
