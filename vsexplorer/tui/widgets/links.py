"""The list of an element's neighbours in the HNSW graph, by level, to navigate to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from vsexplorer.core.text import SafeText, display, fit, plural
from vsexplorer.core.values import Neighbour
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.widgets.line_list import LineList
from vsexplorer.tui.widgets.result_layout import bar

_BAR = 10


@dataclass(frozen=True, slots=True)
class _Row:
    """A level's title, or one of its neighbours."""

    words: SafeText
    neighbour: Neighbour | None = None


class LinksList(LineList):
    """Lists levels upward from level 0, which holds all elements; nearest neighbours first."""

    BINDINGS = bindings(Place.LINKS)

    class Walked(Message):
        """The user wants to go to the selected neighbour."""

        def __init__(self, element: bytes) -> None:
            super().__init__()
            self.element = element

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[_Row] = []
        self._seen: Collection[bytes] = ()

    @property
    def count(self) -> int:
        """Number of rows: level titles and neighbours."""
        return len(self._rows)

    @property
    def selected(self) -> bytes | None:
        """The neighbour at the cursor; ``None`` on a level's title."""
        found = self._rows[self.cursor].neighbour if self._rows else None
        return found.element if found is not None else None

    def show(self, levels: Sequence[Sequence[Neighbour]], seen: Collection[bytes]) -> None:
        """Show an element's neighbours by level; those already visited are marked."""
        self._seen = seen
        self._rows = []
        for number, level in enumerate(levels):
            name = "all elements" if number == 0 else "fewer elements, longer links"
            self._rows.append(_Row(SafeText(f"level {number} ({name}): {plural(len(level), 'neighbour')}")))
            self._rows += [_Row(display(one.element), one) for one in level]
        self.rows_replaced(1)

    def draw(self, index: int, width: int) -> Strip:
        """Draw a level's title, or a neighbour with its similarity."""
        row = self._rows[index]
        base = self.at_cursor(index, self.rich_style)
        quiet, score = self.at_cursor(index, self.component("quiet")), self.at_cursor(index, self.component("bar"))
        if row.neighbour is None:
            return Strip([Segment(fit(f" {row.words}", width), quiet)]).adjust_cell_length(width, quiet)
        lead = f" {row.neighbour.score:.3f} {bar(row.neighbour.score, _BAR)} "
        been = " · visited" if row.neighbour.element in self._seen else ""
        name = fit(row.words, width - cell_len(lead) - cell_len(been))
        return Strip([Segment(lead, score), Segment(name, base), Segment(been, quiet)]).adjust_cell_length(
            width, base
        )

    def action_walk(self) -> None:
        """Go to the selected neighbour."""
        if (element := self.selected) is not None:
            self.post_message(self.Walked(element))

    def on_click(self, event: events.Click) -> None:
        """Select a neighbour; a second click goes there."""
        index = self.row_at(event.y)
        if index is not None:
            self.cursor = index
            if event.chain > 1:
                self.action_walk()
