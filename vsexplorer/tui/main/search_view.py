"""The lines of a search, its results, and the keys that change the search."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
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
from vsexplorer.core.text import decode
from vsexplorer.core.values import (
    ByElement,
    BySum,
    Everything,
    Hit,
    Query,
    ResultPage,
    SearchDraft,
    SearchOptions,
    SetInfo,
)
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.live_search import LiveSearch, Outcome
from vsexplorer.tui.main.filter_bar import FilterBar
from vsexplorer.tui.main.query_bar import QueryBar
from vsexplorer.tui.main.results_pane import ResultsPane
from vsexplorer.tui.main.status_line import StatusLine
from vsexplorer.tui.services.match_counter import MatchCounter
from vsexplorer.tui.services.recall_meter import Circumstances, RecallMeter
from vsexplorer.tui.services.search_history import SearchHistory
from vsexplorer.tui.services.search_options import OptionChoice
from vsexplorer.tui.services.when_idle import WhenIdle
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.prompt import PromptLine

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.insight.recall import RecallEstimate
    from vsexplorer.language.known import SetFacts
    from vsexplorer.services.search import PreparedQuery

_GRADES = {2: "relevant", 1: "partly relevant", 0: "not relevant"}
_REST = 0.5
"""Seconds without a new answer before the score bars are scaled."""
_SOON = 0.15
"""Seconds before an unanswered search is announced in the query line."""


class SearchView(Vertical):
    """Searches the open set for what the lines say, at every keystroke, and shows the results.

    Args:
        session: The open set and the services for it.
        count: Number of results of a search.
        measures: Whether recall is measured while nothing is typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EXPLORER)
    DEFAULT_CSS = """
    SearchView { height: 1fr; }
    """

    class Answered(Message):
        """A search was answered; ``newest`` if no newer one is under way."""

        def __init__(self, page: ResultPage, newest: bool) -> None:
            super().__init__()
            self.page = page
            self.newest = newest

    class Disconnected(Message):
        """A search found that the connection is lost."""

        def __init__(self, error: VsexplorerError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, session: Session, count: int, measures: bool) -> None:
        super().__init__(id="search")
        self._session = session
        self.options = OptionChoice(count)
        self.query_bar = QueryBar(self._find_names)
        self.filter_bar = FilterBar()
        self.results = ResultsPane(session, self._judged)
        self.status_bar = StatusLine(id="status")
        self.history = SearchHistory(session.memory)
        self._live: LiveSearch[PreparedQuery] = LiveSearch(
            lambda: session.explorer.search, self._deliver, self._crash
        )
        self._counter = MatchCounter(
            lambda info, filter: session.explorer.samples.matching(info, filter), self._show_matches, self._crash
        )
        self._measures = measures
        self._meter = RecallMeter(
            lambda info, filter, options: session.explorer.quality.estimates(info, filter, options),
            self._show_recall,
            self._crash,
        )
        self._scaler: WhenIdle[ResultPage] = WhenIdle(self._scale, self._crash, _REST)
        self._trail: list[SearchDraft] = []
        """The searches to return to from searches for similar elements."""
        self._timed_out: Query | None = None
        self.keeps_results = False
        """Whether the results shown stay, whatever the lines say."""

    def compose(self) -> ComposeResult:
        """Compose the lines, the results and the status line."""
        yield self.query_bar
        yield self.filter_bar
        yield self.results
        yield self.status_bar

    async def close(self) -> None:
        """Stop searching, and wait for running commands."""
        self.history.close()
        await self._counter.close()
        await self._meter.close()
        await self._scaler.close()
        await self._live.close()

    async def settled(self) -> None:
        """Wait until no search is under way."""
        await self._live.settled()

    @property
    def draft(self) -> SearchDraft:
        """The search as it is typed."""
        return SearchDraft(self.query_bar.value, self.filter_bar.value, self.options.chosen)

    @property
    def busy(self) -> bool:
        """Whether the newest search is not answered yet."""
        return self._live.busy

    def say(self, words: str, error: bool = False) -> None:
        """Show a message, sanitized, in place of the command."""
        self.status_bar.say(words, error)

    def begin(self) -> None:
        """Start over with a set that was opened."""
        self._trail.clear()
        self.history.begin()
        self.results.table.first_fields = ()
        self.results.table.scale_from(None)
        self.results.clear()
        self.search()
        self.options.reset_widening()

    def suspend(self, words: str) -> None:
        """Mark the results as old and say why no search is answered."""
        self._live.forget()
        self.mark_stale()
        self.say(words, error=True)

    def repeat(self) -> None:
        """Search, count and measure again, because the set may have changed."""
        self.forget_counts()
        self.search()

    def forget_counts(self) -> None:
        """Count matches and measure recall again with the next search."""
        self._counter.forget()
        self._meter.forget()

    def use_facts(self, facts: SetFacts | None) -> None:
        """Use what a sample tells of the fields; ``None`` while it is being taken."""
        self.filter_bar.use_facts(facts)
        self.results.fields.show(facts, self.filter_bar.dialect.null)
        self._mark_conditions()

    def show_model(self) -> None:
        """Show the results with the model now in use."""
        self.results.table.first_fields = self._session.embedded_fields
        self.results.redraw()
        if self.results.page is not None:
            self.status_bar.show_command(self.results.page)

    def change_options(self, options: SearchOptions) -> str:
        """Search with other options; return why they are refused, or an empty string."""
        refused = self.options.choose(options, self._info)
        if not refused:
            self.search()
        return refused

    def close_completion(self) -> bool:
        """Close the list of completions; return whether one was open."""
        return self.query_bar.close_completion() or self.filter_bar.close_completion()

    def step_back(self) -> None:
        """Close the panel of fields, leave a line, or return from a search for similar elements."""
        focused = self.screen.focused
        if self.results.shows_fields and not isinstance(focused, Input):
            self.action_toggle_fields()
        elif isinstance(focused, Input | AttributesView):
            self.screen.set_focus(self.results.table)
        elif self._trail:
            self.apply(self._trail.pop())

    @property
    def _info(self) -> SetInfo | None:
        return self._session.info

    def search(self) -> None:
        """Run the search that the query and filter lines describe."""
        if self._info is None or self.keeps_results or not self._session.connection.connected:
            return
        source = self.query_bar.source
        if source is None or not self.filter_bar.valid:
            self._live.forget()
            self.mark_stale()
            return
        self._live.ask(Query(self._info.key, source, self.filter_bar.value, self.options.current))
        self.set_timer(_SOON, self._say_busy)

    def apply(self, draft: SearchDraft) -> None:
        """Apply a draft to the lines and the options, and run it."""
        refused = self.options.choose(draft.options, self._info)
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

    def mark_stale(self) -> None:
        """Mark the results as belonging to an older search."""
        self.results.mark_stale()
        if self.query_bar.source is not None:
            self.query_bar.say("")

    def _say_busy(self) -> None:
        if not self._live.busy or not self._session.connection.connected:
            return
        from vsexplorer.language.query_source import embeds

        source = self.query_bar.source
        waiting = source is not None and embeds(source) and not self._session.explorer.models.embedder.ready
        self.query_bar.say("waiting for the model …" if waiting else "searching …")

    def _deliver(self, outcome: Outcome) -> None:
        if self._info is None or outcome.query.key != self._info.key:
            return
        page = outcome.page
        self._meter.stop()
        self._scaler.stop()
        if page is None:
            if outcome.error is not None and outcome.newest:
                self._show_error(outcome.error, outcome.query)
            return
        self.results.show_page(page, self._info)
        self.query_bar.say(self.results.summary)
        self.filter_bar.say("✓" if page.query.filter.strip() else "", "good")
        self.status_bar.show_command(page)
        if outcome.newest:
            self.history.show(SearchDraft(self.query_bar.value, page.query.filter, self.options.chosen))
            self._counter.ask(self._info, page.query.filter)
            ranked = self._measures and page.hits and not isinstance(page.query.source, Everything)
            if ranked:
                self._scaler.ask(page)
            if ranked and _is_approximate(page.query):
                self._meter.ask(self._info, page.query.filter, page.query.options)
        self.post_message(self.Answered(page, outcome.newest))

    async def _scale(self, page: ResultPage) -> None:
        """Draw the score bars on the scale of the scores of all elements for the same query."""
        try:
            found = await self._session.explorer.distribution.of_page(page)
        except VsexplorerError:
            # The search itself reports the server's error.
            return
        if self._scaler.wants(page) and found.scores:
            self.results.table.scale_from(found.median)

    def _show_error(self, error: VsexplorerError, query: Query) -> None:
        self.mark_stale()
        words = error.message
        if isinstance(error, FilterRefused):
            self.filter_bar.say("✗", "error")
            self.say(f"{error.message} {error.hint}", error=True)
        elif isinstance(error, ConnectionFailed) or (isinstance(error, TimedOut) and query != self._timed_out):
            # A search that times out twice is itself too slow: do not reconnect to repeat it.
            self._timed_out = query
            self.post_message(self.Disconnected(error))
        elif isinstance(error, NotFound) and isinstance(query.source, ByElement | BySum):
            # It may be a name that is still being typed.
            if not self.query_bar.completes:
                self.say(words, error=True)
        elif isinstance(error, DimensionMismatch | ModelUnavailable | NotFound) or not self.results.selected:
            self.results.show_error(error)
            if isinstance(error, DimensionMismatch) and self._info is not None:
                self.run_worker(self._offer_models(self._info), group="models", description="looking for models")
        else:
            self.say(words, error=True)

    async def _offer_models(self, info: SetInfo) -> None:
        if await self._session.explorer.models.fitting(info):
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
            self._live.forget()
            self.mark_stale()

    @on(FieldsPanel.Toggled)
    def _condition_toggled(self, event: FieldsPanel.Toggled) -> None:
        if not self.filter_bar.toggle(event.condition):
            self.say("fix the filter first · f: edit it", error=True)

    def _mark_conditions(self) -> None:
        if self.results.shows_fields:
            self.results.fields.mark(self.filter_bar.conditions)

    @on(ResultsPane.Summarized)
    def show_summary(self) -> None:
        """Show the summary of the results in the query line."""
        self.query_bar.say(self.results.summary)

    @on(ResultsPane.Used)
    def _results_used(self) -> None:
        self.history.use()

    @on(PromptLine.Left)
    def _line_left(self) -> None:
        self.history.use()
        self.screen.set_focus(self.results.table)

    @on(PromptLine.Moved)
    def _moved(self, event: PromptLine.Moved) -> None:
        draft = self.history.step(self.draft, event.by, self.query_bar.is_active)
        if draft is not None:
            self.apply(draft)
        else:
            self.results.table.action_move(event.by)

    def action_rate(self, grade: int) -> None:
        """Rate the selected result for the search: 2 relevant, 1 partly, 0 not; -1 removes the rating."""
        search, hit = self.history.answered, self.results.selected
        if search is None or hit is None or not search.line.strip():
            self.say("search for something and select a result to rate it")
            return
        self._session.memory.rate(search, hit.element, grade if grade >= 0 else None)
        self.history.use()
        rated = len(self._session.memory.ratings[search.line, search.filter])
        self.say(f"{_GRADES.get(grade, 'not rated')}: {decode(hit.element)} · {rated:,} rated for this search")
        self.results.show_selected()

    def _judged(self, hit: Hit) -> tuple[str, ...]:
        """Return whether a result passes the filter, and why, and how it is rated."""
        search = self.history.answered
        rated = self._session.memory.ratings.get((search.line, search.filter), {}) if search is not None else {}
        rating = f"rated {_GRADES[rated[hit.element]]}" if hit.element in rated else ""
        return tuple(filter(None, (self.filter_bar.verdict(hit), rating)))

    async def _find_names(self, prefix: bytes) -> list[bytes]:
        if self._info is None or not self._session.connection.connected:
            return []
        page = self.results.page
        shown = [hit.element for hit in page.hits] if page is not None else []
        try:
            found = await self._session.explorer.elements.names(self._info.key, prefix)
        except VsexplorerError:
            # The search itself reports the server's error.
            found = []
        typed = prefix.lower()
        return list(dict.fromkeys([*found, *(name for name in shown if typed in name.lower())]))

    def action_focus_query(self) -> None:
        """Focus the query line; select a text that ``s`` inserted, so that typing replaces it."""
        self.query_bar.activate(select=bool(self._trail))

    def action_focus_filter(self) -> None:
        """Focus the filter line."""
        self.filter_bar.activate()

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
        refused = self.options.toggle_exact(self._info)
        if refused:
            self.say(refused, error=True)
        else:
            self.search()

    def action_widen(self) -> None:
        """Examine more candidates of a filtered search."""
        if self._info is None or not self.filter_bar.value.strip():
            self.say("only a search with a filter can be widened")
            return
        before = self.options.current
        self.say(self.options.widen(self._info))
        if self.options.current != before:
            self.search()

    def action_toggle_fields(self) -> None:
        """Open or close the panel of fields."""
        self.results.toggle_fields()
        self._mark_conditions()

    def _show_recall(self, measured: Circumstances, estimate: RecallEstimate | None) -> None:
        """Show the recall of searches like the one shown, unless another one is shown by now."""
        page = self.results.page
        if page is None or (measured.filter, measured.options) != (page.query.filter.strip(), page.query.options):
            return
        if estimate is None:
            self.results.recall = "recall not measured"
        else:
            interval = f"{estimate.low:.2f} to {estimate.high:.2f} by {estimate.queries} queries"
            self.results.recall = f"recall {estimate.mean:.2f} ({interval})"
        self.show_summary()

    def _crash(self, error: BaseException) -> None:
        self.app.call_later(self.app.crash, error)  # type: ignore[attr-defined]


def _is_approximate(query: Query) -> bool:
    return not (query.options.exact or query.options.varied)
