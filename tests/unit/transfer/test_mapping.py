from array import array
from pathlib import Path
from typing import Any

import pytest

from vsexplorer.core.errors import UsageError
from vsexplorer.transfer.mapping import Item, Mapping, RowMapper, settle
from vsexplorer.transfer.npy import ArrayWriter
from vsexplorer.transfer.rows import BadRow, Row


def item(mapping: Mapping, **values: Any) -> Item | BadRow | None:
    return RowMapper(mapping).item(0, Row(1, values))


def reason(mapping: Mapping, **values: Any) -> str:
    found = item(mapping, **values)
    assert isinstance(found, BadRow)
    return found.reason


def test_fields_and_templates() -> None:
    found = item(Mapping(id="{year}-{title}", text="{title}. {body}"), title="Up", body="", year=2009)
    assert isinstance(found, Item)
    assert (found.name, found.text) == (b"2009-Up", "Up. ")
    assert found.attributes == b'{"title": "Up", "body": "", "year": 2009}'


def test_an_id_from_the_content_is_the_same_for_the_same_content() -> None:
    first, second = item(Mapping(id="hash", text="a"), a="x", b=1), item(Mapping(id="hash", text="a"), b=1, a="x")
    other = item(Mapping(id="hash", text="a"), a="x", b=2)
    assert isinstance(first, Item)
    assert isinstance(second, Item)
    assert isinstance(other, Item)
    assert first.name == second.name != other.name


def test_vectors_that_come_with_the_row() -> None:
    mapping = Mapping(id="id", vector="v")
    found = item(mapping, id=1, v=[1, 0.5])
    assert isinstance(found, Item)
    assert found.vector == array("f", [1, 0.5]).tobytes()
    assert found.attributes is None
    assert isinstance(item(mapping, id=1, v="[1, 2]"), Item), "a CSV cell"
    for wrong in ([], "x", "[" * 100_000, {"a": 1}, 3, [1, "x"], [1, None], [True, 1.0], [1e300]):
        assert "v" in reason(mapping, id=1, v=wrong)
    assert reason(mapping, id=1) == "has no v"


def test_rows_are_filtered_by_the_servers_rules() -> None:
    mapping = Mapping(id="id", text="t", where='.year > 1950 and "x" in .tags')
    assert item(mapping, id=1, t="a", year=1990, tags=["x"]) is not None
    assert item(mapping, id=1, t="a", year=1990) is None, "a missing field never matches"
    with pytest.raises(UsageError, match="use ==") as caught:
        RowMapper(Mapping(where=".a = 1"))
    assert caught.value.hint == ".a = 1\n   ^"


def rows(*found: dict[str, Any]) -> list[Row]:
    return [Row(place, values) for place, values in enumerate(found, 1)]


def test_what_is_left_open_is_decided_by_the_first_rows() -> None:
    sample = rows({"n": 1, "title": "a", "plot": "long enough to embed"}, {"title": "b", "plot": "another one"})
    assert settle(Mapping(), sample, "f") == Mapping(id="title", text="plot")
    assert settle(Mapping(text="title"), rows({"x": 1, "title": "a"}), "f") == Mapping(id="title", text="title")
    assert settle(Mapping(), rows({"x": 1, "body": "words"}), "f") == Mapping(id="hash", text="body")
    with pytest.raises(UsageError, match="No field of the first rows contains text"):
        settle(Mapping(), rows({"x": 1}), "f")
    with pytest.raises(UsageError, match="has a field 'nope'"):
        settle(Mapping(text="{title} {nope}"), sample, "f")


def test_exported_elements_are_recognised() -> None:
    found = settle(Mapping(), rows({"element": "a", "attributes": {"x": 1}, "vector": [1, 2]}), "f")
    assert found.exported
    made = item(found, element="a", attributes={"x": 1}, vector=[1, 2])
    assert isinstance(made, Item)
    assert (made.name, made.attributes) == (b"a", b'{"x": 1}')
    coded = item(found, element_base64="/wA=", attributes="not json", vector_base64="AACAPwAAAEA=")
    assert isinstance(coded, Item)
    assert (coded.name, coded.attributes, coded.vector) == (b"\xff\0", b"not json", array("f", [1, 2]).tobytes())
    assert "base64" in reason(found, element_base64="!", vector=[1])
    assert "finite" in reason(found, element="a", vector_base64="AADAfw==")


def test_vectors_in_a_file_beside(tmp_path: Path) -> None:
    path = tmp_path / "v.npy"
    with path.open("w+b") as file:
        writer = ArrayWriter(file, 2)
        file.write(array("f", [1, 2, 3, float("nan")]).tobytes())
        writer.rows = 2
        writer.close()
    mapper = RowMapper(Mapping(id="id", vector=str(path)))
    first = mapper.item(0, Row(1, {"id": "a"}))
    assert isinstance(first, Item)
    assert first.vector == array("f", [1, 2]).tobytes()
    for number, words in ((1, "number that is not finite"), (2, "has no vector: the array has 2 rows")):
        found = mapper.item(number, Row(1, {"id": "a"}))
        assert isinstance(found, BadRow)
        assert words in found.reason
    (tmp_path / "bad.npy").write_bytes(b"nothing")
    with pytest.raises(UsageError, match="NumPy"):
        RowMapper(Mapping(id="id", vector=str(tmp_path / "bad.npy"))).item(0, Row(1, {"id": "a"}))
