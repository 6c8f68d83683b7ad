"""Completion in a line: proposals for its text and cursor position, and accepting one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.prompt import INDENT, PromptLine

if TYPE_CHECKING:
    from vsexplorer.language.completion import Proposal


class Completion:
    """The proposals for one text and cursor position; the list closes when either changes."""

    def __init__(self, line: PromptLine, shown: CompletionList) -> None:
        self._line = line
        self._shown = shown
        self._for: tuple[str, int] | None = None

    @property
    def open(self) -> bool:
        """Whether proposals are shown."""
        return self._shown.chosen is not None

    @property
    def now(self) -> tuple[str, int]:
        """The text and the cursor position in it."""
        return self._line.value, self._line.input.cursor_position

    def begin(self) -> tuple[str, int]:
        """Start a completion at the current text and cursor position, and return both."""
        self._for = self.now
        return self._for

    def show(self, proposals: Sequence[Proposal], asked: tuple[str, int], start: int) -> None:
        """Show proposals, unless the text or the cursor have changed since ``begin`` returned ``asked``.

        Args:
            proposals: The proposals; an empty sequence closes the list.
            asked: What ``begin`` returned.
            start: Index in the text under which the list is placed.
        """
        if self.now != asked or self._for != asked:
            return
        column = INDENT + cell_len(asked[0][:start]) - int(self._line.input.scroll_offset.x)
        self._shown.show(proposals, column if proposals else 0)

    def cursor_moved(self) -> None:
        """Close the list if the cursor has left the position the proposals are for."""
        if self._for is not None and self._line.value == self._for[0] and self.now != self._for:
            self.close()

    def choose(self, by: int) -> None:
        """Highlight another proposal."""
        self._shown.move(by)

    def take(self) -> tuple[str, int] | None:
        """Accept the highlighted proposal: close the list and return the new text and cursor position."""
        proposal = self._shown.chosen
        if proposal is None or self.now != self._for:
            return None
        self.close()
        self._for = None
        return proposal.apply(self._line.value)

    def close(self) -> bool:
        """Close the list; returns whether it was open."""
        was_open = self.open
        if was_open:
            self._shown.show((), 0)
        return was_open
