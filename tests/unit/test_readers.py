import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.errors import UsageError
from vsexplorer.transfer.readers import BadRow, Row, RowFile


def rows(folder: Path, name: str, content: str | bytes, records: str = "") -> list[Row | BadRow]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(RowFile.at(path, records))


def test_json_lines_with_everything_that_can_be_wrong(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"a": 1}\n\n[1]\n{"a": NaN}\nnot json\n{"a": "\xc3\xa9"}\n\xff\n'
    assert rows(tmp_path, "f.jsonl", content) == [
        Row(1, {"a": 1}),
        BadRow(3, "not a JSON object"),
        BadRow(4, "not valid JSON"),
        BadRow(5, "not valid JSON"),
        Row(6, {"a": "é"}),
        BadRow(7, "not valid JSON"),
    ]


def test_a_json_array_and_an_array_inside_an_object(tmp_path: Path) -> None:
    assert rows(tmp_path, "f.json", '[{"a": 1}, 2]') == [Row(1, {"a": 1}), BadRow(2, "not a JSON object")]
    document = '{"people": [{"a": 1}], "queries": [], "note": "x"}'
    assert rows(tmp_path, "f.json", document, "people") == [Row(1, {"a": 1})]
    with pytest.raises(UsageError) as caught:
        rows(tmp_path, "f.json", document)
    assert "people, queries" in caught.value.hint


def test_csv_types_its_fields_and_leaves_out_empty_ones(tmp_path: Path) -> None:
    content = 'name,born,score,zip\n"Curie, Marie",1867,0.5,01234\nTopol,,1e3,\nshort\n\n'
    assert rows(tmp_path, "f.csv", content) == [
        Row(2, {"name": "Curie, Marie", "born": 1867, "score": 0.5, "zip": "01234"}),
        Row(3, {"name": "Topol", "score": 1000.0}),
        BadRow(4, "1 fields where the header has 4"),
    ]
    assert rows(tmp_path, "f.tsv", "a\tb\n1\tx,y\n") == [Row(2, {"a": 1, "b": "x,y"})]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.booleans()), max_size=5))
def test_json_lines_round_trip(values: list[dict[str, object]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        content = "".join(json.dumps(value) + "\n" for value in values)
        found = rows(Path(folder), "f.jsonl", content)
    assert [row.values for row in found if isinstance(row, Row)] == values


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), min_size=1))
def test_csv_texts_round_trip(texts: list[str]) -> None:
    import tempfile

    buffer = io.StringIO()
    csv.writer(buffer).writerows([["text"], *([f"t{text}"] for text in texts)])
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Path(folder), "f.csv", buffer.getvalue())
    assert [row.values["text"] for row in found if isinstance(row, Row)] == [f"t{text}" for text in texts]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("f.json", b"{", "not valid JSON"), ("f.json", b"3", "neither"), ("f.csv", b"a\n\xff\n", "not CSV in UTF-8")],
)
def test_files_that_cannot_be_read_as_a_whole(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        rows(tmp_path, name, content)


def test_unknown_suffix_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="what kind of file"):
        RowFile.at(tmp_path / "f.xlsx")
    with pytest.raises(UsageError, match="no file"):
        RowFile.at(tmp_path / "f.csv")
