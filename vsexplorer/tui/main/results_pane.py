"""The body of the main screen: the results beside the attributes of the selected one, or a notice."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import display, plural, sanitize
from vsexplorer.core.values import Everything, Hit, ResultPage, SetInfo
from vsexplorer.tui.selection import Selection
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.notice import Notice
from vsexplorer.tui.widgets.results import ResultsTable

LACKING = "An element that lacks a field of the filter never matches."


class ResultsPane(Horizontal):
    """Owns the table, the notice in its place, the attributes and the panel of fields.

    Args:
        selection: The marked elements.
        verdict: Explains whether an element passes the filter.
    """

    DEFAULT_CSS = """
    ResultsPane {
        height: 1fr; border-top: solid $surface-lighten-2; border-bottom: solid $surface-lighten-2;
        & > #results { width: 1fr; }
        & > #attributes { width: 36%; max-width: 64; border-left: solid $surface-lighten-2; }
        & > #results.-hidden, & > Notice.-hidden { display: none; }
        &.-fields > #attributes { display: none; }
        &.-fields > #fields { display: block; }
    }
    """

    def __init__(self, selection: Selection, verdict: Callable[[Hit], str]) -> None:
        super().__init__(id="body")
        self._verdict = verdict
        self._selection = selection
        self._counted = ""
        self.table = ResultsTable(id="results", classes="-hidden")
        self.table.selection = selection
        self.notice = Notice(id="notice")
        self.attributes = AttributesView(id="attributes")
        self.fields = FieldsPanel(id="fields")

    def compose(self) -> ComposeResult:
        """Table or notice, attributes or fields."""
        yield self.table
        yield self.notice
        yield self.attributes
        yield self.fields

    @property
    def selected(self) -> Hit | None:
        """The element under the cursor."""
        return self.table.selected

    @property
    def shows_fields(self) -> bool:
        """Whether the panel of fields is open."""
        return self.has_class("-fields")

    @property
    def summary(self) -> str:
        """How many results there are, by what they are sorted if not by rank, and how many elements are marked."""
        marked = f"· {len(self._selection):,} marked" if self._selection else ""
        return " ".join(filter(None, (self._counted, self.table.sorting, marked)))

    def show_page(self, page: ResultPage, info: SetInfo) -> None:
        """Show an answer, or say why there is nothing in it."""
        self.table.show(page)
        if not page.hits:
            self._counted = "no match"
            self.tell(*_nothing(page, info))
            return
        self._counted = _counted(page, info)
        self._swap(self.table, self.notice)
        # Not by the table's message, which may come a frame too late.
        self._show_attributes(self.table.selected)

    def tell(self, title: str, sentence: str = "", hint: str = "", error: bool = False) -> None:
        """Show a state in place of the results; the texts are sanitized already."""
        self.notice.say(title, sentence, hint, error)
        self._swap(self.notice, self.table)
        self.attributes.show("", None)

    def tell_error(self, error: VsexplorerError) -> None:
        """Show an error in place of the results."""
        title, _, rest = sanitize(error.message, keep_newlines=True).partition("\n")
        self.tell(title, rest, sanitize(error.hint, keep_newlines=True), error=True)

    def tell_progress(self, progress: Progress) -> None:
        """Show the progress of something in place of the results."""
        self.notice.say_progress(progress)
        self._swap(self.notice, self.table)

    def tell_no_match(self) -> None:
        """Say that no element of the set passes the filter."""
        self.tell("No match", "No element of the set passes the filter.", LACKING)

    def mark_stale(self) -> None:
        """Show that the results answer an older search."""
        self.table.stale = True

    def clear(self) -> None:
        """Show no results, sorted by rank from now on."""
        self.table.sort_by_rank()
        self.table.clear()

    def toggle_fields(self) -> bool:
        """Open or close the panel of fields; returns whether it is open now."""
        shown = not self.shows_fields
        self.set_class(shown, "-fields")
        (self.fields if shown else self.table).focus()
        return shown

    @on(ResultsTable.Selected)
    def _selected(self, event: ResultsTable.Selected) -> None:
        self._show_attributes(event.hit)

    def _show_attributes(self, hit: Hit | None) -> None:
        if hit is None or not self.attributes.display:
            return
        score = f" · {hit.score:.3f}" if hit.score is not None else ""
        facts = (f"#{hit.rank}{score}", *filter(None, (self._verdict(hit),)), "")
        self.attributes.show(display(hit.element), hit.attributes, facts)

    def _swap(self, shown: ResultsTable | Notice, hidden: ResultsTable | Notice) -> None:
        # Changing a class styles the whole screen anew, so it is not done for nothing.
        if shown.has_class("-hidden"):
            shown.remove_class("-hidden")
        if not hidden.has_class("-hidden"):
            hidden.add_class("-hidden")


def _counted(page: ResultPage, info: SetInfo) -> str:
    if page.query.filter.strip() or not isinstance(page.query.source, Everything):
        return plural(len(page.hits), "result")
    return f"{len(page.hits):,} of {plural(info.size, 'element')}"


def _nothing(page: ResultPage, info: SetInfo) -> tuple[str, str, str]:
    if info.size == 0:
        return "This vector set is empty", "", "vsexplorer load KEY FILE fills it; o switches to another one."
    if not page.query.filter.strip():
        return "No match", "", ""
    hint = LACKING
    if not page.query.options.exact and not isinstance(page.query.source, Everything):
        hint += "\nA filtered search examines the nearest candidates only: w widens it."
    return "No match", "Nothing near the query passes the filter.", hint
