"""What the main screen looks like: its widgets, and how each state is drawn. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import display, milliseconds, plural, sanitize
from vsexplorer.core.values import ByText, Capabilities, Everything, Hit, ResultPage, SetInfo
from vsexplorer.tui.keymap import KEYMAP, Place, keys_at
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.bars import Footer, TextBar, set_line
from vsexplorer.tui.widgets.completions import CompletionList
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.filter_line import FilterHighlighter, FindingLine
from vsexplorer.tui.widgets.notice import Notice
from vsexplorer.tui.widgets.prompt import INDENT, PromptLine
from vsexplorer.tui.widgets.results import ResultsTable

if TYPE_CHECKING:
    from vsexplorer.insight.match_counts import Matches
    from vsexplorer.language.check import Finding, Report

_QUERY_HINT = "type what to look for"
_LACKING = "An element that lacks a field of the filter never matches."
_FILTER_HINT = 'such as .year > 1950 and .country == "Chile"'
_KEYS_OVER_FIELDS = ("query", "filter", "widen", "back", "help", "quit")


class ExplorerFace(Screen[None]):
    """Header, query and filter line, results beside attributes, status line, keys."""

    AUTO_FOCUS = "#query Input"
    DEFAULT_CSS = """
    ExplorerFace {
        layout: vertical;
        & > #server { color: $text-muted; }
        & > #set { text-style: bold; }
        & > #body { height: 1fr; border-top: solid $surface-lighten-2; border-bottom: solid $surface-lighten-2; }
        & #results { width: 1fr; }
        & #attributes { width: 36%; max-width: 64; border-left: solid $surface-lighten-2; }
        & > #understood { display: none; padding: 0 0 0 9; color: $text-accent; }
        & > #understood.-shown { display: block; }
        & > #status { color: $text-muted; }
        & > #status.-error { color: $text-error; }
        & #results.-hidden, & Notice.-hidden { display: none; }
        &.-narrow #attributes { display: none; }
        &.-fields #attributes { display: none; }
        &.-fields #fields { display: block; }
        &.-narrow.-fields #results, &.-narrow.-fields Notice { display: none; }
        &.-narrow.-fields #fields { width: 1fr; max-width: 100%; border-left: none; }
        &.-short > #server, &.-short > #set { display: none; }
        &.-short > #body { border: none; }
    }
    """

    def __init__(self, remapped: Mapping[str, str]) -> None:
        super().__init__()
        self.server_bar = TextBar(id="server")
        self.set_bar = TextBar(id="set")
        self.query_line = PromptLine("query", _QUERY_HINT, id="query")
        self.query_finding = FindingLine(INDENT, id="query-finding")
        self.understood = TextBar(id="understood")
        self.proposed_names = CompletionList(id="names")
        self.filter_line = PromptLine("filter", _FILTER_HINT, id="filter", highlighter=FilterHighlighter())
        self.finding_line = FindingLine(INDENT, id="finding")
        self.completions = CompletionList(id="completions")
        self.results = ResultsTable(id="results", classes="-hidden")
        self.notice = Notice(id="notice")
        self.attributes = AttributesView(id="attributes")
        self.fields = FieldsPanel(id="fields")
        self.status_bar = TextBar(id="status")
        self._footer = Footer(keys_at(Place.EXPLORER, Place.RESULTS, Place.EVERYWHERE), remapped)
        self._counted = ""
        self._of_set = ""

    def compose(self) -> ComposeResult:
        """All widgets, from the top."""
        yield self.server_bar
        yield self.set_bar
        yield self.query_line
        yield self.query_finding
        yield self.understood
        yield self.proposed_names
        yield self.filter_line
        yield self.finding_line
        yield self.completions
        with Horizontal(id="body"):
            yield self.results
            yield self.notice
            yield self.attributes
            yield self.fields
        yield self.status_bar
        yield self._footer

    def tell(self, title: str, sentence: str = "", hint: str = "", error: bool = False) -> None:
        """Show a state where the results would be; the texts are harmless already."""
        self.notice.say(title, sentence, hint, error)
        self._swap(self.notice, self.results)
        self.attributes.show("", None)

    def tell_error(self, error: VsexplorerError) -> None:
        """Show an error where the results would be."""
        title, _, rest = sanitize(error.message, keep_newlines=True).partition("\n")
        self.tell(title, rest, sanitize(error.hint, keep_newlines=True), error=True)

    def tell_progress(self, progress: Progress) -> None:
        """Show how far something has come where the results would be."""
        self.notice.say_progress(progress)
        self._swap(self.notice, self.results)

    def say(self, words: str, error: bool = False) -> None:
        """Put a sentence, harmless already, in the place of the command."""
        self.status_bar.set_class(error, "-error")
        self.status_bar.set_text(words)

    def mark_stale(self) -> None:
        """Show that the results answer an older question."""
        self.results.stale = True
        self.query_line.say("")

    def show_query_report(self, finding: Finding | None, understood: str, scrolled: int) -> None:
        """Say under the query what is wrong with it, or how it was understood; nothing about a plain text."""
        self.query_finding.show(finding, scrolled)
        self.understood.set_text(understood)
        if self.understood.has_class("-shown") != bool(understood):
            self.understood.set_class(bool(understood), "-shown")
        if finding is not None:
            unfinished = finding.severity.value == "unfinished"
            self.query_line.say("…" if unfinished else "✗", "" if unfinished else "error")

    def show_report(self, report: Report, completing: bool = False) -> None:
        """Say what is to be said of the filter as it is typed; what is proposed says itself what is missing."""
        finding = None if completing and report.unfinished else report.foremost
        self.finding_line.show(finding, int(self.filter_line.input.scroll_offset.x))
        if not report.ok or report.unfinished:
            self.filter_line.say("…" if report.unfinished else "✗", "" if report.unfinished else "error")

    def show_fields(self, shown: bool) -> None:
        """Put the panel of fields in the place of the attributes, or take it away."""
        self.set_class(shown, "-fields")
        keys = [key for key in KEYMAP if key.place is Place.FIELDS or key.id in _KEYS_OVER_FIELDS]
        self._footer.show(keys if shown else keys_at(Place.EXPLORER, Place.RESULTS, Place.EVERYWHERE))
        (self.fields if shown else self.results).focus()

    def show_page(self, page: ResultPage, info: SetInfo) -> None:
        """Draw an answer, or say why there is nothing in it."""
        self.results.show(page)
        self.filter_line.say("✓" if page.query.filter.strip() else "", "good")
        if page.hits:
            self._swap(self.results, self.notice)
            # Not by the table's message, which may come a picture too late.
            self._show_attributes(self.results.selected)
            self._counted = _counted(page, info)
            self.show_count()
        else:
            self.query_line.say("no match")
            self.tell(*_nothing(page, info))
        self.show_command(page)

    def show_matches(self, page: ResultPage, matches: Matches) -> None:
        """Say how many elements pass the filter, and where the search did not find all it could."""
        self.filter_line.say(_matching(matches), "good")
        found, options = len(page.hits), page.query.options
        if matches.exact and not matches.number and not found:
            self.tell("No match", "No element of the set passes the filter.", _LACKING)
            return
        if found < min(matches.low, options.count) and not options.exact:
            about = "" if matches.exact else "about "
            limit = "" if options.filter_ef is None else f" of {options.filter_ef:,}"
            self.say(
                f"stopped at FILTER-EF{limit} with {found:,} of {about}{matches.number:,} that match: w widens it"
            )

    @on(ResultsTable.Sorted)
    def show_count(self) -> None:
        """Say how many results there are, and how they are sorted where that is not by rank."""
        self.query_line.say(" ".join(filter(None, (self._counted, self.results.sorting))))

    def show_command(self, page: ResultPage) -> None:
        """Show what must be known of an answer, the command sent, and where the time went."""
        times = page.timings
        took = f"redis {milliseconds(times.redis)} · all {milliseconds(times.total)} ms"
        if page.timings.embed or isinstance(page.query.source, ByText):
            embed = "remembered" if times.embed_cached else milliseconds(times.embed)
            took = f"embed {embed} · {took}"
        self.status_bar.remove_class("-error")
        notes = "".join(f"note: {note} · " for note in page.notes)
        self.status_bar.set_text(f"{notes}{page.command}", took)

    def show_server(self, label: str, able: Capabilities, rights: str, note: str) -> None:
        """Fill the header's first line; ``note`` stands at its right."""
        server = f"{sanitize(able.product)} {sanitize(able.version)}"
        self.server_bar.set_text(f"{sanitize(label)} · {server} · {rights}", note)

    def show_set(self, info: SetInfo, model: str) -> None:
        """Fill the header's second line."""
        self.set_bar.set_text(set_line(info, model), self._of_set)

    def say_of_set(self, words: str) -> None:
        """Say something at the right of the header's second line; ``words`` are harmless already."""
        if words != self._of_set:
            self._of_set = words
            self.set_bar.set_text(self.set_bar.left, words)
            if words and self.has_class("-short"):
                # There is no header.
                self.say(words)

    @on(ResultsTable.Selected)
    def _selected(self, event: ResultsTable.Selected) -> None:
        self._show_attributes(event.hit)

    def _show_attributes(self, hit: Hit | None) -> None:
        if hit is None or not self.attributes.display:
            return
        score = f" · {hit.score:.3f}" if hit.score is not None else ""
        facts = (f"#{hit.rank}{score}", *filter(None, (self.verdict(hit),)), "")
        self.attributes.show(display(hit.element), hit.attributes, facts)

    def verdict(self, hit: Hit) -> str:
        """What the filter says of an element and why; empty without a filter."""
        return ""

    def _swap(self, shown: ResultsTable | Notice, hidden: ResultsTable | Notice) -> None:
        # Changing a class styles the whole screen anew, so it is not done for nothing.
        if shown.has_class("-hidden"):
            shown.remove_class("-hidden")
        if not hidden.has_class("-hidden"):
            hidden.add_class("-hidden")


def _matching(matches: Matches) -> str:
    if matches.exact:
        return f"✓ {matches.number:,} match"
    return f"✓ ≈ {matches.number:,} match ({matches.low:,} to {matches.high:,}, from {matches.sampled:,} sampled)"


def _counted(page: ResultPage, info: SetInfo) -> str:
    if page.query.filter.strip() or not isinstance(page.query.source, Everything):
        return plural(len(page.hits), "result")
    return f"{len(page.hits):,} of {plural(info.size, 'element')}"


def _nothing(page: ResultPage, info: SetInfo) -> tuple[str, str, str]:
    if info.size == 0:
        return "This vector set is empty", "", "vsexplorer load KEY FILE fills it; o switches to another one."
    if not page.query.filter.strip():
        return "No match", "", ""
    hint = _LACKING
    if not page.query.options.exact and not isinstance(page.query.source, Everything):
        hint += "\nA filtered search examines the nearest candidates only: w widens it."
    return "No match", "Nothing near the query passes the filter.", hint
