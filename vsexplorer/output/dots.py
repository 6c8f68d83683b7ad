"""Draw points as characters: braille patterns, quadrants of blocks, or ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from vsexplorer.core.matrix import Floats

    type Group = np.ndarray[tuple[int], np.dtype[np.int64]]
    type Grid = np.ndarray[tuple[int, int], np.dtype[np.int64]]

Window = tuple[float, float, float, float]
"""The part of the plane that is shown: left, bottom, right, top."""

_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_DENSITY = " .:*#"
_FEW = 1_000
"""Points that are drawn larger."""


class Glyphs(Enum):
    """The characters that a terminal can show, with the columns and rows of dots in each."""

    BRAILLE = (2, 4)
    QUADRANTS = (2, 2)
    ASCII = (1, 1)


@dataclass(frozen=True, slots=True)
class Dots:
    """Points drawn as characters."""

    lines: tuple[str, ...]
    groups: Grid
    """The group that each cell shows; -1 for an empty cell."""


def glyphs_of(encoding: str, term: str) -> Glyphs:
    """Return the characters to draw with: the Linux console has no braille, and other encodings no blocks."""
    if encoding.lower().replace("-", "").replace("_", "") not in ("utf8", "utf16", "utf32"):
        return Glyphs.ASCII
    return Glyphs.QUADRANTS if term == "linux" else Glyphs.BRAILLE


def cells(points: Floats, window: Window, width: int, height: int, glyphs: Glyphs) -> tuple[Group, Group]:
    """Return the column and the row of the dot of each point; points outside of the window get the nearest dot.

    Args:
        points: Places, shape (points, 2); up is positive.
        window: The part of the plane that is shown.
        width: Columns of characters.
        height: Rows of characters.
        glyphs: The characters to draw with.
    """
    import numpy as np

    left, bottom, right, top = window
    columns, rows = width * glyphs.value[0], height * glyphs.value[1]
    across = (points[:, 0] - left) / max(right - left, 1e-9) * columns
    down = (top - points[:, 1]) / max(top - bottom, 1e-9) * rows
    return (
        np.clip(across, 0, columns - 1).astype(np.int64),
        np.clip(down, 0, rows - 1).astype(np.int64),
    )


def inside(points: Floats, window: Window) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return for each point whether a window shows it."""
    left, bottom, right, top = window
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        (points[:, 0] >= left) & (points[:, 0] <= right) & (points[:, 1] >= bottom) & (points[:, 1] <= top)
    )
    return found


def draw(
    points: Floats, groups: Group, priority: Group, window: Window, width: int, height: int, glyphs: Glyphs
) -> Dots:
    """Draw points; a cell shows the group most frequent among its points of the highest priority.

    Few points are drawn larger, with two dots each way.

    Args:
        points: Places, shape (points, 2).
        groups: The group of each point, from 0.
        priority: The priority of each point, from 0.
        window: The part of the plane that is shown.
        width: Columns of characters.
        height: Rows of characters.
        glyphs: The characters to draw with.
    """
    import numpy as np

    wide, high = glyphs.value
    across, down = cells(points, window, width, height, glyphs)
    if len(points) <= _FEW and glyphs is Glyphs.BRAILLE:
        across = np.minimum(np.concatenate([across, across + 1, across, across + 1]), width * wide - 1)
        down = np.minimum(np.concatenate([down, down, down + 1, down + 1]), height * high - 1)
        groups, priority = np.tile(groups, 4), np.tile(priority, 4)
    cell = (down // high) * width + across // wide
    top = np.full(width * height, -1, np.int64)
    np.maximum.at(top, cell, priority)
    seen = priority == top[cell]
    kinds = int(groups.max(initial=0)) + 1
    counts = np.bincount(cell[seen] * kinds + groups[seen], minlength=width * height * kinds)
    most = counts.reshape(width * height, kinds).argmax(axis=1)
    shown = np.where(top >= 0, most, -1).reshape(height, width)
    dots = np.zeros((height * high, width * wide), np.int64)
    if glyphs is Glyphs.ASCII:
        np.add.at(dots, (down, across), 1)
    else:
        dots[down, across] = 1
    return Dots(_lines(dots, glyphs), shown)


def _lines(dots: Grid, glyphs: Glyphs) -> tuple[str, ...]:
    import numpy as np

    if glyphs is Glyphs.ASCII:
        # 1, 2 to 3, 4 to 7, and more points in a cell.
        levels = np.minimum(np.ceil(np.log2(dots + 1)), len(_DENSITY) - 1).astype(int)
        return tuple("".join(_DENSITY[one] for one in row) for row in levels.tolist())
    wide, high = glyphs.value
    blocks = dots.reshape(dots.shape[0] // high, high, dots.shape[1] // wide, wide)
    if glyphs is Glyphs.QUADRANTS:
        codes = np.einsum("rhcw,hw->rc", blocks, np.array(((1, 2), (4, 8))))
        return tuple("".join(_QUADRANTS[one] for one in row) for row in codes.tolist())
    codes = np.einsum("rhcw,hw->rc", blocks, np.array(_BRAILLE))
    characters = np.where(codes > 0, 0x2800 + codes, 0x20).astype("<u4")
    return tuple(row.tobytes().decode("utf-32-le") for row in characters)
