"""The sets screen: compare, sort and explain all vector sets of the database, and choose one."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import display, plural
from vsexplorer.core.values import SetInfo, SetSummary
from vsexplorer.insight.set_figures import facts
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.bars import Footer, TextBar
from vsexplorer.tui.widgets.line_input import LineInput
from vsexplorer.tui.widgets.sets_table import SetsTable

_PAUSE = 0.1
"""Minimum seconds between progress updates: each one redraws the screen."""


class SetsScreen(Screen[bytes | None]):
    """Dismisses with the key of the set to open, or with ``None``. Sets appear as SCAN finds them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.SETS_SCREEN)
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    SetsScreen {
        & > #sets-title { text-style: bold; }
        & > #sets-status { color: $text-muted; }
        & > Input { border: none; height: 1; padding: 0 1; background: $surface; }
        & > #sets-body { height: 1fr; border-top: solid $surface-lighten-2; }
        & #sets-table { width: 1fr; }
        & #sets-details {
            width: 30%; max-width: 56; padding: 0 1;
            border-left: solid $surface-lighten-2; scrollbar-size-vertical: 1;
        }
        &.-short > #sets-body { border: none; }
        &.-short > #sets-title { display: none; }
        &.-narrow #sets-details { display: none; }
        &.-details #sets-table { display: none; }
        &.-details #sets-details { display: block; width: 1fr; max-width: 100%; border: none; }
    }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._found = 0
        self._looks = 0
        """Number of scans started; a superseded scan ends by itself."""
        self._looking = False
        self.table = SetsTable(id="sets-table")
        self._status = TextBar(id="sets-status")

    def compose(self) -> ComposeResult:
        """Compose the title, the filter line, the sets, the details, the status line and the footer."""
        yield TextBar(id="sets-title")
        yield LineInput(placeholder="type to narrow the vector sets")
        with Horizontal(id="sets-body"):
            yield self.table
            with VerticalScroll(id="sets-details", can_focus=False):
                yield Static(markup=False)
        yield self._status
        yield Footer([*keys_at(Place.SETS_SCREEN, Place.SETS), *keys_at(Place.EVERYWHERE)], self._session.remapped)

    def on_mount(self) -> None:
        """Show the title and start scanning for sets."""
        self.query_one("#sets-title", TextBar).set_text(f"vector sets · {self._session.explorer.target.label}")
        self.action_look()

    def on_unmount(self) -> None:
        """Stop looking once the command under way has been answered."""
        self._looks += 1

    def action_look(self) -> None:
        """Scan for sets again."""
        self.table.clear()
        self._looks += 1
        self._looking = True
        # Leaving the screen must not cancel a command under way, which would close its connection.
        self.app.run_worker(self._collect(self._looks), group="sets", description="finding vector sets")

    def action_stop(self) -> None:
        """Stop the scan; the sets found stay."""
        if self._looking:
            # A running command is not cancelled, because that would close its connection; its answer is dropped.
            self._looks += 1
            self._looking = False
            self.table.settle()
            self._say(f"stopped: {plural(self._found, 'vector set')} so far · ctrl+r: scan again")

    async def _collect(self, look: int) -> None:
        from vsexplorer.services.explorer import unreachable

        self._found, said = 0, 0.0
        self._say("scanning … · ctrl+s: stop")
        try:
            async for page in self._session.explorer.sets.summaries():
                if look != self._looks:
                    return
                self._found += len(page)
                self.table.add(page)
                if monotonic() >= said + _PAUSE:
                    said = monotonic()
                    self._say(f"{plural(self._found, 'vector set')} so far … · ctrl+s: stop")
        except VsexplorerError as error:
            if look == self._looks:
                self._looking = False
                self._say(error.line)
        else:
            if look != self._looks:
                return
            self._looking = False
            self.table.settle()
            nothing = "There is no vector set in this database."
            told = plural(self._found, "vector set") if self._found else nothing
            self._say(" · ".join(filter(None, (told, unreachable(self._session.explorer.cluster)))))

    def _say(self, words: str) -> None:
        self._status.set_text(words)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.table.narrow(event.value)

    @on(Input.Submitted)
    @on(SetsTable.Opened)
    def _open(self) -> None:
        if (summary := self.table.selected) is not None:
            self.dismiss(summary.info.key)

    @on(SetsTable.Selected)
    def _selected(self, event: SetsTable.Selected) -> None:
        self.query_one(Static).update(_explained(event.summary) if event.summary is not None else "")

    def action_move(self, by: int) -> None:
        """Select another set without leaving the line."""
        self.table.action_move(by)

    def action_page(self, pages: float) -> None:
        """Move the selection by pages without leaving the line."""
        self.table.action_page(pages)

    def action_details(self) -> None:
        """Switch between the list and the details of the selected set."""
        self._show_details(not self.has_class("-details"))

    def _show_details(self, shown: bool) -> None:
        self.set_class(shown, "-details")
        details = self.query_one("#sets-details")
        details.can_focus = shown
        (details if shown else self.table).focus()

    def action_delete_set(self) -> None:
        """Delete the selected set."""
        if (summary := self.table.selected) is not None and self._session.edits.allowed:
            self._session.run(self._delete(summary.info))

    async def _delete(self, info: SetInfo) -> None:
        if await self._session.edits.delete_set(info):
            self.action_look()

    def action_back(self) -> None:
        """Return to the list, or leave the screen."""
        if self.has_class("-details"):
            self._show_details(False)
        else:
            self.dismiss(None)


def _explained(summary: SetSummary) -> Content:
    parts = [Content.styled(f"{display(summary.info.key)}\n", "bold")]
    for name, value, meaning in facts(summary):
        parts += [
            Content(f"\n{name}  "),
            Content.styled(value, "bold $text-accent"),
            Content.styled(f"\n{meaning}\n", "$text-muted"),
        ]
    return Content.assemble(*parts)
