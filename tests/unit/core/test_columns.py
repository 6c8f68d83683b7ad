import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsexplorer.core.columns import Column, cell, sort_key, tabulate, widths


def test_columns_come_in_the_order_of_the_data_with_long_texts_last() -> None:
    long = "word " * 20
    table = tabulate([f'{{"about": "{long}", "born": 1867}}'.encode(), b'{"country": "Poland", "born": null}'])
    assert [column.field for column in table.columns] == ["born", "country", "about"]
    assert [column.numeric for column in table.columns] == [True, False, False]


def test_a_column_with_a_text_among_numbers_is_not_numeric() -> None:
    assert not tabulate([b'{"a": 1}', b'{"a": "x"}']).columns[0].numeric
    assert not tabulate([b'{"a": true}']).columns[0].numeric


def test_elements_without_readable_attributes_have_empty_rows() -> None:
    table = tabulate([None, b"not json", b"[1]", b'{"a": 1}'])
    assert table.rows == ({}, {}, {}, {"a": 1})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (1867, "1867"),
        (0.5, "0.5"),
        (["physics", "chemistry"], "physics, chemistry"),
        ({"a": [1]}, '{"a": [1]}'),
        ("a\x1b[2J", "a␛[2J"),
        ([["x\x9b"]], '[["x‹9b›"]]'),
    ],
)
def test_cells(value: object, shown: str) -> None:
    assert cell(value) == shown  # type: ignore[arg-type]


def test_sorting_puts_numbers_by_value_then_texts_then_what_is_missing() -> None:
    values = [None, "b", 10, "A", 9, 10**400, -(10**400)]
    assert sorted(values, key=sort_key) == [-(10**400), 9, 10, 10**400, "A", "b", None]


@given(st.lists(st.integers(1, 60), max_size=12), st.integers(0, 200))
def test_columns_never_take_more_room_than_there_is(sizes: list[int], room: int) -> None:
    table = tabulate([b"{" + b",".join(b'"%d": "%s"' % (i, b"x" * size) for i, size in enumerate(sizes)) + b"}"])
    found = widths(table.columns, room, 2)
    assert sum(found) + 2 * len(found) <= room
    assert all(width > 0 for width in found)


def test_a_number_is_shown_whole_or_not_at_all() -> None:
    number, text = Column("n", "n", True, 9), Column("t", "t", False, 30)
    assert widths([number, text], 8, 2) == []
    assert widths([number, text], 11, 2) == [9]
    assert widths([text, number], 25, 2) == [23], "a text may be cut"
