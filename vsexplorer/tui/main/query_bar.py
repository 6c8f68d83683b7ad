"""The query line with its completion, its finding and its interpretation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from vsexplorer.core.text import display
from vsexplorer.core.values import Everything, Source
from vsexplorer.tui.main.line_bar import LineBar
from vsexplorer.tui.main.messages import StatusMessage
from vsexplorer.tui.widgets.bars import TextBar
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.language.check import Finding


class QueryBar(LineBar):
    """Owns the query line; parses it once per edit.

    Args:
        find_names: Finds element names by prefix.
    """

    DEFAULT_CSS = """
    QueryBar {
        & > #understood { display: none; padding: 0 0 0 9; color: $text-accent; }
        & > #understood.-shown { display: block; }
    }
    """

    class Changed(Message):
        """The line was edited; ``source`` is ``None`` while it is invalid or unfinished."""

        def __init__(self, source: Source | None) -> None:
            super().__init__()
            self.source = source

    def __init__(self, find_names: Callable[[bytes], Awaitable[list[bytes]]]) -> None:
        super().__init__("query", "type a text, @element or [vector] to search for")
        self._find_names = find_names
        self._understood = TextBar(id="understood")
        self.source: Source | None = Everything()
        """The parsed search source; ``None`` while the line is invalid or unfinished."""

    def compose(self) -> ComposeResult:
        """Compose the line, its finding or interpretation, and the completion list."""
        yield self._line
        yield self._finding
        yield self._understood
        yield self.completions

    def set(self, line: str) -> None:
        """Set the text of the line without posting ``Changed``."""
        self._line.set_quietly(line)
        self._completion.close()
        self._parse()

    # Keys

    def action_correct(self) -> None:
        """Apply the suggested correction."""
        finding = self._finding.finding
        if finding is not None and finding.correction is not None:
            line = finding.correction.apply(self.value)
            self._line.input.value = line
            self._line.input.cursor_position = len(line)

    def action_reweigh(self, step: float) -> None:
        """Change the weight of the term at the cursor."""
        from vsexplorer.language.query_line import reweight

        changed = reweight(self.value, self._line.input.cursor_position, step)
        if changed is None:
            self.post_message(
                StatusMessage("only the terms of a sum have weights, such as = science - 0.5*chemistry")
            )
        else:
            self._line.input.value, self._line.input.cursor_position = changed

    def action_propose(self) -> None:
        """Open the completion list."""
        if not self._propose():
            self.post_message(StatusMessage("element names are completed after an @"))

    # Events

    @on(PromptLine.Edited)
    def _edited(self, event: PromptLine.Edited) -> None:
        event.stop()
        self._propose()
        self._parse()
        self.post_message(self.Changed(self.source))

    def _parse(self) -> None:
        line = self.value
        if not line.strip():
            self.source = Everything()
            self._show(None, "")
            return
        from vsexplorer.language.query_line import read
        from vsexplorer.language.query_source import source_of, understood

        reading = read(line)
        self.source = None if reading.finding is not None else source_of(reading)
        self._show(reading.finding, understood(self.source) if self.source is not None else "")

    def _show(self, finding: Finding | None, understood: str) -> None:
        self._finding.show(finding, int(self._line.input.scroll_offset.x))
        self._understood.set_text(understood)
        if self._understood.has_class("-shown") != bool(understood):
            self._understood.set_class(bool(understood), "-shown")
        if finding is not None:
            unfinished = finding.severity.value == "unfinished"
            self.say("…" if unfinished else "✗", "" if unfinished else "error")

    def _propose(self) -> bool:
        asked = self._completion.begin()
        if "@" not in asked[0] or not self.is_active:
            self._completion.close()
            return False
        from vsexplorer.language.query_line import name_at

        place = name_at(*asked)
        if place is None:
            self._completion.close()
            return False
        self.run_worker(self._look_up(asked, *place), group="names", description="looking for names")
        return True

    async def _look_up(self, asked: tuple[str, int], start: int, prefix: bytes) -> None:
        from vsexplorer.language.completion import Proposal
        from vsexplorer.language.query_line import read, written

        names = await self._find_names(prefix)
        line, cursor = asked
        in_sum = read(line[:start]).line.lstrip().startswith("=")
        if names == [prefix]:
            names = []
        proposals = [Proposal(start, cursor, written(name, in_sum), _shown(name)) for name in names]
        self._completion.show(proposals, asked, start)


def _shown(name: bytes) -> str:
    """Return the display form of a name that is not UTF-8, or an empty string."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return display(name)
    return ""
