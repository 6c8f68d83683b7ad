"""The main screen: composes the panes, routes their messages, and opens the other screens."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
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
    VsexplorerError,
)
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import display, sanitize
from vsexplorer.core.values import ByElement, BySum, Hit, Query, ResultPage, SearchDraft, SearchOptions, SetInfo
from vsexplorer.tui import clipboard
from vsexplorer.tui.history_cursor import HistoryCursor, filter_history, line_history
from vsexplorer.tui.keymap import KEYMAP, Place, bindings, keys_at
from vsexplorer.tui.live_search import LiveSearch, Outcome
from vsexplorer.tui.main.filter_bar import FilterBar
from vsexplorer.tui.main.header import Header
from vsexplorer.tui.main.query_bar import QueryBar
from vsexplorer.tui.main.results_pane import ResultsPane
from vsexplorer.tui.main.status_line import StatusLine
from vsexplorer.tui.services.load_runner import LoadRunner, progress_words, report_words
from vsexplorer.tui.services.match_counter import MatchCounter
from vsexplorer.tui.services.model_loader import ModelLoader
from vsexplorer.tui.services.search_options import OptionChoice
from vsexplorer.tui.services.set_monitor import Change, SetMonitor, SetNews
from vsexplorer.tui.session import Session
from vsexplorer.tui.start import Start
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.bars import Footer
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.prompt import PromptLine
from vsexplorer.tui.widgets.results import ResultsTable

if TYPE_CHECKING:
    from textual.timer import Timer

    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.services.search import PreparedQuery
    from vsexplorer.state.history import PastSearch
    from vsexplorer.transfer.plan import LoadPlan
    from vsexplorer.transfer.rows import RowSource
    from vsexplorer.tui.screens.element import Leaving
    from vsexplorer.tui.screens.options import OptionsScreen

_SOON = 0.15
"""Seconds after which a search that has not answered is called one."""
_LOOKED_AT = 3.0
"""Seconds after which a search whose results stay on the screen is remembered."""
_HEARTBEAT = 2.0
"""Seconds between looks at the open set: one VINFO, which also shows that the server is there."""
_SETTLED = 0.25
"""Seconds after an answer at which the set is described, to tell later what is newer than the answer."""
_LOAD_REFRESH = 2.0
"""Seconds between searches of the elements that a load has added."""
_KEYS_OVER_FIELDS = ("query", "filter", "widen", "back", "help", "quit")
_PLACES = (Place.EXPLORER, Place.RESULTS, Place.EVERYWHERE)


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
        self.page: ResultPage | None = None
        """The answer that is shown."""
        self.header = Header(session.connection, start.write)
        self.query_bar = QueryBar(self._find_names)
        self.filter_bar = FilterBar()
        self.results = ResultsPane(session.selection, self.filter_bar.verdict)
        self.status_bar = StatusLine(id="status")
        self.footer = Footer(keys_at(*_PLACES), session.remapped)
        self.live: LiveSearch[PreparedQuery] = LiveSearch(
            lambda: session.explorer.search, self._deliver, self._crash
        )
        self.counter = MatchCounter(
            lambda info, filter: session.explorer.samples.matching(info, filter), self._show_matches, self._crash
        )
        self.monitor = SetMonitor()
        self.model = ModelLoader(session, self.run_worker, self.say, self._model_ready)
        self.loads = LoadRunner()
        self._trail: list[SearchDraft] = []
        self._history: HistoryCursor | None = None
        self._answered: SearchDraft | None = None
        self._looking: Timer | None = None
        self._describing: Timer | None = None
        self._opening = 0
        self._options_screen: OptionsScreen | None = None

    def compose(self) -> ComposeResult:
        """All panes, from the top."""
        yield self.header
        yield self.query_bar
        yield self.filter_bar
        yield self.results
        yield self.status_bar
        yield self.footer

    def on_mount(self) -> None:
        """Paint, then connect."""
        self.results.tell("Connecting …")
        self.session.changed.subscribe(self, self._set_changed)
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        # Was disabled for the sake of the first frame.
        gc.freeze()
        gc.enable()
        self.header.connect()
        self.model.load()
        self.set_interval(_HEARTBEAT, self._look)

    async def on_unmount(self) -> None:
        """Close what is open; commands under way are waited for."""
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

    @property
    def describes_soon(self) -> bool:
        """Whether the set is about to be described, to tell later what is newer than the results."""
        return self._describing is not None

    def say(self, words: str, error: bool = False) -> None:
        """Show a message, already sanitized, in place of the command."""
        self.status_bar.say(words, error)

    # Searching

    def search(self) -> None:
        """Search for what the lines say now."""
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
        """Put a draft into the lines and the options, and search for it."""
        refused = self.options.choose(draft.options, self.info)
        self.query_bar.set(draft.line)
        self.filter_bar.set(draft.filter, announce=False)
        self.results.table.sort_by_rank()
        self.search()
        if refused:
            self.say(refused, error=True)

    def search_similar(self, element: bytes) -> None:
        """Search for elements like one; ``esc`` returns to the search before."""
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
        self.page = page
        self.results.show_page(page, self.info)
        self.query_bar.say(self.results.summary)
        self.filter_bar.say("✓" if page.query.filter.strip() else "", "good")
        self.status_bar.show_command(page)
        if self._options_screen is not None and self._options_screen.is_current:
            self._options_screen.show_time(page)
        if outcome.newest:
            self.header.show_news("")
            self._remember_soon(SearchDraft(self.query_bar.value, page.query.filter, self.options.chosen))
            self._describe_soon()
            self.counter.ask(self.info, page.query.filter)

    def _show_error(self, error: VsexplorerError, query: Query) -> None:
        self._mark_stale()
        words = sanitize(error.message)
        if isinstance(error, FilterRefused):
            self.filter_bar.say("✗", "error")
            self.say(sanitize(f"{error.message} {error.hint}"), error=True)
        elif isinstance(error, ConnectionFailed):
            self.header.lost(error)
        elif isinstance(error, NotFound) and isinstance(query.source, ByElement | BySum):
            # It may be a name that is still being typed.
            self.say(words, error=True)
        elif isinstance(error, DimensionMismatch | ModelUnavailable | NotFound) or not self.results.selected:
            self.results.tell_error(error)
            if isinstance(error, DimensionMismatch):
                self.say("m lists the models that fit this set")
        else:
            self.say(words, error=True)

    def _show_matches(self, expression: str, matches: Matches) -> None:
        page = self.page
        if page is None or not self.filter_bar.value == expression == page.query.filter:
            return
        self.filter_bar.show_matches(matches)
        found, options = len(page.hits), page.query.options
        if matches.exact and not matches.number and not found:
            self.results.tell_no_match()
        elif found < min(matches.low, options.count) and not options.exact:
            about = "" if matches.exact else "about "
            limit = "" if options.filter_ef is None else f" of {options.filter_ef:,}"
            self.say(
                f"stopped at FILTER-EF{limit} with {found:,} of {about}{matches.number:,} that match: w widens it"
            )

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
        self.options.narrow()
        self._mark_conditions()
        if event.valid:
            self.search()
        else:
            self.live.forget()
            self._mark_stale()

    @on(QueryBar.Said)
    @on(FilterBar.Said)
    def _said(self, event: QueryBar.Said | FilterBar.Said) -> None:
        self.say(event.words)

    @on(PromptLine.Left)
    def _line_left(self) -> None:
        self._used()
        self.set_focus(self.results.table)

    @on(PromptLine.Moved)
    def _moved(self, event: PromptLine.Moved) -> None:
        if not self._walk_history(event.by):
            self.results.table.action_move(event.by)

    @on(ResultsTable.Sorted)
    def _sorted(self) -> None:
        self.query_bar.say(self.results.summary)

    @on(ResultsTable.Opened)
    def _opened(self, event: ResultsTable.Opened) -> None:
        self.open_element(event.hit)

    @on(FieldsPanel.Toggled)
    def _condition_toggled(self, event: FieldsPanel.Toggled) -> None:
        if not self.filter_bar.toggle(event.condition):
            self.say("the filter has to be mended first: f goes there", error=True)

    @on(FieldsPanel.Unwritable)
    def _condition_unwritable(self) -> None:
        self.say("no filter can say this: the field's name or the value cannot be written in one", error=True)

    def _mark_conditions(self) -> None:
        if self.results.shows_fields:
            self.results.fields.mark(self.filter_bar.conditions)

    async def _find_names(self, prefix: bytes) -> list[bytes]:
        if self.info is None or not self.session.connection.connected:
            return []
        shown = [hit.element for hit in self.page.hits] if self.page is not None else []
        try:
            found = await self.session.explorer.elements.names(self.info.key, prefix)
        except VsexplorerError:
            # The search itself says what is wrong with the server.
            found = []
        typed = prefix.lower()
        return list(dict.fromkeys([*found, *(name for name in shown if typed in name.lower())]))

    # History

    def _remember_soon(self, draft: SearchDraft) -> None:
        self._answered = draft
        if self._looking is not None:
            self._looking.stop()
        self._looking = self.set_timer(_LOOKED_AT, lambda: self._looked_at(draft))

    def _looked_at(self, draft: SearchDraft) -> None:
        if draft == self._answered and self._history is None:
            self.session.memory.searched(draft, brief=True)

    def _used(self) -> None:
        """Remember the search: somebody does something with its results."""
        self._history = None
        if self._answered is not None:
            self.session.memory.searched(self._answered)

    def _walk_history(self, by: int) -> bool:
        """Go to an earlier search from an empty line, or on from there; returns whether that was meant."""
        in_query = self.query_bar.is_active
        draft, cursor = self.draft, self._history
        if cursor is None or (cursor.current.line, cursor.current.filter) != (draft.line, draft.filter):
            past = [one.search for one in self.session.memory.past]
            history = line_history(past) if in_query else filter_history(past, draft)
            if by > 0 or (draft.line if in_query else draft.filter) or not history:
                return False
            cursor = HistoryCursor.begin(draft, history)
        cursor = cursor.step_back() if by < 0 else cursor.step_forward()
        self._history = None if cursor.at_typed else cursor
        self.apply(cursor.current)
        return True

    # The connection

    @on(Header.Connected)
    def _connected(self, event: Header.Connected) -> None:
        self.filter_bar.use_dialect(self.session.explorer.dialect)
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
        self.results.tell_error(event.error)
        self.say("ctrl+r tries again")

    async def _begin(self) -> None:
        """Load the demo if it was asked for, then open the set named, or the only one, or list them."""
        try:
            if self.start.demo == "people":
                from vsexplorer.services.demo import load_people

                await load_people(self.session.explorer, self.results.tell_progress)
            if self.start.demo == "unicode":
                from vsexplorer.services.demo import characters_plan
                from vsexplorer.transfer.characters import Characters

                # The set opens with its first elements, and grows while one searches it.
                self._load([Characters()], characters_plan())
            elif self.start.key is not None:
                await self.open_set(self.start.key)
            else:
                await self._open_only_set()
        except VsexplorerError as error:
            self.results.tell_error(error)
            self.say("ctrl+r tries again")

    async def _open_only_set(self) -> None:
        found: list[SetInfo] = []
        async for page in self.session.explorer.sets.pages():
            found += page
            if len(found) > 1:
                break
        if len(found) == 1:
            await self.open_set(found[0].key)
        elif found:
            self.results.tell("Several vector sets are here", "", "o lists them")
            self.action_choose_set()
        else:
            private = " --private" if self.start.where.private else ""
            self.results.tell(
                "There is no vector set in this database",
                "",
                f"vsexplorer load KEY FILE --id FIELD --text FIELD{private} makes one,\nvsexplorer demo shows one.",
            )

    async def _look(self) -> None:
        """Describe the open set from time to time, which also shows that the server is there."""
        session = self.session
        if not session.connection.connected or self.info is None or self.live.busy:
            return
        try:
            info = await session.explorer.sets.info(self.info.key)
        except ConnectionFailed as error:
            self.header.lost(error)
        except NotFound:
            self._tell_news(self.monitor.missing(), self.info.key)
        except VsexplorerError:
            # The next search says it better, where it matters.
            return
        else:
            if not self.loads.running:
                self._tell_news(self.monitor.saw(info, session.explorer.capabilities.run), info.key)
                if not self.monitor.gone:
                    self._take_info(info)

    def _tell_news(self, news: SetNews, key: bytes) -> None:
        match news.change:
            case Change.GONE:
                what, hint = "was deleted by someone else, or has expired", "o lists the other sets"
            case Change.REPLACED:
                what, hint = "was deleted and made anew by someone else", "r opens the new one"
            case _:
                words = f"{news.words} · r refreshes" if news.words else ""
                if self.header.show_news(words) and words and self.has_class("-short"):
                    # There is no header.
                    self.say(words)
                return
        if self.header.show_news(hint):
            self._mark_stale()
            self.say(f"{display(key)} {what}; what is shown is what it held before · {hint}", error=True)

    def _describe_soon(self) -> None:
        if self._describing is None:
            self._describing = self.set_timer(_SETTLED, self._describe)

    async def _describe(self) -> None:
        self._describing = None
        if self.info is None or not self.session.connection.connected:
            return
        try:
            info = await self.session.explorer.sets.info(self.info.key)
        except VsexplorerError:
            # The next heartbeat says what is to be said of it.
            return
        self.monitor.answered(info, self.session.explorer.capabilities.run)

    # Sets

    async def open_set(self, key: bytes) -> None:
        """Open a vector set; of several that are asked for at once the last one counts."""
        self._opening += 1
        opening, session = self._opening, self.session
        try:
            info = await session.explorer.sets.info(key)
        except VsexplorerError as error:
            if opening == self._opening:
                session.info = None
                self.header.show_key(key)
                self.results.tell_error(error)
            return
        await session.memory.open(session.explorer.place, info)
        if opening != self._opening:
            return
        session.info, self.page = info, None
        session.selection.clear()
        self._trail.clear()
        self._answered, self._history, self.model.made_with = None, None, ""
        self.results.clear()
        self.results.table.arrangement = session.arrangement
        self.monitor.opened(info, session.explorer.capabilities.run)
        self._show_set()
        self.search()
        self.options.narrow()
        self._sample_fields(key)
        self.model.suit(info)

    def _show_set(self) -> None:
        if self.info is not None:
            self.header.show_set(self.info, self.session.explorer.models.embedder.name, self.model.made_with)

    def _take_info(self, info: SetInfo) -> None:
        if self.info is not None and info.key == self.info.key and info != self.info:
            self.session.info = info
            self._show_set()

    def _set_changed(self, key: bytes) -> None:
        """Follow a change that was made from here."""
        if self.info is not None and key == self.info.key:
            self.counter.forget()
            self.run_worker(self._follow(key), group="follow", description="looking again")

    async def _follow(self, key: bytes) -> None:
        try:
            info = await self.session.explorer.sets.info(key)
        except NotFound as error:
            self.session.info = None
            self.results.clear()
            self.header.show_key(key)
            self.results.tell_error(error)
        except VsexplorerError as error:
            self.say(sanitize(error.message), error=True)
        else:
            self._take_info(info)
            self.search()
            self._sample_fields(key)

    def _sample_fields(self, key: bytes) -> None:
        self.filter_bar.use_facts(None)
        self.results.fields.show(None, self.filter_bar.dialect.null)
        self.run_worker(self._sample(key), group="fields", description="sampling attributes")

    async def _sample(self, key: bytes) -> None:
        try:
            facts = await self.session.explorer.samples.facts(key)
        except VsexplorerError:
            # Nothing depends on it: without a sample nothing is said about fields.
            return
        if self.info is not None and self.info.key == key:
            self.filter_bar.use_facts(facts)
            self.results.fields.show(facts, self.filter_bar.dialect.null)
            self._mark_conditions()

    # The model

    def _model_ready(self, changed: bool) -> None:
        """Show the model that is in use, and search with it if it was changed."""
        # What the model brought stays; looking through it for garbage would hold up a key by 50 ms.
        gc.freeze()
        self._show_set()
        if self.page is not None:
            self.status_bar.show_command(self.page)
        if changed:
            self.search()

    def model_chosen(self, name: str | None) -> None:
        """Search the open set with a model from now on."""
        if name is not None and self.info is not None:
            self.model.choose(name, self.info, record=self.start.write)

    # Loading

    def _load(self, files: list[RowSource], plan: LoadPlan) -> None:
        self.run_worker(self._run_load(files, plan), group="load", description="loading a file")

    async def _run_load(self, files: list[RowSource], plan: LoadPlan) -> None:
        refreshing = self.set_interval(_LOAD_REFRESH, lambda: self._show_loaded(plan.key))
        try:
            report = await self.loads.run(self.session.explorer.transfers.load, files, plan, self._show_load)
        except VsexplorerError as error:
            if self.info is None:
                self.results.tell_error(error)
            else:
                self.say(sanitize(str(error)), error=True)
        else:
            if report is None:
                self.notify("the same load goes on where it stopped", title="stopped loading", markup=False)
                return
            await self._show_loaded(plan.key)
            self.notify(report_words(plan, report), title="loaded", timeout=10, markup=False)
            if report.added or report.replaced:
                self._sample_fields(plan.key)
        finally:
            refreshing.stop()
            self.header.note()

    def _show_load(self, progress: Progress) -> None:
        self.header.note(progress_words(progress))
        if self.info is None:
            self.results.tell_progress(progress)

    async def _show_loaded(self, key: bytes) -> None:
        """Show the elements that a load has added so far."""
        try:
            info = await self.session.explorer.sets.info(key)
        except VsexplorerError:
            # It may not exist before the first elements are written.
            return
        if self.info is None:
            await self.open_set(key)
        elif self.info.key == key and info.size != self.info.size:
            self._take_info(info)
            self.search()

    # Keys: the lines and the results

    def action_focus_query(self) -> None:
        """Focus the query line; what ``s`` put there is selected, so that typing replaces it."""
        self.query_bar.activate(select=bool(self._trail))

    def action_focus_filter(self) -> None:
        """Focus the filter line."""
        self.filter_bar.activate()

    def action_back(self) -> None:
        """Close what lies over the results; leave a line; return from a search for similar elements."""
        if self.query_bar.close_completion() or self.filter_bar.close_completion():
            return
        if self.model.fetching:
            self.model.stop()
            self.say("stopped getting the model; ctrl+r goes on with it")
        elif self.results.shows_fields and not isinstance(self.focused, Input):
            self.action_toggle_fields()
        elif isinstance(self.focused, Input | AttributesView):
            self.set_focus(self.results.table)
        elif self._trail:
            self.apply(self._trail.pop())

    def action_similar(self) -> None:
        """Search for elements like the selected one."""
        if (hit := self.results.selected) is not None:
            self.search_similar(hit.element)

    def action_change_count(self, step: int) -> None:
        """Ask for more or fewer results."""
        self.options.change_count(step)
        self.search()

    def action_toggle_exact(self) -> None:
        """Compare with every element, or walk the graph."""
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
        shown = self.results.toggle_fields()
        keys = [key for key in KEYMAP if key.place is Place.FIELDS or key.id in _KEYS_OVER_FIELDS]
        self.footer.show(keys if shown else keys_at(*_PLACES))
        self._mark_conditions()

    def action_refresh_results(self) -> None:
        """Search again, or try again to connect or to load the model."""
        if not self.session.connection.connected:
            self.header.connect()
        elif self.monitor.gone and self.info is not None:
            self._set_chosen(self.info.key)
        else:
            self.model.load(again=True)
            self.counter.forget()
            if self.info is not None:
                self._sample_fields(self.info.key)
            self.search()

    def action_mark(self) -> None:
        """Mark the selected element or no longer, and go to the next."""
        if (hit := self.results.selected) is not None:
            self.session.selection.toggle(hit.element)
            self.results.table.refresh()
            self.results.table.action_move(1)
            self.query_bar.say(self.results.summary)

    def action_copy_command(self) -> None:
        """Send the command to the clipboard, as a line that a shell runs."""
        from vsexplorer.output.snippets import Client, snippet

        if self.page is None:
            return
        self._used()
        try:
            line = snippet(Client.REDIS_CLI, self.page.argv, self.session.explorer.target)
        except VsexplorerError as error:
            self.say(sanitize(str(error)), error=True)
        else:
            clipboard.send(self.app, line)
            self.say("sent to clipboard: the command, as a redis-cli line")

    # Keys: other screens, imported when they are first shown

    def action_take(self) -> None:
        """Offer what can be copied."""
        from vsexplorer.tui.screens.copy import Copier

        if self.info is not None and self.page is not None:
            self._used()
            Copier(self.app, self.session.explorer, self.info.key, self.say).offer(self.results.selected, self.page)

    def action_browse(self) -> None:
        """List all elements in name order."""
        from vsexplorer.tui.screens.browse import BrowseScreen

        if self.info is not None and self.session.connection.connected:
            self.app.push_screen(BrowseScreen(self.session, self.info), self._browsed)

    def _browsed(self, element: bytes | None) -> None:
        self.results.table.arrangement = self.session.arrangement
        self.results.table.refresh()
        self.query_bar.say(self.results.summary)
        if element is not None:
            self.search_similar(element)

    def open_element(self, hit: Hit) -> None:
        """Show one element on its own."""
        from vsexplorer.tui.screens.element import ElementScreen

        if self.info is not None:
            self._used()
            self.app.push_screen(ElementScreen(self.session, self.info.key, hit), self._element_left)

    def _element_left(self, left: Leaving | None) -> None:
        self.results.table.refresh()
        self.query_bar.say(self.results.summary)
        if left is not None and left.similar:
            self.search_similar(left.element)

    def action_choose_set(self) -> None:
        """List the vector sets."""
        from vsexplorer.tui.screens.sets import SetsScreen

        if self.session.connection.connected:
            self.app.push_screen(SetsScreen(self.session), self._set_chosen)

    def _set_chosen(self, key: bytes | None) -> None:
        if key is not None:
            self.run_worker(self.open_set(key), group="open", description="opening a set")

    def action_choose_model(self) -> None:
        """List the models that fit the set."""
        from vsexplorer.tui.screens.models import ModelsScreen

        if self.info is not None and self.session.connection.connected:
            self.app.push_screen(ModelsScreen(self.session.explorer.models, self.info), self.model_chosen)

    def action_show_options(self) -> None:
        """Show the options of the search; the results follow every change."""
        from vsexplorer.tui.screens.options import OptionsScreen

        def change(options: SearchOptions) -> str:
            refused = self.options.choose(options, self.info)
            if not refused:
                self.search()
            return refused

        self._options_screen = OptionsScreen(self.options.current, self.page, change)
        self.app.push_screen(self._options_screen)

    def action_show_history(self) -> None:
        """List the earlier searches of the open set."""
        from vsexplorer.tui.screens.history import HistoryScreen

        if self.info is not None:
            self.app.push_screen(HistoryScreen(self.session.memory), self._recall)

    def _recall(self, past: PastSearch | None) -> None:
        if past is not None:
            self.apply(past.search)
            self.set_focus(self.results.table)

    def action_keep_favourite(self) -> None:
        """Keep the search that is shown under a name."""
        from vsexplorer.tui.screens.forms import NameForm

        search = self._answered
        if search is None or not (search.line or search.filter):
            self.say("type something first: a favourite is a query, a filter, or both")
            return

        def named(name: str | None) -> None:
            if name:
                self.session.memory.keep(search, name)
                self.say(sanitize(f"kept as {name}: H lists the favourites first"))

        self.app.push_screen(NameForm("keep this search as", search.line or search.filter), named)

    def action_show_columns(self) -> None:
        """Choose and arrange the columns."""
        from vsexplorer.tui.screens.columns import ColumnsScreen

        if self.results.table.all_columns:
            self.app.push_screen(ColumnsScreen(self.results.table, self.session.arrange))

    # Keys: changes

    def action_add_element(self) -> None:
        """Add an element to the open set."""
        if self.info is not None and self.session.edits.allowed:
            self.session.run(self.session.edits.add(self.info.key))

    def action_edit_attributes(self) -> None:
        """Edit the selected element's attributes."""
        hit = self.results.selected
        if self.info is not None and hit is not None and self.session.edits.allowed:
            self.session.run(self.session.edits.edit(self.info.key, hit.element))

    def action_rename_element(self) -> None:
        """Rename the selected element."""
        hit = self.results.selected
        if self.info is not None and hit is not None and self.session.edits.allowed:
            self.session.run(self.session.edits.rename(self.info.key, hit.element))

    def action_delete_elements(self) -> None:
        """Delete the marked elements, or the selected one if none is marked."""
        hit = self.results.selected
        names = self.session.selection.names or ([hit.element] if hit is not None else [])
        if self.info is not None and names and self.session.edits.allowed:
            self.session.run(self._delete(self.info.key, names))

    async def _delete(self, key: bytes, names: list[bytes]) -> None:
        if await self.session.edits.delete(key, names):
            self.session.selection.clear()
            self.query_bar.say(self.results.summary)

    def action_delete_set(self) -> None:
        """Delete the open set."""
        if self.info is not None and self.session.edits.allowed:
            self.session.run(self.session.edits.delete_set(self.info))

    def action_undo_change(self) -> None:
        """Undo the last change."""
        if self.session.edits.allowed:
            self.session.run(self.session.edits.undo())

    def action_load_file(self) -> None:
        """Choose a file and load it, or stop the load that is running."""
        if self.loads.running:
            self.loads.stop()
        elif not self.start.write:
            self.say("read-only: vsexplorer --write may load files and change things", error=True)
        elif self.session.connection.connected:
            from vsexplorer.tui.screens.load import LoadScreen

            screen = LoadScreen(Path.cwd())
            self.app.push_screen(screen, lambda plan: self._load_chosen(screen.file, plan))

    def _load_chosen(self, file: Path | None, plan: LoadPlan | None) -> None:
        from vsexplorer.transfer.readers import RowFile

        if plan is not None and file is not None:
            self._load([RowFile(str(file))], plan)
