"""The main screen: a query, a filter, the results, the selected element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input

from vsexplorer.errors import (
    ConnectionFailed,
    DimensionMismatch,
    FilterRefused,
    ModelUnavailable,
    NotFound,
    VsexplorerError,
)
from vsexplorer.model import ByElement, ByText, Everything, Query, ResultPage, SearchOptions, SetInfo, Source
from vsexplorer.text import display, milliseconds, plural, sanitize
from vsexplorer.tui.backend import Backend, Opener, Start
from vsexplorer.tui.keymap import Place, bindings, keys_at
from vsexplorer.tui.live import LiveSearch, Outcome
from vsexplorer.tui.screens.connection import ConnectionKeeper
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.bars import Footer, TextBar, set_line
from vsexplorer.tui.widgets.notice import Notice
from vsexplorer.tui.widgets.prompt import PromptLine
from vsexplorer.tui.widgets.results import ResultsTable

COUNTS = (10, 20, 50, 100, 200, 500, 1000)
_EXACT_GUARD = 500_000
"""Elements up to which the screen compares with all of them on every keystroke."""
_SOON = 0.15
"""Seconds after which a search that has not answered is called one."""


class ExplorerScreen(Screen[None]):
    """Turns what is typed into queries and draws what comes back."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.EXPLORER)
    AUTO_FOCUS = "#query Input"
    DEFAULT_CSS = """
    ExplorerScreen {
        layout: vertical;
        & > #server { color: $text-muted; }
        & > #set { text-style: bold; }
        & > #body { height: 1fr; border-top: solid $surface-lighten-2; border-bottom: solid $surface-lighten-2; }
        & #results { width: 1fr; }
        & #attributes { width: 36%; max-width: 64; border-left: solid $surface-lighten-2; }
        & > #status { color: $text-muted; }
        & > #status.-error { color: $text-error; }
        & #results.-hidden, & Notice.-hidden { display: none; }
        &.-narrow #attributes { display: none; }
        &.-short > #server, &.-short > #set { display: none; }
        &.-short > #body { border: none; }
    }
    """

    def __init__(self, start: Start, opener: Opener, remapped: Mapping[str, str]) -> None:
        super().__init__()
        self.start = start
        self._remapped = remapped
        self._info: SetInfo | None = None
        self._page: ResultPage | None = None
        self._like: bytes | None = None
        self._trail: list[tuple[bytes | None, str]] = []
        self._options = SearchOptions(start.count)
        self.connection = ConnectionKeeper(self, opener)
        self._live: LiveSearch[object] = LiveSearch(lambda: self.backend, self._deliver, self._crash)

    def compose(self) -> ComposeResult:
        """Header, lines, results beside attributes, status, keys."""
        yield TextBar(id="server")
        yield TextBar(id="set")
        yield PromptLine("query", "type what to look for", id="query")
        yield PromptLine("filter", 'such as .year > 1950 and .country == "Chile"', id="filter")
        with Horizontal(id="body"):
            yield ResultsTable(id="results")
            yield Notice(id="notice")
            yield AttributesView(id="attributes")
        yield TextBar(id="status")
        yield Footer([*keys_at(Place.EXPLORER, Place.RESULTS), *keys_at(Place.EVERYWHERE)], self._remapped)

    def on_mount(self) -> None:
        """Paint, then connect."""
        self._widgets()
        self._server.set_text("connecting …", "vsexplorer")
        self.tell("Connecting …")
        self.call_after_refresh(self.connection.start)

    def _widgets(self) -> None:
        self._server = self.query_one("#server", TextBar)
        self._set = self.query_one("#set", TextBar)
        self._query = self.query_one("#query", PromptLine)
        self._filter = self.query_one("#filter", PromptLine)
        self._results = self.query_one(ResultsTable)
        self._notice = self.query_one(Notice)
        self._attributes = self.query_one(AttributesView)
        self._status = self.query_one("#status", TextBar)
        self._results.add_class("-hidden")

    @property
    def backend(self) -> Backend:
        """What answers."""
        return self.connection.backend

    @property
    def live(self) -> LiveSearch[object]:
        """The searches under way."""
        return self._live

    # What is typed

    @on(PromptLine.Edited, "#query")
    def _query_edited(self) -> None:
        if self._like is not None and self._query.value:
            self._like = None
        self.ask()

    @on(PromptLine.Edited, "#filter")
    def _filter_edited(self) -> None:
        self.ask()

    @on(PromptLine.Moved)
    def _selection_moved(self, event: PromptLine.Moved) -> None:
        self._results.action_move(event.by)

    @on(PromptLine.Left)
    def _line_left(self) -> None:
        self._results.focus()

    def ask(self) -> None:
        """Search for what the lines say now."""
        if self._info is None or not self.connection.connected:
            return
        self._live.ask(Query(self._info.key, self._source(), self._filter.value, self._options))
        self.set_timer(_SOON, self._say_busy)

    def _source(self) -> Source:
        if self._like is not None:
            return ByElement(self._like)
        text = self._query.value
        return ByText(text) if text.strip() else Everything()

    def _say_busy(self) -> None:
        if not self._live.busy or not self.connection.connected:
            return
        if isinstance(self._source(), ByText) and not self.backend.embedder.ready:
            self._query.say("waiting for the model …")
        else:
            self._query.say("searching …")

    # What comes back

    def _deliver(self, outcome: Outcome) -> None:
        if self._info is None or outcome.query.key != self._info.key:
            return
        if outcome.page is not None:
            self._show(outcome.page)
        elif outcome.error is not None and outcome.newest:
            self._show_error(outcome.error)

    def _show(self, page: ResultPage) -> None:
        self._page = page
        self._results.show(page)
        self._filter.say("✓" if page.query.filter.strip() else "", "good")
        if page.hits:
            self._reveal_results()
            self._query.say(self._counted(page))
        else:
            self._query.say("no match")
            self.tell(*self._nothing(page))
        self.show_command()

    def _counted(self, page: ResultPage) -> str:
        if page.query.filter.strip() or isinstance(page.query.source, ByText | ByElement):
            return plural(len(page.hits), "result")
        total = self._info.size if self._info else len(page.hits)
        return f"{len(page.hits):,} of {plural(total, 'element')}"

    def _nothing(self, page: ResultPage) -> tuple[str, str, str]:
        if self._info is not None and self._info.size == 0:
            return "This vector set is empty", "", "vsexplorer load KEY FILE fills it; o switches to another one."
        if not page.query.filter.strip():
            return "No match", "", ""
        hint = "An element that lacks a field of the filter never matches."
        if not page.query.options.exact and not isinstance(page.query.source, Everything):
            hint += "\nA filtered search examines the nearest candidates only: t compares with every element."
        return "No match", "Nothing near the query passes the filter.", hint

    def _show_error(self, error: VsexplorerError) -> None:
        self.mark_stale()
        if isinstance(error, FilterRefused):
            self._filter.say("✗", "error")
            self.say(sanitize(f"{error.message} {error.hint}"), error=True)
        elif isinstance(error, ConnectionFailed):
            self.connection.lost(error)
        elif isinstance(error, DimensionMismatch | ModelUnavailable | NotFound) or not self._results.selected:
            self.tell_error(error)
            if isinstance(error, DimensionMismatch):
                self.say("m lists the models that fit this set")
        else:
            self.say(sanitize(error.message), error=True)

    def _crash(self, error: BaseException) -> None:
        self.app.call_later(self.app.crash, error)  # type: ignore[attr-defined]

    # Faces

    def tell(self, title: str, sentence: str = "", hint: str = "", error: bool = False) -> None:
        """Show a state where the results would be; the texts are harmless already."""
        self._notice.say(title, sentence, hint, error)
        self._results.add_class("-hidden")
        self._notice.remove_class("-hidden")
        self._attributes.show("", None)

    def tell_error(self, error: VsexplorerError) -> None:
        """Show an error where the results would be."""
        title, _, rest = sanitize(error.message, keep_newlines=True).partition("\n")
        self.tell(title, rest, sanitize(error.hint, keep_newlines=True), error=True)

    def _reveal_results(self) -> None:
        if self._results.has_class("-hidden"):
            self._results.remove_class("-hidden")
            self._notice.add_class("-hidden")

    def mark_stale(self) -> None:
        """Show that the results answer an older question."""
        self._results.stale = True
        self._query.say("")

    def say(self, words: str, error: bool = False) -> None:
        """Put a sentence, harmless already, in the place of the command."""
        self._status.set_class(error, "-error")
        self._status.set_text(words)

    def show_command(self) -> None:
        """Show the command sent and where the time went, or what must be known of the answer."""
        if self._page is None:
            return
        times = self._page.timings
        took = f"redis {milliseconds(times.redis)} · all {milliseconds(times.total)} ms"
        if isinstance(self._page.query.source, ByText):
            embed = "remembered" if times.embed_cached else milliseconds(times.embed)
            took = f"embed {embed} · {took}"
        self._status.remove_class("-error")
        notes = "".join(f"note: {note} · " for note in self._page.notes)
        self._status.set_text(f"{notes}{self._page.command}", took)

    def show_server(self) -> None:
        """Fill the header's first line."""
        able = self.backend.capabilities
        self._server.set_text(
            f"{sanitize(self.backend.label)} · {sanitize(able.product)} {sanitize(able.version)} · read-only",
            "vsexplorer",
        )

    def show_set(self) -> None:
        """Fill the header's second line."""
        if self._info is not None:
            self._set.set_text(set_line(self._info, self.backend.embedder.name))

    @on(ResultsTable.Selected)
    def _selected(self, event: ResultsTable.Selected) -> None:
        hit = event.hit
        if hit is None or not self._attributes.display:
            return
        score = f" · {hit.score:.3f}" if hit.score is not None else ""
        self._attributes.show(display(hit.element), hit.attributes, (f"#{hit.rank}{score}", ""))

    # Sets

    async def open_first_set(self) -> None:
        """Open the set that was named, or the only one there is, or let the user choose."""
        if self.start.key is not None:
            await self.open_set(self.start.key)
            return
        found: list[SetInfo] = []
        async for page in self.backend.sets():
            found += page
            if len(found) > 1:
                break
        if not found:
            self.tell(
                "There is no vector set in this database",
                "",
                "vsexplorer load KEY FILE --id FIELD --text FIELD makes one,\nvsexplorer demo shows one.",
            )
        elif len(found) == 1:
            await self.open_set(found[0].key)
        else:
            self.tell("Several vector sets are here", "", "o lists them")
            self.action_choose_set()

    async def open_set(self, key: bytes) -> None:
        """Show a set."""
        try:
            self._info = await self.backend.info(key)
        except VsexplorerError as error:
            self._info = None
            self._set.set_text(display(key))
            self.tell_error(error)
            return
        self._page, self._like, self._trail = None, None, []
        self._results.clear()
        self.show_set()
        self.ask()

    def note_info(self, info: SetInfo) -> None:
        """Take up what the set is like now."""
        if self._info is not None and info.key == self._info.key:
            self._info = info
            self.show_set()

    @property
    def key(self) -> bytes | None:
        """The open set."""
        return self._info.key if self._info else None

    # Actions

    def action_focus_query(self) -> None:
        """Go to the query line."""
        self._query.input.focus()

    def action_focus_filter(self) -> None:
        """Go to the filter line."""
        self._filter.input.focus()

    def action_back(self) -> None:
        """Leave a line; else return from a search for similar ones."""
        if isinstance(self.focused, Input | AttributesView):
            self._results.focus()
        elif self._trail:
            self._like, text = self._trail.pop()
            self._name_query(text)
            self.ask()

    def action_similar(self) -> None:
        """Search for elements like the selected one."""
        if (hit := self._results.selected) is None or self._info is None:
            return
        self._trail.append((self._like, self._query.value))
        self._like = hit.element
        self._name_query("")
        self.ask()

    def _name_query(self, text: str) -> None:
        self._query.set_quietly(text)
        if self._like is None:
            self._query.input.placeholder = "type what to look for"
        else:
            self._query.input.placeholder = f"like {display(self._like)} (esc goes back)"

    @on(ResultsTable.Opened)
    def _open_element(self, event: ResultsTable.Opened) -> None:
        from vsexplorer.tui.screens.element import ElementScreen

        if self._info is not None:
            self.app.push_screen(ElementScreen(self.backend, self._info.key, event.hit), self._element_left)

    def _element_left(self, similar: bool | None) -> None:
        if similar:
            self.action_similar()

    def action_choose_set(self) -> None:
        """List the sets."""
        from vsexplorer.tui.screens.sets import SetsScreen

        if self.connection.connected:
            self.app.push_screen(SetsScreen(self.backend), self._set_chosen)

    def _set_chosen(self, info: SetInfo | None) -> None:
        if info is not None:
            self.run_worker(self.open_set(info.key), group="open", exclusive=True, description="opening a set")

    def action_choose_model(self) -> None:
        """List the models that fit the set."""
        from vsexplorer.tui.screens.models import ModelsScreen

        if self._info is not None and self.connection.connected:
            self.app.push_screen(ModelsScreen(self.backend, self._info), self.connection.use_model)

    def action_change_count(self, step: int) -> None:
        """Ask for more or fewer results."""
        counts = sorted({*COUNTS, self._options.count})
        index = max(0, min(len(counts) - 1, counts.index(self._options.count) + step))
        self._options = SearchOptions(counts[index], exact=self._options.exact)
        self.ask()

    def action_toggle_exact(self) -> None:
        """Compare with every element, or walk the graph."""
        if self._info is not None and self._info.size > _EXACT_GUARD and not self._options.exact:
            self.say(f"{self._info.size:,} elements are too many to compare at each keystroke: see query --exact")
            return
        self._options = SearchOptions(self._options.count, exact=not self._options.exact)
        self.ask()

    def action_refresh_results(self) -> None:
        """Ask again, or try again to connect or to load the model."""
        if not self.connection.connected:
            self.connection.retry()
        else:
            self.connection.load_model(again=True)
            self.ask()

    def action_copy_element(self) -> None:
        """Send the selected element's name to the clipboard."""
        if (hit := self._results.selected) is not None:
            self.app.copy_to_clipboard(display(hit.element))
            self.say(f"sent to clipboard: {display(hit.element)}")

    def action_copy_command(self) -> None:
        """Send the command to the clipboard."""
        if self._page is not None:
            self.app.copy_to_clipboard(self._page.command)
            self.say("sent to clipboard: the command")
