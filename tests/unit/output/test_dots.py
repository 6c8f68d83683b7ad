"""Points drawn with characters."""

from __future__ import annotations

import numpy as np
import pytest

from vsexplorer.output import dots
from vsexplorer.output.dots import Glyphs, draw, glyphs_of, inside

_SQUARE = (0.0, 0.0, 2.0, 4.0)
"""A window in which a cell of 2 by 4 dots has dots of one unit."""


def drawn(points: list[tuple[float, float]], glyphs: Glyphs, groups: list[int] | None = None) -> dots.Dots:
    number = len(points)
    return draw(
        np.array(points, np.float32).reshape(-1, 2),
        np.array(groups or [0] * number, np.int64),
        np.zeros(number, np.int64),
        _SQUARE,
        1,
        1,
        glyphs,
    )


@pytest.fixture
def fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dots, "_FEW", -1)


@pytest.mark.usefixtures("fine")
@pytest.mark.parametrize(
    ("point", "braille", "quadrant"),
    [((0.5, 3.5), "⠁", "▘"), ((1.5, 3.5), "⠈", "▝"), ((0.5, 0.5), "⡀", "▖"), ((1.5, 0.5), "⢀", "▗")],
)
def test_a_point_is_a_dot(point: tuple[float, float], braille: str, quadrant: str) -> None:
    assert drawn([point], Glyphs.BRAILLE).lines == (braille,)
    assert drawn([point], Glyphs.QUADRANTS).lines == (quadrant,)


@pytest.mark.usefixtures("fine")
def test_all_dots_fill_a_cell() -> None:
    every = [(x + 0.5, y + 0.5) for x in range(2) for y in range(4)]
    assert drawn(every, Glyphs.BRAILLE).lines == ("⣿",)
    assert drawn(every, Glyphs.QUADRANTS).lines == ("█",)


def test_few_points_are_larger() -> None:
    assert drawn([(0.5, 3.5)], Glyphs.BRAILLE).lines == ("⠛",)


@pytest.mark.parametrize(
    ("number", "shown"), [(0, " "), (1, "."), (2, ":"), (3, ":"), (4, "*"), (7, "*"), (8, "#")]
)
def test_ascii_shows_density(number: int, shown: str) -> None:
    assert drawn([(1.0, 1.0)] * number, Glyphs.ASCII).lines == (shown,)


def test_a_cell_shows_the_most_frequent_group_of_the_highest_priority() -> None:
    points = np.full((5, 2), 1.0, np.float32)
    groups, low = np.array([0, 1, 1, 2, 2]), np.zeros(5, np.int64)
    args = (_SQUARE, 1, 1, Glyphs.BRAILLE)
    assert draw(points[:3], groups[:3], low[:3], *args).groups.tolist() == [[1]]
    first = np.array([1, 0, 0, 0, 0])
    assert draw(points, groups, first, *args).groups.tolist() == [[0]]
    assert draw(points[:0], groups[:0], low[:0], *args).groups.tolist() == [[-1]]


def test_points_outside_are_drawn_at_the_edge() -> None:
    points = np.array([[-50, 50]], np.float32)
    found = draw(points, np.zeros(1, np.int64), np.zeros(1, np.int64), _SQUARE, 3, 2, Glyphs.ASCII)
    assert found.lines == (".  ", "   ")
    assert not inside(points, _SQUARE).any()


def test_the_terminal_decides_what_it_can_show() -> None:
    assert glyphs_of("UTF-8", "xterm-256color") is Glyphs.BRAILLE
    assert glyphs_of("utf-8", "linux") is Glyphs.QUADRANTS
    assert glyphs_of("ISO-8859-1", "xterm") is Glyphs.ASCII
    assert glyphs_of("", "xterm") is Glyphs.ASCII
