"""The completion list: proposals shown over the results, below the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vsexplorer.core.text import fit, sanitize

if TYPE_CHECKING:
    from textual.timer import Timer

    from vsexplorer.language.completion import Proposal

_MOST_ROWS = 8
_WIDEST = 60
_PAUSE = 0.3
"""Seconds without a key before a shorter list is shrunk."""


class CompletionList(Widget):
    """Shows proposals, one highlighted; hidden while empty. It never takes the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"completion--chosen", "completion--detail"}
    DEFAULT_CSS = """
    CompletionList {
        overlay: screen;
        constrain: inside inside;
        display: none;
        background: $surface-lighten-1;
        color: $text;
        &.-shown { display: block; }
        & > .completion--chosen { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .completion--detail { color: $text-muted; }
    }
    """

    class Taken(Message):
        """A proposal was clicked on."""

        def __init__(self, shown: CompletionList) -> None:
            super().__init__()
            self.shown = shown

        @property
        def control(self) -> CompletionList:
            """The list, for ``on``."""
            return self.shown

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._proposals: Sequence[Proposal] = ()
        self._chosen = 0
        self._placed = (0, 0, 0)
        self._fitting: Timer | None = None

    @property
    def chosen(self) -> Proposal | None:
        """The highlighted proposal; ``None`` while none are shown."""
        return self._proposals[self._chosen] if self._proposals else None

    @property
    def texts(self) -> list[str]:
        """The texts of the proposals, from the top."""
        return [proposal.shown for proposal in self._proposals]

    def show(self, proposals: Sequence[Proposal], column: int) -> None:
        """Show proposals at a screen column; an empty sequence hides the list."""
        self._proposals = proposals
        self._chosen = 0
        if self._fitting is not None:
            self._fitting.stop()
            self._fitting = None
        if proposals:
            self._place(max(0, column - 1))
        # Changing a class restyles the widget, so change it only if needed.
        if self.has_class("-shown") != bool(proposals):
            self.set_class(bool(proposals), "-shown")
        self.refresh()

    def _place(self, column: int) -> None:
        widest = max(
            cell_len(sanitize(one.shown).strip()) + cell_len(sanitize(one.detail)) for one in self._proposals
        )
        width, height = min(_WIDEST, widest + 4), min(_MOST_ROWS, len(self._proposals))
        at, had_width, had_height = self._placed
        # A change of position or size lays out the whole screen, which costs more than the search: a list that is
        # merely too large is shrunk once typing pauses.
        if self.has_class("-shown") and at == column and width <= had_width and height <= had_height:
            if (width, height) != (had_width, had_height):
                self._fitting = self.set_timer(_PAUSE, lambda: self._fit(column, width, height))
            return
        self._fit(column, width, height)

    def _fit(self, column: int, width: int, height: int) -> None:
        if (column, width, height) != self._placed:
            self._placed = (column, width, height)
            self.styles.offset = (column, 0)
            self.styles.width = width
            self.styles.height = height

    def move(self, by: int) -> None:
        """Move the highlight by some proposals, wrapping around."""
        if self._proposals:
            self._chosen = (self._chosen + by) % len(self._proposals)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Accept the clicked proposal."""
        line = self._first + event.y
        if line < len(self._proposals):
            self._chosen = line
            self.post_message(self.Taken(self))

    @property
    def _first(self) -> int:
        """Index of the proposal in the top line."""
        return max(0, min(self._chosen - _MOST_ROWS // 2, len(self._proposals) - self.size.height))

    def render_line(self, y: int) -> Strip:
        """Draw a proposal with its detail."""
        width = self.size.width
        place = self._first + y
        if place >= len(self._proposals):
            return Strip.blank(width, self.rich_style)
        proposal = self._proposals[place]
        style, quiet = self.rich_style, self.rich_style + self.get_component_rich_style("completion--detail")
        if place == self._chosen:
            style = quiet = style + self.get_component_rich_style("completion--chosen")
        detail: str = sanitize(proposal.detail)
        text = fit(sanitize(proposal.shown).strip(), max(1, width - 2))
        room = width - 2 - cell_len(text) - 2
        detail = fit(detail, room) if room > 1 else ""
        gap = " " * (width - 2 - cell_len(text) - cell_len(detail))
        return Strip([Segment(f" {text}{gap}", style), Segment(f"{detail} ", quiet)]).adjust_cell_length(
            width, style
        )
