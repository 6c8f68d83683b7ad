import csv
import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.errors import UsageError
from vsexplorer.transfer import readers
from vsexplorer.transfer.readers import ReadOptions, RowFile
from vsexplorer.transfer.rows import BadRow, Row


def read(folder: Path, name: str, content: str | bytes, **options: Any) -> list[Row | BadRow]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(RowFile(str(path), ReadOptions(**options)))


def values(rows: list[Row | BadRow]) -> list[dict[str, Any] | str]:
    return [row.values if isinstance(row, Row) else row.reason for row in rows]


def test_json_lines_with_everything_that_can_be_wrong(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"a": 1}\n\n[1]\n{"a": NaN}\nnot json\n{"a": "\xc3\xa9"}\n{"a": "\xff"}\n'
    rows = read(tmp_path, "f.jsonl", content)
    assert [(row.place, found) for row, found in zip(rows, values(rows), strict=True)] == [
        (1, {"a": 1}),
        (3, "not a JSON object"),
        (4, "not valid JSON: NaN and infinite numbers are not allowed"),
        (5, "not valid JSON at character 1: Expecting value"),
        (6, {"a": "é"}),
        (7, "not UTF-8 at byte 8"),
    ]
    assert rows[-1].raw == b'{"a": "\xff"}', "a rejected line is kept as it is"


def test_a_line_of_many_megabytes_is_rejected_and_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b'{"a": "' + b"x" * (3 << 20) + b'"}\n{"a": 1}\n'
    rows = read(tmp_path, "f.jsonl", content, longest_row=1 << 20)
    assert values(rows) == ["longer than 1 MiB", {"a": 1}]
    assert rows[0].raw == content.splitlines()[0]
    monkeypatch.setattr(readers, "_LONGEST_KEPT", 2 << 20)
    assert read(tmp_path, "f.jsonl", content, longest_row=1 << 20)[0].raw == b"", "there is an end to everything"
    found = values(read(tmp_path, "f.csv", b"a,b\n" + b"x" * (3 << 20) + b",1\n1,2\n", longest_row=1 << 20))
    assert found[-1] == {"a": 1, "b": 2}
    assert "field larger than field limit" in str(found[0])


def test_a_json_array_and_an_array_inside_an_object(tmp_path: Path) -> None:
    assert values(read(tmp_path, "f.json", '[{"a": 1}, 2]')) == [{"a": 1}, "not a JSON object"]
    document = '{"people": [{"a": 1}], "queries": [], "note": "x"}'
    assert values(read(tmp_path, "f.json", document, records="people")) == [{"a": 1}]
    with pytest.raises(UsageError) as caught:
        read(tmp_path, "f.json", document)
    assert "people, queries" in caught.value.hint


@pytest.mark.parametrize("chunk", [1, 2, 7, 1 << 18])
def test_a_json_array_is_streamed_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("vsexplorer.transfer.json_array._CHUNK", chunk)
    items = [{"a": "é" * 20, "n": -1.5e3}, {"b": [1, {"c": None}]}, 12345, {}]
    content = json.dumps(items, ensure_ascii=False, indent=1)
    assert values(read(tmp_path, "f.json", content)) == [items[0], items[1], "not a JSON object", {}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not valid JSON"),
        (b"3", "neither"),
        (b'[{"a": 1}', "a comma or"),
        (b'[{"a": 1} {"b": 2}]', "a comma or"),
        (b'[{"a": 1},]', "not valid JSON"),
        (b'[{"a": }]', "not valid JSON"),
        (b"[\xff]", "not UTF-8"),
    ],
)
def test_json_that_cannot_be_read_as_a_whole(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(tmp_path, "f.json", content)


def test_csv_columns_have_types_and_empty_cells_are_left_out(tmp_path: Path) -> None:
    content = (
        'name,born,score,zip,ok\n"Curie, Marie",1867,0.5,01234,true\nTopol,,1e3,,FALSE\nshort\n\nx,?,1,2,true\n'
    )
    file = tmp_path / "f.csv"
    file.write_text(content)
    rows = RowFile(str(file))
    assert values(list(rows)) == [
        {"name": "Curie, Marie", "born": "1867", "score": 0.5, "zip": "01234", "ok": True},
        {"name": "Topol", "score": 1000.0, "ok": False},
        "1 fields where the header has 5",
        {"name": "x", "born": "?", "score": 1, "zip": "2", "ok": True},
    ]
    assert rows.types == {"name": "text", "born": "text", "score": "number", "zip": "text", "ok": "boolean"}


@pytest.mark.parametrize(
    ("name", "content", "words", "row"),
    [
        ("f.csv", "a;b\n1;x,y\n2;z\n", "separated by semicolons, utf-8", {"a": 1, "b": "x,y"}),
        ("f.tsv", "a\tb\n1\tx,y\n", "separated by tabs, utf-8", {"a": 1, "b": "x,y"}),
        ("f.csv", "a|b\n1|é\n".encode("cp1252"), "separated by bars, cp1252", {"a": 1, "b": "é"}),
        ("f.csv", "\ufeffa,b\n1,é\n", "separated by commas, utf-8-sig", {"a": 1, "b": "é"}),
        ("f.csv", "a,b\n1,é\n".encode("utf-16"), "separated by commas, utf-16", {"a": 1, "b": "é"}),
        ("f.csv", "only\nx\n", "separated by commas, utf-8", {"only": "x"}),
    ],
)
def test_how_a_csv_file_is_written_is_found_out(
    tmp_path: Path, name: str, content: str | bytes, words: str, row: dict[str, Any]
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = RowFile(str(path))
    assert values(list(file))[0] == row
    assert words in file.words


def test_what_is_said_of_a_csv_file_wins_over_what_is_found(tmp_path: Path) -> None:
    assert values(read(tmp_path, "f.csv", b"a;b\n\xe9;2\n", encoding="latin-1", separator=";")) == [
        {"a": "é", "b": 2}
    ]
    with pytest.raises(UsageError, match="no encoding"):
        read(tmp_path, "f.csv", "a\n", encoding="klingon")


def test_a_bad_byte_in_utf8_is_a_bad_row_not_another_encoding(tmp_path: Path) -> None:
    content = "a,b\n" + "".join(f"{place},é\n" for place in range(50))
    found = values(read(tmp_path, "f.csv", content.encode() + b"1,\xff\n"))
    assert found[0] == {"a": 0, "b": "é"}
    assert found[-1] == "contains bytes that are not valid in the file's encoding"


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two columns named 'a'"):
        read(tmp_path, "f.csv", "a,b,a\n1,2,3\n")


def test_parquet(tmp_path: Path) -> None:
    import datetime

    import pyarrow
    import pyarrow.parquet

    rows = [
        {"a": 1, "b": "é", "c": [1.5, 2.0], "d": {"x": True}, "e": b"\xff", "f": datetime.date(2026, 1, 2)},
        {"a": None, "b": "", "c": None, "d": None, "e": None, "f": None},
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "f.parquet")
    assert values(list(RowFile(str(tmp_path / "f.parquet")))) == [
        {"a": 1, "b": "é", "c": [1.5, 2.0], "d": {"x": True}, "e": "/w==", "f": "2026-01-02"},
        {"b": ""},
    ]
    with pytest.raises(UsageError, match="not a Parquet file"):
        read(tmp_path, "g.parquet", b"PAR1 but nothing else")


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_compressed_files_are_read_by_their_content(tmp_path: Path, suffix: str, compress: Any) -> None:
    content = b"".join(b'{"a": %d}\n' % place for place in range(5_000))
    packed = compress(content)
    assert len(values(read(tmp_path, f"f.jsonl{suffix}", packed))) == 5_000
    assert len(values(read(tmp_path, "f.jsonl", packed))) == 5_000, "also under another name"
    with pytest.raises(UsageError, match=r"damaged|Cannot read"):
        read(tmp_path, f"f.jsonl{suffix}", packed[: len(packed) // 2] + b"garbage in the middle")


def test_progress_is_that_of_the_file_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(b'{"a": "%d"}\n' % (place * 7919) for place in range(50_000))))
    file = RowFile(str(path))
    rows = iter(file)
    next(rows)
    assert 0 < file.done <= file.size
    for _ in rows:
        pass
    assert file.done == file.size == path.stat().st_size


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.booleans()), max_size=5))
def test_json_lines_round_trip(found: list[dict[str, object]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        content = "".join(json.dumps(value) + "\n" for value in found)
        rows = read(Path(folder), "f.jsonl", content)
        array = read(Path(folder), "f.json", json.dumps(found))
    assert values(rows) == found
    assert values(array) == found


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1))
def test_csv_texts_round_trip(texts: list[str]) -> None:
    import tempfile

    buffer = io.StringIO()
    csv.writer(buffer).writerows([["text", "more"], *([f"t{text}", "x"] for text in texts)])
    with tempfile.TemporaryDirectory() as folder:
        rows = read(Path(folder), "f.csv", buffer.getvalue(), separator=",", encoding="utf-8")
    assert [row.values["text"] for row in rows if isinstance(row, Row)] == [f"t{text}" for text in texts]


def test_unknown_suffix_and_missing_file(tmp_path: Path) -> None:
    (tmp_path / "f.xlsx").write_text("")
    with pytest.raises(UsageError, match="the format of"):
        RowFile.at(tmp_path / "f.xlsx")
    with pytest.raises(UsageError, match="no file"):
        RowFile.at(tmp_path / "f.csv")


def bomb(folder: Path, name: str, begin: bytes, filling: bytes, end: bytes, mebibytes: int) -> Path:
    import gzip

    path = folder / name
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(begin)
        for _ in range(mebibytes):
            file.write(filling * (1 << 20))
        file.write(end)
    return path


@pytest.mark.parametrize(
    ("name", "begin", "filling", "end"),
    [
        ("a.csv.gz", b"a,b\n", b"x", b",1\n1,2\n"),
        ("a.csv.gz", b'a,b\n"', b"x", b'",1\n1,2\n'),
        ("a.jsonl.gz", b'{"a": "', b"x", b'"}\n{"a": 1, "b": 2}\n'),
    ],
    ids=["csv", "quoted csv", "jsonl"],
)
def test_a_row_that_unpacks_without_end_costs_little_memory(
    tmp_path: Path, name: str, begin: bytes, filling: bytes, end: bytes
) -> None:
    path = bomb(tmp_path, name, begin, filling, end, 200)
    tracemalloc.start()
    try:
        rows = list(RowFile(str(path), ReadOptions(longest_row=1 << 20)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(rows[0], BadRow)
    assert values(rows)[-1] == {"a": 1, "b": 2}
    assert most < 100 << 20


def test_json_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path, "a.json.gz", b'[{"a": "', b"x", b'"}]', 4)
    with pytest.raises(UsageError, match="an item of more than 1 MiB") as caught:
        list(RowFile(str(path), ReadOptions(longest_row=1 << 20)))
    assert "--longest-row" in caught.value.hint
    path = bomb(tmp_path, "b.json.gz", b'{"rows": "', b"x", b'"}', 300)
    with pytest.raises(UsageError, match="a row or a text of more than 32 MiB"):
        list(RowFile(str(path)))


def test_many_spaces_before_an_item_are_passed_over_quickly(tmp_path: Path) -> None:
    path = bomb(tmp_path, "a.json.gz", b"[", b" ", b'{"a": 1}]', 64)
    assert values(list(RowFile(str(path)))) == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("имя,город\nАнна,Москва\nПётр,Санкт-Петербург\nОльга,Новосибирск\n" * 5, "cp1251"),
        ("名前,都市\n太郎,東京\n花子,大阪\n" * 5, "shift_jis"),
        ("名字,城市\n小明,北京\n小红,上海\n" * 5, "gb18030"),
        ("όνομα,πόλη\nΆννα,Αθήνα\nΓιώργος,Θεσσαλονίκη\n" * 5, "cp1253"),
        ("věta,zdroj\nPříliš žluťoučký kůň úpěl ďábelské ódy,Říp\nŘeřicha rostla u řeky,Úpa\n" * 5, "cp1250"),
        ("Name,Ort,Preis\nJörg Müller,Köln,5 €\nFrançois,Évry,7 €\n" * 5, "cp1252"),
        ("name,price\n" + "".join(f"item {number},5 €\n" for number in range(50)), "cp1252"),
    ],
)
def test_encodings_of_one_script_are_recognized(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(text.encode(encoding))
    rows = [row for row in RowFile(str(path)) if isinstance(row, Row)]
    expected = [line.split(",") for line in text.splitlines()[1:]]
    assert [list(row.texts.values()) for row in rows] == expected


def test_rows_in_an_object_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    rows = [{"a": number, "b": [1.5, None, {"c": "x"}]} for number in range(1_000)]
    path.write_text(json.dumps({"about": {"a": [1, 2]}, "rows": rows, "others": [1, [2]]}))
    found = iter(RowFile(str(path), ReadOptions(records="rows")))
    assert [row.values for row in found if isinstance(row, Row)] == rows
    path.write_text(json.dumps({"rows": rows})[:-3])
    found = iter(RowFile(str(path), ReadOptions(records="rows")))
    assert isinstance(next(found), Row), "what comes before the mistake is read"
    with pytest.raises(UsageError, match="not valid JSON"):
        list(found)
    path.write_text(json.dumps({"rows": [{"a": "x" * 3_000_000}]}))
    with pytest.raises(UsageError, match="more than 1 MiB"):
        list(RowFile(str(path), ReadOptions(records="rows", longest_row=1 << 20)))
