"""The body of the main screen: the results beside the attributes of the selected one, or a notice."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message

from vsexplorer.core.errors import VsexplorerError
from vsexplorer.core.progress import Progress
from vsexplorer.core.text import decode, plural
from vsexplorer.core.values import Everything, Hit, ResultPage, SearchOptions, SetInfo
from vsexplorer.tui import clipboard
from vsexplorer.tui.keymap import Place, bindings
from vsexplorer.tui.main.messages import SimilarWanted, StatusMessage
from vsexplorer.tui.session import Session
from vsexplorer.tui.widgets.attributes import AttributesView
from vsexplorer.tui.widgets.fields_panel import FieldsPanel
from vsexplorer.tui.widgets.notice import Notice
from vsexplorer.tui.widgets.results import ResultsTable

MISSING_FIELD_HINT = "An element that lacks a field of the filter never matches."


class ResultsPane(Horizontal):
    """Owns the result view: table, notice, attributes, fields panel, and the keys for selected or marked elements.

    Args:
        session: The open set and the services for it.
        judged: Returns lines about an element: why it passes the filter, how it is rated.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PANE)
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

    class Used(Message):
        """The user has acted on the results."""

    class Summarized(Message):
        """The summary has changed."""

    def __init__(self, session: Session, judged: Callable[[Hit], tuple[str, ...]]) -> None:
        super().__init__(id="body")
        self._session = session
        self._judged = judged
        self.page: ResultPage | None = None
        """The answer that is shown."""
        self.recall = ""
        """The recall of searches like the one shown, in words; empty while it is not known."""
        self.table = ResultsTable(id="results", classes="-hidden")
        self.table.selection = session.selection
        self.notice = Notice(id="notice")
        self.attributes = AttributesView(id="attributes")
        self.fields = FieldsPanel(id="fields")

    def compose(self) -> ComposeResult:
        """Compose the table, the notice, the attributes and the fields panel."""
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
        """A one-line summary: number of results, sorting, search options, recall, number of marked elements."""
        marked = f"· {len(self._session.selection):,} marked" if self._session.selection else ""
        limits = f"· {_limits(self.page.query.options)}" if self.page is not None else ""
        counted = _counted(self.page, self._session.info) if self.page is not None else ""
        recall = f"· {self.recall}" if self.recall else ""
        return " ".join(filter(None, (counted, self.table.sorting, limits.rstrip("· "), recall, marked)))

    def show_page(self, page: ResultPage, info: SetInfo) -> None:
        """Show a result page, or explain why it is empty."""
        self.page = page
        self.recall = ""
        self.table.show(page)
        if not page.hits:
            self.show_notice(*_nothing(page, info))
            return
        self._swap(self.table, self.notice)
        # Done here, because the table's message may arrive one frame too late.
        self._show_attributes(self.table.selected)

    def show_notice(self, title: str, sentence: str = "", hint: str = "", error: bool = False) -> None:
        """Show a notice in place of the results."""
        self.notice.set_class(False, "-stale")
        self.notice.say(title, sentence, hint, error)
        self._swap(self.notice, self.table)
        self.attributes.show("", None)

    def show_error(self, error: VsexplorerError) -> None:
        """Show an error in place of the results."""
        title, _, rest = error.message.partition("\n")
        self.show_notice(title, rest, error.hint, error=True)

    def show_progress(self, progress: Progress) -> None:
        """Show progress in place of the results."""
        self.notice.say_progress(progress)
        self._swap(self.notice, self.table)

    def show_no_match(self) -> None:
        """Say that no element of the set passes the filter."""
        self.show_notice("No match", "No element of the set passes the filter.", MISSING_FIELD_HINT)

    def mark_stale(self) -> None:
        """Mark the results, or what is shown in their place, as belonging to an older search."""
        self.table.stale = True
        self.notice.add_class("-stale")

    def clear(self) -> None:
        """Clear the results and reset the sorting to rank."""
        self.page = None
        self.table.sort_by_rank()
        self.table.clear()

    def toggle_fields(self) -> bool:
        """Open or close the panel of fields; returns whether it is open now."""
        shown = not self.shows_fields
        self.set_class(shown, "-fields")
        (self.fields if shown else self.table).focus()
        return shown

    def redraw(self) -> None:
        """Redraw the rows after columns or marks were changed elsewhere."""
        self.table.arrangement = self._session.arrangement
        self.table.refresh()
        self.post_message(self.Summarized())

    def show_selected(self) -> None:
        """Show the attributes of the selected element again."""
        self._show_attributes(self.table.selected)

    # Keys

    def _chosen(self) -> Hit | None:
        """Return the selected element, or ``None`` after showing a message."""
        if self.selected is None:
            self._say("no element is selected")
        return self.selected

    def action_similar(self) -> None:
        """Search for elements like the selected one."""
        if (hit := self._chosen()) is not None:
            self.post_message(SimilarWanted(hit.element))

    def action_mark(self) -> None:
        """Mark or unmark the selected element, and select the next."""
        if (hit := self._chosen()) is not None:
            self._session.selection.toggle(hit.element)
            self.table.refresh()
            self.table.action_move(1)
            self.post_message(self.Summarized())

    def action_copy_command(self) -> None:
        """Copy the command to the clipboard as a shell line."""
        from vsexplorer.output.snippets import Client, snippet

        if self.page is None:
            self._say("no search yet")
            return
        self.post_message(self.Used())
        try:
            line = snippet(Client.REDIS_CLI, self.page.argv, self._session.explorer.target)
        except VsexplorerError as error:
            self._say(error.line, error=True)
        else:
            if clipboard.send(self.app, line):
                self._say("sent to clipboard: the command, as a redis-cli line")
            else:
                self._say("the command is too large for the clipboard", error=True)

    def action_copy(self) -> None:
        """Open the copy menu."""
        from vsexplorer.tui.screens.copy import Copier

        if self._session.info is not None and self.page is not None:
            self.post_message(self.Used())
            key = self._session.info.key
            Copier(self.app, self._session.explorer, key, self._say).offer(self.selected, self.page)
        else:
            self._say("no search yet")

    def action_show_columns(self) -> None:
        """Choose and arrange the columns."""
        from vsexplorer.tui.screens.columns import ColumnsScreen

        if self.table.all_columns:
            self.app.push_screen(ColumnsScreen(self.table, self._session.arrange))
        else:
            self._say("no columns: the elements have no attributes")

    def action_edit_attributes(self) -> None:
        """Edit the selected element's attributes."""
        self._change(self._session.edits.edit)

    def action_rename_element(self) -> None:
        """Rename the selected element."""
        self._change(self._session.edits.rename)

    def action_delete_elements(self) -> None:
        """Delete the marked elements, or the selected one if none is marked."""
        session = self._session
        if session.info is None or not session.edits.allowed:
            return
        names = session.selection.names
        if not names and (hit := self._chosen()) is not None:
            names = [hit.element]
        if names:
            session.run(self._delete(session.info.key, names))

    def _change(self, change: Callable[[bytes, bytes], Coroutine[Any, Any, object]]) -> None:
        """Start a change of the selected element."""
        session = self._session
        if session.info is None or not session.edits.allowed:
            return
        if (hit := self._chosen()) is not None:
            session.run(change(session.info.key, hit.element))

    async def _delete(self, key: bytes, names: list[bytes]) -> None:
        if await self._session.edits.delete(key, names):
            self._session.selection.clear()
            self.post_message(self.Summarized())

    def _say(self, words: str, error: bool = False) -> None:
        self.post_message(StatusMessage(words, error))

    @on(ResultsTable.Sorted)
    def _sorted(self, event: ResultsTable.Sorted) -> None:
        event.stop()
        self.post_message(self.Summarized())

    @on(FieldsPanel.Unwritable)
    def _unwritable(self, event: FieldsPanel.Unwritable) -> None:
        event.stop()
        self._say("no filter can express this field name or value", error=True)

    @on(ResultsTable.Selected)
    def _selected(self, event: ResultsTable.Selected) -> None:
        self._show_attributes(event.hit)

    def _show_attributes(self, hit: Hit | None) -> None:
        if hit is None or not self.attributes.display:
            return
        score = f" · {hit.score:.3f}" if hit.score is not None else ""
        facts = (f"#{hit.rank}{score}", *self._judged(hit), "")
        self.attributes.show(decode(hit.element), hit.attributes, facts)

    def _swap(self, shown: ResultsTable | Notice, hidden: ResultsTable | Notice) -> None:
        # Changing a class restyles the whole screen, so change it only if needed.
        if shown.has_class("-hidden"):
            shown.remove_class("-hidden")
        if not hidden.has_class("-hidden"):
            hidden.add_class("-hidden")


def _limits(options: SearchOptions) -> str:
    """The options that affect which elements are found, unless they have the server's defaults."""
    parts = ["TRUTH"] if options.exact else []
    parts += [f"EF {options.ef:,}"] if options.ef is not None and not options.exact else []
    parts += [f"FILTER-EF {options.filter_ef:,}"] if options.filter_ef is not None and not options.exact else []
    parts += [f"EPSILON {options.epsilon:g}"] if options.epsilon is not None else []
    parts += [f"DIVERSIFY {options.diversify:g}"] if options.diversify is not None else []
    parts += [f"best {options.per_group} of each .{options.group_by}"] if options.group_by else []
    return " ".join(parts)


def _counted(page: ResultPage, info: SetInfo | None) -> str:
    found = len(page.hits)
    if not found:
        return "no match"
    if info is None or page.query.filter.strip() or not isinstance(page.query.source, Everything):
        return plural(found, "result")
    # The set may have grown since it was described.
    return f"{found:,} of {plural(max(found, info.size), 'element')}"


def _nothing(page: ResultPage, info: SetInfo) -> tuple[str, str, str]:
    if info.size == 0:
        return "This vector set is empty", "", "vsexplorer load KEY FILE fills it; o switches to another one."
    if not page.query.filter.strip():
        return "No match", "", ""
    hint = MISSING_FIELD_HINT
    if not page.query.options.exact and not isinstance(page.query.source, Everything):
        hint += "\nA filtered search examines the nearest candidates only: w widens it."
    listed = isinstance(page.query.source, Everything)
    return (
        "No match",
        "No element passes the filter." if listed else "Nothing near the query passes the filter.",
        hint,
    )
