"""The query line at work: understood as it is typed, its names completed, its weights changed by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.values import Everything, Source
from vsexplorer.tui.screens.filtering import FilteringScreen
from vsexplorer.tui.screens.naming import NameCompleter
from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.language.query_line import Reading


class QueryingScreen(FilteringScreen):
    """What the main screen does with its query line."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._trail: list[str] = []
        self.names = NameCompleter(self.query_line, self.proposed_names, self._find_names)

    def on_mount(self) -> None:
        """Follow the cursor in the query."""
        self.watch(self.query_line.input, "selection", self.names.moved, init=False)

    @property
    def reading(self) -> Reading:
        """What the query line was understood to say."""
        from vsexplorer.language.query_line import read

        return read(self.query_line.value)

    @property
    def source(self) -> Source | None:
        """What the query line asks for; ``None`` while it is wrong or unfinished."""
        line = self.query_line.value
        if not line.strip():
            return Everything()
        from vsexplorer.language.query_source import source_of

        reading = self.reading
        return None if reading.finding is not None else source_of(reading)

    def set_query(self, line: str, trail: bool = False) -> None:
        """Put something in the query line and ask for it; ``trail`` lets one come back from it."""
        if trail:
            self._trail.append(self.query_line.value)
        self.query_line.set_quietly(line)
        self.names.close()
        self.show_understood()
        self.results.sort_by_rank()
        self.ask()

    def step_back(self) -> None:
        """Return to the query before a search for similar ones."""
        if self._trail:
            self.set_query(self._trail.pop())

    def action_focus_query(self) -> None:
        """Go to the query line; what ``s`` put there is selected, so that typing takes its place."""
        self.query_line.input.focus()
        if self._trail:
            self.query_line.input.select_all()

    def leave_trail(self) -> None:
        """Forget where one came from."""
        self._trail.clear()

    def show_understood(self) -> None:
        """Say under the query line how it was understood, or what is wrong with it."""
        line = self.query_line.value
        if line.lstrip()[:1] not in ("@", "[", "="):
            # A text needs no words: what one reads is what is asked.
            self.show_query_report(None, "", 0)
            return
        from vsexplorer.language.query_source import source_of, understood

        reading = self.reading
        words = "" if reading.finding else understood(source_of(reading))
        self.show_query_report(reading.finding, words, int(self.query_line.input.scroll_offset.x))

    @on(PromptLine.Edited, "#query")
    def _query_edited(self) -> None:
        self._trail.clear()
        self.names.propose()
        if self.source is None:
            self.forget_answers()
            self.mark_stale()
        else:
            self.ask()
        self.show_understood()

    async def _find_names(self, prefix: bytes) -> list[bytes]:
        if self.info is None or not self.connection.connected:
            return []
        shown = [hit.element for hit in self.page.hits] if self.page is not None else []
        try:
            found = await self.connection.explorer.elements.names(self.info.key, prefix)
        except VsexplorerError:
            # The search itself says what is wrong with the server.
            found = []
        typed = prefix.lower()
        return list(dict.fromkeys([*found, *(name for name in shown if typed in name.lower())]))

    def action_reweigh(self, step: float) -> None:
        """Change the weight of the term at the cursor."""
        from vsexplorer.language.query_line import reweighted

        line = self.query_line.input
        changed = reweighted(line.value, line.cursor_position, step) if line.has_focus else None
        if changed is None:
            self.say("weights belong to the terms of a sum, such as = science - 0.5*chemistry")
        else:
            line.value, line.cursor_position = changed

    def action_correct_filter(self) -> None:
        """Apply the correction that is offered, for the line in which one is."""
        finding = self.query_finding.finding
        if finding is not None and finding.correction is not None and self.query_line.input.has_focus:
            line = finding.correction.apply(self.query_line.value)
            self.query_line.input.value = line
            self.query_line.input.cursor_position = len(line)
        else:
            super().action_correct_filter()

    def action_complete(self) -> None:
        """Take the proposal that is highlighted; where there is none, go to the next part of the screen."""
        if not self.names.take():
            self.names.close()
            super().action_complete()

    def action_propose(self) -> None:
        """Show what could be typed here."""
        if not self.query_line.input.has_focus:
            super().action_propose()
        elif not self.names.propose():
            self.say("names are proposed behind an @")

    def close_proposals(self) -> bool:
        """Take the proposals away; returns whether there were any."""
        return self.names.close() or super().close_proposals()

    def move(self, by: int) -> None:
        """Move in the proposals, or in the results."""
        if self.names.open:
            self.names.choose(by)
        else:
            super().move(by)

    @on(CompletionList.Taken, "#names")
    def _name_clicked(self) -> None:
        self.names.take()

    @on(events.DescendantBlur)
    def _query_left(self) -> None:
        self.names.close()
