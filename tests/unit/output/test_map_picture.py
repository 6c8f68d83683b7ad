"""Pictures and tables of a map."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from vsexplorer.core.errors import UsageError
from vsexplorer.core.values import SetInfo
from vsexplorer.insight.colouring import colouring, ungrouped
from vsexplorer.insight.layout import Nearest
from vsexplorer.insight.set_map import SetMap
from vsexplorer.output.dots import Glyphs
from vsexplorer.output.map_file import save
from vsexplorer.output.map_picture import Picture, columns, listing, png, summary, svg, terminal
from vsexplorer.output.palette import CATEGORIES, QUIET, colours

_HOSTILE = b"<script>&\x1b[31m\xe2\x80\xae\xff"


@pytest.fixture
def picture() -> Picture:
    names = (b"one", b"two", _HOSTILE, b"four")
    attributes = (b'{"kind": "a", "n": 1}', b'{"kind": "b", "n": "two"}', b'{"kind": "<b>"}', None)
    points = np.array([[0, 0], [1, 2], [3, 1], [2, 2]], np.float32)
    near = Nearest(np.array([[1], [0], [3], [2]]), np.array([[0.9], [0.9], [0.5], [0.5]], np.float32))
    rows = np.eye(4, dtype=np.float32)
    info = SetInfo(b"k", 4, 4, 4, "f32", 16, 1, 3, 1)
    shown = SetMap(info, names, attributes, points, near, rows, rows[:1], rows, 4, True, True, True)
    grouping = colouring([{"kind": "a"}, {"kind": "b"}, {"kind": "<b>"}, {}], "kind")
    return Picture("k <&", shown, grouping, [0, 2])


def test_svg_is_well_formed_whatever_the_names(picture: Picture) -> None:
    tree = ET.fromstring(svg(picture))
    texts = "".join(tree.itertext())
    assert "<script>&" in texts
    assert "\x1b" not in texts
    assert "\u202e" not in texts
    circles = [one for one in tree.iter() if one.tag.endswith("circle")]
    # Each element, and each group in the legend.
    assert len(circles) == 4 + 4
    assert "k <&" in texts
    assert "no value (1)" in texts


def test_png_shows_each_group_in_its_colour(picture: Picture) -> None:
    image = Image.open(io.BytesIO(png(picture))).convert("RGB")
    assert image.size == (1440, 800)
    found = {"#" + bytes(pixel).hex() for pixel in np.unique(np.asarray(image).reshape(-1, 3), axis=0)}
    assert {*CATEGORIES[:3], QUIET} <= found


def test_columns_are_those_that_other_tools_expect(picture: Picture, tmp_path: Path) -> None:
    save(picture, tmp_path / "map.parquet", force=False)
    table = pyarrow.parquet.read_table(tmp_path / "map.parquet")
    rows = table.to_pylist()
    assert [row["projection_x"] for row in rows] == [0, 1, 3, 2]
    assert rows[1]["neighbors"] == {"ids": [0], "distances": [pytest.approx(0.1)]}
    # Values without a common type are written as JSON.
    assert [row["n"] for row in rows] == ["1", '"two"', None, None]
    assert [row["kind"] for row in rows] == ["a", "b", "<b>", None]


def test_an_attribute_does_not_replace_a_column_of_the_map(picture: Picture) -> None:
    from dataclasses import replace

    named = replace(picture.shown, attributes=(b'{"element": 5}',) * 4)
    found = columns(replace(picture, shown=named))
    assert found["element"][0] == "one"
    assert found["attribute_element"] == [5] * 4


def test_a_listing_has_a_row_for_each_element(picture: Picture) -> None:
    found = listing(picture)
    assert found.header == ["element", "x", "y", "kind"]
    assert found.rows[1] == ["two", 1.0, 2.0, "b"]
    assert found.records[3]["attributes"] is None
    assert summary(picture.shown) == "4 elements"


@pytest.mark.parametrize("glyphs", Glyphs)
def test_a_terminal_gets_lines_of_its_width(picture: Picture, glyphs: Glyphs) -> None:
    lines = terminal(picture, 40, 10, glyphs).plain.split("\n")
    assert [len(line) for line in lines[:10]] == [40] * 10
    assert "one" in "".join(lines[:10])
    assert "\x1b" not in "".join(lines)
    assert lines[10].startswith("# <b> 1   # a 1" if glyphs is Glyphs.ASCII else "■ <b> 1   ■ a 1")
    if glyphs is Glyphs.ASCII:
        assert "".join(lines[:10]).isascii()


def test_a_file_is_never_replaced_unasked(picture: Picture, tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    save(picture, path, force=False)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        save(picture, path, force=False)
    with pytest.raises(UsageError, match="Cannot tell what to write"):
        save(picture, tmp_path / "map.gif", force=True)
    save(picture, path, force=True)
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="Cannot write"):
        save(picture, tmp_path / "missing" / "map.svg", force=False)
    assert [one.name for one in tmp_path.iterdir()] == ["map.csv"]


def test_colours_of_scales_and_of_the_rest() -> None:
    assert colours(ungrouped(2)) == [CATEGORIES[0]]
    scale = colouring([{"n": number} for number in range(50)] + [{}], "n")
    found = colours(scale)
    assert len(set(found)) == len(scale.labels)
    assert found[-1] == QUIET
