"""The main screen at work: what is typed becomes a query, what comes back is shown."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.widgets import Input

from vsexplorer.core.errors import (
    ConnectionFailed,
    DimensionMismatch,
    FilterRefused,
    ModelUnavailable,
    NotFound,
    VsexplorerError,
)
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import ByElement, BySum, Query, SetInfo
from vsexplorer.tui import clipboard
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.live_search import LiveSearch, Outcome
from vsexplorer.tui.screens.changing import Changer
from vsexplorer.tui.screens.connection import ConnectionKeeper
from vsexplorer.tui.screens.leading import LeadingScreen
from vsexplorer.tui.screens.loading import LoadKeeper
from vsexplorer.tui.screens.watching import SetWatcher
from vsexplorer.tui.start import MakeExplorer, Start
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.services.search import PreparedQuery

_SOON = 0.15
"""Seconds after which a search that has not answered is called one."""


class ExplorerScreen(LeadingScreen):
    """Turns what is typed into queries and draws what comes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EXPLORER)

    def __init__(self, start: Start, make_explorer: MakeExplorer, remapped: Mapping[str, str]) -> None:
        super().__init__(remapped, start)
        self.connection = ConnectionKeeper(self, make_explorer)
        self.loads = LoadKeeper(self)
        self.changer = Changer(self)
        self.watcher = SetWatcher(self)
        self.live: LiveSearch[PreparedQuery] = LiveSearch(lambda: self.explorer.search, self._deliver, self._crash)

    def on_mount(self) -> None:
        """Paint, then connect."""
        self.server_bar.set_text("connecting …", "vsexplorer")
        self.tell("Connecting …")
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        # Was disabled for the sake of the first picture.
        gc.freeze()
        gc.enable()
        self.connection.start()

    async def on_unmount(self) -> None:
        """Leave nothing open."""
        await self.remembering.close()
        await self.connection.close()

    # What is typed

    @on(PromptLine.Left)
    def _line_left(self) -> None:
        self.used()
        self.results.focus()

    def ask(self) -> None:
        """Search for what the lines say now."""
        if self.info is None or not self.connection.connected:
            return
        source = self.source
        if source is None or not self.judge.accepts():
            self.mark_stale()
            return
        self.live.ask(Query(self.info.key, source, self.filter_line.value, self.asking.options))
        self.set_timer(_SOON, self._say_busy)

    def forget_answers(self) -> None:
        """What is under way answers a question nobody asks any more."""
        self.live.forget()

    def _say_busy(self) -> None:
        if not self.live.busy or not self.connection.connected:
            return
        from vsexplorer.language.query_source import embeds

        source = self.source
        waiting = source is not None and embeds(source) and not self.explorer.models.embedder.ready
        self.query_line.say("waiting for the model …" if waiting else "searching …")

    # What comes back

    def _deliver(self, outcome: Outcome) -> None:
        if self.info is None or outcome.query.key != self.info.key:
            return
        if outcome.page is not None:
            self.page = outcome.page
            self.show_page(outcome.page, self.info)
            self.show_time(outcome.page)
            if outcome.newest:
                self.answered(outcome.query)
                self.watcher.answered()
                self.counter.ask(outcome.query.filter)
        elif outcome.error is not None and outcome.newest:
            self._show_error(outcome.error, outcome.query)

    def _show_error(self, error: VsexplorerError, query: Query) -> None:
        self.mark_stale()
        if isinstance(error, FilterRefused):
            self.filter_line.say("✗", "error")
            self.say(sanitize(f"{error.message} {error.hint}"), error=True)
        elif isinstance(error, ConnectionFailed):
            self.connection.lost(error)
        elif isinstance(error, NotFound) and isinstance(query.source, ByElement | BySum):
            # It may be a name that is still being typed.
            self.say(sanitize(error.message), error=True)
        elif isinstance(error, DimensionMismatch | ModelUnavailable | NotFound) or not self.results.selected:
            self.tell_error(error)
            if isinstance(error, DimensionMismatch):
                self.say("m lists the models that fit this set")
        else:
            self.say(sanitize(error.message), error=True)

    def _crash(self, error: BaseException) -> None:
        self.app.call_later(self.app.crash, error)  # type: ignore[attr-defined]

    # Sets

    async def open_first_set(self) -> None:
        """Open the set that was named, or the only one there is, or let the user choose."""
        if self.start.key is not None:
            await self.open_set(self.start.key)
            return
        found: list[SetInfo] = []
        async for page in self.explorer.sets.pages():
            found += page
            if len(found) > 1:
                break
        if not found:
            private = " --private" if self.start.where.private else ""
            self.tell(
                "There is no vector set in this database",
                "",
                f"vsexplorer load KEY FILE --id FIELD --text FIELD{private} makes one,\nvsexplorer demo shows one.",
            )
        elif len(found) == 1:
            await self.open_set(found[0].key)
        else:
            self.tell("Several vector sets are here", "", "o lists them")
            self.action_choose_set()

    async def open_set(self, key: bytes) -> None:
        """Show a set."""
        try:
            self.info = await self.explorer.sets.info(key)
        except VsexplorerError as error:
            self.info = None
            self.set_bar.set_text(display(key))
            self.tell_error(error)
            return
        self.page = None
        self.marks.clear()
        self.leave_trail()
        self.results.sort_by_rank()
        self.results.clear()
        self.watcher.opened(self.info)
        await self.recall_set(self.info)
        self.show_set(self.info, self.explorer.models.embedder.name)
        self.ask()
        self.asking.narrow()
        self.judge.look_at_fields(key)

    def follow_change(self) -> None:
        """Show what a change has made of the set."""
        if self.info is not None:
            self.counter.forget()
            self.run_worker(
                self._follow(self.info.key), group="follow", exclusive=True, description="looking again"
            )

    async def _follow(self, key: bytes) -> None:
        try:
            self.note_info(await self.explorer.sets.info(key))
        except NotFound as error:
            self.info = None
            self.results.clear()
            self.set_bar.set_text(display(key))
            self.tell_error(error)
        except VsexplorerError as error:
            self.say(sanitize(error.message), error=True)
        else:
            self.ask()
            self.judge.look_at_fields(key)

    def note_info(self, info: SetInfo) -> None:
        """Take up what the open set is like now."""
        if self.info is not None and info.key == self.info.key and info != self.info:
            self.info = info
            self.show_set(info, self.explorer.models.embedder.name)

    # Actions

    def action_focus_filter(self) -> None:
        """Go to the filter line."""
        self.filter_line.input.focus()

    def action_back(self) -> None:
        """Close what lies over the results; leave a line; return from a search for similar ones."""
        if self.close_proposals():
            return
        if self.connection.fetching:
            self.connection.stop_fetching()
        elif self.has_class("-fields") and not isinstance(self.focused, Input):
            self.action_toggle_fields()
        elif isinstance(self.focused, Input | AttributesView):
            self.results.focus()
        else:
            self.step_back()

    def action_change_count(self, step: int) -> None:
        """Ask for more or fewer results."""
        self.asking.change_count(step)
        self.ask()

    def action_toggle_exact(self) -> None:
        """Compare with every element, or walk the graph."""
        refused = self.asking.toggle_exact(self.info)
        if refused:
            self.say(refused, error=True)
        else:
            self.ask()

    def action_refresh_results(self) -> None:
        """Ask again, or try again to connect or to load the model."""
        if self.connection.connected and self.watcher.gone and self.info is not None:
            self._set_chosen(self.info.key)
        elif self.connection.connected:
            self.connection.load_model(again=True)
            self.counter.forget()
            if self.info is not None:
                self.judge.look_at_fields(self.info.key)
            self.ask()
        else:
            self.connection.retry()

    def show_status(self) -> None:
        """Show the last command again after something else was said."""
        if self.page is not None:
            self.show_command(self.page)

    def action_copy_command(self) -> None:
        """Send the command to the clipboard."""
        if self.page is not None:
            self.used()
            clipboard.send(self.app, self.page.command)
            self.say("sent to clipboard: the command")
