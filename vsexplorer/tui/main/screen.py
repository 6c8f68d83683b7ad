"""The main screen: composes the panes, routes their messages, and follows the open set."""

from __future__ import annotations

import gc

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.text import decode, sanitize
from vsexplorer.tui.keymap import Place, keys_at, keys_named
from vsexplorer.tui.main.header import Header
from vsexplorer.tui.main.loading import Loading
from vsexplorer.tui.main.messages import SetChosen, SimilarWanted, StatusMessage
from vsexplorer.tui.main.navigation import Navigation
from vsexplorer.tui.main.search_view import SearchView
from vsexplorer.tui.services.load_runner import progress_words
from vsexplorer.tui.services.model_loader import ModelLoader
from vsexplorer.tui.services.set_monitor import Change, SetNews
from vsexplorer.tui.services.set_tracker import (
    ChangedByOthers,
    Deleted,
    Described,
    Failed,
    Lost,
    Missing,
    NoChoice,
    Opened,
    Sampled,
    SetEvent,
    SetTracker,
)
from vsexplorer.tui.session import Session
from vsexplorer.tui.start import Start
from vsexplorer.tui.widgets.bars import Footer
from vsexplorer.tui.widgets.results import ResultsTable

_HEARTBEAT = 2.0
"""Seconds between checks of the open set: one VINFO each, which also detects a lost connection."""
_KEYS_OVER_FIELDS = ("query", "filter", "widen", "back", "help", "quit")
_KEYS_IN_LINES = ("line-other", "line-results", "line-up", "palette", "quit-always")
"""Keys shown in the footer while typing."""
_PLACES = (Place.EXPLORER, Place.SCREENS, Place.LOADING, Place.PANE, Place.RESULTS, Place.EVERYWHERE)


class MainScreen(Screen[None]):
    """Header, the search with its results, and footer."""

    AUTO_FOCUS = "#query Input"
    DEFAULT_CSS = """
    MainScreen {
        layout: vertical;
        &.-short Header { display: none; }
        &.-short ResultsPane { border: none; }
        &.-narrow #attributes { display: none; }
        &.-narrow ResultsPane.-fields #results, &.-narrow ResultsPane.-fields Notice { display: none; }
        &.-narrow ResultsPane.-fields #fields { width: 1fr; max-width: 100%; border-left: none; }
    }
    """

    def __init__(self, start: Start, session: Session) -> None:
        super().__init__()
        self.start = start
        self.session = session
        self.header = Header(session.connection, start.write)
        self.search_view = SearchView(session, start.count, start.measure)
        self.footer = Footer(keys_at(*_PLACES), session.remapped)
        self.tracker = SetTracker(session, self.run_worker, self._set_event)
        self.model = ModelLoader(session, self.run_worker, self.search_view.say, self._model_ready)
        self.loads = Loading(session, self.tracker.refresh)
        self._offered: set[bytes] = set()
        """Sets for which it was offered to find out the model."""
        view = self.search_view
        self.navigation = Navigation(
            session,
            view.history,
            lambda: view.results.page,
            lambda: view.results.selected,
            lambda: view.draft,
            lambda: view.filter_bar.facts,
            lambda: view.options.current,
            view.change_options,
        )

    def compose(self) -> ComposeResult:
        """Compose the panes from top to bottom."""
        with self.loads, self.navigation:
            yield self.header
            yield self.search_view
            yield self.footer

    def on_mount(self) -> None:
        """Connect after the first frame is drawn."""
        self.search_view.results.show_notice("Connecting …")
        self.session.changed.subscribe(self, self._set_changed)
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        # Garbage collection was disabled until the first frame was drawn.
        gc.freeze()
        gc.enable()
        self.header.connect()
        self.model.load()
        self.set_interval(_HEARTBEAT, self.check_set)

    async def on_unmount(self) -> None:
        """Close services and connection; wait for running commands."""
        await self.search_view.close()
        await self.session.memory.close()
        await self.session.connection.close()

    @on(StatusMessage)
    def _said(self, event: StatusMessage) -> None:
        self.search_view.say(event.words, event.error)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        """Show the keys that work where the focus is."""
        if isinstance(self.focused, Input):
            self.footer.show(keys_named(_KEYS_IN_LINES))
        elif self.search_view.results.shows_fields:
            self.footer.show([*keys_at(Place.FIELDS), *keys_named(_KEYS_OVER_FIELDS)])
        else:
            self.footer.show(keys_at(*_PLACES))

    def action_back(self) -> None:
        """Close the topmost overlay, stop fetching a model, leave a line, or return to the previous search."""
        if self.search_view.close_completion():
            return
        if self.model.fetching:
            self.model.stop()
            self.search_view.say("stopped fetching the model · ctrl+r: continue")
        else:
            self.search_view.step_back()

    def action_refresh_results(self) -> None:
        """Search again, or try again to connect or to load the model."""
        if not self.session.connection.connected:
            self.header.connect()
        elif self.tracker.gone and self.session.info is not None:
            self._open(self.session.info.key)
        else:
            self.model.load(again=True)
            self.tracker.sample()
            self.search_view.repeat()

    # Searches

    @on(SearchView.Answered)
    def _search_answered(self, event: SearchView.Answered) -> None:
        self.navigation.show_time(event.page)
        if event.newest:
            self.header.show_news("")
            self.tracker.answered()

    @on(SearchView.Disconnected)
    def _search_disconnected(self, event: SearchView.Disconnected) -> None:
        self.header.lost(event.error)

    @on(ResultsTable.Opened)
    def _element_opened(self, event: ResultsTable.Opened) -> None:
        self.navigation.open_element(event.hit)

    @on(SimilarWanted)
    def _similar_wanted(self, event: SimilarWanted) -> None:
        self.search_view.search_similar(event.element)

    @on(Navigation.Recalled)
    def _search_recalled(self, event: Navigation.Recalled) -> None:
        self.search_view.apply(event.search)
        self.set_focus(self.search_view.results.table)

    @on(Navigation.Returned)
    def _screen_left(self) -> None:
        self.search_view.results.redraw()

    # The connection

    @on(Header.Connected)
    def _connected(self, event: Header.Connected) -> None:
        explorer = self.session.explorer
        self.search_view.filter_bar.use_dialect(explorer.dialect)
        if event.again:
            self.search_view.search()
            return
        if explorer.notice:
            self.notify(sanitize(explorer.notice), severity="warning", timeout=20, markup=False)
        self.run_worker(self._begin(), group="open", description="opening the first set")

    @on(Header.Retrying)
    def _retrying(self, event: Header.Retrying) -> None:
        self.search_view.suspend(event.words)

    @on(Header.Failed)
    def _not_connected(self, event: Header.Failed) -> None:
        self._show_failure(event.error)

    def _show_failure(self, error: VsexplorerError) -> None:
        self.search_view.results.show_error(error)
        self.search_view.say("ctrl+r: try again")

    async def _begin(self) -> None:
        """Load the demo if requested, then open the named set, the only set, or the list of sets."""
        try:
            if self.start.demo:
                await self.loads.start_demo(self.start.demo, self.search_view.results.show_progress)
            # The set of characters is opened with its first elements and searched while it grows.
            if self.start.demo == "unicode":
                return
            if self.start.key is not None:
                await self.tracker.open(self.start.key)
            else:
                await self.tracker.open_only()
        except VsexplorerError as error:
            self._show_failure(error)

    async def check_set(self) -> None:
        """Describe the open set and ask for the server's role, which also shows that the server is there."""
        if not self.session.connection.connected or self.search_view.busy:
            return
        await self.tracker.check(changing=self.loads.runner.running)
        try:
            changed = await self.session.explorer.check_role()
        except VsexplorerError:
            # The next check of the set reports a lost connection.
            return
        if changed:
            self.header.note()
            replica = self.session.explorer.capabilities.replica
            self.search_view.say(
                "the server has become a read-only replica" if replica else "the server is a primary again"
            )

    # The open set

    @on(SetChosen)
    def _set_chosen(self, event: SetChosen) -> None:
        self._open(event.key)

    def _open(self, key: bytes) -> None:
        self.run_worker(self.tracker.open(key), group="open", description="opening a set")

    def _set_event(self, event: SetEvent) -> None:
        view = self.search_view
        match event:
            case Opened(info):
                self.model.forget()
                view.filter_bar.use_dialect(self.session.explorer.dialect_of(info.key))
                self.session.embedded_fields = ()
                view.begin()
                self._show_set()
                self.model.suit(info)
            case Missing(key, error):
                view.results.clear()
                self.header.show_key(key)
                view.results.show_error(error)
            case Deleted(key):
                view.results.clear()
                self.header.show_key(key)
                view.results.show_notice(f"{decode(key)} was deleted", "", "o: other sets")
            case Described(_, searches):
                self._show_set()
                view.show_summary()
                if searches:
                    view.search()
            case Sampled(facts):
                view.use_facts(facts)
                self._offer_fit()
            case ChangedByOthers(key, news):
                self._tell_news(news, key)
            case Lost(error):
                self.header.lost(error)
            case Failed(error):
                view.say(error.message, error=True)
            case NoChoice(several):
                self._no_set_chosen(several)

    def _no_set_chosen(self, several: bool) -> None:
        results = self.search_view.results
        if several:
            results.show_notice("This database has several vector sets", "", "o: list them")
            self.navigation.action_choose_set()
            return
        private = " --private" if self.start.where.private else ""
        loads = "esc, then L: load a file;\n" if self.start.write else ""
        results.show_notice(
            "There is no vector set in this database",
            "",
            f"{loads}vsexplorer load KEY FILE{private} creates one,\nvsexplorer demo shows an example.",
        )

    def _tell_news(self, news: SetNews, key: bytes) -> None:
        match news.change:
            case Change.GONE:
                what, hint = "was deleted by another client or has expired", "o: other sets"
            case Change.REPLACED:
                what, hint = "was deleted and recreated by another client", "r: open the new set"
            case _:
                words = f"{news.words} · r: refresh" if news.words else ""
                if self.header.show_news(words) and words and self.has_class("-short"):
                    # The header is hidden.
                    self.search_view.say(words)
                return
        if self.header.show_news(hint):
            self.search_view.mark_stale()
            self.search_view.say(f"{decode(key)} {what}; these are its earlier results · {hint}", error=True)

    def _show_set(self) -> None:
        if self.session.info is not None:
            model = self.session.explorer.models.embedder.name
            self.header.show_set(self.session.info, model, self.model.made_with)

    def _set_changed(self, key: bytes) -> None:
        """Refresh after a change made by this application."""
        if self.session.info is not None and key == self.session.info.key:
            self.search_view.forget_counts()
            self.run_worker(self.tracker.refresh_after_change(key), group="follow", description="looking again")

    # The model

    @on(Navigation.ModelChosen)
    def _model_chosen(self, event: Navigation.ModelChosen) -> None:
        if self.session.info is not None:
            self.model.choose(event.name, self.session.info, record=self.start.write)

    def _offer_fit(self) -> None:
        """Offer to find out the model of a set if it is not recorded and there are texts to compare with."""
        facts, info = self.search_view.filter_bar.facts, self.session.info
        if info is None or facts is None or not self.model.unrecorded or info.key in self._offered:
            return
        from vsexplorer.language.known import has_texts

        if has_texts(facts):
            self._offered.add(info.key)
            self.search_view.say("which model made this set is not recorded · T: find out")

    def _model_ready(self, changed: bool) -> None:
        """Show the model in use, and search again if it has changed."""
        # The model's objects stay alive; scanning them for garbage would delay a key by 50 ms.
        gc.freeze()
        self._show_set()
        self.search_view.show_model()
        self._offer_fit()
        if changed:
            self.search_view.search()

    # Loads

    @on(Loading.Progressed)
    def _load_progressed(self, event: Loading.Progressed) -> None:
        self.header.note(progress_words(event.progress))
        if self.session.info is None:
            self.search_view.results.show_progress(event.progress)

    @on(Loading.Ended)
    def _load_ended(self, event: Loading.Ended) -> None:
        self.header.note()
        report, key, info = event.report, event.plan.key, self.session.info
        if event.error is not None and info is None:
            self.search_view.results.show_error(event.error)
        elif event.error is not None:
            self.search_view.say(event.error.line, error=True)
        elif report is not None and info is not None and info.key != key:
            self.search_view.say(f"loaded · ctrl+l: open {decode(key)}")
        elif report is not None and (report.added or report.replaced):
            self.tracker.sample()
