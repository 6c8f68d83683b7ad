"""Where everything stands in a line of the results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from vsexplorer.core.columns import Column, widths

GAP = 2
"""Cells between columns."""
_BARS = ((70, 8), (44, 4), (0, 0))
"""From which table width on how wide the score's bar is."""
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
    """The rank and the mark before it."""

    @property
    def bar(self) -> int:
        """The score's bar."""
        return next(cells for least, cells in _BARS if self.width >= least)

    @property
    def score(self) -> int:
        """Score, bar and the space behind them; 0 where nothing was ranked."""
        return _SCORE + self.bar + 1 if self.scored else 0

    @property
    def lead(self) -> int:
        """All before the name."""
        return self.rank + self.score

    @property
    def name(self) -> int:
        """The name."""
        room = min(self.longest_name, self.width - self.lead)
        # Who asks for further columns wants to see them, also where there is little room.
        return max(_NARROWEST_NAME, min(room, self.width // 3) if self.first_column else room)

    def shown(self) -> list[tuple[int, Column, int]]:
        """Index, column and width of each attribute column in view."""
        columns = self.columns[self.first_column :]
        room = self.width - self.lead - self.name
        indices = range(self.first_column, len(self.columns))
        return list(zip(indices, columns, widths(columns, room, GAP), strict=False))

    def field_at(self, x: int) -> str | bool | None:
        """The field whose title stands at ``x``, ``None`` for the rank, ``False`` for none."""
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


def bar(score: float, cells: int) -> str:
    """The cosine similarity, 0 to 1, as a bar: a score of 0.5 is orthogonal and leaves it empty."""
    return filled(2 * score - 1, cells)


def filled(share: float, cells: int) -> str:
    """A share, 0 to 1, of some cells filled from the left."""
    eighths = round(max(0.0, min(1.0, share)) * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def columns_of(counts: Sequence[int]) -> str:
    """A histogram as one character a range; a range that holds anything at all is never empty."""
    most = max(counts, default=0)
    heights = [math.ceil(count / most * 8) if most else 0 for count in counts]
    return "".join(_HEIGHTS[height] for height in heights)
