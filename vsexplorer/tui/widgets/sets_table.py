"""A table of the vector sets of a database, sortable by any column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from vsexplorer.core.text import fit
from vsexplorer.core.values import SetSummary
from vsexplorer.insight.set_figures import FIGURES, Figure, ordered
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.line_list import LineList
from vsexplorer.tui.widgets.result_layout import GAP, align

if TYPE_CHECKING:
    from textual.timer import Timer

_NARROWEST_KEY = 12
_WIDEST_KEY = 40
_WIDEST = 24
_MANY = 500
"""Number of sets from which they are no longer sorted after every page of SCAN."""
_PAUSE = 0.3
_SHOWN = tuple(figure for figure in FIGURES if figure.name != "input_dimension")
"""The columns; the dimension before REDUCE is shown together with the one after it."""


class SetsTable(LineList):
    """Shows sets as they are found; the selected one stays selected."""

    BINDINGS = bindings(Place.SETS)
    HEADER = 1

    class Selected(Message):
        """Another set is selected; ``None`` when there is none."""

        def __init__(self, summary: SetSummary | None) -> None:
            super().__init__()
            self.summary = summary

    class Opened(Message):
        """The user wants to open the selected set."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: list[SetSummary] = []
        self._sorted: list[SetSummary] = []
        self._searched: dict[bytes, str] = {}
        """The searchable text of each set, by key."""
        self._rows: list[SetSummary] = []
        self._wanted = ""
        self._by: Figure = FIGURES[0]
        self._reversed = False
        self._widths = {column.name: cell_len(column.title) + 1 for column in _SHOWN}
        self._late: Timer | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def selected(self) -> SetSummary | None:
        """The selected set."""
        return self._rows[self.cursor] if self._rows else None

    def add(self, summaries: Sequence[SetSummary]) -> None:
        """Add sets; large lists are sorted at intervals only."""
        self._all += summaries
        self._searched.update((one.info.key, _searched(one)) for one in summaries)
        for column in _SHOWN:
            widest = max((cell_len(column.shown(one)) for one in summaries), default=0)
            self._widths[column.name] = max(self._widths[column.name], widest)
        if len(self._all) < _MANY:
            self._arrange()
        elif self._late is None:
            self._late = self.set_timer(_PAUSE, self._arrange)

    def settle(self) -> None:
        """Sort and show pending sets now."""
        if self._late is not None:
            self._arrange()

    def clear(self) -> None:
        """Remove all sets."""
        self._all = []
        self._searched.clear()
        self._arrange()

    def narrow(self, wanted: str) -> None:
        """Show only sets whose key, quantization or model contains a text."""
        self._wanted = wanted.casefold()
        self._choose()

    def action_sort(self, step: int) -> None:
        """Sort by the next or previous column."""
        self._sort_by(_SHOWN[(_SHOWN.index(self._by) + step) % len(_SHOWN)])

    def action_reverse(self) -> None:
        """Reverse the sort order."""
        self._reversed = not self._reversed
        self._arrange()

    def action_open(self) -> None:
        """Open the selected set."""
        if self._rows:
            self.post_message(self.Opened())

    def moved(self) -> None:
        """Post the selected set."""
        self.post_message(self.Selected(self.selected))

    def on_click(self, event: events.Click) -> None:
        """Select a row, open the selected one, or sort by a header."""
        if event.y == 0:
            self._clicked_header(event.x)
        elif (index := self.row_at(event.y)) is not None:
            if index == self.cursor and event.chain > 1:
                self.action_open()
            self.cursor = index

    def draw_header(self, width: int) -> Strip:
        """Draw the column titles."""
        plain, chosen = self.component("header"), self.component("accent")
        segments = [Segment(" ", plain)]
        for column in self._columns(width):
            is_sorted = column is self._by
            arrow = ("▼" if self._reversed else "▲") if is_sorted else ""
            text = align(fit(f"{column.title}{arrow}", self._width(column)), self._width(column), column.numeric)
            segments += [Segment(text, chosen if is_sorted else plain), Segment(" " * GAP, plain)]
        return Strip(segments).adjust_cell_length(width, plain)

    def draw(self, index: int, width: int) -> Strip:
        """Draw the row of a set."""
        style = self.at_cursor(index, self.rich_style)
        summary = self._rows[index]
        segments = [Segment(" ", style)]
        for column in self._columns(width):
            room = self._width(column)
            segments.append(Segment(align(fit(column.shown(summary), room), room, column.numeric), style))
            segments.append(Segment(" " * GAP, style))
        return Strip(segments).adjust_cell_length(width, style)

    def _arrange(self) -> None:
        if self._late is not None:
            self._late.stop()
            self._late = None
        self._sorted = ordered(self._all, self._by, self._reversed)
        self._choose()

    def _choose(self) -> None:
        before = self.selected
        self._rows = [one for one in self._sorted if self._wanted in self._searched[one.info.key]]
        place = 0
        if before is not None and self.cursor:
            place = next((at for at, one in enumerate(self._rows) if one.info.key == before.info.key), 0)
        self.rows_replaced(place)

    def _width(self, column: Figure) -> int:
        most = min(_WIDEST_KEY, max(_NARROWEST_KEY, self.row_width // 3)) if column is FIGURES[0] else _WIDEST
        return min(most, self._widths[column.name])

    def _columns(self, width: int) -> list[Figure]:
        """Return the visible columns: the key and as many others as fit, including the one sorted by."""
        room = width - self._width(FIGURES[0]) - GAP - 1
        for first in range(1, len(_SHOWN)):
            shown = list(_fitting(_SHOWN[first:], self._width, room))
            if self._by is FIGURES[0] or self._by in shown:
                return [FIGURES[0], *shown]
        return [FIGURES[0]]

    def _clicked_header(self, x: int) -> None:
        left = 1
        for column in self._columns(self.row_width):
            left += self._width(column) + GAP
            if x < left:
                if column is self._by:
                    self.action_reverse()
                else:
                    self._sort_by(column)
                return

    def _sort_by(self, column: Figure) -> None:
        self._by, self._reversed = column, column.numeric
        self._arrange()


def _fitting(columns: Sequence[Figure], width: Callable[[Figure], int], room: int) -> Iterator[Figure]:
    for column in columns:
        room -= width(column) + GAP
        if room < 0:
            return
        yield column


def _searched(summary: SetSummary) -> str:
    info = summary.info
    return f"{FIGURES[0].shown(summary)} {info.quantization} {summary.model}".casefold()
