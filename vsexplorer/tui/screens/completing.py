"""Completion in the filter line: when the list opens, what it holds, what taking a proposal does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.prompt import INDENT, PromptLine

if TYPE_CHECKING:
    from vsexplorer.tui.screens.judging import FilterJudge


class Completer:
    """The list belongs to one text and one place of the cursor; any other closes it."""

    def __init__(self, line: PromptLine, shown: CompletionList, judge: FilterJudge) -> None:
        self._line = line
        self._shown = shown
        self._judge = judge
        self._for: tuple[str, int] | None = None

    @property
    def open(self) -> bool:
        """Whether proposals are shown."""
        return self._shown.chosen is not None

    @property
    def _now(self) -> tuple[str, int]:
        return self._line.value, self._line.input.cursor_position

    def propose(self, asked: bool = False) -> bool:
        """Show what could stand at the cursor; returns whether there is anything."""
        if self._judge.facts is None or not self._line.input.has_focus:
            self.close()
            return False
        from vsexplorer.language.completion import complete

        self._for = self._now
        value, cursor = self._for
        proposals = complete(value, cursor, self._judge.facts, self._judge.dialect, asked)
        column = 0
        if proposals:
            column = INDENT + cell_len(value[: proposals[0].start]) - int(self._line.input.scroll_offset.x)
        self._shown.show(proposals, column)
        return bool(proposals)

    def moved(self) -> None:
        """The cursor moved: what was proposed for another place is gone."""
        if self._for is not None and self._line.value == self._for[0] and self._now != self._for:
            self.close()

    def choose(self, by: int) -> None:
        """Highlight another proposal."""
        self._shown.move(by)

    def take(self) -> bool:
        """Put the highlighted proposal into the line; returns whether there was one."""
        proposal = self._shown.chosen
        if proposal is None or self._now != self._for:
            return False
        self.close()
        value, cursor = proposal.apply(self._line.value)
        self._line.input.value = value
        self._line.input.cursor_position = cursor
        return True

    def close(self) -> bool:
        """Take the list away; returns whether it was there."""
        was_open = self.open
        if was_open:
            self._shown.show((), 0)
        return was_open
