"""The layout of a row of the results, and the bars drawn in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from vsexplorer.core.columns import Column, widths

GAP = 2
"""Cells between columns."""
_BARS = ((70, 8), (44, 4), (0, 0))
"""Pairs of a minimum table width and the width of the score bar, in cells."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = " ▁▂▃▄▅▆▇█"
_SCORE = 6
_NARROWEST_NAME = 4


@dataclass(frozen=True, slots=True)
class ResultLayout:
    """The widths, in cells, of a table ``width`` wide."""

    width: int
    columns: tuple[Column, ...]
    longest_name: int
    scored: bool
    first_column: int
    rank: int = 5
    """Width of mark and rank."""

    @property
    def bar(self) -> int:
        """Width of the score bar."""
        return next(cells for least, cells in _BARS if self.width >= least)

    @property
    def score(self) -> int:
        """Width of score, bar and the space after them; 0 if nothing was ranked."""
        return _SCORE + self.bar + 1 if self.scored else 0

    @property
    def lead(self) -> int:
        """Width of everything before the name."""
        return self.rank + self.score

    @property
    def name(self) -> int:
        """Width of the name."""
        room = min(self.longest_name, self.width - self.lead)
        # Once the columns are scrolled, the name yields space to them even in a narrow table.
        return max(_NARROWEST_NAME, min(room, self.width // 3) if self.first_column else room)

    def shown(self) -> list[tuple[int, Column, int]]:
        """Return index, column and width of each attribute column in view."""
        columns = self.columns[self.first_column :]
        room = self.width - self.lead - self.name
        indices = range(self.first_column, len(self.columns))
        return list(zip(indices, columns, widths(columns, room, GAP), strict=False))

    def field_at(self, x: int) -> str | bool | None:
        """Return the field of the column at ``x``; ``None`` for the rank, ``False`` beyond the last column."""
        left = self.lead + self.name
        if x < left:
            return None
        for _, column, room in self.shown():
            left += GAP + room
            if x < left:
                return column.field
        return False


def align(text: str, width: int, right: bool) -> str:
    """Pad to a width in cells."""
    padding = " " * max(0, width - cell_len(text))
    return padding + text if right else text + padding


def bar(score: float, cells: int, empty: float = 0.5, full: float = 1.0) -> str:
    """Return a score as a bar.

    Args:
        score: The score, from 0 to 1.
        cells: The width of the bar.
        empty: The score that gives an empty bar; 0.5 means orthogonal.
        full: The score that gives a full bar.
    """
    return filled((score - empty) / max(full - empty, 1e-9), cells)


def filled(share: float, cells: int) -> str:
    """Return a bar of ``cells`` cells, filled from the left by a share of 0 to 1."""
    eighths = round(max(0.0, min(1.0, share)) * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def columns_of(counts: Sequence[int]) -> str:
    """Return a histogram with one character per range; a range that is not empty gets a visible bar."""
    most = max(counts, default=0)
    heights = [math.ceil(count / most * 8) if most else 0 for count in counts]
    return "".join(_HEIGHTS[height] for height in heights)
