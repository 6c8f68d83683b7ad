"""The main screen: composes the panes, routes their messages, and opens the other screens."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.core.errors import (
    ConnectionFailed,
    DimensionMismatch,
    FilterRefused,
    ModelUnavailable,
    NotFound,
    TimedOut,
    VsexplorerError,
)
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import ByElement, BySum, Query, SearchDraft, SearchOptions, SetInfo
from vsexplorer.tui.keymap import Place, bindings, keys_at, keys_named
from vsexplorer.tui.live_search import LiveSearch, Outcome
from vsexplorer.tui.main.filter_bar import FilterBar
from vsexplorer.tui.main.header import Header
from vsexplorer.tui.main.loading import Loading
from vsexplorer.tui.main.messages import SetChosen, SimilarWanted, StatusMessage
from vsexplorer.tui.main.navigation import Navigation
from vsexplorer.tui.main.query_bar import QueryBar
from vsexplorer.tui.main.results_pane import ResultsPane
from vsexplorer.tui.main.status_line import StatusLine
from vsexplorer.tui.services.load_runner import progress_words
from vsexplorer.tui.services.match_counter import MatchCounter
from vsexplorer.tui.services.model_loader import ModelLoader
from vsexplorer.tui.services.search_history import SearchHistory
from vsexplorer.tui.services.search_options import OptionChoice
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
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.bars import Footer
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.prompt import PromptLine
from vsexplorer.tui.widgets.results import ResultsTable

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.services.search import PreparedQuery

_SOON = 0.15
"""Seconds before an unanswered search is announced in the query line."""
_HEARTBEAT = 2.0
"""Seconds between checks of the open set: one VINFO each, which also detects a lost connection."""
_KEYS_OVER_FIELDS = ("query", "filter", "widen", "back", "help", "quit")
_KEYS_IN_LINES = ("line-other", "line-results", "line-up", "palette", "quit-always")
"""Keys shown in the footer while typing."""
_PLACES = (Place.EXPLORER, Place.SCREENS, Place.LOADING, Place.PANE, Place.RESULTS, Place.EVERYWHERE)


class MainScreen(Screen[None]):
    """Header, query and filter bar, results beside attributes, status line, footer."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EXPLORER)
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
        self.options = OptionChoice(start.count)
        self.header = Header(session.connection, start.write)
        self.query_bar = QueryBar(self._find_names)
        self.filter_bar = FilterBar()
        self.results = ResultsPane(session, self.filter_bar.verdict)
        self.status_bar = StatusLine(id="status")
        self.footer = Footer(keys_at(*_PLACES), session.remapped)
        self.live: LiveSearch[PreparedQuery] = LiveSearch(
            lambda: session.explorer.search, self._deliver, self._crash
        )
        self.counter = MatchCounter(
            lambda info, filter: session.explorer.samples.matching(info, filter), self._show_matches, self._crash
        )
        self.tracker = SetTracker(session, self.run_worker, self._set_event)
        self.history = SearchHistory(session.memory)
        self.model = ModelLoader(session, self.run_worker, self.say, self._model_ready)
        self.loads = Loading(session, self.tracker.refresh)
        self.navigation = Navigation(
            session, self.history, lambda: self.results.page, lambda: self.options.current, self._change_options
        )
        self._trail: list[SearchDraft] = []
        self._timed_out: Query | None = None

    def compose(self) -> ComposeResult:
        """Compose the panes from top to bottom."""
        with self.loads, self.navigation:
            yield self.header
            yield self.query_bar
            yield self.filter_bar
            yield self.results
            yield self.status_bar
            yield self.footer

    def on_mount(self) -> None:
        """Connect after the first frame is drawn."""
        self.results.show_notice("Connecting …")
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
        self.history.close()
        await self.counter.close()
        await self.live.close()
        await self.session.memory.close()
        await self.session.connection.close()

    @property
    def info(self) -> SetInfo | None:
        """The open set."""
        return self.session.info

    @property
    def draft(self) -> SearchDraft:
        """The search as it is typed."""
        return SearchDraft(self.query_bar.value, self.filter_bar.value, self.options.chosen)

    def say(self, words: str, error: bool = False) -> None:
        """Show a message, already sanitized, in place of the command."""
        self.status_bar.say(words, error)

    # Searching

    def search(self) -> None:
        """Run the search that the query and filter lines describe."""
        if self.info is None or not self.session.connection.connected:
            return
        source = self.query_bar.source
        if source is None or not self.filter_bar.valid:
            self.live.forget()
            self._mark_stale()
            return
        self.live.ask(Query(self.info.key, source, self.filter_bar.value, self.options.current))
        self.set_timer(_SOON, self._say_busy)

    def apply(self, draft: SearchDraft) -> None:
        """Apply a draft to the lines and the options, and run it."""
        refused = self.options.choose(draft.options, self.info)
        self.query_bar.set(draft.line)
        self.filter_bar.set(draft.filter, announce=False)
        self.results.table.sort_by_rank()
        self.search()
        if refused:
            self.say(refused, error=True)

    def search_similar(self, element: bytes) -> None:
        """Search for elements similar to one; ``esc`` returns to the previous search."""
        from vsexplorer.language.query_line import written

        self._trail.append(self.draft)
        self.query_bar.set(written(element))
        self.results.table.sort_by_rank()
        self.search()

    def _mark_stale(self) -> None:
        self.results.mark_stale()
        if self.query_bar.source is not None:
            self.query_bar.say("")

    def _say_busy(self) -> None:
        if not self.live.busy or not self.session.connection.connected:
            return
        from vsexplorer.language.query_source import embeds

        source = self.query_bar.source
        waiting = source is not None and embeds(source) and not self.session.explorer.models.embedder.ready
        self.query_bar.say("waiting for the model …" if waiting else "searching …")

    def _deliver(self, outcome: Outcome) -> None:
        if self.info is None or outcome.query.key != self.info.key:
            return
        page = outcome.page
        if page is None:
            if outcome.error is not None and outcome.newest:
                self._show_error(outcome.error, outcome.query)
            return
        self.results.show_page(page, self.info)
        self.query_bar.say(self.results.summary)
        self.filter_bar.say("✓" if page.query.filter.strip() else "", "good")
        self.status_bar.show_command(page)
        self.navigation.show_time(page)
        if outcome.newest:
            self.header.show_news("")
            self.history.show(SearchDraft(self.query_bar.value, page.query.filter, self.options.chosen))
            self.tracker.answered()
            self.counter.ask(self.info, page.query.filter)

    def _show_error(self, error: VsexplorerError, query: Query) -> None:
        self._mark_stale()
        words = sanitize(error.message)
        if isinstance(error, FilterRefused):
            self.filter_bar.say("✗", "error")
            self.say(sanitize(f"{error.message} {error.hint}"), error=True)
        elif isinstance(error, ConnectionFailed) or (isinstance(error, TimedOut) and query != self._timed_out):
            # A search that times out twice is itself too slow: do not reconnect to repeat it.
            self._timed_out = query
            self.header.lost(error)
        elif isinstance(error, NotFound) and isinstance(query.source, ByElement | BySum):
            # It may be a name that is still being typed.
            if not self.query_bar.completes:
                self.say(words, error=True)
        elif isinstance(error, DimensionMismatch | ModelUnavailable | NotFound) or not self.results.selected:
            self.results.show_error(error)
            if isinstance(error, DimensionMismatch) and self.info is not None:
                self.run_worker(self._offer_models(self.info), group="models", description="looking for models")
        else:
            self.say(words, error=True)

    async def _offer_models(self, info: SetInfo) -> None:
        if await self.session.explorer.models.fitting(info):
            self.say("m: models that fit this set")
        else:
            self.say("no model fits: search by @ELEMENT or [VECTOR] instead")

    def _show_matches(self, expression: str, matches: Matches) -> None:
        page = self.results.page
        if page is None or not self.filter_bar.value == expression == page.query.filter:
            return
        self.filter_bar.show_matches(matches)
        found, options = len(page.hits), page.query.options
        if matches.exact and not matches.number and not found:
            self.results.show_no_match()
        elif found < min(matches.low, options.count) and not options.exact:
            about = "" if matches.exact else "about "
            limit = "" if options.filter_ef is None else f" of {options.filter_ef:,}"
            self.say(f"stopped at FILTER-EF{limit} with {found:,} of {about}{matches.number:,} matches · w: widen")

    def _crash(self, error: BaseException) -> None:
        self.app.call_later(self.app.crash, error)  # type: ignore[attr-defined]

    # Messages of the panes

    @on(QueryBar.Changed)
    def _query_changed(self) -> None:
        self._trail.clear()
        self.results.table.sort_by_rank()
        self.search()

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        self.options.reset_widening()
        self._mark_conditions()
        if event.valid:
            self.search()
        else:
            self.live.forget()
            self._mark_stale()

    @on(StatusMessage)
    def _said(self, event: StatusMessage) -> None:
        self.say(event.words, event.error)

    @on(ResultsPane.Used)
    def _results_used(self) -> None:
        self.history.use()

    @on(SimilarWanted)
    def _similar_wanted(self, event: SimilarWanted) -> None:
        self.search_similar(event.element)

    @on(ResultsPane.Summarized)
    def _summarized(self) -> None:
        self.query_bar.say(self.results.summary)

    @on(PromptLine.Left)
    def _line_left(self) -> None:
        self.history.use()
        self.set_focus(self.results.table)

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        """Show the keys that work where the focus is."""
        if isinstance(self.focused, Input):
            self.footer.show(keys_named(_KEYS_IN_LINES))
        elif self.results.shows_fields:
            self.footer.show([*keys_at(Place.FIELDS), *keys_named(_KEYS_OVER_FIELDS)])
        else:
            self.footer.show(keys_at(*_PLACES))

    @on(PromptLine.Moved)
    def _moved(self, event: PromptLine.Moved) -> None:
        draft = self.history.step(self.draft, event.by, self.query_bar.is_active)
        if draft is not None:
            self.apply(draft)
        else:
            self.results.table.action_move(event.by)

    @on(ResultsTable.Opened)
    def _opened(self, event: ResultsTable.Opened) -> None:
        self.navigation.open_element(event.hit)

    @on(FieldsPanel.Toggled)
    def _condition_toggled(self, event: FieldsPanel.Toggled) -> None:
        if not self.filter_bar.toggle(event.condition):
            self.say("fix the filter first · f: edit it", error=True)

    def _mark_conditions(self) -> None:
        if self.results.shows_fields:
            self.results.fields.mark(self.filter_bar.conditions)

    async def _find_names(self, prefix: bytes) -> list[bytes]:
        if self.info is None or not self.session.connection.connected:
            return []
        page = self.results.page
        shown = [hit.element for hit in page.hits] if page is not None else []
        try:
            found = await self.session.explorer.elements.names(self.info.key, prefix)
        except VsexplorerError:
            # The search itself reports the server's error.
            found = []
        typed = prefix.lower()
        return list(dict.fromkeys([*found, *(name for name in shown if typed in name.lower())]))

    # The connection

    @on(Header.Connected)
    def _connected(self, event: Header.Connected) -> None:
        self.filter_bar.use_dialect(self.session.explorer.dialect)
        if self.session.explorer.notice and not event.again:
            self.notify(self.session.explorer.notice, severity="warning", timeout=20, markup=False)
        if event.again:
            self.search()
        else:
            self.run_worker(self._begin(), group="open", description="opening the first set")

    @on(Header.Retrying)
    def _retrying(self, event: Header.Retrying) -> None:
        self.live.forget()
        self._mark_stale()
        self.say(event.words, error=True)

    @on(Header.Failed)
    def _not_connected(self, event: Header.Failed) -> None:
        self.results.show_error(event.error)
        self.say("ctrl+r: try again")

    async def _begin(self) -> None:
        """Load the demo if requested, then open the named set, the only set, or the list of sets."""
        try:
            if self.start.demo == "people":
                from vsexplorer.services.demo import load_people

                await load_people(self.session.explorer, self.results.show_progress)
            if self.start.demo == "unicode":
                from vsexplorer.services.demo import characters_plan
                from vsexplorer.transfer.characters import Characters

                # The set is opened with its first elements and searched while it grows.
                self.loads.start([Characters()], characters_plan())
            elif self.start.key is not None:
                await self.tracker.open(self.start.key)
            else:
                await self.tracker.open_only()
        except VsexplorerError as error:
            self.results.show_error(error)
            self.say("ctrl+r: try again")

    async def check_set(self) -> None:
        """Describe the open set and ask for the server's role, which also shows that the server is there."""
        if self.session.connection.connected and not self.live.busy:
            await self.tracker.check(changing=self.loads.runner.running)
            try:
                changed = await self.session.explorer.check_role()
            except VsexplorerError:
                # The next check of the set reports a lost connection.
                return
            if changed:
                replica = self.session.explorer.capabilities.replica
                self.header.note()
                self.say(
                    "the server has become a read-only replica" if replica else "the server is a primary again"
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
                    self.say(words)
                return
        if self.header.show_news(hint):
            self._mark_stale()
            self.say(f"{display(key)} {what}; these are its earlier results · {hint}", error=True)

    # The open set

    def _set_event(self, event: SetEvent) -> None:
        match event:
            case Opened(info):
                self._set_opened(info)
            case Missing(key, error):
                self.results.clear()
                self.header.show_key(key)
                self.results.show_error(error)
            case Deleted(key):
                self.results.clear()
                self.header.show_key(key)
                self.results.show_notice(f"{display(key)} was deleted", "", "o: other sets")
            case Described(_, searches):
                self._show_set()
                self._summarized()
                if searches:
                    self.search()
            case Sampled(facts):
                self.filter_bar.use_facts(facts)
                self.results.fields.show(facts, self.filter_bar.dialect.null)
                self._mark_conditions()
            case ChangedByOthers(key, news):
                self._tell_news(news, key)
            case Lost(error):
                self.header.lost(error)
            case Failed(error):
                self.say(sanitize(error.message), error=True)
            case NoChoice(several):
                self._no_set_chosen(several)

    def _set_opened(self, info: SetInfo) -> None:
        self._trail.clear()
        self.history.begin()
        self.model.made_with = ""
        self.session.embedded_fields = self.results.table.first_fields = ()
        self.results.clear()
        self.results.table.arrangement = self.session.arrangement
        self._show_set()
        self.search()
        self.options.reset_widening()
        self.model.suit(info)

    def _no_set_chosen(self, several: bool) -> None:
        if several:
            self.results.show_notice("This database has several vector sets", "", "o: list them")
            self.navigation.action_choose_set()
            return
        private = " --private" if self.start.where.private else ""
        loads = "esc, then L: load a file;\n" if self.start.write else ""
        self.results.show_notice(
            "There is no vector set in this database",
            "",
            f"{loads}vsexplorer load KEY FILE{private} creates one,\nvsexplorer demo shows an example.",
        )

    def _show_set(self) -> None:
        if self.info is not None:
            self.header.show_set(self.info, self.session.explorer.models.embedder.name, self.model.made_with)

    def _set_changed(self, key: bytes) -> None:
        """Refresh after a change made by this application."""
        if self.info is not None and key == self.info.key:
            self.counter.forget()
            self.run_worker(self.tracker.refresh_after_change(key), group="follow", description="looking again")

    # The model

    def _model_ready(self, changed: bool) -> None:
        """Show the model in use, and search again if it has changed."""
        # The model's objects stay alive; scanning them for garbage would delay a key by 50 ms.
        gc.freeze()
        self._show_set()
        self.results.table.first_fields = self.session.embedded_fields
        self.results.redraw()
        if self.results.page is not None:
            self.status_bar.show_command(self.results.page)
        if changed:
            self.search()

    def choose_model(self, name: str) -> None:
        """Use a model for the open set from now on."""
        if self.info is not None:
            self.model.choose(name, self.info, record=self.start.write)

    # Messages of the containers

    @on(Loading.Progressed)
    def _load_progressed(self, event: Loading.Progressed) -> None:
        self.header.note(progress_words(event.progress))
        if self.info is None:
            self.results.show_progress(event.progress)

    @on(Loading.Ended)
    def _load_ended(self, event: Loading.Ended) -> None:
        self.header.note()
        report, key = event.report, event.plan.key
        if event.error is not None and self.info is None:
            self.results.show_error(event.error)
        elif event.error is not None:
            self.say(sanitize(event.error.line), error=True)
        elif report is not None and self.info is not None and self.info.key != key:
            self.say(f"loaded · ctrl+l: open {display(key)}")
        elif report is not None and (report.added or report.replaced):
            self.tracker.sample()

    @on(SetChosen)
    def _set_chosen(self, event: SetChosen) -> None:
        self._open(event.key)

    @on(Navigation.ModelChosen)
    def _model_chosen(self, event: Navigation.ModelChosen) -> None:
        self.choose_model(event.name)

    @on(Navigation.Recalled)
    def _search_recalled(self, event: Navigation.Recalled) -> None:
        self.apply(event.search)
        self.set_focus(self.results.table)

    @on(Navigation.Returned)
    def _screen_left(self) -> None:
        self.results.redraw()

    def _change_options(self, options: SearchOptions) -> str:
        """Search with other options; return why they are refused, or an empty string."""
        refused = self.options.choose(options, self.info)
        if not refused:
            self.search()
        return refused

    def _open(self, key: bytes) -> None:
        self.run_worker(self.tracker.open(key), group="open", description="opening a set")

    # Keys: the lines and the results

    def action_focus_query(self) -> None:
        """Focus the query line; select a text that ``s`` inserted, so that typing replaces it."""
        self.query_bar.activate(select=bool(self._trail))

    def action_focus_filter(self) -> None:
        """Focus the filter line."""
        self.filter_bar.activate()

    def action_back(self) -> None:
        """Close the topmost overlay, leave a line, or return from a search for similar elements."""
        if self.query_bar.close_completion() or self.filter_bar.close_completion():
            return
        if self.model.fetching:
            self.model.stop()
            self.say("stopped fetching the model · ctrl+r: continue")
        elif self.results.shows_fields and not isinstance(self.focused, Input):
            self.action_toggle_fields()
        elif isinstance(self.focused, Input | AttributesView):
            self.set_focus(self.results.table)
        elif self._trail:
            self.apply(self._trail.pop())

    def action_change_count(self, step: int) -> None:
        """Ask for more or fewer results."""
        before = self.options.current
        self.options.change_count(step)
        if self.options.current == before:
            self.say(f"COUNT stays {before.count:,} · O: set another number")
        else:
            self.search()

    def action_toggle_exact(self) -> None:
        """Switch between exact search (TRUTH) and graph search."""
        refused = self.options.toggle_exact(self.info)
        if refused:
            self.say(refused, error=True)
        else:
            self.search()

    def action_widen(self) -> None:
        """Examine more candidates of a filtered search."""
        if self.info is None or not self.filter_bar.value.strip():
            self.say("only a search with a filter can be widened")
            return
        before = self.options.current
        self.say(self.options.widen(self.info))
        if self.options.current != before:
            self.search()

    def action_toggle_fields(self) -> None:
        """Open or close the panel of fields."""
        self.results.toggle_fields()
        self._mark_conditions()

    def action_refresh_results(self) -> None:
        """Search again, or try again to connect or to load the model."""
        if not self.session.connection.connected:
            self.header.connect()
        elif self.tracker.gone and self.info is not None:
            self._open(self.info.key)
        else:
            self.model.load(again=True)
            self.counter.forget()
            self.tracker.sample()
            self.search()
