"""Completion of element names in the query line, asked from the server while one goes on typing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rich.cells import cell_len

from vsexplorer.core.text import display
from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.prompt import INDENT, PromptLine


class NameCompleter:
    """The list belongs to one text and one place of the cursor; any other closes it."""

    def __init__(
        self, line: PromptLine, shown: CompletionList, find: Callable[[bytes], Awaitable[list[bytes]]]
    ) -> None:
        self._line = line
        self._shown = shown
        self._find = find
        self._for: tuple[str, int] | None = None

    @property
    def open(self) -> bool:
        """Whether proposals are shown."""
        return self._shown.chosen is not None

    @property
    def _now(self) -> tuple[str, int]:
        return self._line.value, self._line.input.cursor_position

    def propose(self) -> bool:
        """Look for names that could stand at the cursor; returns whether one is being typed there."""
        from vsexplorer.language.query_line import name_at

        self._for = self._now
        place = name_at(*self._for) if self._line.input.has_focus else None
        if place is None:
            self.close()
            return False
        self._line.run_worker(self._look(self._for, place), group="names", description="looking for names")
        return True

    async def _look(self, asked: tuple[str, int], place: tuple[int, bytes]) -> None:
        from vsexplorer.language.completion import Proposal
        from vsexplorer.language.query_line import read, written

        start, prefix = place
        names = await self._find(prefix)
        line, cursor = asked
        if self._now != asked or self._for != asked:
            return
        in_sum = read(line[:start]).line.lstrip().startswith("=")
        if names == [prefix]:
            names = []
        proposals = [Proposal(start, cursor, written(name, in_sum), _shown(name)) for name in names]
        column = INDENT + cell_len(line[:start]) - int(self._line.input.scroll_offset.x)
        self._shown.show(proposals, column)

    def moved(self) -> None:
        """The cursor moved: what was proposed for another place is gone."""
        if self._for is not None and self._line.value == self._for[0] and self._now != self._for:
            self.close()

    def choose(self, by: int) -> None:
        """Highlight another name."""
        self._shown.move(by)

    def take(self) -> bool:
        """Put the highlighted name into the line; returns whether there was one."""
        proposal = self._shown.chosen
        if proposal is None or self._now != self._for:
            return False
        self.close()
        self._for = None
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


def _shown(name: bytes) -> str:
    """What a name looks like, where it is not written as it is."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return display(name)
    return ""
